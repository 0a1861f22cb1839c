#include "base/html.h"

static struct str reference_of(char c)
{
    switch (c) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    case '\'':
        return STR("&#39;");
    default:
        return (struct str){NULL, 0};
    }
}

void html_append_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        struct str reference = reference_of(text.ptr[i]);

        if (reference.len > 0) {
            buf_append_str(out, reference);
        } else {
            buf_append_char(out, text.ptr[i]);
        }
    }
}
