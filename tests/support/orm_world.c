#include "support/orm_world.h"

#include "definitions/definitions.h"
#include "support/cmocka.h"

const char orm_world_models[] =
    "{\"user\": {\"attributes\": {"
    "   \"name\": {\"type\": \"string\", \"required\": true},"
    "   \"email\": {\"type\": \"string\", \"allowNull\": true, \"unique\": true},"
    "   \"age\": \"number\", \"active\": {\"type\": \"boolean\", \"defaultsTo\": true},"
    "   \"meta\": \"json\", \"boss\": {\"model\": \"user\"},"
    "   \"pets\": {\"collection\": \"pet\", \"via\": \"owner\"},"
    "   \"groups\": {\"collection\": \"group\", \"via\": \"members\"},"
    "   \"friends\": {\"collection\": \"user\"}}},"
    " \"pet\": {\"attributes\": {\"name\": \"string\", \"owner\": {\"model\": \"user\"}}},"
    " \"group\": {\"attributes\": {\"title\": \"string\","
    "   \"members\": {\"collection\": \"user\", \"via\": \"groups\"}}},"
    " \"doc\": {\"primaryKey\": \"key\", \"attributes\": {\"id\": false,"
    "   \"key\": {\"type\": \"string\", \"required\": true}, \"size\": \"number\"}}}";

const char orm_world_defaults[] =
    "{\"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true},"
    "  \"createdAt\": {\"type\": \"number\", \"autoCreatedAt\": true},"
    "  \"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true}}}";

static int64_t stopped_clock(void *ctx)
{
    (void)ctx;
    return ORM_WORLD_NOW_MS;
}

void orm_world_connect(struct orm_world *w, json_t *config, const char *models,
                       const char *defaults)
{
    struct definitions d = {.models = json_loads(models, 0, NULL),
                            .defaults = json_loads(defaults, 0, NULL),
                            .datastores = json_pack("{s:o}", "default", config)};
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;

    assert_non_null(d.models);
    assert_non_null(d.defaults);
    if (definitions_read(&d, &problems, &warnings, &is_about_models, &w->orm) < 0 ||
        datastores_init(&w->datastores, w->orm, &problems) < 0) {
        fail_msg("%.*s", STR_FMT(buf_str(&problems)));
    }
    w->datastores.now_ms = stopped_clock;
    w->db = database_create(&w->datastores);
    assert_non_null(w->db);
    json_decref(d.models);
    json_decref(d.defaults);
    json_decref(d.datastores);
    buf_deinit(&problems);
    buf_deinit(&warnings);
}

void orm_world_migrate(struct orm_world *w, enum migrate_strategy strategy)
{
    if (migrate_run(w->db, strategy, NULL, NULL) < 0) {
        fail_msg("%s", sails_db_error(w->db));
    }
}

void orm_world_open(struct orm_world *w, json_t *config, const char *models, const char *defaults)
{
    orm_world_connect(w, config, models, defaults);
    orm_world_migrate(w, MIGRATE_DROP);
}

void orm_world_close(struct orm_world *w)
{
    database_destroy(w->db);
    datastores_deinit(&w->datastores);
    orm_destroy(w->orm);
    *w = (struct orm_world){0};
}
