#include "orm/database.h"

#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>
#include <time.h>

static int64_t system_now_ms(void *ctx)
{
    struct timespec now = {0};

    (void)ctx;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int datastores_init(struct datastores *datastores, const struct orm *orm, struct buf *problem)
{
    struct db_error error = {0};
    unsigned n = 0;
    int rc = 0;

    *datastores = (struct datastores){.orm = orm, .now_ms = system_now_ms};
    datastores->configs = mem_calloc(orm->n_datastores, sizeof(*datastores->configs));
    if (datastores->configs == NULL) {
        return SAILS_ENOMEM;
    }
    for (; n < orm->n_datastores && rc == 0; n++) {
        const struct orm_datastore *d = &orm->datastores[n];

        rc = db_config_read(&datastores->configs[n], d->name, d->config, &error);
    }
    if (rc < 0) {
        if (rc == SAILS_ECONFIG) {
            buf_printf(problem, "config.datastores.%s: %s\n", orm->datastores[n - 1].name,
                       error.text);
        }
        datastores_deinit(datastores);
    }
    return rc;
}

void datastores_deinit(struct datastores *datastores)
{
    for (unsigned i = 0; datastores->configs != NULL && i < datastores->orm->n_datastores; i++) {
        db_config_deinit(&datastores->configs[i]);
    }
    mem_free(datastores->configs);
    *datastores = (struct datastores){0};
}

struct sails_db *database_create(const struct datastores *datastores)
{
    unsigned n = datastores->orm->n_datastores;
    struct sails_db *db = mem_calloc(1, sizeof(*db));

    if (db == NULL) {
        return NULL;
    }
    db->connections = mem_calloc(n, sizeof(*db->connections));
    if (db->connections == NULL) {
        mem_free(db);
        return NULL;
    }
    db->datastores = datastores;
    db->orm = datastores->orm;
    for (unsigned i = 0; i < n; i++) {
        connection_init(&db->connections[i], &datastores->configs[i]);
    }
    sql_init(&db->sql, NULL);
    return db;
}

void database_destroy(struct sails_db *db)
{
    if (db == NULL) {
        return;
    }
    for (unsigned i = 0; i < db->orm->n_datastores; i++) {
        connection_deinit(&db->connections[i]);
    }
    sql_deinit(&db->sql);
    orm_error_clear(&db->error);
    mem_free(db->connections);
    mem_free(db);
}

void database_rest(struct sails_db *db)
{
    for (unsigned i = 0; i < db->orm->n_datastores; i++) {
        while (db->connections[i].depth > 0) {
            connection_rollback(&db->connections[i]);
        }
    }
    orm_error_clear(&db->error);
}

struct connection *database_connection(struct sails_db *db, const struct orm_model *model)
{
    return &db->connections[model->datastore->index];
}

struct sql *database_sql(struct sails_db *db, const struct orm_model *model)
{
    sql_clear(&db->sql);
    db->sql.dialect = database_connection(db, model)->config->adapter->dialect;
    return &db->sql;
}

/* ---- errors ---- */

/* The attributes whose columns (a newline between them) are there already. */
static json_t *attributes_of(const struct orm_model *model, const char *columns)
{
    struct str rest = str_from(columns);
    struct str column = {NULL, 0};
    json_t *names = json_array();

    while (model != NULL && str_take_part(&rest, '\n', &column)) {
        const struct orm_attribute *attribute = model_find_column(model, column);

        if (attribute != NULL &&
            json_array_append_new(
                names, json_stringn_nocheck(attribute->name.ptr, attribute->name.len)) < 0) {
            json_decref(names);
            return NULL;
        }
    }
    return names;
}

static int fail_unique(struct sails_db *db, const struct db_error *error,
                       const struct orm_model *model)
{
    int rc = orm_error_set(&db->error, ORM_ERROR_ADAPTER, SAILS_EDB, ORM_E_UNIQUE,
                           "Would violate uniqueness constraint-- a record already exists with "
                           "conflicting value(s).");

    if (rc == SAILS_EDB) {
        db->error.attr_names = attributes_of(model, error->columns);
        db->error.model_identity = model != NULL ? model->identity.ptr : NULL;
    }
    return rc;
}

int database_fail(struct sails_db *db, const struct connection *c, const struct orm_model *model)
{
    const struct db_error *error = &c->error;

    switch (error->fault) {
    case DB_FAULT_NO_MEMORY:
        return orm_error_set_no_memory(&db->error);
    case DB_FAULT_UNIQUE:
        return fail_unique(db, error, model);
    case DB_FAULT_NO_TABLE:
        return orm_error_set(&db->error, ORM_ERROR_ADAPTER, SAILS_EDB, ORM_E_NO_SUCH_PHYSICAL_MODEL,
                             "Unexpected error from database adapter: %s", error->text);
    default:
        return orm_error_set(&db->error, ORM_ERROR_ADAPTER, SAILS_EDB, NULL,
                             "Unexpected error from database adapter: %s", error->text);
    }
}

/* What could not be put into a statement. */
static int fail_statement(struct sails_db *db, int rc)
{
    if (rc == SAILS_ENOMEM) {
        return orm_error_set_no_memory(&db->error);
    }
    return orm_error_set(&db->error, ORM_ERROR_PLAIN, rc, NULL,
                         "A value cannot be stored: it is no valid JSON value.");
}

/* ---- statements ---- */

static int read_rows(struct connection *c, struct cached_statement *running, int rc,
                     database_row_cb on_row, void *ctx, bool *is_refused)
{
    while (rc == 1) {
        int taken =
            on_row != NULL ? on_row(connection_statement(running), c->config->adapter, ctx) : 0;

        if (taken < 0) {
            *is_refused = true;
            return taken;
        }
        rc = connection_next(c, running);
    }
    return rc;
}

static int run(struct sails_db *db, struct connection *c, const struct orm_model *model,
               enum connection_use use, database_row_cb on_row, void *ctx, int64_t *generated_id,
               int64_t *affected)
{
    struct cached_statement *running = NULL;
    bool is_refused = false;
    int rc = sql_error(&db->sql);

    if (rc < 0) {
        return fail_statement(db, rc);
    }
    buf_append_char(&db->sql.text, '\0');
    if (buf_error(&db->sql.text) < 0) {
        return orm_error_set_no_memory(&db->error);
    }
    db->sql.text.len--;
    rc = connection_query(c, use, buf_str(&db->sql.text), db->sql.values, db->sql.n_values,
                          &running);
    if (rc < 0) {
        return database_fail(db, c, model);
    }
    rc = read_rows(c, running, rc, on_row, ctx, &is_refused);
    if (rc == 0 && generated_id != NULL) {
        *generated_id = c->config->adapter->generated_id(connection_statement(running));
    }
    if (rc == 0 && affected != NULL) {
        *affected = c->config->adapter->affected(connection_statement(running));
    }
    connection_end(running);
    if (is_refused) {
        return rc == SAILS_ENOMEM ? orm_error_set_no_memory(&db->error) : rc;
    }
    return rc < 0 ? database_fail(db, c, model) : 0;
}

int database_query(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                   void *ctx)
{
    return run(db, database_connection(db, model), model, CONNECTION_READS, on_row, ctx, NULL,
               NULL);
}

int database_change(struct sails_db *db, const struct orm_model *model, database_row_cb on_row,
                    void *ctx, int64_t *generated_id, int64_t *affected)
{
    return run(db, database_connection(db, model), model, CONNECTION_WRITES, on_row, ctx,
               generated_id, affected);
}

int database_run(struct sails_db *db, struct connection *c, database_row_cb on_row, void *ctx,
                 int64_t *affected)
{
    return run(db, c, NULL, CONNECTION_WRITES, on_row, ctx, NULL, affected);
}

/* ---- transactions ---- */

int database_begin(struct sails_db *db, const struct orm_model *model)
{
    struct connection *c = database_connection(db, model);

    return connection_begin(c) < 0 ? database_fail(db, c, model) : 0;
}

bool database_is_fragile(struct sails_db *db, const struct orm_model *model)
{
    const struct connection *c = database_connection(db, model);

    return c->depth > 0 && c->config->adapter->dialect->numbers_params;
}

int database_finish(struct sails_db *db, const struct orm_model *model, int rc)
{
    struct connection *c = database_connection(db, model);

    if (rc < 0) {
        connection_rollback(c);
        return rc;
    }
    return connection_commit(c) < 0 ? database_fail(db, c, model) : rc;
}
