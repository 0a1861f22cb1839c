#include "views/view_values.h"

#include "base/json_value.h"

/* ---- in ---- */

static void push_value(duk_context *ctx, const json_t *value, int depth);

static void push_object(duk_context *ctx, const json_t *object, int depth)
{
    void *at = json_object_iter((json_t *)(uintptr_t)object); /* it is only read */

    duk_push_object(ctx);
    while (at != NULL) {
        duk_push_lstring(ctx, json_object_iter_key(at), json_object_iter_key_len(at));
        push_value(ctx, json_object_iter_value(at), depth + 1);
        /* A member, whatever it is called: `__proto__` has a setter. */
        duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
        at = json_object_iter_next((json_t *)(uintptr_t)object, at);
    }
}

static void push_array(duk_context *ctx, const json_t *array, int depth)
{
    size_t n = json_array_size(array);

    duk_push_array(ctx);
    for (size_t i = 0; i < n; i++) {
        push_value(ctx, json_array_get(array, i), depth + 1);
        duk_put_prop_index(ctx, -2, (duk_uarridx_t)i);
    }
}

static void push_value(duk_context *ctx, const json_t *value, int depth)
{
    if (depth > VIEW_VALUES_DEPTH) {
        (void)duk_error(ctx, DUK_ERR_RANGE_ERROR, "values are nested deeper than %d",
                        VIEW_VALUES_DEPTH);
    }
    duk_require_stack(ctx, 4);
    if (value == NULL || json_value_is_binary(value)) {
        duk_push_undefined(ctx);
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        push_object(ctx, value, depth);
        break;
    case JSON_ARRAY:
        push_array(ctx, value, depth);
        break;
    case JSON_STRING:
        duk_push_lstring(ctx, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        duk_push_number(ctx, json_number_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        duk_push_boolean(ctx, json_is_true(value));
        break;
    case JSON_NULL:
        duk_push_null(ctx);
        break;
    }
}

void view_values_push(duk_context *ctx, const json_t *value)
{
    push_value(ctx, value, 0);
}

/* ---- out ---- */

/* Of three bytes a half of a pair: 0xED, then 0xA0 to 0xAF for the first, 0xB0 to 0xBF for the second. */
static bool is_half(const unsigned char *at, size_t len, unsigned char kind)
{
    return len >= 3 && at[0] == 0xed && (at[1] & 0xf0) == kind;
}

static unsigned half_bits(const unsigned char *at)
{
    return (unsigned)(at[1] & 0x0f) << 6 | (at[2] & 0x3f);
}

static void append_pair(struct buf *out, const unsigned char *at)
{
    unsigned long code = 0x10000 + ((unsigned long)half_bits(at) << 10) + half_bits(at + 3);
    char bytes[4] = {(char)(0xf0 | code >> 18), (char)(0x80 | (code >> 12 & 0x3f)),
                     (char)(0x80 | (code >> 6 & 0x3f)), (char)(0x80 | (code & 0x3f))};

    buf_append(out, bytes, sizeof(bytes));
}

/* From the first 0xED on. */
static void append_mixed(struct buf *out, struct str text)
{
    while (text.len > 0) {
        const unsigned char *at = (const unsigned char *)text.ptr;
        size_t n = 1;

        if (is_half(at, text.len, 0xa0) && is_half(at + 3, text.len - 3, 0xb0)) {
            append_pair(out, at);
            n = 6;
        } else if (is_half(at, text.len, 0xa0) || is_half(at, text.len, 0xb0)) {
            buf_append(out, "\xef\xbf\xbd", 3); /* alone it is no character */
            n = 3;
        } else {
            buf_append_char(out, text.ptr[0]);
        }
        text = str_from_offset(text, n);
    }
}

void view_values_append_text(struct buf *out, struct str text)
{
    size_t plain = str_find(text, '\xed');

    buf_append(out, text.ptr, plain);
    append_mixed(out, str_from_offset(text, plain));
}

json_t *view_values_take(duk_context *ctx, duk_idx_t at)
{
    struct buf text = {0};
    struct str json = {NULL, 0};
    json_t *value = NULL;

    duk_dup(ctx, at);
    if (duk_is_undefined(ctx, -1)) {
        duk_pop(ctx);
        return NULL;
    }
    json.ptr = duk_json_encode(ctx, -1);
    if (json.ptr != NULL) {
        json.len = strlen(json.ptr);
        view_values_append_text(&text, json);
        value =
            buf_error(&text) == 0 ? json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL) : NULL;
        buf_deinit(&text);
    }
    duk_pop(ctx);
    return value;
}
