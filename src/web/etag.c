#include "web/etag.h"

#include "base/base64.h"
#include "http/http_date.h"
#include "web/digest.h"

#include <sails/err.h>

/* printf() would cost as much as the hash. */
static size_t write_hex(char *out, size_t value)
{
    char digits[2 * sizeof(value)];
    size_t at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[value & 0xf];
        value >>= 4;
    } while (value > 0);
    memcpy(out, digits + at, sizeof(digits) - at);
    return sizeof(digits) - at;
}

int etag_write(char out[ETAG_SIZE], struct bytes body)
{
    uint8_t digest[DIGEST_SHA1_LEN];
    char text[BASE64_LEN(DIGEST_SHA1_LEN)];
    size_t len = 3;

    if (!digest_sha1(digest, body)) {
        return SAILS_ENOMEM;
    }
    base64_write(text, (struct bytes){digest, sizeof(digest)});
    memcpy(out, "W/\"", len);
    len += write_hex(out + len, body.len);
    out[len++] = '-';
    memcpy(out + len, text, ETAG_DIGEST_LEN);
    memcpy(out + len + ETAG_DIGEST_LEN, "\"", 2);
    return 0;
}

/* ---- does the client have it? ---- */

static struct str without_weakness(struct str tag)
{
    return str_starts_with(tag, STR("W/")) ? str_from_offset(tag, 2) : tag;
}

/* RFC 9110 section 8.8.3.2: a weak comparison. */
static bool list_has_tag(struct str list, struct str tag)
{
    struct str one;

    while (str_take_part(&list, ',', &one)) {
        if (str_eq(without_weakness(one), without_weakness(tag))) {
            return true;
        }
    }
    return false;
}

static bool is_unmodified(struct str last_modified, struct str since)
{
    uint64_t modified_s = 0;
    uint64_t since_s = 0;

    return http_date_parse(last_modified, &modified_s) && http_date_parse(since, &since_s) &&
           modified_s <= since_s;
}

bool etag_is_fresh(const struct header_list *request, const struct header_list *response)
{
    struct str tags = header_list_get(request, STR("if-none-match"));
    struct str since = header_list_get(request, STR("if-modified-since"));
    struct str tag = {0};

    if (tags.ptr == NULL && since.ptr == NULL) {
        return false; /* as most, who do not ask */
    }
    if (str_list_has(header_list_get(request, STR("cache-control")), STR("no-cache"))) {
        return false;
    }
    tag = header_list_get(response, STR("etag"));
    if (tags.ptr != NULL) { /* section 13.1.3: then the date does not count */
        return str_eq(tags, STR("*")) || (tag.ptr != NULL && list_has_tag(tags, tag));
    }
    return is_unmodified(header_list_get(response, STR("last-modified")), since);
}
