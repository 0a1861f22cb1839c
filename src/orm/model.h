/*
 * model.h - the models of an application, as they are once they are linked.
 *
 * Purpose    What all of the ORM reads: models, their attributes, how they belong together, and where
 *            they are stored (waterline 1, 6, 12).
 * Ownership  A struct orm owns everything below it. Made by definitions.h, ended by orm_destroy().
 * Threads    Any: nothing changes once it is made. JSON values in it are shared by all threads: their
 *            references are counted atomically, but they must never be changed nor be given out to be
 *            changed.
 * Floor      orm; uses schema, base.
 *
 *     orm ---- datastores
 *      |
 *      +------ models by identity ---- attributes by name, in one order
 *                                           |  other, via, junction
 *                                           v
 *                                      attributes of other models
 *
 * I1  attributes[i].index == i, and columns[] has those that have a column, in the same order.
 * I2  An association's `other` is set; of a to-many, exactly one of `foreign_key` (the children hold it)
 *     and `junction` (rows of a table of their own hold pairs) is set.
 * I3  A to-one attribute has the type of the other model's primary key.
 */
#ifndef ORM_MODEL_H
#define ORM_MODEL_H

#include "base/arena.h"
#include "base/map.h"
#include "schema/rule_set.h"

#include <jansson.h>

#include <sails/model.h>

struct orm_model;
struct orm_attribute;

enum orm_type {
    ORM_STRING,
    ORM_NUMBER,
    ORM_BOOLEAN,
    ORM_JSON,
    ORM_REF
};

enum orm_association {
    ORM_PLAIN,
    ORM_TO_ONE, /* `model`: the column holds the other's primary key */
    ORM_TO_MANY /* `collection`: no column */
};

/* What the column must be able to hold (waterline 12); ORM_COLUMN_RAW: `column_type` says it in the words
 * of the database. */
enum orm_column {
    ORM_COLUMN_NONE, /* a to-many has no column */
    ORM_COLUMN_STRING,
    ORM_COLUMN_NUMBER,
    ORM_COLUMN_NUMBER_KEY,
    ORM_COLUMN_STRING_KEY,
    ORM_COLUMN_NUMBER_TIMESTAMP,
    ORM_COLUMN_STRING_TIMESTAMP,
    ORM_COLUMN_BOOLEAN,
    ORM_COLUMN_JSON,
    ORM_COLUMN_REF,
    ORM_COLUMN_RAW
};

/* The rows of pairs in which a to-many that is not a foreign key of the children is stored. */
struct orm_junction {
    const struct orm_model *model;      /* the table; implicit, or the one of `through` */
    const struct orm_attribute *parent; /* its column for the key of the collection's owner */
    const struct orm_attribute *child;  /* its column for the key of the other model */
};

struct orm_attribute {
    struct map_node by_name;
    struct map_node by_column;
    const struct orm_model *model; /* whose it is */
    struct str name;               /* with a NUL behind it */
    unsigned index;                /* in model->attributes */
    unsigned column_index;         /* in model->columns; of a to-many: meaningless */
    enum orm_type type;
    enum orm_association association;

    bool is_primary_key;
    bool required;
    bool allow_null;
    bool unique;
    bool auto_increment;
    bool auto_created_at;
    bool auto_updated_at;
    bool encrypt; /* stored as TEXT, whatever the type */

    /* Of `defaultsTo`; NULL: none. */
    json_t *default_value;
    /* What a new record has where the attribute is omitted: the default, or the base value of the type.
     * NULL: nothing that is constant (required, timestamps, to-many). */
    json_t *base_value;
    struct rule_set rules;

    /* Where it is stored; all empty for a to-many. */
    struct str column; /* with a NUL behind it */
    enum orm_column column_kind;
    const char *column_type; /* of ORM_COLUMN_RAW: "varchar"; else the tag, "_string" */

    /* Of associations. */
    const struct orm_model *other;
    const struct orm_attribute *via; /* as declared: what leads back; NULL: nothing declared */
    const struct orm_attribute *foreign_key; /* of a to-many: the children's; NULL: a junction */
    const struct orm_junction *junction;     /* of a to-many; NULL: a foreign key */
};

/* A function of the application's that a definition names; all NULL: none. */
struct orm_lifecycle {
    sails_lifecycle_cb call;
    void *ctx;
};

struct orm_to_json {
    sails_to_json_cb call;
    void *ctx;
};

struct orm_encryption_key {
    const char *id;
    unsigned char bytes[32];
};

struct orm_datastore {
    const char *name;
    unsigned index; /* in orm->datastores */
    json_t *config; /* as it was given; an object */
};

struct orm_model {
    struct map_node by_identity;
    const struct orm *orm;
    struct str identity; /* "user"; with a NUL behind it, as `table` */
    struct str table;
    const char *global_id; /* as the model's file is named, "User"; for messages */
    unsigned index;        /* in orm->models */
    const struct orm_datastore *datastore;
    bool is_implicit; /* a junction or the archive: nobody has defined it */
    bool is_junction; /* an implicit one */

    struct orm_attribute *attributes; /* in the order of the definition, inherited ones first */
    unsigned n_attributes;
    const struct orm_attribute **columns; /* those that have a column */
    unsigned n_columns;
    struct map attributes_by_name;
    struct map attributes_by_column;
    const struct orm_attribute *primary_key;
    bool has_encrypted;                      /* some attribute is */
    unsigned n_collections;                  /* attributes that are a to-many */
    const struct orm_attribute **timestamps; /* those with autoUpdatedAt */
    unsigned n_timestamps;

    bool fetch_on_create;
    bool fetch_on_create_each;
    bool fetch_on_update;
    bool fetch_on_destroy;
    bool cascade_on_destroy;
    const struct orm_model *archive; /* NULL: `archiveModelIdentity: false` */

    struct orm_lifecycle before_create;
    struct orm_lifecycle after_create;
    struct orm_lifecycle before_update;
    struct orm_lifecycle after_update;
    struct orm_lifecycle before_destroy;
    struct orm_lifecycle after_destroy;
    struct orm_to_json to_json;

    const struct orm_encryption_key *keys; /* the first is "default" */
    unsigned n_keys;
};

struct orm {
    struct orm_datastore *datastores;
    unsigned n_datastores;
    struct orm_model **models; /* in the order of their identities */
    unsigned n_models;
    struct map models_by_identity;
    const char *migrate; /* "alter", "drop", "safe"; NULL: nothing is said */
    struct arena arena;  /* of all that is not named as somebody else's */
};

/* NULL is harmless. */
void orm_destroy(struct orm *orm);

#ifndef NDEBUG
/* Asserts I1 to I3. */
void orm_check(const struct orm *orm);
#endif

/* Each NULL: there is none. Identities are found without regard to case, as in Sails. */
const struct orm_model *orm_find_model(const struct orm *orm, struct str identity);
const struct orm_datastore *orm_find_datastore(const struct orm *orm, const char *name);
const struct orm_attribute *model_find_attribute(const struct orm_model *model, struct str name);

/* By the name of its column. */
const struct orm_attribute *model_find_column(const struct orm_model *model, struct str column);

/* "string", "number", ... */
const char *model_type_name(enum orm_type type);

/* Whether one child can belong to one parent only: the children hold the key. */
static inline bool model_is_exclusive(const struct orm_attribute *collection)
{
    return collection->foreign_key != NULL;
}

#endif
