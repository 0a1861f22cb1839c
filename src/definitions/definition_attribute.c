#include "base/macros.h"
#include "definitions/definition.h"

#include <sails/err.h>

/*
 * An attribute is read in three steps. First each key by itself: the table `keys` has a function for each;
 * what is no key and no rule is a problem. Then what the keys say together (definition_check.c), and
 * where the attribute is stored (definition_column.c).
 */

/* ---- the keys ---- */

/* Old types: what they are now, or that they are gone. */
static const struct old_type {
    const char *name;
    const char *now;    /* NULL: gone */
    const char *advice; /* of those that are gone */
} old_types[] = {
    {"text", "string", NULL},     {"mediumtext", "string", NULL}, {"longtext", "string", NULL},
    {"integer", "number", NULL},  {"float", "number", NULL},      {"array", NULL, "json"},
    {"date", NULL, "string"},     {"datetime", NULL, "string"},   {"binary", NULL, "ref"},
    {"objectid", NULL, "string"},
};

static bool find_type(struct str name, enum orm_type *type)
{
    static const enum orm_type all[] = {ORM_STRING, ORM_NUMBER, ORM_BOOLEAN, ORM_JSON, ORM_REF};

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_eq_nocase(name, str_from(model_type_name(all[i])))) {
            *type = all[i];
            return true;
        }
    }
    return false;
}

static const struct old_type *find_old_type(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(old_types); i++) {
        if (str_eq_nocase(name, str_from(old_types[i].name))) {
            return &old_types[i];
        }
    }
    return NULL;
}

static void read_type(struct definition_attribute *at, const char *key, json_t *value)
{
    const char *text = definition_text(at->r, key, value);
    const struct old_type *old = NULL;

    if (text == NULL) {
        return;
    }
    at->has_type = find_type(str_from(text), &at->attribute->type);
    if (at->has_type) {
        return;
    }
    old = find_old_type(str_from(text));
    if (old == NULL) {
        definition_problem(at->r, "`%s` is no type; types are string, number, boolean, json, ref",
                           text);
    } else if (old->now == NULL) {
        definition_problem(
            at->r,
            "the type `%s` is no longer supported: use %s, and `columnType` for what "
            "the database calls it",
            text, old->advice);
    } else {
        definition_warning(at->r, "the type `%s` is called `%s` now", text, old->now);
        at->has_type = find_type(str_from(old->now), &at->attribute->type);
    }
}

static void read_model(struct definition_attribute *at, const char *key, json_t *value)
{
    at->attribute->association = ORM_TO_ONE;
    at->other = definition_text(at->r, key, value);
}

static void read_collection(struct definition_attribute *at, const char *key, json_t *value)
{
    at->attribute->association = ORM_TO_MANY;
    at->other = definition_text(at->r, key, value);
}

static void read_via(struct definition_attribute *at, const char *key, json_t *value)
{
    at->has_via_key = true;
    at->via = definition_text(at->r, key, value);
}

static void read_through(struct definition_attribute *at, const char *key, json_t *value)
{
    at->has_via_key = true;
    at->through = definition_text(at->r, key, value);
}

static void read_dominant(struct definition_attribute *at, const char *key, json_t *value)
{
    at->has_via_key = true;
    definition_flag(at->r, key, value, &at->is_dominant);
}

static void read_required(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->required);
}

static void read_allow_null(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->allow_null);
}

static void read_created_at(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->auto_created_at);
}

static void read_updated_at(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->auto_updated_at);
}

static void read_encrypt(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->encrypt);
}

static void read_default(struct definition_attribute *at, const char *key, json_t *value)
{
    (void)key;
    at->attribute->default_value = arena_keep(&at->r->orm->arena, value);
    at->r->no_memory = at->r->no_memory || at->attribute->default_value == NULL;
}

static void read_column_name(struct definition_attribute *at, const char *key, json_t *value)
{
    at->column_name = definition_text(at->r, key, value);
}

static void read_unique(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->unique);
}

static void read_auto_increment(struct definition_attribute *at, const char *key, json_t *value)
{
    definition_flag(at->r, key, value, &at->attribute->auto_increment);
}

static void read_column_type(struct definition_attribute *at, const char *key, json_t *value)
{
    at->column_type = definition_text(at->r, key, value);
}

/* For people, or of no effect in the ORM. */
static void read_nothing(struct definition_attribute *at, const char *key, json_t *value)
{
    (void)at;
    (void)key;
    (void)value;
}

static void read_gone(struct definition_attribute *at, const char *key, json_t *value)
{
    (void)value;
    if (strcmp(key, "primaryKey") == 0) {
        definition_problem(at->r,
                           "`primaryKey` stands at the top of a model, not in an attribute: "
                           "\"primaryKey\": \"%s\"",
                           at->attribute->name.ptr);
    } else {
        definition_problem(at->r, "`%s` is no longer supported: use `customToJSON`", key);
    }
}

static void read_migrations(struct definition_attribute *at, const char *key, json_t *value);

struct key {
    const char *name;
    void (*read)(struct definition_attribute *at, const char *key, json_t *value);
};

/* Those of `autoMigrations` come first: they may also stand beside the type, and win there. */
static const struct key keys[] = {
    {"unique", read_unique},
    {"autoIncrement", read_auto_increment},
    {"columnType", read_column_type},
    {"autoMigrations", read_migrations},
    {"type", read_type},
    {"model", read_model},
    {"collection", read_collection},
    {"via", read_via},
    {"through", read_through},
    {"dominant", read_dominant},
    {"required", read_required},
    {"allowNull", read_allow_null},
    {"defaultsTo", read_default},
    {"autoCreatedAt", read_created_at},
    {"autoUpdatedAt", read_updated_at},
    {"encrypt", read_encrypt},
    {"columnName", read_column_name},
    {"validations", read_nothing}, /* definition_rules.c */
    {"protect", read_nothing},
    {"description", read_nothing},
    {"extendedDescription", read_nothing},
    {"moreInfoUrl", read_nothing},
    {"example", read_nothing},
    {"meta", read_nothing},
    {"primaryKey", read_gone},
    {"protected", read_gone},
};

enum {
    N_MIGRATION_KEYS = 3,
    N_GONE_KEYS = 2
};

static const struct key *find_key(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

static void refuse_key(struct definition_attribute *at, const char *name, size_t n)
{
    const char *names[ARRAY_LEN(keys)];

    for (size_t i = 0; i < n; i++) {
        names[i] = keys[i].name;
    }
    definition_unknown(at->r, "property", name, names, n);
}

static void read_migrations(struct definition_attribute *at, const char *key, json_t *value)
{
    const char *name = NULL;
    json_t *member = NULL;

    if (!json_is_object(value)) {
        definition_problem(at->r, "`%s` must be an object", key);
        return;
    }
    json_object_foreach(value, name, member)
    {
        const struct key *known = find_key(name, N_MIGRATION_KEYS);

        if (known != NULL) {
            known->read(at, name, member);
        } else {
            refuse_key(at, name, N_MIGRATION_KEYS);
        }
    }
}

static void read_keys(struct definition_attribute *at)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_t *migrations = json_object_get(at->json, "autoMigrations");

    if (migrations != NULL) {
        read_migrations(at, "autoMigrations", migrations);
    }
    json_object_foreach(at->json, name, value)
    {
        const struct key *key = find_key(name, ARRAY_LEN(keys));

        if (key == NULL && !definition_rules_know(name)) {
            refuse_key(at, name, ARRAY_LEN(keys) - N_GONE_KEYS);
        } else if (key != NULL && key->read != read_migrations) {
            key->read(at, name, value);
        }
    }
}

/* ---- the whole ---- */

static json_t *make_base(enum orm_type type)
{
    switch (type) {
    case ORM_STRING:
        return json_string("");
    case ORM_NUMBER:
        return json_integer(0);
    case ORM_BOOLEAN:
        return json_false();
    case ORM_JSON:
    case ORM_REF:
        break;
    }
    return json_null();
}

/* waterline 1.2: what an omitted attribute becomes. */
static void set_base_value(struct definition_attribute *at)
{
    struct orm_attribute *attribute = at->attribute;

    if (attribute->required || definition_is_timestamp(attribute) ||
        attribute->association == ORM_TO_MANY) {
        return;
    }
    if (attribute->default_value != NULL) {
        attribute->base_value = attribute->default_value;
    } else if (attribute->is_primary_key || attribute->association == ORM_TO_ONE ||
               attribute->allow_null) {
        attribute->base_value = json_null();
    } else {
        attribute->base_value = arena_keep_new(&at->r->orm->arena, make_base(attribute->type));
        at->r->no_memory = at->r->no_memory || attribute->base_value == NULL;
    }
}

static void add_link(struct definition_attribute *at)
{
    struct definition_link *link = NULL;

    if (at->attribute->association == ORM_PLAIN || at->other == NULL) {
        return;
    }
    link = arena_calloc(&at->r->arena, 1, sizeof(*link));
    if (link == NULL) {
        at->r->no_memory = true;
        return;
    }
    *link = (struct definition_link){.model = at->model,
                                     .attribute = at->attribute,
                                     .other = at->other,
                                     .via = at->via,
                                     .through = at->through,
                                     .is_dominant = at->is_dominant};
    *at->r->last_link = link;
    at->r->last_link = &link->next;
    at->r->n_links++;
}

/* Rules need a type; without one there is a problem already. */
static void read_rules(struct definition_attribute *at)
{
    if (at->has_type || at->attribute->association != ORM_PLAIN) {
        definition_rules_read(at->r, at->attribute, at->json);
    }
}

void definition_attribute_read(struct definition_reader *r, struct orm_model *model,
                               struct orm_attribute *attribute, json_t *json)
{
    json_t *shorthand = json_is_string(json) ? json_pack("{sO}", "type", json) : NULL;
    struct definition_attribute at = {.r = r, .model = model, .attribute = attribute, .json = json};

    if (json_is_string(json)) {
        at.json = shorthand;
        r->no_memory = r->no_memory || shorthand == NULL;
    }
    if (str_find(attribute->name, '.') < attribute->name.len) {
        definition_problem(r, "a name may not have a dot");
    }
    if (strcmp(attribute->name.ptr, "toJSON") == 0) {
        definition_problem(r, "`toJSON` is no attribute: use `customToJSON`");
    } else if (!json_is_object(at.json)) {
        definition_problem(r, "it must be an object, or the name of a type");
    } else {
        read_keys(&at);
        definition_check(&at);
        definition_column_set(&at);
        set_base_value(&at);
        read_rules(&at);
        add_link(&at);
    }
    json_decref(shorthand);
}
