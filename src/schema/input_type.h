/*
 * input_type.h - the types of declared inputs, as a table writes them.
 *
 * Purpose    Reads "number", "[string]" or "{a: number, b: [{}]}" (Sails' exemplars), and brings values
 *            to such a type.
 * Ownership  A type owns its parts and its names.
 * Threads    Any, once it has been made.
 * Floor      schema; uses base.
 */
#ifndef SCHEMA_INPUT_TYPE_H
#define SCHEMA_INPUT_TYPE_H

#include "base/buf.h"
#include "base/list.h"

#include <jansson.h>

enum input_kind {
    INPUT_STRING,
    INPUT_NUMBER,
    INPUT_BOOLEAN,
    INPUT_JSON,
    INPUT_REF,
    INPUT_ARRAY,
    INPUT_DICTIONARY
};

enum {
    INPUT_TYPE_DEPTH_MAX = 16,   /* of tables: nobody writes more by hand */
    INPUT_TYPE_MISFITS_MAX = 20, /* bullets of one input; a body of 1 MB could ask for 300,000 */
};

struct input_type {
    enum input_kind kind;
    struct list in_parent;
    char *name;        /* of a dictionary's member; else NULL */
    struct list parts; /* struct input_type: an array's one, a dictionary's members; empty: any */
};

/* 0; SAILS_EINVAL: not a type; SAILS_ENOMEM. */
int input_type_create(const char *text, struct input_type **out);

/* NULL is harmless. */
void input_type_destroy(struct input_type *type);

/* "a string", "an array"; "strings"; "string". */
const char *input_kind_phrase(enum input_kind kind);
const char *input_kind_plural(enum input_kind kind);
const char *input_kind_noun(enum input_kind kind);

/*
 * A value of the type that is as close as can be: *out is a new reference. Members of objects that the
 * type does not name are left out.
 *
 * 0; SAILS_EINVAL: it does not fit, and to *misfits a line for each place has been appended, as Sails
 * words them; SAILS_ENOMEM.
 */
int input_type_fit(const struct input_type *type, json_t *value, struct buf *misfits, json_t **out);

#endif
