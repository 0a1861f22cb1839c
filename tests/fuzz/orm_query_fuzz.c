/*
 * Calls of models' methods, normalized: the first byte is the method, the rest a call (support/json_chance.h).
 * What must hold: an error is told exactly where there is one; a normal form is one: read again, it
 * becomes itself; a value that is valid stays what it has become.
 */
#include "base/macros.h"
#include "definitions/definitions.h"
#include "orm/orm_query.h"
#include "support/json_chance.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char models[] =
    "{\"user\": {\"attributes\": {\"id\": {\"type\": \"number\"}, \"name\": {\"type\": \"string\","
    " \"maxLength\": 3}, \"age\": {\"type\": \"number\", \"min\": 0, \"isInteger\": true},"
    " \"active\": {\"type\": \"boolean\", \"allowNull\": true}, \"meta\": \"json\", \"any\": \"ref\","
    " \"email\": {\"type\": \"string\", \"isEmail\": true}, \"secret\": {\"type\": \"json\","
    " \"encrypt\": true}, \"at\": {\"type\": \"string\", \"autoUpdatedAt\": true},"
    " \"boss\": {\"model\": \"user\"}, \"pets\": {\"collection\": \"pet\", \"via\": \"owner\"},"
    " \"groups\": {\"collection\": \"pet\"}},"
    " \"dataEncryptionKeys\": {\"default\": \"Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI=\"}},"
    " \"pet\": {\"attributes\": {\"id\": \"string\", \"owner\": {\"model\": \"user\"},"
    " \"name\": {\"type\": \"string\", \"required\": true}}}}";

static const char *const words[] = {
    "criteria",
    "where",
    "limit",
    "skip",
    "sort",
    "select",
    "omit",
    "or",
    "and",
    "in",
    "nin",
    "!=",
    "<",
    ">=",
    "not",
    "like",
    "contains",
    "endsWith",
    "populates",
    "values",
    "attribute",
    "targets",
    "members",
    "meta",
    "page",
    "size",
    "id",
    "name",
    "age",
    "active",
    "any",
    "email",
    "secret",
    "at",
    "boss",
    "pets",
    "groups",
    "owner",
    "meta.a",
    "meta.a.b",
    "name DESC",
    "age ASC",
    "*",
    "bogus",
    "fetch",
    "decrypt",
    "batchSize",
    "encryptWith",
    "enableExperimentalDeepTargets",
    "groupBy",
    "a@b.co",
    "default",
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static struct orm *read_models(void)
{
    struct definitions definitions = {.models = json_loads(models, 0, NULL)};
    struct buf problems = {0};
    struct buf warnings = {0};
    struct orm *orm = NULL;
    bool is_about_models = false;

    require(definitions_read(&definitions, &problems, &warnings, &is_about_models, &orm) == 0);
    json_decref(definitions.models);
    buf_deinit(&warnings);
    return orm;
}

static struct orm_call call_of(json_t *json)
{
    return (struct orm_call){.criteria = json_object_get(json, "criteria"),
                             .populates = json_object_get(json, "populates"),
                             .values = json_object_get(json, "values"),
                             .attribute = json_object_get(json, "attribute"),
                             .targets = json_object_get(json, "targets"),
                             .members = json_object_get(json, "members"),
                             .meta = json_object_get(json, "meta"),
                             .page = json_object_get(json, "page"),
                             .page_size = json_object_get(json, "size"),
                             .has_iteratee = true,
                             .now_ms = 1700000000000};
}

/* ---- what must hold ---- */

static void check_error(int rc, const struct orm_error *error)
{
    json_t *json = orm_error_to_json(error);

    require((rc < 0) == (error->class != ORM_ERROR_NONE));
    require(rc == 0 || rc == SAILS_EINVAL || rc == SAILS_ETOOBIG);
    require(json != NULL && (rc == 0 || json_object_get(json, "message") != NULL));
    json_decref(json);
}

/* Read again, what a criteria has become is itself. */
static void check_criteria(const struct criteria *criteria)
{
    struct criteria_options options = {.allows_deep_targets = true};
    struct criteria again;
    struct arena arena = {0};
    struct buf problem = {0};
    json_t *first = NULL;
    json_t *second = NULL;

    if (criteria->matches_nothing) {
        return;
    }
    first = criteria_to_json(criteria);
    if (criteria->n_omit > 0) {
        json_object_del(first, "select"); /* which is a star, and stands beside no other */
    }
    require(criteria_read(&again, &arena, criteria->model, first, options, &problem) == 0);
    require(!again.matches_nothing);
    second = criteria_to_json(&again);
    if (criteria->n_omit > 0) {
        json_object_set_new(first, "select", json_pack("[s]", "*"));
    }
    require(json_equal(first, second));
    json_decref(first);
    json_decref(second);
    arena_deinit(&arena);
    buf_deinit(&problem);
}

/* Given to a callback, and taken back, a record is itself. */
static void check_record(const struct values *values, bool is_new_record)
{
    struct arena arena = {0};
    struct orm_error error = {0};
    struct values again;
    json_t *first = values_to_json(values, is_new_record);
    json_t *second = NULL;

    require(first != NULL);
    require(values_from_json(&again, &arena, values->model, first, is_new_record, &error) == 0);
    require(!is_new_record || (values->n == values->model->n_columns && again.n == values->n));
    second = values_to_json(&again, is_new_record);
    require(json_equal(first, second));
    json_decref(first);
    json_decref(second);
    arena_deinit(&arena);
}

static void check_query(const struct orm_query *query)
{
    json_t *json = orm_query_to_json(query);

    require(json != NULL);
    json_decref(json);
    if (query->is_noop) {
        return;
    }
    if (query->criteria.limit > 0) { /* else the method has none */
        check_criteria(&query->criteria);
    }
    for (size_t i = 0; i < query->n_populates; i++) {
        if (query->populates[i].criteria != NULL) {
            check_criteria(query->populates[i].criteria);
        }
    }
    for (size_t i = 0; i < query->n_records; i++) {
        check_record(&query->records[i],
                     query->method != ORM_UPDATE && query->method != ORM_UPDATE_ONE);
    }
}

static void check_validate(const struct orm_model *model, json_t *json)
{
    json_t *attribute = json_object_get(json, "attribute");
    json_t *value = NULL;
    json_t *again = NULL;
    struct orm_error error = {0};
    int rc = orm_query_validate(model, attribute, json_object_get(json, "values"), &value, &error);

    check_error(rc, &error);
    orm_error_clear(&error);
    if (value != NULL && strcmp(json_string_value(attribute), "secret") != 0) {
        require(orm_query_validate(model, attribute, value, &again, &error) == 0);
        require(json_equal(value, again));
    }
    json_decref(value);
    json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct orm *orm;
    struct json_chance chance = {{data, size}, words, ARRAY_LEN(words)};
    enum orm_method method = (enum orm_method)json_chance_pick(&chance, ORM_REPLACE_COLLECTION + 1);
    struct orm_error error = {0};
    struct orm_query query;
    json_t *json = json_object();

    orm = orm != NULL ? orm : read_models();
    while (chance.rest.len > 0) {
        const char *key =
            words[json_chance_pick(&chance, 2) == 0 ? 0 : 18 + json_chance_pick(&chance, 8)];

        json_object_set_new(json, key, json_chance_value(&chance, 0));
    }
    struct orm_call call = call_of(json);
    const struct orm_model *model = orm_find_model(orm, STR("user"));
    int rc = orm_query_init(&query, model, method, &call, &error);

    check_error(rc, &error);
    if (rc == 0) {
        check_query(&query);
    }
    orm_query_deinit(&query);
    orm_error_clear(&error);
    check_validate(model, json);
    json_decref(json);
    return 0;
}
