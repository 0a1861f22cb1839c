#include "websocket/ws_header.h"

static bool is_token_char(char c)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    bool is_alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

    return is_alphanumeric || (c != '\0' && strchr(others, c) != NULL);
}

static void skip_blanks(struct str *rest)
{
    while (rest->len > 0 && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
        *rest = str_from_offset(*rest, 1);
    }
}

/* As ws_header_take_char(), without blanks. */
static bool take_exactly(struct str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c) {
        return false;
    }
    *rest = str_from_offset(*rest, 1);
    return true;
}

bool ws_header_take_char(struct str *rest, char c)
{
    skip_blanks(rest);
    if (!take_exactly(rest, c)) {
        return false;
    }
    skip_blanks(rest);
    return true;
}

bool ws_header_take_token(struct str *rest, struct str *token)
{
    size_t len = 0;

    skip_blanks(rest);
    while (len < rest->len && is_token_char(rest->ptr[len])) {
        len++;
    }
    *token = (struct str){rest->ptr, len};
    *rest = str_from_offset(*rest, len);
    return len > 0;
}

/* RFC 6455 section 9.1: once the quotes are gone a token must be left, so no blank is in them. */
bool ws_header_take_value(struct str *rest, struct str *value)
{
    if (!take_exactly(rest, '"')) {
        return ws_header_take_token(rest, value);
    }
    return rest->len > 0 && is_token_char(rest->ptr[0]) && ws_header_take_token(rest, value) &&
           take_exactly(rest, '"');
}

/* Whether one of the tokens in `list`, which is well-formed, is `token`. */
static bool has_token(struct str list, struct str token)
{
    struct str part = {0};

    while (str_take_part(&list, ',', &part)) {
        if (str_eq(part, token)) {
            return true;
        }
    }
    return false;
}

bool ws_header_is_token_list(struct str list, struct str *first)
{
    struct str rest = list;
    struct str first_token = {0};

    do {
        struct str before = {list.ptr, list.len - rest.len};
        struct str token = {0};

        if (!ws_header_take_token(&rest, &token) || has_token(before, token)) {
            return false;
        }
        if (first_token.len == 0) {
            first_token = token;
        }
    } while (ws_header_take_char(&rest, ','));
    if (rest.len > 0) {
        return false;
    }
    *first = first_token;
    return true;
}
