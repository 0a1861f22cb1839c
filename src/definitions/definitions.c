#include "definitions/definitions.h"

#include "base/hash.h"
#include "base/mem.h"
#include "definitions/definition.h"

#include <sails/err.h>

/* ---- datastores ---- */

static bool add_datastore(struct definition_reader *r, const char *name, json_t *config)
{
    struct orm_datastore *store = &r->orm->datastores[r->orm->n_datastores];

    store->name = definition_copy(r, str_from(name)).ptr;
    store->index = r->orm->n_datastores;
    store->config = config != NULL ? arena_keep(&r->orm->arena, config)
                                   : arena_keep_new(&r->orm->arena, json_object());
    if (store->name == NULL || store->config == NULL) {
        r->no_memory = true;
        return false;
    }
    r->orm->n_datastores++;
    return true;
}

/* There is always a default one, with nothing said about it. */
static void read_datastores(struct definition_reader *r)
{
    json_t *given = r->given->datastores;
    const char *name = NULL;
    json_t *config = NULL;

    if (given != NULL && !json_is_object(given)) {
        definition_problem(r, "config.datastores: it must be an object");
        given = NULL;
    }
    r->orm->datastores =
        definition_calloc(r, json_object_size(given) + 1, sizeof(struct orm_datastore));
    if (r->orm->datastores == NULL) {
        return;
    }
    json_object_foreach(given, name, config)
    {
        if (!json_is_object(config)) {
            definition_problem(r, "config.datastores.%s: it must be an object", name);
        } else if (!add_datastore(r, name, config)) {
            return;
        }
    }
    if (orm_find_datastore(r->orm, "default") == NULL &&
        json_object_get(given, "default") == NULL) {
        add_datastore(r, "default", NULL);
    }
}

/* ---- models ---- */

static int compare_identities(const void *a, const void *b)
{
    const struct orm_model *const *one = a;
    const struct orm_model *const *two = b;

    return strcmp((*one)->identity.ptr, (*two)->identity.ptr);
}

static struct orm_model *make_model(struct definition_reader *r, const char *key)
{
    struct orm_model *model = definition_calloc(r, 1, sizeof(*model));
    struct str global_id = definition_copy(r, str_from(key));
    char *identity = arena_strndup(&r->orm->arena, key, strlen(key));

    if (model == NULL || global_id.ptr == NULL || identity == NULL) {
        r->no_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < global_id.len; i++) {
        identity[i] = char_lower(identity[i]);
    }
    model->orm = r->orm;
    model->global_id = global_id.ptr;
    model->identity = (struct str){identity, global_id.len};
    return model;
}

/* In the order of their names, which is that of Sails (it reads a folder). */
static void list_models(struct definition_reader *r)
{
    const char *key = NULL;
    json_t *json = NULL;

    r->models = arena_calloc(&r->arena, json_object_size(r->given->models) + 1, sizeof(*r->models));
    if (r->models == NULL) {
        r->no_memory = true;
        return;
    }
    json_object_foreach(r->given->models, key, json)
    {
        struct orm_model *model = make_model(r, key);

        if (model == NULL) {
            return;
        }
        r->models[r->n_models++] = model;
    }
    qsort(r->models, r->n_models, sizeof(struct orm_model *), compare_identities);
}

/* The file of a model, or else its name. */
static const char *place_of(const struct definition_reader *r, const struct orm_model *model)
{
    const json_t *place = json_object_get(r->given->places, model->global_id);

    return json_is_string(place) ? json_string_value(place) : model->global_id;
}

static void read_model(struct definition_reader *r, struct orm_model *model)
{
    json_t *json = json_object_get(r->given->models, model->global_id);

    r->place = place_of(r, model);
    if (json_is_object(json)) {
        definition_model_read(r, model, json);
    } else {
        definition_problem(r, "a model is an object");
    }
    r->place = NULL;
}

/* ---- the whole ---- */

/* Room for the models that nobody defines: an archive, and a junction for each collection. */
static void register_models(struct definition_reader *r)
{
    struct orm *orm = r->orm;

    orm->models = definition_calloc(r, (size_t)r->n_models + r->n_links + 1, sizeof(*orm->models));
    if (orm->models == NULL) {
        return;
    }
    for (unsigned i = 0; i < r->n_models; i++) {
        const struct orm_model *other = orm_find_model(orm, r->models[i]->identity);

        if (other != NULL) {
            r->place = place_of(r, r->models[i]);
            definition_problem(
                r, "it is the same model as %s: names are compared without case; rename one",
                place_of(r, other));
            r->place = NULL;
        } else {
            definition_link_add_model(r, r->models[i]);
        }
    }
}

static int compare_tables(const void *a, const void *b)
{
    const struct orm_model *one = *(const struct orm_model *const *)a;
    const struct orm_model *two = *(const struct orm_model *const *)b;
    int order = strcmp(one->table.ptr, two->table.ptr);

    return order != 0 ? order : strcmp(one->identity.ptr, two->identity.ptr);
}

/* Two models on one table would each change the other's records unseen. What has a problem may have no
 * table. */
static void check_tables(struct definition_reader *r)
{
    struct orm *orm = r->orm;

    if (r->n_problems > 0 || r->no_memory) {
        return;
    }
    qsort(orm->models, orm->n_models, sizeof(struct orm_model *), compare_tables);
    for (unsigned i = 1; i < orm->n_models; i++) {
        const struct orm_model *model = orm->models[i];
        const struct orm_model *before = orm->models[i - 1];

        if (str_eq(model->table, before->table) && model->datastore == before->datastore) {
            r->place = model->global_id;
            definition_problem(r, "`tableName`: `%s` is the table of model `%s` already",
                               model->table.ptr, before->global_id);
            r->place = NULL;
        }
    }
}

static void set_order(struct orm *orm)
{
    qsort(orm->models, orm->n_models, sizeof(struct orm_model *), compare_identities);
    for (unsigned i = 0; i < orm->n_models; i++) {
        orm->models[i]->index = i;
    }
}

static void set_migrate(struct definition_reader *r)
{
    const char *text = json_string_value(json_object_get(r->given->defaults, "migrate"));

    if (text != NULL) {
        r->orm->migrate = definition_copy(r, str_from(text)).ptr;
    }
}

static void read_all(struct definition_reader *r)
{
    if (r->given->models != NULL && !json_is_object(r->given->models)) {
        definition_problem(r, "models: it must be an object");
        return;
    }
    read_datastores(r);
    definition_settings_check_defaults(r);
    list_models(r);
    for (unsigned i = 0; i < r->n_models && !r->no_memory; i++) {
        read_model(r, r->models[i]);
    }
    if (!r->no_memory) {
        register_models(r);
    }
    if (!r->no_memory) {
        definition_link_all(r);
        set_migrate(r);
        check_tables(r);
        set_order(r->orm);
    }
}

/* Models that never came to be registered are not known to orm_destroy(). */
static void release_models(struct definition_reader *r)
{
    for (unsigned i = 0; i < r->n_models; i++) {
        struct orm_model *model = r->models[i];

        if (orm_find_model(r->orm, model->identity) == model) {
            continue;
        }
        for (unsigned a = 0; a < model->n_attributes; a++) {
            rule_set_deinit(&model->attributes[a].rules);
        }
        map_deinit(&model->attributes_by_name);
        map_deinit(&model->attributes_by_column);
    }
}

int definitions_read(const struct definitions *definitions, struct buf *problems,
                     struct buf *warnings, bool *is_about_models, struct orm **out)
{
    struct definition_reader r = {.given = definitions, .problems = problems, .warnings = warnings};

    r.last_link = &r.links;
    r.orm = mem_calloc(1, sizeof(*r.orm));
    if (r.orm == NULL) {
        return SAILS_ENOMEM;
    }
    read_all(&r);
    release_models(&r);
    arena_deinit(&r.arena);
    *is_about_models = r.is_about_models;
    if (r.no_memory || r.n_problems > 0) {
        orm_destroy(r.orm);
        return r.no_memory ? SAILS_ENOMEM : SAILS_ECONFIG;
    }
#ifndef NDEBUG
    orm_check(r.orm);
#endif
    *out = r.orm;
    return 0;
}
