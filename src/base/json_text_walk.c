#include "base/json_text.h"

/* From one value of an array or object to the next, in text that has been checked. */

/* Behind white space and one `c`, if there is one. */
static struct str skip_char(struct str text, char c)
{
    text = str_from_offset(text, json_text_space(text));
    if (text.len > 0 && text.ptr[0] == c) {
        text = str_from_offset(text, 1);
    }
    return str_from_offset(text, json_text_space(text));
}

/* The extent of a value of valid JSON; 0: there is none. */
static size_t value_extent(struct str text)
{
    static const struct json_limits checked = {.max_depth = JSON_TEXT_MAX_DEPTH};
    size_t extent = 0;

    if (text.len > 0 && text.ptr[0] == '"') {
        size_t quote = 1 + json_text_plain(str_from_offset(text, 1));

        if (quote < text.len && text.ptr[quote] == '"') {
            return quote + 1; /* most have neither escapes nor other letters */
        }
    }
    return json_text_scan(text, &checked, &extent) == 0 ? extent : 0;
}

struct str json_text_elements(struct str array)
{
    return str_from_offset(array, json_text_space(array) + 1);
}

bool json_text_next(struct str *rest, struct str *element)
{
    struct str text = skip_char(*rest, ',');
    size_t extent = value_extent(text);

    if (extent == 0) {
        return false; /* the closing bracket */
    }
    *element = (struct str){text.ptr, extent};
    *rest = str_from_offset(text, extent);
    return true;
}

bool json_text_next_name(struct str *rest, struct str *name)
{
    struct str text = skip_char(*rest, ',');

    *name = (struct str){text.ptr, value_extent(text)};
    if (name->len == 0) {
        return false; /* the closing brace */
    }
    *rest = skip_char(str_from_offset(text, name->len), ':');
    return true;
}

void json_text_take_value(struct str *rest, struct str *value)
{
    *value = (struct str){rest->ptr, value_extent(*rest)};
    *rest = str_from_offset(*rest, value->len);
}
