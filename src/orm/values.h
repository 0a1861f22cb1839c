/*
 * values.h - what is to be written, in one normal form.
 *
 * Purpose    New records, values to set, ids and members: checked, coerced, completed and encrypted
 *            (waterline 3).
 * Ownership  Everything lives in the arena that it was made in. Values that fit are those of the JSON that
 *            was given, which must live as long and not be changed; others are shared by all threads
 *            (model.h): read them, change nothing.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base, OpenSSL (cipher.h).
 */
#ifndef ORM_VALUES_H
#define ORM_VALUES_H

#include "base/arena.h"
#include "orm/model.h"
#include "orm/orm_error.h"

enum {
    VALUES_DEPTH_MAX = 64,       /* of a json value */
    VALUES_RECORDS_MAX = 100000, /* of one createEach(): what is more is several calls */
    VALUES_IDS_MAX = 30000 /* target ids, or members of one collection; as CRITERIA_VALUES_MAX */
};

struct value {
    const struct orm_attribute *attribute;
    json_t *value; /* coerced to the attribute's type, or null. Encrypted where that is asked for */
};

/* The members of a to-many that are to replace what is there. */
struct members {
    const struct orm_attribute *attribute;
    json_t **ids; /* each once */
    size_t n;
};

/*
 * A record to write.
 *
 * A new record has a value for each of model->columns, in their order: the primary key is null where the
 * database is to make it. Values to set have those that were given, in the order in which they were, and
 * the timestamps of updates behind.
 */
struct values {
    const struct orm_model *model;
    struct value *values;
    size_t n;
    struct members *collections; /* those that were given */
    size_t n_collections;
};

/* What decides how values are read, beside themselves; one for all records of a call. */
struct values_options {
    int64_t now_ms; /* of automatic timestamps */
    json_t
        *now_number; /* the same as a value, which is made once, when it is wanted; to begin with */
    json_t *now_text;         /* NULL, as this one */
    bool skip_encryption;     /* meta skipEncryption */
    const char *encrypt_with; /* meta encryptWith: the id of a key; NULL: "default" */
};

/*
 * A new record. NULL is Waterline's `undefined`: {}.
 *
 * 0; SAILS_EINVAL: `problem` says in Waterline's words what is wrong, with one of the codes E_TYPE,
 * E_REQUIRED, E_VIOLATES_RULES, E_HIGHLY_IRREGULAR; SAILS_ETOOBIG: over a limit, alike; SAILS_ENOMEM; -EIO:
 * OpenSSL has refused. So do the following.
 */
int values_read_new_record(struct values *out, struct arena *arena, const struct orm_model *model,
                           json_t *json, struct values_options *options, struct orm_error *problem);

/* Values to set of an update. */
int values_read_set(struct values *out, struct arena *arena, const struct orm_model *model,
                    json_t *json, struct values_options *options, struct orm_error *problem);

/*
 * A record for the application's callbacks to look at and to change: {attribute: value}, with the members
 * that were given (of a new record: [] for the others). Copies of all that could be changed. A new
 * reference; NULL: no memory.
 */
json_t *values_to_json(const struct values *values, bool is_new_record);

/*
 * What a callback has made of it. Nothing is checked again (waterline 7), but what no attribute can hold:
 * unknown names are dropped, members must be ids. `json` is kept. As values_read_new_record().
 */
int values_from_json(struct values *out, struct arena *arena, const struct orm_model *model,
                     json_t *json, bool is_new_record, struct orm_error *problem);

#endif
