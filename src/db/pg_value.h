/*
 * pg_value.h - values as PostgreSQL sends them, in binary or as text.
 *
 * Purpose    Decode what stands in a column of a result; a codec, without libpq.
 * Ownership  Texts are views of what was given.
 * Threads    Any.
 * Floor      db; uses base.
 */
#ifndef DB_PG_VALUE_H
#define DB_PG_VALUE_H

#include "db/adapter.h"

enum {
    PG_VALUE_TIME_MAX = 40 /* of a date and time as text */
};

/* Whether a type (its number in pg_type) can be decoded from binary. */
bool pg_value_has_binary(unsigned type);

/* Of a type that has binary. */
void pg_value_from_binary(unsigned type, struct str data, struct db_value *value);

/* Of any type. `text` has a NUL behind it; `decoded` is memory for what is spelled in another way, which *value may
 * be a view of. */
void pg_value_from_text(unsigned type, struct str text, char decoded[PG_VALUE_TIME_MAX],
                        struct db_value *value);

#endif
