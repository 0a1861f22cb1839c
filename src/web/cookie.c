#include "web/cookie.h"

#include "base/json_parse.h"
#include "http/url.h"
#include "web/signature.h"

#include <sails/err.h>

enum {
    JSON_DEPTH_MAX = 64 /* of a "j:" cookie; headers are short */
};

/* Percent signs that stand for nothing leave the whole text as it was sent. */
static int decode(struct buf *out, struct str raw)
{
    int rc = url_decode(out, raw, false, true);

    if (rc == SAILS_EINVAL) {
        buf_append_str(out, raw);
        rc = buf_error(out);
    }
    return rc;
}

static struct str without_quotes(struct str raw)
{
    bool is_quoted = raw.len >= 2 && raw.ptr[0] == '"' && raw.ptr[raw.len - 1] == '"';

    return is_quoted ? (struct str){raw.ptr + 1, raw.len - 2} : raw;
}

/* "j:" and JSON is that value; anything else is text. NULL: not UTF-8, or no memory. */
static json_t *make_value(struct str text)
{
    json_t *value = NULL;

    if (str_starts_with(text, STR("j:")) &&
        json_parse(str_from_offset(text, 2), &(struct json_limits){.max_depth = JSON_DEPTH_MAX},
                   &value) == 0) {
        return value;
    }
    return json_stringn(text.len > 0 ? text.ptr : "", text.len);
}

/* Takes `value`; NULL is nothing to add. */
static int add(json_t *object, struct str name, json_t *value)
{
    if (value == NULL) {
        return 0;
    }
    return json_object_setn_new(object, name.ptr, name.len, value) == 0 ? 0 : SAILS_ENOMEM;
}

static int add_signed(json_t *object, struct str name, struct str text, struct str secret)
{
    struct str value;
    int rc = signature_verify(text, secret, &value);

    if (rc == SAILS_ENOMEM) {
        return rc;
    }
    return add(object, name, rc == 0 ? make_value(value) : json_false());
}

static int add_cookie(json_t *plain, json_t *is_signed, struct str name, struct str raw,
                      struct str secret)
{
    struct buf text = {0};
    int rc = decode(&text, without_quotes(raw));

    if (rc == 0 && secret.ptr != NULL && str_starts_with(buf_str(&text), STR("s:"))) {
        rc = add_signed(is_signed, name, str_from_offset(buf_str(&text), 2), secret);
    } else if (rc == 0) {
        rc = add(plain, name, make_value(buf_str(&text)));
    }
    buf_deinit(&text);
    return rc;
}

static bool has(const json_t *object, struct str name)
{
    return json_object_getn(object, name.ptr, name.len) != NULL;
}

/* Names are keys of JSON; a name is a token, so no honest one is lost (RFC 6265 section 4.1.1). */
static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] <= 0x20 || name.ptr[i] >= 0x7f) {
            return false;
        }
    }
    return name.len > 0 && !str_eq(name, STR("__proto__"));
}

int cookie_parse(struct str header, struct str secret, json_t **plain, json_t **is_signed)
{
    json_t *all = json_object();
    json_t *verified = json_object();
    struct str part;
    int rc = all != NULL && verified != NULL ? 0 : SAILS_ENOMEM;

    while (rc == 0 && str_take_part(&header, ';', &part)) {
        size_t mark = str_find(part, '=');
        struct str name = str_trim((struct str){part.ptr, mark});

        if (mark < part.len && is_name(name) && !has(all, name) && !has(verified, name)) {
            rc = add_cookie(all, verified, name, str_trim(str_from_offset(part, mark + 1)), secret);
        }
    }
    if (rc < 0) {
        json_decref(all);
        json_decref(verified);
        return rc;
    }
    *plain = all;
    *is_signed = verified;
    return 0;
}
