/*
 * html.h - text within HTML.
 *
 * Purpose    What anybody has said is text on a page, and never markup.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/buf.h"

/* With & < > " ' as references, so that it may stand in an element or in a quoted attribute. */
void html_append_text(struct buf *out, struct str text);

#endif
