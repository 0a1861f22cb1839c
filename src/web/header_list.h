/*
 * header_list.h - names and values of headers.
 *
 * Purpose    The headers of a request or response, in two allocations however many there are.
 * Ownership  Copies names and values.
 * Threads    One thread at a time.
 * Floor      web; uses http, base.
 */
#ifndef WEB_HEADER_LIST_H
#define WEB_HEADER_LIST_H

#include "base/buf.h"

struct header_slot;

/*
 * Whether an answer may have it, over either transport: what HTTP can send (http_fields.h), and a value
 * that is UTF-8, since over a socket it becomes JSON.
 */
bool header_list_is_header(struct str name, struct str value);

struct header_list {
    struct buf text; /* every name and value, each with a NUL behind it */
    struct buf slots;
};

/* {0} is a valid empty list, too. */
void header_list_deinit(struct header_list *list);

/* Sets a header; all of that name (in any case) are replaced. 0, SAILS_ENOMEM. */
int header_list_set(struct header_list *list, struct str name, struct str value);

/* A further header, whether there are some of that name or not: for Set-Cookie. 0, SAILS_ENOMEM. */
int header_list_add(struct header_list *list, struct str name, struct str value);

/* The first of that name, NUL-terminated; {NULL, 0}: there is none. A view, until the next change. */
struct str header_list_get(const struct header_list *list, struct str name);

/* All of that name. */
void header_list_remove(struct header_list *list, struct str name);

/* In order, `at` from 0 up; false behind the last. NUL-terminated both. */
bool header_list_at(const struct header_list *list, size_t at, struct str *name, struct str *value);

#endif
