#include "views/ejs.h"

/*
 * The code of a template, token by token: as much of JavaScript as tells comments, texts and regular
 * expressions from the rest, and finds the heads of loops and functions.
 *
 * Where a call of __g() goes:
 *
 *     while (__g(), more)      for (a; __g(), b; c)      function (x) {__g(); ...
 */

enum waiting {
    FOR_NOTHING,
    FOR_WHILE, /* "while" was the last token */
    FOR_FOR,   /* "for" was */
    FOR_BODY   /* of a function: its "{" */
};

/* What a bracket that is open may be. */
enum {
    OPEN_HEAD = 'f', /* of a `for`, before its first semicolon */
    OPEN_OTHER = 'o'
};

struct scanner {
    struct buf *out;
    struct str rest;
    enum waiting waiting;
    struct buf
        open; /* the parentheses and braces that are, each an OPEN_...: functions stand in heads, too */
    bool is_value;  /* the last token ends a value: a "/" behind it divides */
    bool is_member; /* the last token is "." */
    bool is_number; /* it begins with a digit: "1." is no member's */
};

static bool is_word(char c)
{
    return char_is_alnum(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static void copy(struct scanner *s, size_t n)
{
    buf_append(s->out, s->rest.ptr, n);
    s->rest = str_from_offset(s->rest, n);
}

/* A text, or a regular expression with its classes, whose end is `quote`: how long it is. */
static size_t quoted_len(struct str rest, char quote)
{
    bool in_class = false;
    size_t i = 1;

    for (; i < rest.len && rest.ptr[i] != '\n'; i++) {
        if (rest.ptr[i] == '\\' && i + 1 < rest.len) {
            i++;
        } else if (quote == '/' && rest.ptr[i] == '[') {
            in_class = true;
        } else if (quote == '/' && rest.ptr[i] == ']') {
            in_class = false;
        } else if (rest.ptr[i] == quote && !in_class) {
            return i + 1;
        }
    }
    return i;
}

static void skip_comment(struct scanner *s)
{
    bool is_block = s->rest.ptr[1] == '*';
    size_t i = 2;

    while (i < s->rest.len &&
           !(is_block ? s->rest.ptr[i] == '/' && s->rest.ptr[i - 1] == '*' && i > 2
                      : s->rest.ptr[i] == '\n')) {
        if (s->rest.ptr[i] == '\n') {
            buf_append_char(s->out, '\n');
        }
        i++;
    }
    if (is_block) {
        buf_append_char(s->out, ' ');
        i += i < s->rest.len;
    }
    s->rest = str_from_offset(s->rest, i);
}

/* Words behind which an expression begins. */
static bool is_operator_word(struct str word)
{
    static const char *const words[] = {"return", "typeof", "case", "in",    "do",        "else",
                                        "delete", "void",   "new",  "throw", "instanceof"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(word, str_from(words[i]))) {
            return true;
        }
    }
    return false;
}

/* `while: 1` in an object. */
static bool is_key(struct str behind)
{
    size_t blanks = 0;

    while (blanks < behind.len && strchr(" \t\r\n", behind.ptr[blanks]) != NULL &&
           behind.ptr[blanks] != '\0') {
        blanks++;
    }
    return blanks < behind.len && behind.ptr[blanks] == ':';
}

static void take_word(struct scanner *s)
{
    struct str word = {s->rest.ptr, 0};

    while (word.len < s->rest.len && is_word(s->rest.ptr[word.len])) {
        word.len++;
    }
    s->is_number = char_is_digit(word.ptr[0]);
    if (s->is_member || is_key(str_from_offset(s->rest, word.len))) {
        s->is_value = true;
    } else {
        s->is_value = !is_operator_word(word);
        if (str_eq(word, STR("while"))) {
            s->waiting = FOR_WHILE;
        } else if (str_eq(word, STR("for"))) {
            s->waiting = FOR_FOR;
        } else if (str_eq(word, STR("function"))) {
            s->waiting = FOR_BODY;
        }
    }
    copy(s, word.len);
}

static void open_bracket(struct scanner *s, char kind)
{
    copy(s, 1);
    buf_append_char(&s->open, kind);
    s->is_value = false;
}

static void open_parenthesis(struct scanner *s)
{
    open_bracket(s, s->waiting == FOR_FOR ? OPEN_HEAD : OPEN_OTHER);
    if (s->waiting == FOR_WHILE) {
        buf_append(s->out, "__g(), ", 7);
        s->waiting = FOR_NOTHING;
    } else if (s->waiting == FOR_FOR) {
        s->waiting = FOR_NOTHING;
    }
}

static void close_bracket(struct scanner *s)
{
    s->open.len -= s->open.len > 0;
    s->is_value = true;
    copy(s, 1);
}

/* The first in the head of a `for`. */
static void take_semicolon(struct scanner *s)
{
    struct str next;

    copy(s, 1);
    s->is_value = false;
    if (s->open.len == 0 || s->open.ptr[s->open.len - 1] != OPEN_HEAD) {
        return;
    }
    s->open.ptr[s->open.len - 1] = OPEN_OTHER;
    next = s->rest;
    while (next.len > 0 && strchr(" \t\r\n", next.ptr[0]) != NULL) {
        next = str_from_offset(next, 1);
    }
    buf_append(s->out, "__g()", 5);
    if (next.len > 0 && next.ptr[0] != ';') {
        buf_append(s->out, ", ", 2);
    }
}

static void take_sign(struct scanner *s, char c)
{
    switch (c) {
    case '(':
        open_parenthesis(s);
        return;
    case ')':
    case '}':
        close_bracket(s);
        return;
    case ';':
        take_semicolon(s);
        return;
    case '{':
        open_bracket(s, OPEN_OTHER);
        if (s->waiting == FOR_BODY) {
            buf_append(s->out, "__g();", 6);
            s->waiting = FOR_NOTHING;
        }
        return;
    default:
        copy(s, 1);
        s->is_value = c == ']';
        return;
    }
}

static void take_token(struct scanner *s)
{
    char c = s->rest.ptr[0];
    char next = s->rest.len > 1 ? s->rest.ptr[1] : '\0';

    if (strchr(" \t\r\n", c) != NULL && c != '\0') {
        copy(s, 1);
        return;
    }
    if (c == '/' && (next == '/' || next == '*')) {
        skip_comment(s);
        return;
    }
    if (c == '"' || c == '\'' || (c == '/' && !s->is_value)) {
        copy(s, quoted_len(s->rest, c));
        s->is_value = true;
    } else if (is_word(c)) {
        take_word(s);
    } else {
        take_sign(s, c);
    }
    s->is_member = c == '.' && !s->is_number;
    s->is_number = s->is_number && is_word(c);
}

bool ejs_append_code(struct buf *script, struct str code)
{
    struct scanner s = {.out = script, .rest = code};
    bool is_whole = false;

    while (s.rest.len > 0) {
        take_token(&s);
    }
    is_whole = buf_error(&s.open) == 0;
    buf_deinit(&s.open);
    return is_whole;
}
