#include "tidy.h"

#include <ctype.h>
#include <string.h>

char *tidy(const char *text)
{
    size_t len = 0;

    while (isspace((unsigned char)*text)) {
        text++;
    }
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1])) {
        len--;
    }
    return strndup(text, len);
}
