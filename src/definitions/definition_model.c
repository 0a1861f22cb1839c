#include "base/hash.h"
#include "definitions/definition.h"

/* How many attributes a model may have: PostgreSQL ends at 1600 columns, MariaDB at 1017. */
enum {
    ATTRIBUTES_MAX = 1000
};

/* ---- attributes ---- */

struct named {
    const char *name;
    json_t *json;
};

/* The project's attributes, each as the model has it where it has it; then the model's other ones. */
static size_t merge_attributes(json_t *inherited, json_t *own, struct named *all)
{
    const char *name = NULL;
    json_t *json = NULL;
    size_t n = 0;

    json_object_foreach(inherited, name, json)
    {
        json_t *mine = json_object_get(own, name);

        all[n++] = (struct named){name, mine != NULL ? mine : json};
    }
    json_object_foreach(own, name, json)
    {
        if (json_object_get(inherited, name) == NULL) {
            all[n++] = (struct named){name, json};
        }
    }
    return n;
}

static void read_attribute(struct definition_reader *r, struct orm_model *model,
                           const struct named *named, const char *primary_key)
{
    struct orm_attribute *attribute = &model->attributes[model->n_attributes];
    struct str name = definition_copy(r, str_from(named->name));

    if (name.ptr == NULL) {
        return;
    }
    attribute->model = model;
    attribute->index = model->n_attributes++;
    attribute->name = name;
    attribute->is_primary_key = strcmp(named->name, primary_key) == 0;
    r->attribute = attribute->name.ptr;
    if (name.len == 0) {
        definition_problem(r, "an attribute needs a name");
    } else {
        definition_attribute_read(r, model, attribute, named->json);
    }
    r->attribute = NULL;
}

static json_t *attributes_of(struct definition_reader *r, json_t *json)
{
    json_t *attributes = json_object_get(json, "attributes");

    if (attributes != NULL && !json_is_object(attributes)) {
        definition_problem(r, "`attributes` must be an object");
        return NULL;
    }
    return attributes;
}

static void read_attributes(struct definition_reader *r, struct orm_model *model, json_t *json,
                            const char *primary_key)
{
    json_t *inherited = json_object_get(r->given->defaults, "attributes");
    json_t *own = attributes_of(r, json);
    size_t n = json_object_size(inherited) + json_object_size(own);
    struct named *all = arena_calloc(&r->arena, n + 1, sizeof(*all));

    model->attributes = definition_calloc(r, n + 1, sizeof(*model->attributes));
    r->no_memory = r->no_memory || all == NULL;
    if (all == NULL || model->attributes == NULL) {
        return;
    }
    n = merge_attributes(inherited, own, all);
    if (n > ATTRIBUTES_MAX) {
        definition_problem(r, "it has %zu attributes; no more than %d are possible", n,
                           (int)ATTRIBUTES_MAX);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!json_is_false(all[i].json)) {
            read_attribute(r, model, &all[i], primary_key);
        }
    }
}

/* ---- the whole ---- */

static void check_encryption(struct definition_reader *r, const struct orm_model *model)
{
    bool has_default = model->n_keys > 0 && strcmp(model->keys[0].id, "default") == 0;

    for (unsigned i = 0; i < model->n_attributes && !has_default; i++) {
        if (model->attributes[i].encrypt) {
            definition_problem(r,
                               "attribute `%s` is to be encrypted, and `dataEncryptionKeys` has "
                               "no key `default`",
                               model->attributes[i].name.ptr);
            return;
        }
    }
}

static bool is_identity(struct str identity)
{
    for (size_t i = 0; i < identity.len; i++) {
        char c = identity.ptr[i];

        if (!(c >= 'a' && c <= 'z') && c != '_' && !(i > 0 && c >= '0' && c <= '9')) {
            return false;
        }
    }
    return identity.len > 0;
}

static void check_identity(struct definition_reader *r, const struct orm_model *model, json_t *json)
{
    json_t *value = json_object_get(json, "identity");
    const char *text = value != NULL ? definition_text(r, "identity", value) : NULL;

    if (!is_identity(model->identity)) {
        definition_problem(r,
                           "`%s` is no name of a model: it begins with a letter, and letters, "
                           "digits and underscores are behind it",
                           model->global_id);
    }
    if (text != NULL && !str_eq_nocase(str_from(text), model->identity)) {
        definition_problem(r, "`identity` is `%s`, but the model is called `%s`", text,
                           model->identity.ptr);
    }
}

void definition_model_read(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    json_t *key = definition_settings_get(r, json, "primaryKey");
    const char *primary_key = key != NULL ? definition_text(r, "primaryKey", key) : "id";

    check_identity(r, model, json);
    definition_settings_read(r, model, json);
    if (primary_key == NULL) {
        return;
    }
    read_attributes(r, model, json, primary_key);
    check_encryption(r, model);
    definition_model_finish(r, model);
    if (model->primary_key == NULL) {
        definition_problem(
            r,
            "its primary key is `%s`, but it has no such attribute: add it here, or for "
            "all models to `models.attributes` (\"id\": {\"type\": \"number\", "
            "\"autoIncrement\": true}), or name another by `primaryKey`",
            primary_key);
    }
}

static void add_column(struct definition_reader *r, struct orm_model *model,
                       struct orm_attribute *attribute)
{
    const struct orm_attribute *other = model_find_column(model, attribute->column);

    if (other != NULL) {
        definition_problem(r, "attributes `%s` and `%s` have one column, `%s`", other->name.ptr,
                           attribute->name.ptr, attribute->column.ptr);
        return;
    }
    map_insert(&model->attributes_by_column, &attribute->by_column, hash_nocase(attribute->column));
    attribute->column_index = model->n_columns;
    model->columns[model->n_columns++] = attribute;
}

void definition_model_finish(struct definition_reader *r, struct orm_model *model)
{
    unsigned n = model->n_attributes;

    model->columns = definition_calloc(r, n + 1, sizeof(struct orm_attribute *));
    model->timestamps = definition_calloc(r, n + 1, sizeof(struct orm_attribute *));
    if (r->no_memory) {
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        struct orm_attribute *attribute = &model->attributes[i];

        map_insert(&model->attributes_by_name, &attribute->by_name, hash_nocase(attribute->name));
        if (attribute->is_primary_key) {
            model->primary_key = attribute;
        }
        if (attribute->auto_updated_at) {
            model->timestamps[model->n_timestamps++] = attribute;
        }
        if (attribute->association == ORM_TO_MANY) {
            model->n_collections++;
        } else if (attribute->column.ptr != NULL) {
            add_column(r, model, attribute);
        }
        model->has_encrypted = model->has_encrypted || attribute->encrypt;
    }
}

/* ---- what nobody defines ---- */

struct orm_model *definition_model_make(struct definition_reader *r, struct str identity,
                                        struct str table, const struct orm_datastore *datastore,
                                        unsigned n_attributes)
{
    struct orm_model *model = definition_calloc(r, 1, sizeof(*model));

    if (model == NULL || identity.ptr == NULL || table.ptr == NULL) {
        return NULL;
    }
    *model = (struct orm_model){.orm = r->orm,
                                .identity = identity,
                                .table = table,
                                .global_id = table.ptr,
                                .datastore = datastore,
                                .is_implicit = true};
    model->attributes = definition_calloc(r, n_attributes, sizeof(*model->attributes));
    if (model->attributes == NULL) {
        return NULL;
    }
    model->n_attributes = n_attributes;
    definition_column_of(r, model, 0, "id", ORM_NUMBER, ORM_COLUMN_NUMBER_KEY);
    model->attributes[0].is_primary_key = true;
    model->attributes[0].unique = true;
    model->attributes[0].auto_increment = true;
    return model;
}
