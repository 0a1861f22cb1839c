/*
 * blueprint_kind.h - the nine actions that every model has.
 *
 * Purpose    Their names.
 * Ownership  None.
 * Threads    Any.
 * Floor      blueprints.
 */
#ifndef BLUEPRINTS_BLUEPRINT_KIND_H
#define BLUEPRINTS_BLUEPRINT_KIND_H

enum blueprint_kind {
    BLUEPRINT_FIND,
    BLUEPRINT_FIND_ONE,
    BLUEPRINT_CREATE,
    BLUEPRINT_UPDATE,
    BLUEPRINT_DESTROY,
    BLUEPRINT_POPULATE,
    BLUEPRINT_ADD,
    BLUEPRINT_REMOVE,
    BLUEPRINT_REPLACE
};

enum {
    BLUEPRINT_KINDS = BLUEPRINT_REPLACE + 1
};

/* "findOne"; as a part of an action's identity it is in lower case. */
const char *blueprint_kind_name(enum blueprint_kind kind);

#endif
