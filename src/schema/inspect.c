#include "schema/inspect.h"

#include "base/json_value.h"
#include "base/json_write.h"
#include "base/utf8.h"

static void inspect(struct buf *out, json_t *value, unsigned depth);

/* As Node: single quotes, unless the text has some and no others. */
static char choose_quote(struct str text)
{
    static const char quotes[] = "'\"`";

    for (size_t i = 0; quotes[i] != '\0'; i++) {
        if (str_find(text, quotes[i]) == text.len) {
            return quotes[i];
        }
    }
    return '\'';
}

static void write_char(struct buf *out, char c, char quote)
{
    static const char escaped[] = "\b\t\n\f\r";
    const char *found = c != '\0' ? strchr(escaped, c) : NULL;

    if (found != NULL) {
        buf_append_char(out, '\\');
        buf_append_char(out, "btnfr"[found - escaped]);
    } else if ((unsigned char)c < 0x20 || c == 0x7f) {
        buf_printf(out, "\\x%02X", (unsigned)(unsigned char)c);
    } else {
        if (c == quote || c == '\\') {
            buf_append_char(out, '\\');
        }
        buf_append_char(out, c);
    }
}

static void inspect_text(struct buf *out, struct str text)
{
    char quote = choose_quote(text);
    size_t len = utf8_cut(text, INSPECT_TEXT_MAX).len;

    buf_append_char(out, quote);
    for (size_t i = 0; i < len; i++) {
        write_char(out, text.ptr[i], quote);
    }
    buf_append_char(out, quote);
    if (len < text.len) {
        buf_printf(out, "... %zu more bytes", text.len - len);
    }
}

static void inspect_array(struct buf *out, json_t *array, unsigned depth)
{
    size_t n = json_array_size(array);

    for (size_t i = 0; i < n && i < INSPECT_ITEMS_MAX; i++) {
        buf_append_str(out, i == 0 ? STR("[ ") : STR(", "));
        inspect(out, json_array_get(array, i), depth + 1);
    }
    if (n > INSPECT_ITEMS_MAX) {
        buf_printf(out, ", ... %zu more items", n - INSPECT_ITEMS_MAX);
    }
    buf_append_str(out, n == 0 ? STR("[]") : STR(" ]"));
}

static bool is_plain_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && (name[0] < '0' || name[0] > '9') &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") == len;
}

static void inspect_name(struct buf *out, const char *name)
{
    if (is_plain_name(name)) {
        buf_append_str(out, str_from(name));
    } else {
        inspect_text(out, str_from(name));
    }
    buf_append_str(out, STR(": "));
}

static void inspect_object(struct buf *out, json_t *object, unsigned depth)
{
    size_t n = 0;
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(object, name, value)
    {
        n++;
        if (n <= INSPECT_ITEMS_MAX) {
            buf_append_str(out, n == 1 ? STR("{ ") : STR(", "));
            inspect_name(out, name);
            inspect(out, value, depth + 1);
        }
    }
    if (n > INSPECT_ITEMS_MAX) {
        buf_printf(out, ", ... %zu more items", n - INSPECT_ITEMS_MAX);
    }
    buf_append_str(out, n == 0 ? STR("{}") : STR(" }"));
}

static void inspect_whole(struct buf *out, json_t *value, unsigned depth)
{
    bool is_array = json_is_array(value);

    if (depth > INSPECT_DEPTH_MAX) {
        buf_append_str(out, is_array ? STR("[Array]") : STR("[Object]"));
    } else if (is_array) {
        inspect_array(out, value, depth);
    } else {
        inspect_object(out, value, depth);
    }
}

/* Bytes are nobody's reading. */
static void inspect_string(struct buf *out, json_t *value)
{
    if (json_value_is_binary(value)) {
        buf_printf(out, "<Buffer of %zu bytes>", json_value_bytes(value).len);
    } else {
        inspect_text(out, (struct str){json_string_value(value), json_string_length(value)});
    }
}

static void inspect(struct buf *out, json_t *value, unsigned depth)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        inspect_string(out, value);
        break;
    case JSON_INTEGER:
        json_write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        json_write_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        buf_append_str(out, STR("true"));
        break;
    case JSON_FALSE:
        buf_append_str(out, STR("false"));
        break;
    case JSON_NULL:
        buf_append_str(out, STR("null"));
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        inspect_whole(out, value, depth);
        break;
    }
}

void inspect_value(struct buf *out, json_t *value)
{
    inspect(out, value, 0);
}
