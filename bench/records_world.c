#include "records_world.h"

#include "base/mem.h"
#include "definitions/definitions.h"
#include "orm/migrate.h"
#include "swarm.h"

#include <time.h>

const char records_world_models[] =
    "{\"person\": {\"attributes\": {\"name\": {\"type\": \"string\", \"required\": true},"
    " \"email\": {\"type\": \"string\", \"isEmail\": true}, \"age\": \"number\","
    " \"active\": \"boolean\", \"bio\": {\"type\": \"string\", \"allowNull\": true},"
    " \"pets\": {\"collection\": \"pet\", \"via\": \"owner\"}}},"
    " \"pet\": {\"attributes\": {\"name\": \"string\", \"owner\": {\"model\": \"person\"}}},"
    " \"entry\": {\"attributes\": {\"name\": {\"type\": \"string\", \"required\": true},"
    " \"email\": {\"type\": \"string\", \"isEmail\": true}, \"age\": \"number\","
    " \"active\": \"boolean\"}}}";

const char records_world_defaults[] =
    "{\"attributes\": {\"id\": {\"type\": \"number\", \"autoIncrement\": true},"
    " \"createdAt\": {\"type\": \"number\", \"autoCreatedAt\": true},"
    " \"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true}}}";

static int64_t stopped_clock(void *ctx)
{
    (void)ctx;
    return 1700000000000;
}

static void need(const struct records_world *w, int rc, const char *what)
{
    if (rc < 0) {
        die("%s: %s", what, sails_db_error(w->db));
    }
}

static json_t *make_records(size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:i,s:b}", "name", "Ada", "email",
                                        "ada@example.com", "age", (int)(i % 90), "active", 1));
    }
    return list;
}

static json_t *make_pets(void)
{
    json_t *list = json_array();

    for (int i = 0; i < PARENTS * CHILDREN; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:i}", "name", "Rex", "owner", i % PARENTS + 1));
    }
    return list;
}

void records_world_open(struct records_world *w, const char *url)
{
    struct definitions definitions = {.models = json_loads(records_world_models, 0, NULL),
                                      .defaults = json_loads(records_world_defaults, 0, NULL),
                                      .datastores = json_pack("{s:{s:s}}", "default", "url", url)};
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;

    mem_prepare(); /* as an app does */
    if (definitions_read(&definitions, &problems, &warnings, &is_about_models, &w->orm) < 0 ||
        datastores_init(&w->datastores, w->orm, &problems) < 0) {
        die("%.*s", STR_FMT(buf_str(&problems)));
    }
    w->datastores.now_ms = stopped_clock;
    w->db = database_create(&w->datastores);
    need(w, migrate_run(w->db, MIGRATE_DROP, NULL, NULL), "migrate");
    w->records = make_records(NEW_RECORDS);
    need(w, sails_create_each(w->db, "person", make_records(PARENTS), NULL, NULL), "person");
    need(w, sails_create_each(w->db, "pet", make_pets(), NULL, NULL), "pet");
    json_decref(definitions.models);
    json_decref(definitions.defaults);
    json_decref(definitions.datastores);
    buf_deinit(&warnings);
}

void records_world_close(struct records_world *w)
{
    json_decref(w->records);
    database_destroy(w->db);
    datastores_deinit(&w->datastores);
    orm_destroy(w->orm);
}

/* ---- the calls ---- */

void records_world_find_one(const struct records_world *w, int n)
{
    for (int i = 0; i < n; i++) {
        json_t *record = NULL;

        need(w, sails_find_one(w->db, "person", json_integer(i % PARENTS + 1), NULL, &record),
             "findOne");
        json_decref(record);
    }
}

void records_world_create_each(const struct records_world *w)
{
    need(w, sails_create_each(w->db, "entry", json_incref(w->records), NULL, NULL), "createEach");
}

void records_world_find(const struct records_world *w)
{
    struct sails_query query = {.populates = json_pack("{s:b}", "pets", 1)};
    json_t *records = NULL;

    need(w, sails_find(w->db, "person", NULL, &query, &records), "find");
    if (json_array_size(records) != PARENTS ||
        json_array_size(json_object_get(json_array_get(records, 7), "pets")) != CHILDREN) {
        die("find has not found all");
    }
    json_decref(records);
}

/* ---- measuring ---- */

double records_world_cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}
