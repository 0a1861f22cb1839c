#include "net/redis_url.h"

#include "base/mem.h"
#include "base/str.h"

#include <limits.h>
#include <sails/err.h>

void redis_url_deinit(struct redis_url *url)
{
    mem_free(url->host);
    mem_free(url->username);
    mem_free(url->password);
    *url = (struct redis_url){0};
}

/* Of NUL nothing good can come in a text of C. */
static int decode(struct str from, char **out)
{
    char *text = mem_strndup(from.ptr, from.len);
    size_t len = 0;

    if (text == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < from.len; i++) {
        char c = from.ptr[i];

        if (c == '%') {
            int high = i + 2 < from.len ? char_hex_value(from.ptr[i + 1]) : -1;
            int low = i + 2 < from.len ? char_hex_value(from.ptr[i + 2]) : -1;

            c = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0') {
            mem_free(text);
            return SAILS_EINVAL;
        }
        text[len++] = c;
    }
    text[len] = '\0';
    *out = text;
    return 0;
}

/* "user:password", "user", ":password" */
static int parse_user(struct str text, struct redis_url *url)
{
    size_t colon = str_find(text, ':');
    int rc = 0;

    if (colon > 0) {
        rc = decode((struct str){text.ptr, colon}, &url->username);
    }
    if (rc == 0 && colon < text.len) {
        rc = decode(str_from_offset(text, colon + 1), &url->password);
    }
    return rc;
}

static int parse_number(struct str text, unsigned max, unsigned *out)
{
    uint64_t value = 0;

    if (!str_to_u64(text, max, &value)) {
        return SAILS_EINVAL;
    }
    *out = (unsigned)value;
    return 0;
}

/* "host:port", "[::1]:port", "host", "" */
static int parse_host(struct str text, struct redis_url *url)
{
    bool is_v6 = text.len > 0 && text.ptr[0] == '[';
    size_t end = str_find(text, is_v6 ? ']' : ':');
    struct str host = {text.ptr, end};
    struct str rest;

    if (is_v6 && end == text.len) {
        return SAILS_EINVAL;
    }
    if (is_v6) {
        host = (struct str){text.ptr + 1, end - 1};
        end++;
    }
    rest = str_from_offset(text, end);
    if (rest.len > 0 && (rest.ptr[0] != ':' ||
                         parse_number(str_from_offset(rest, 1), UINT16_MAX, &url->port) < 0)) {
        return SAILS_EINVAL;
    }
    return host.len > 0 ? decode(host, &url->host) : 0;
}

/* "user@host:port/db": the password may hold an '@' that nobody has encoded. */
static int parse_parts(struct str text, struct redis_url *url)
{
    size_t slash = 0;
    size_t at = text.len;
    int rc = 0;

    while (at > 0 && text.ptr[at - 1] != '@') {
        at--;
    }
    if (at > 0) {
        rc = parse_user((struct str){text.ptr, at - 1}, url);
        text = str_from_offset(text, at);
    }
    slash = str_find(text, '/');
    if (rc == 0) {
        rc = parse_host((struct str){text.ptr, slash}, url);
    }
    if (rc == 0 && slash + 1 < text.len) {
        rc = parse_number(str_from_offset(text, slash + 1), INT_MAX, &url->db);
    }
    return rc;
}

/* Takes the scheme off the front. */
static bool take_scheme(struct str *text, struct str scheme)
{
    if (text->len < scheme.len || !str_eq_nocase((struct str){text->ptr, scheme.len}, scheme)) {
        return false;
    }
    *text = str_from_offset(*text, scheme.len);
    return true;
}

int redis_url_parse(const char *text, struct redis_url *out)
{
    struct str rest = str_from(text);
    struct redis_url url = {0};
    int rc = 0;

    url.is_tls = take_scheme(&rest, STR("rediss://"));
    if (!url.is_tls && !take_scheme(&rest, STR("redis://"))) {
        return SAILS_EINVAL;
    }
    rc = parse_parts(rest, &url);
    if (rc < 0) {
        redis_url_deinit(&url);
        return rc;
    }
    *out = url;
    return 0;
}
