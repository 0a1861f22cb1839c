#include "views/ejs.h"

#include "base/mem.h"

#include <sails/err.h>

/*
 * One pass. TEXT runs to the next "<%"; what stands behind that says what the tag is, and "%>", "-%>" or "_%>"
 * ends it. No line end of the template is lost in the script, and none is added.
 */

struct compiler {
    struct buf *script;
    struct ejs_literals *literals;
    struct str rest;
    bool failed;
};

static void append_line_ends(struct buf *script, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            buf_append_char(script, '\n');
        }
    }
}

static bool grow(struct ejs_literals *literals)
{
    size_t cap = literals->cap > 0 ? literals->cap * 2 : 16;
    struct str *items = NULL;

    if (literals->n < literals->cap) {
        return true;
    }
    items = mem_realloc(literals->items, cap * sizeof(items[0]));
    if (items == NULL) {
        return false;
    }
    literals->items = items;
    literals->cap = cap;
    return true;
}

static void add_text(struct compiler *c, struct str text)
{
    if (text.len == 0) {
        return;
    }
    if (!grow(c->literals)) {
        c->failed = true;
        return;
    }
    buf_printf(c->script, "__t(%zu);", c->literals->n);
    append_line_ends(c->script, text);
    c->literals->items[c->literals->n++] = text;
}

/* Offset of `mark` in the text; its length: it is not there. */
static size_t find(struct str text, const char *mark)
{
    const char *at = text.len > 0 ? memmem(text.ptr, text.len, mark, 2) : NULL;

    return at != NULL ? (size_t)(at - text.ptr) : text.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Text before "<%_": without the blanks behind its last line end. */
static struct str without_indent(struct str text)
{
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* What a tag is, by the character behind "<%". */
static const char kinds[] = "=-#_%";

/* Behind "-%>" and "_%>": the line end goes; behind the latter blanks before it, too. */
static void skip_line_end(struct compiler *c, char mark)
{
    struct str rest = c->rest;

    while (mark == '_' && rest.len > 0 && is_blank(rest.ptr[0])) {
        rest = str_from_offset(rest, 1);
    }
    if (rest.len > 0 && rest.ptr[0] == '\r') {
        rest = str_from_offset(rest, 1);
    }
    if (rest.len > 0 && rest.ptr[0] == '\n') {
        buf_append_char(c->script, '\n');
        c->rest = str_from_offset(rest, 1);
    }
}

static bool is_behind_expression(char c)
{
    return c == ';' || c == '\r' || c == '\n' || is_blank(c);
}

static void add_expression(struct compiler *c, const char *function, struct str code)
{
    struct buf text = {0};
    size_t n_lines = 0;

    c->failed = !ejs_append_code(&text, code) || c->failed;
    while (text.len > 0 && is_behind_expression(text.ptr[text.len - 1])) {
        n_lines += text.ptr[text.len - 1] == '\n';
        text.len--;
    }
    if (buf_error(&text) < 0) {
        c->failed = true;
    }
    buf_append(c->script, function, strlen(function));
    buf_append_str(c->script, buf_str(&text));
    buf_append(c->script, ");", 2);
    for (; n_lines > 0; n_lines--) {
        buf_append_char(c->script, '\n');
    }
    buf_deinit(&text);
}

static void add_code(struct compiler *c, char kind, struct str code)
{
    switch (kind) {
    case '=':
        add_expression(c, "__e(", code);
        break;
    case '-':
        add_expression(c, "__p(", code);
        break;
    case '#':
        append_line_ends(c->script, code);
        break;
    default:
        buf_append_char(c->script, ';');
        c->failed = !ejs_append_code(c->script, code) || c->failed;
        buf_append_char(c->script, ';');
        break;
    }
}

/* The tag that `rest` begins with. False: nothing ends it. */
static bool take_tag(struct compiler *c, char kind)
{
    size_t open = kind != ' ' ? 3 : 2;
    struct str code = str_from_offset(c->rest, open);
    char mark = '\0';

    code.len = find(code, "%>");
    if (code.ptr + code.len == c->rest.ptr + c->rest.len) {
        return false;
    }
    c->rest = str_from_offset(c->rest, open + code.len + 2);
    if (code.len > 0 && (code.ptr[code.len - 1] == '-' || code.ptr[code.len - 1] == '_')) {
        mark = code.ptr[code.len - 1];
        code.len--;
    }
    add_code(c, kind, code);
    if (mark != '\0') {
        skip_line_end(c, mark);
    }
    return true;
}

/* "%%>" in a text is "%>". */
static void add_texts(struct compiler *c, struct str text)
{
    size_t at = find(text, "%%");

    while (at < text.len) {
        if (at + 2 < text.len && text.ptr[at + 2] == '>') {
            add_text(c, (struct str){text.ptr, at});
            text = str_from_offset(text, at + 1);
        } else {
            add_text(c, (struct str){text.ptr, at + 1});
            text = str_from_offset(text, at + 1);
        }
        at = find(text, "%%");
    }
    add_text(c, text);
}

static bool take_next(struct compiler *c)
{
    struct str text = {c->rest.ptr, find(c->rest, "<%")};
    char kind = ' ';

    c->rest = str_from_offset(c->rest, text.len);
    if (c->rest.len > 2 && strchr(kinds, c->rest.ptr[2]) != NULL && c->rest.ptr[2] != '\0') {
        kind = c->rest.ptr[2];
    }
    add_texts(c, kind == '_' ? without_indent(text) : text);
    if (c->rest.len == 0) {
        return true;
    }
    if (kind == '%') { /* "<%%" is "<%" */
        add_text(c, (struct str){c->rest.ptr, 2});
        c->rest = str_from_offset(c->rest, 3);
        return true;
    }
    return take_tag(c, kind);
}

int ejs_compile(struct buf *script, struct ejs_literals *literals, struct str template,
                size_t *line)
{
    struct compiler c = {.script = script, .literals = literals, .rest = template};

    while (c.rest.len > 0) {
        if (!take_next(&c)) {
            *line = 1;
            for (const char *at = template.ptr; at < c.rest.ptr; at++) {
                *line += *at == '\n';
            }
            return SAILS_EPROTO;
        }
    }
    return c.failed ? SAILS_ENOMEM : buf_error(script);
}

void ejs_literals_deinit(struct ejs_literals *literals)
{
    mem_free(literals->items);
    *literals = (struct ejs_literals){0};
}
