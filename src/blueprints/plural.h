/*
 * plural.h - the plural of an English word, for paths: "house" and "houses", "person" and "people".
 *
 * Purpose    `blueprints.pluralize` (pubsub-and-blueprints 9).
 * Ownership  None: appends to the caller's buf.
 * Threads    Any.
 * Floor      blueprints; uses base.
 */
#ifndef BLUEPRINTS_PLURAL_H
#define BLUEPRINTS_PLURAL_H

#include "base/buf.h"

/* A word in lower case; what is a plural already stays as it is. */
void plural_append(struct buf *out, struct str word);

#endif
