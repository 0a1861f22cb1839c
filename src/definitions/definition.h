/*
 * definition.h - reading definitions, among the files that do it.
 *
 * Purpose    What definitions.c and the files beside it share: the state of one reading, and the lines
 *            about what is wrong.
 * Ownership  The reader borrows what it is given and writes into a struct orm that definitions.c owns.
 * Threads    One thread at a time.
 * Floor      definitions; uses orm, schema, base.
 *
 *     definitions.c --> definition_model.c --> definition_attribute.c --> definition_check.c
 *           |             definition_settings.c                |            definition_column.c
 *           |                                                  +----------> definition_rules.c
 *           +---------> definition_link.c --> definition_junction.c
 *                         definition_archive.c
 *
 * Reading goes on after a problem, so that all of them are told at once; what has one is not used
 * further. Memory that is out is noted once, in `no_memory`, and asked for at the end.
 */
#ifndef DEFINITIONS_DEFINITION_H
#define DEFINITIONS_DEFINITION_H

#include "definitions/definitions.h"

/* What an association names, until it is found. */
struct definition_link {
    struct definition_link *next;
    struct orm_model *model;
    struct orm_attribute *attribute;
    const char *other;   /* an identity */
    const char *via;     /* NULL: not given, as the next */
    const char *through; /* an identity */
    bool is_dominant;
};

struct definition_reader {
    const struct definitions *given;
    struct orm *orm;
    struct arena arena; /* of what only the reading needs */
    struct buf *problems;
    struct buf *warnings;
    size_t n_problems;
    bool is_about_models;
    bool no_memory;

    const char *place;     /* what lines begin with; NULL: nothing */
    const char *attribute; /* NULL: the model itself */

    struct orm_model **models; /* those that were given */
    unsigned n_models;
    struct definition_link *links; /* in the order of the definitions */
    struct definition_link **last_link;
    unsigned n_links;
};

/* An attribute while it is read: what is not yet part of the model. */
struct definition_attribute {
    struct definition_reader *r;
    struct orm_model *model;
    struct orm_attribute *attribute;
    json_t *json;
    bool has_type; /* a valid one */
    const char *column_type;
    const char *column_name;
    const char *other; /* of `model` or `collection` */
    const char *via;
    const char *through;
    bool is_dominant;
    bool has_via_key; /* via, through or dominant */
};

static inline bool definition_is_timestamp(const struct orm_attribute *attribute)
{
    return attribute->auto_created_at || attribute->auto_updated_at;
}

/* One line: "<place>: attribute `<attribute>`: <text>". About a model where a place is set. */
void definition_problem(struct definition_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void definition_warning(struct definition_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A problem about an unknown `name`, with the closest of the known ones. `what`: "setting of a model". */
void definition_unknown(struct definition_reader *r, const char *what, const char *name,
                        const char *const *known, size_t n_known);

/* As arena_calloc() and arena_strndup() of what the models keep; NULL: noted. */
void *definition_calloc(struct definition_reader *r, size_t n, size_t size);
struct str definition_copy(struct definition_reader *r, struct str text);

/* A text of at least one byte without a NUL; NULL, and a problem that names `key`: it is none. */
const char *definition_text(struct definition_reader *r, const char *key, json_t *value);

/* true or false into *out; a problem that names `key`: neither. */
void definition_flag(struct definition_reader *r, const char *key, json_t *value, bool *out);

/* What "@name" stands for; NULL, and a problem that names `key`: nothing. */
const struct sails_model_function *definition_function(struct definition_reader *r, const char *key,
                                                       json_t *value);

/* ---- the steps ---- */

/* The model with its settings and attributes, nothing linked yet. */
void definition_model_read(struct definition_reader *r, struct orm_model *model, json_t *json);

/* Lists columns, finds names, and sets what follows from all attributes together. */
void definition_model_finish(struct definition_reader *r, struct orm_model *model);

/* A model that nobody defines, with room for attributes, of which the first is `id`. NULL: no memory. */
struct orm_model *definition_model_make(struct definition_reader *r, struct str identity,
                                        struct str table, const struct orm_datastore *datastore,
                                        unsigned n_attributes);

/* All settings of a model but its attributes and its primary key. */
void definition_settings_read(struct definition_reader *r, struct orm_model *model, json_t *json);

/* The value of a setting: the model's own, else the project's; NULL: neither. */
json_t *definition_settings_get(const struct definition_reader *r, json_t *json, const char *key);

/* Checks that config.models has nothing but settings. */
void definition_settings_check_defaults(struct definition_reader *r);

/* One attribute of model->attributes; `json` is a text or an object. */
void definition_attribute_read(struct definition_reader *r, struct orm_model *model,
                               struct orm_attribute *attribute, json_t *json);

/* What its keys say together. */
void definition_check(struct definition_attribute *at);

/* The name and type of its column. A to-one's type is left to definition_link.c, unless it is said. */
void definition_column_set(struct definition_attribute *at);

/* Sets an attribute of a model that nobody has defined. */
void definition_column_of(struct definition_reader *r, struct orm_model *model, unsigned index,
                          const char *name, enum orm_type type, enum orm_column column);

/* Whether the key is a rule by one of its names, old and dropped ones included. */
bool definition_rules_know(const char *key);

/*
 * The rules of an attribute: those of `validations` (NULL: none), then those that stand beside its type.
 * The type has been read.
 */
void definition_rules_read(struct definition_reader *r, struct orm_attribute *attribute,
                           json_t *json);

/* Finds what associations name, makes the models of junctions, and lists all models in orm->models. */
void definition_link_all(struct definition_reader *r);

/* The table of pairs of one association: found, or made. NULL: a problem, or no memory. */
const struct orm_junction *definition_junction_make(struct definition_reader *r,
                                                    const struct definition_link *link);

/* The junction that is the application's own model. NULL: a problem, or no memory. */
const struct orm_junction *definition_junction_through(struct definition_reader *r,
                                                       const struct definition_link *link);

/* Adds a model that nobody has defined to orm->models. */
void definition_link_add_model(struct definition_reader *r, struct orm_model *model);

/* The link of an attribute; NULL: it is no association. */
const struct definition_link *definition_link_of(const struct definition_reader *r,
                                                 const struct orm_attribute *attribute);

/* Finds the archive of each model that was given, and makes the one that nobody has defined. */
void definition_archive_link_all(struct definition_reader *r);

#endif
