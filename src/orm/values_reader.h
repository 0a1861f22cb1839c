/*
 * values_reader.h - one value of one attribute, for the files that read values.
 *
 * Purpose    Coerce, check and encrypt a value that is to be written (waterline 3), and ids (1.3).
 * Ownership  Values are kept in the arena.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 */
#ifndef ORM_VALUES_READER_H
#define ORM_VALUES_READER_H

#include "orm/values.h"

struct values_reader {
    struct arena *arena;
    const struct orm_model *model;
    struct values_options options;
    struct orm_error *problem;
};

/* A usage problem with one of the codes of validate(): E_TYPE, E_REQUIRED, ... SAILS_EINVAL, or SAILS_ENOMEM. */
int values_problem(struct values_reader *r, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The value as it is to be stored: of an attribute that has a column. */
int values_read_value(struct values_reader *r, const struct orm_attribute *attribute, json_t *value,
                      json_t **out);

/*
 * A primary key of that attribute's kind: SAILS_EINVAL without a problem told; SAILS_ENOMEM.
 */
int values_read_key(struct arena *arena, const struct orm_attribute *key, json_t *value,
                    json_t **out);

/* One id or a list of them, each once. SAILS_EINVAL: `why` has been appended to; SAILS_ETOOBIG alike. */
int values_read_ids(struct arena *arena, const struct orm_attribute *key, json_t *value,
                    json_t ***ids, size_t *n, struct buf *why);

/* The time of an automatic timestamp. */
int values_timestamp(struct values_reader *r, const struct orm_attribute *attribute, json_t **out);

#endif
