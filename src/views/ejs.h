/*
 * ejs.h - templates of EJS as scripts.
 *
 * Purpose    Turn `<li><%= name %></li>` into JavaScript that prints it, line for line, so that an error's
 *            line is the template's.
 * Ownership  What is written is the caller's; literals are views of the template.
 * Threads    Any.
 * Floor      views; uses base. No JavaScript runs here.
 *
 *     <li>          __t(0);
 *     <%= name %>   __e(name);        escaped
 *     <%- html %>   __p(html);        as it is
 *     <% code %>    code;             with __g() in its loops and functions, which may end it
 */
#ifndef VIEWS_EJS_H
#define VIEWS_EJS_H

#include "base/buf.h"

/* Texts of templates; __t(n) prints the n-th. */
struct ejs_literals {
    struct str *items;
    size_t n, cap;
};

/*
 * Appends the script of a template, and its texts. 0; SAILS_EPROTO: a tag is not closed, *line (from 1) is
 * where it begins; SAILS_ENOMEM.
 */
int ejs_compile(struct buf *script, struct ejs_literals *literals, struct str template,
                size_t *line);
void ejs_literals_deinit(struct ejs_literals *literals);

/*
 * Appends JavaScript without its comments (line ends stay), with a call of __g() at the beginning of each round
 * of a loop of `for (;;)` and `while`, and of each function. Code that is not JavaScript comes out as some other
 * that is none. False: there was no memory for it.
 */
bool ejs_append_code(struct buf *script, struct str code);

#endif
