#include "gate/jwr.h"

static json_t *headers_value(const struct header_list *headers, bool has_cookies)
{
    json_t *object = json_object();
    struct str name, value;
    char lower[256];

    for (size_t i = 0; header_list_at(headers, i, &name, &value); i++) {
        size_t n = 0;

        for (; n < name.len && n < sizeof(lower) - 1; n++) {
            lower[n] = char_lower(name.ptr[n]);
        }
        lower[n] = '\0';
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
