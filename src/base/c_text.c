#include "base/c_text.h"

const char *c_text_of(const json_t *value)
{
    struct str text = {json_string_value(value), json_string_length(value)};

    return c_text_is_whole(text) ? text.ptr : NULL;
}
