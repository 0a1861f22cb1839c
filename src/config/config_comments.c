#include "config/config_comments.h"

#include "base/str.h"

#include <sails/err.h>

struct cursor {
    char *text;
    size_t len;
    size_t at;
    size_t line; /* of `at`, from 1 */
};

static bool is_at(const struct cursor *c, const char pair[2])
{
    return c->len - c->at >= 2 && c->text[c->at] == pair[0] && c->text[c->at + 1] == pair[1];
}

static void step(struct cursor *c)
{
    c->line += c->text[c->at] == '\n' ? 1 : 0;
    c->at++;
}

/* A byte of a longer character becomes a blank, too: jansson's columns count characters, but only
 * what follows a comment on its last line would be told too far to the right. */
static void blank(struct cursor *c)
{
    char *byte = &c->text[c->at];

    if (*byte != '\n' && *byte != '\r') {
        *byte = ' ';
    }
    step(c);
}

/* A string ends with its quote, or with its line: JSON's strings have no line ends, and a forgotten
 * quote is better told by the parser. */
static void skip_string(struct cursor *c)
{
    step(c);
    while (c->at < c->len && c->text[c->at] != '\n') {
        bool is_escape = c->text[c->at] == '\\';
        bool is_end = c->text[c->at] == '"';

        step(c);
        if (is_end) {
            return;
        }
        if (is_escape && c->at < c->len && c->text[c->at] != '\n') {
            step(c);
        }
    }
}

static void blank_line(struct cursor *c)
{
    while (c->at < c->len && c->text[c->at] != '\n') {
        blank(c);
    }
}

/* Both its ends have two bytes of their own: slash-star-slash is a beginning and no end. */
static bool blank_block(struct cursor *c)
{
    blank(c);
    blank(c);
    while (c->at < c->len && !is_at(c, "*/")) {
        blank(c);
    }
    if (c->at == c->len) {
        return false;
    }
    blank(c);
    blank(c);
    return true;
}

int config_comments_blank(char *text, size_t len, size_t *line)
{
    struct cursor c = {.text = text, .len = len, .line = 1};

    while (c.at < c.len) {
        if (c.text[c.at] == '"') {
            skip_string(&c);
        } else if (is_at(&c, "//")) {
            blank_line(&c);
        } else if (is_at(&c, "/*")) {
            size_t begin = c.line;

            if (!blank_block(&c)) {
                *line = begin;
                return SAILS_ECONFIG;
            }
        } else {
            step(&c);
        }
    }
    return 0;
}
