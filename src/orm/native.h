/*
 * native.h - SQL of the application's own, with values that are bound.
 *
 * Purpose    `$1`, `$2`, ... on every database (waterline 11): where it numbers its parameters otherwise,
 *            the statement is spelled anew. Texts, names in quotes and comments are left alone.
 * Ownership  Rows are a new list.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 */
#ifndef ORM_NATIVE_H
#define ORM_NATIVE_H

#include "orm/database.h"

enum {
    NATIVE_VALUES_MAX = 32766 /* what every database binds */
};

struct native_result {
    json_t *rows;
    int64_t affected; /* -1: the driver does not tell */
};

/* `values` is borrowed: a list, or NULL. 0, or a negative code with db->error set. */
int native_run(struct sails_db *db, struct connection *c, struct str sql, const json_t *values,
               struct native_result *result);

#endif
