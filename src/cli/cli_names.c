#include "cli/cli_names.h"

#include "base/buf.h"

enum letter {
    LETTER_OTHER,
    LETTER_LOWER,
    LETTER_UPPER,
    LETTER_DIGIT
};

static enum letter kind_of(char c)
{
    if (c >= 'a' && c <= 'z') {
        return LETTER_LOWER;
    }
    if (c >= 'A' && c <= 'Z') {
        return LETTER_UPPER;
    }
    return c >= '0' && c <= '9' ? LETTER_DIGIT : LETTER_OTHER;
}

/* Whether a word begins at `i`: "myShop", "JSONFile" (at F), "demo1", "1st". */
static bool begins_word(struct str name, size_t i)
{
    enum letter before = i > 0 ? kind_of(name.ptr[i - 1]) : LETTER_OTHER;
    enum letter here = kind_of(name.ptr[i]);
    enum letter behind = i + 1 < name.len ? kind_of(name.ptr[i + 1]) : LETTER_OTHER;

    if (before == here) {
        return here == LETTER_UPPER && behind == LETTER_LOWER;
    }
    return !(before == LETTER_UPPER && here == LETTER_LOWER);
}

char *cli_name_kebab(struct str name)
{
    struct buf out = {0};

    for (size_t i = 0; i < name.len; i++) {
        if (kind_of(name.ptr[i]) == LETTER_OTHER) {
            continue;
        }
        if (out.len > 0 && begins_word(name, i)) {
            buf_append_char(&out, '-');
        }
        buf_append_char(&out, char_lower(name.ptr[i]));
    }
    return buf_take(&out);
}
