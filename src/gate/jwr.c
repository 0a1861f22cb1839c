#include "gate/jwr.h"

#include "base/json_value.h"
#include "base/json_write.h"

enum {
    NAME_SIZE = 256
};

static size_t write_lower(char lower[NAME_SIZE], struct str name)
{
    size_t n = 0;

    for (; n < name.len && n < NAME_SIZE - 1; n++) {
        lower[n] = char_lower(name.ptr[n]);
    }
    lower[n] = '\0';
    return n;
}

static json_t *headers_value(const struct header_list *headers, bool has_cookies)
{
    json_t *object = json_object();
    struct str name, value;
    char lower[NAME_SIZE];

    for (size_t i = 0; header_list_at(headers, i, &name, &value); i++) {
        write_lower(lower, name);
        if (has_cookies || strcmp(lower, "set-cookie") != 0) {
            json_object_set_new(object, lower, json_stringn(value.ptr, value.len));
        }
    }
    return object;
}

static json_t *body_value(const struct sails_res *res)
{
    struct str text = buf_str(&res->text);

    switch (res->kind) {
    case REQUEST_NO_BODY:
    case REQUEST_SOURCE_BODY:
        return NULL;
    case REQUEST_TEXT_BODY:
        return json_stringn(text.len > 0 ? text.ptr : "", text.len);
    case REQUEST_JSON_BODY:
        return json_incref(res->json);
    }
    return NULL;
}

json_t *jwr_create(const struct sails_res *res, const struct jwr_parts *parts)
{
    json_t *jwr = json_object();
    json_t *body = body_value(res);

    if (body != NULL) {
        json_object_set_new(jwr, "body", body);
    }
    if (parts->headers) {
        json_object_set_new(jwr, "headers", headers_value(&res->headers, parts->cookies));
    }
    if (parts->status) {
        json_object_set_new(jwr, "statusCode", json_integer((json_int_t)res->status));
    }
    return jwr;
}

/* ---- as text ---- */

/* In an object the last one would count. */
static bool is_repeated(const struct header_list *headers, size_t at, struct str name)
{
    struct str other, value;

    for (size_t i = 0; i < at && header_list_at(headers, i, &other, &value); i++) {
        if (str_eq_nocase(other, name)) {
            return true;
        }
    }
    return false;
}

static int write_headers(struct buf *out, const struct header_list *headers, bool has_cookies)
{
    struct str name, value;
    const char *separator = "";
    int rc = 0;

    buf_append_char(out, '{');
    for (size_t i = 0; rc == 0 && header_list_at(headers, i, &name, &value); i++) {
        char lower[NAME_SIZE];
        size_t len = write_lower(lower, name);

        if (!has_cookies && strcmp(lower, "set-cookie") == 0) {
            continue;
        }
        buf_append_str(out, str_from(separator));
        separator = ",";
        rc = is_repeated(headers, i, name) ? SAILS_EEXIST
                                           : json_write_string(out, (struct str){lower, len});
        buf_append_char(out, ':');
        rc = rc == 0 ? json_write_string(out, value) : rc;
    }
    buf_append_char(out, '}');
    return rc;
}

/* Binary values are no text. */
static int write_value(struct buf *out, const json_t *value)
{
    size_t n_binary = 0;
    int rc = json_value_write_binary(out, value, NULL, 0, &n_binary);

    return n_binary > 0 ? SAILS_EJSON : rc;
}

static int write_body(struct buf *out, const struct sails_res *res)
{
    switch (res->kind) {
    case REQUEST_NO_BODY:
    case REQUEST_SOURCE_BODY:
        return 0;
    case REQUEST_TEXT_BODY:
        buf_append_str(out, STR("\"body\":"));
        return json_write_string(out, buf_str(&res->text));
    case REQUEST_JSON_BODY:
        buf_append_str(out, STR("\"body\":"));
        return write_value(out, res->json);
    }
    return 0;
}

int jwr_write(struct buf *out, const struct sails_res *res, const struct jwr_parts *parts)
{
    size_t begin = 0;
    int rc = 0;

    buf_append_char(out, '{');
    begin = out->len;
    rc = write_body(out, res);
    if (rc == 0 && parts->headers) {
        buf_append_str(out, out->len > begin ? STR(",\"headers\":") : STR("\"headers\":"));
        rc = write_headers(out, &res->headers, parts->cookies);
    }
    if (rc == 0 && parts->status) {
        buf_append_str(out, out->len > begin ? STR(",\"statusCode\":") : STR("\"statusCode\":"));
        buf_append_u64(out, res->status);
    }
    buf_append_char(out, '}');
    return rc == 0 ? buf_error(out) : rc;
}
