#include "base/macros.h"
#include "definitions/definition.h"

/*
 * Where archive() puts records (waterline 12.2): the model that a definition names, or one of the name
 * "archive", which is made where nobody has defined it.
 */

static struct orm_model *make_archive(struct definition_reader *r,
                                      const struct orm_datastore *datastore)
{
    static const struct {
        const char *name;
        enum orm_type type;
        enum orm_column column;
    } columns[] = {
        {"id", ORM_NUMBER, ORM_COLUMN_NUMBER_KEY},
        {"createdAt", ORM_NUMBER, ORM_COLUMN_NUMBER_TIMESTAMP},
        {"fromModel", ORM_STRING, ORM_COLUMN_STRING},
        {"originalRecord", ORM_JSON, ORM_COLUMN_JSON},
        {"originalRecordId", ORM_JSON, ORM_COLUMN_JSON},
    };
    struct str identity = definition_copy(r, STR("archive"));
    struct orm_model *model =
        definition_model_make(r, identity, identity, datastore, ARRAY_LEN(columns));

    if (model == NULL) {
        return NULL;
    }
    for (unsigned i = 1; i < ARRAY_LEN(columns); i++) {
        definition_column_of(r, model, i, columns[i].name, columns[i].type, columns[i].column);
    }
    model->attributes[1].auto_created_at = true;
    model->attributes[1].base_value = NULL;
    model->attributes[2].required = true;
    model->attributes[2].base_value = NULL;
    model->attributes[3].required = true;
    model->attributes[3].base_value = NULL;
    definition_link_add_model(r, model);
    definition_model_finish(r, model);
    return r->no_memory ? NULL : model;
}

static void check_archive(struct definition_reader *r, const struct orm_model *archive)
{
    static const char *const names[] = {"id", "createdAt", "fromModel", "originalRecord",
                                        "originalRecordId"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct orm_attribute *attribute = model_find_attribute(archive, str_from(names[i]));

        if (attribute == NULL || attribute->column.ptr == NULL) {
            definition_problem(r, "`archiveModelIdentity`: the model `%s` has no attribute `%s`",
                               archive->identity.ptr, names[i]);
        } else if (attribute->encrypt) {
            definition_problem(r, "`archiveModelIdentity`: `%s` of model `%s` may not be encrypted",
                               names[i], archive->identity.ptr);
        }
    }
    if (archive->primary_key != NULL && strcmp(archive->primary_key->name.ptr, "id") != 0) {
        definition_problem(r, "`archiveModelIdentity`: the primary key of model `%s` is not `id`",
                           archive->identity.ptr);
    }
}

/* NULL: it wants none, or there is a problem. */
static const char *archive_name(struct definition_reader *r, const struct orm_model *model,
                                json_t *json)
{
    json_t *value = definition_settings_get(r, json, "archiveModelIdentity");

    if (json_is_false(value)) {
        return NULL;
    }
    if (value == NULL) {
        return str_eq(model->identity, STR("archive")) ? NULL : "archive";
    }
    return definition_text(r, "archiveModelIdentity", value);
}

static void link_archive(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    const char *name = archive_name(r, model, json);

    if (name == NULL) {
        return;
    }
    if (str_eq_nocase(str_from(name), model->identity)) {
        definition_problem(r, "a model cannot be its own archive");
        return;
    }
    model->archive = orm_find_model(r->orm, str_from(name));
    if (model->archive == NULL && strcmp(name, "archive") == 0 && model->datastore != NULL) {
        model->archive = make_archive(r, model->datastore);
    }
    if (model->archive == NULL) {
        definition_problem(r, "`archiveModelIdentity`: there is no model `%s`", name);
    } else if (!model->archive->is_implicit) {
        check_archive(r, model->archive);
    }
}

void definition_archive_link_all(struct definition_reader *r)
{
    for (unsigned i = 0; i < r->n_models && !r->no_memory; i++) {
        struct orm_model *model = r->models[i];
        json_t *json = json_object_get(r->given->models, model->global_id);
        json_t *place = json_object_get(r->given->places, model->global_id);

        r->place = json_is_string(place) ? json_string_value(place) : model->global_id;
        link_archive(r, model, json);
        r->place = NULL;
    }
}
