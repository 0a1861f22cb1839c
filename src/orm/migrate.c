#include "orm/migrate.h"

#include "orm/column_value.h"
#include "orm/sql_table.h"

#include <sails/err.h>
#include <stdio.h>

struct migration {
    struct sails_db *db;
    enum migrate_strategy strategy;
    migrate_log_cb log;
    void *ctx;
};

bool migrate_parse(const char *name, enum migrate_strategy *strategy)
{
    static const char *const names[] = {
        [MIGRATE_SAFE] = "safe", [MIGRATE_ALTER] = "alter", [MIGRATE_DROP] = "drop"};

    for (int i = MIGRATE_SAFE; name != NULL && i <= MIGRATE_DROP; i++) {
        if (strcmp(names[i], name) == 0) {
            *strategy = (enum migrate_strategy)i;
            return true;
        }
    }
    return false;
}

static void say(const struct migration *m, const char *what, const struct orm_model *model)
{
    char line[256];

    if (m->log != NULL) {
        snprintf(line, sizeof(line), "%s the table `%s` of model `%s`", what, model->table.ptr,
                 model->identity.ptr);
        m->log(line, m->ctx);
    }
}

/* Runs what is in db->sql. */
static int run(const struct migration *m, const struct orm_model *model)
{
    return database_change(m->db, model, NULL, NULL, NULL, NULL);
}

static int create(const struct migration *m, const struct orm_model *model, struct str name)
{
    sql_table_create(database_sql(m->db, model), model, name);
    return run(m, model);
}

static int drop(const struct migration *m, const struct orm_model *model, struct str name)
{
    sql_table_drop(database_sql(m->db, model), name);
    return run(m, model);
}

/* ---- what is there ---- */

/* The columns of the model that its table has already. */
struct old_table {
    const struct orm_model *model;
    const struct orm_attribute **columns;
    size_t n;
    size_t n_old; /* of the table, known or not: 0: there is no table */
};

static int read_column(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    struct old_table *old = ctx;
    struct db_value value = {.type = DB_NULL};
    const struct orm_attribute *attribute = NULL;

    adapter->column(statement, 0, &value);
    attribute = model_find_column(old->model, value.as.text);
    old->n_old++;
    if (attribute != NULL && old->n < old->model->n_columns) {
        old->columns[old->n++] = attribute;
    }
    return 0;
}

static int look(const struct migration *m, struct old_table *old, struct arena *arena)
{
    old->columns = arena_calloc(arena, old->model->n_columns, sizeof(*old->columns));
    if (old->columns == NULL) {
        return orm_error_set_no_memory(&m->db->error);
    }
    sql_table_columns(database_sql(m->db, old->model), old->model->table);
    return database_query(m->db, old->model, read_column, old);
}

/* ---- SQLite: is it the same already? ---- */

struct definition {
    struct str wanted;
    bool is_same;
};

static int compare_definition(struct db_statement *statement, const struct db_adapter *adapter,
                              void *ctx)
{
    struct definition *definition = ctx;
    struct db_value value = {.type = DB_NULL};

    adapter->column(statement, 0, &value);
    definition->is_same = value.type == DB_TEXT && str_eq(value.as.text, definition->wanted);
    return 0;
}

static int is_unchanged(const struct migration *m, const struct orm_model *model, bool *answer)
{
    struct sql *sql = database_sql(m->db, model);
    struct definition definition = {0};
    struct buf wanted = {0};
    int rc = 0;

    *answer = false;
    if (sql->dialect->numbers_params || sql->dialect->quote == '`') {
        return 0;
    }
    sql_table_create(sql, model, model->table);
    buf_append_str(&wanted, buf_str(&sql->text));
    definition.wanted = buf_str(&wanted);
    sql = database_sql(m->db, model);
    sql_append(sql, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ");
    sql_append_value(sql, (struct db_value){.type = DB_TEXT, .as.text = model->table});
    rc = buf_error(&wanted) < 0 ? orm_error_set_no_memory(&m->db->error)
                                : database_query(m->db, model, compare_definition, &definition);
    *answer = rc == 0 && definition.is_same;
    buf_deinit(&wanted);
    return rc;
}

/* ---- alter ---- */

/* In place of the old table, which is gone then. */
static int put_in_place(const struct migration *m, const struct orm_model *model, struct str fresh,
                        struct str old)
{
    struct sql *sql = database_sql(m->db, model);
    bool is_mariadb = sql->dialect->quote == '`';
    int rc = 0;

    if (!is_mariadb) {
        rc = drop(m, model, model->table);
        sql = database_sql(m->db, model);
        sql_append(sql, "ALTER TABLE ");
        sql_append_identifier(sql, fresh);
        sql_append(sql, " RENAME TO ");
        sql_append_identifier(sql, model->table);
        return rc == 0 ? run(m, model) : rc;
    }
    sql_append(sql, "RENAME TABLE ");
    sql_append_identifier(sql, model->table);
    sql_append(sql, " TO ");
    sql_append_identifier(sql, old);
    sql_append(sql, ", ");
    sql_append_identifier(sql, fresh);
    sql_append(sql, " TO ");
    sql_append_identifier(sql, model->table);
    rc = run(m, model);
    return rc == 0 ? drop(m, model, old) : rc;
}

static struct db_value text(struct str s)
{
    return (struct db_value){.type = DB_TEXT, .as.text = s};
}

/* PostgreSQL: the sequence of the key has the name that it would have had, and is above every id. */
static int mend_sequence(const struct migration *m, const struct orm_model *model, struct str fresh)
{
    const struct orm_attribute *key = model->primary_key;
    struct sql *sql = database_sql(m->db, model);
    struct buf names[2] = {{0}, {0}};
    int rc = 0;

    if (!sql->dialect->numbers_params || !key->auto_increment) {
        return 0;
    }
    buf_printf(&names[0], "%s_%s_seq", fresh.ptr, key->column.ptr);
    buf_printf(&names[1], "%s_%s_seq", model->table.ptr, key->column.ptr);
    rc = buf_error(&names[0]) < 0 || buf_error(&names[1]) < 0
             ? orm_error_set_no_memory(&m->db->error)
             : 0;
    if (rc == 0) {
        sql_append(sql, "ALTER SEQUENCE IF EXISTS ");
        sql_append_identifier(sql, buf_str(&names[0]));
        sql_append(sql, " RENAME TO ");
        sql_append_identifier(sql, buf_str(&names[1]));
        rc = run(m, model);
    }
    if (rc == 0) {
        sql = database_sql(m->db, model);
        sql_append(sql, "SELECT setval(pg_get_serial_sequence(quote_ident(");
        sql_append_value(sql, text(model->table));
        sql_append(sql, "), ");
        sql_append_value(sql, text(key->column));
        sql_append(sql, "), GREATEST((SELECT MAX(");
        sql_append_identifier(sql, key->column);
        sql_append(sql, ") FROM ");
        sql_append_identifier(sql, model->table);
        sql_append(sql, "), 1), EXISTS (SELECT 1 FROM ");
        sql_append_identifier(sql, model->table);
        sql_append(sql, "))");
        rc = run(m, model);
    }
    buf_deinit(&names[0]);
    buf_deinit(&names[1]);
    return rc;
}

static int rebuild(const struct migration *m, const struct old_table *old)
{
    const struct orm_model *model = old->model;
    struct buf fresh = {0};
    struct buf aside = {0};
    int rc = 0;

    buf_printf(&fresh, "sails_new_%s", model->table.ptr);
    buf_printf(&aside, "sails_old_%s", model->table.ptr);
    rc =
        buf_error(&fresh) < 0 || buf_error(&aside) < 0 ? orm_error_set_no_memory(&m->db->error) : 0;
    /* Both may be there since a migration was cut off. The old table was of use until the new one had its name. */
    rc = rc == 0 ? drop(m, model, buf_str(&fresh)) : rc;
    rc = rc == 0 ? drop(m, model, buf_str(&aside)) : rc;
    rc = rc == 0 ? create(m, model, buf_str(&fresh)) : rc;
    if (rc == 0 && old->n > 0) {
        sql_table_copy(database_sql(m->db, model), model, old->columns, old->n, model->table,
                       buf_str(&fresh));
        rc = run(m, model);
    }
    rc = rc == 0 ? put_in_place(m, model, buf_str(&fresh), buf_str(&aside)) : rc;
    rc = rc == 0 ? mend_sequence(m, model, buf_str(&fresh)) : rc;
    buf_deinit(&fresh);
    buf_deinit(&aside);
    return rc;
}

static int alter(const struct migration *m, const struct orm_model *model)
{
    struct old_table old = {.model = model};
    struct arena arena;
    bool is_same = false;
    int rc = is_unchanged(m, model, &is_same);

    if (rc < 0 || is_same) {
        return rc;
    }
    arena_init(&arena, NULL, 0);
    rc = look(m, &old, &arena);
    if (rc == 0 && old.n_old == 0) {
        say(m, "Creating", model);
        rc = create(m, model, model->table);
    } else if (rc == 0) {
        say(m, "Altering", model);
        rc = rebuild(m, &old);
    }
    arena_deinit(&arena);
    return rc;
}

/* ---- one at a time ---- */

static int read_truth(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    struct db_value value = {.type = DB_NULL};

    adapter->column(statement, 0, &value);
    *(bool *)ctx = value.type == DB_INTEGER && value.as.integer == 1;
    return 0;
}

/*
 * Nodes that are lifted at once would take each other's new tables for their own, and what is copied into them
 * for all there is: they wait for each other. In SQLite a transaction of this kind has the file to itself; in
 * PostgreSQL the lock ends with the transaction, in MariaDB with unlock() or the connection.
 */
static int lock(const struct migration *m, const struct orm_model *any)
{
    struct sql *sql = database_sql(m->db, any);
    bool is_locked = false;
    int rc = 0;

    if (sql->dialect->numbers_params) {
        sql_append(sql, "SELECT pg_advisory_xact_lock(hashtext('sails migration'))");
        return run(m, any);
    }
    if (sql->dialect->quote != '`') {
        return 0;
    }
    sql_append(sql, "SELECT GET_LOCK(CONCAT('sails migration ', MD5(DATABASE())), 60)");
    rc = database_change(m->db, any, read_truth, &is_locked, NULL, NULL);
    if (rc == 0 && !is_locked) {
        rc = orm_error_set(&m->db->error, ORM_ERROR_ADAPTER, SAILS_EDB, NULL,
                           "Another program has been migrating the tables for a minute.");
    }
    return rc;
}

static void unlock(const struct migration *m, const struct orm_model *any)
{
    struct connection *c = database_connection(m->db, any);

    if (c->config->adapter->dialect->quote == '`' && c->session != NULL) {
        (void)connection_execute(c, "DO RELEASE_LOCK(CONCAT('sails migration ', MD5(DATABASE())))");
    }
}

/* ---- one table, one datastore, all ---- */

static int migrate_model(const struct migration *m, const struct orm_model *model)
{
    int rc = 0;

    if (m->strategy == MIGRATE_ALTER) {
        return alter(m, model);
    }
    say(m, "Making anew", model);
    rc = drop(m, model, model->table);
    return rc == 0 ? create(m, model, model->table) : rc;
}

static const struct orm_model *first_in(const struct orm *orm,
                                        const struct orm_datastore *datastore)
{
    for (unsigned i = 0; i < orm->n_models; i++) {
        if (orm->models[i]->datastore == datastore) {
            return orm->models[i];
        }
    }
    return NULL;
}

static int migrate_datastore(const struct migration *m, const struct orm_datastore *datastore)
{
    const struct orm *orm = m->db->orm;
    const struct orm_model *first = first_in(orm, datastore);
    int rc = first != NULL ? database_begin(m->db, first) : 0;

    if (first == NULL || rc < 0) {
        return rc;
    }
    rc = lock(m, first);
    for (unsigned i = 0; i < orm->n_models && rc == 0; i++) {
        if (orm->models[i]->datastore == datastore) {
            rc = migrate_model(m, orm->models[i]);
        }
    }
    rc = database_finish(m->db, first, rc);
    unlock(m, first);
    return rc;
}

int migrate_run(struct sails_db *db, enum migrate_strategy strategy, migrate_log_cb log, void *ctx)
{
    struct migration m = {db, strategy, log, ctx};
    int rc = 0;

    if (strategy == MIGRATE_SAFE) {
        return 0;
    }
    for (unsigned i = 0; i < db->orm->n_datastores && rc == 0; i++) {
        rc = migrate_datastore(&m, &db->orm->datastores[i]);
        /* What was prepared before does not fit the new tables. */
        connection_forget_statements(&db->connections[i]);
    }
    return rc;
}
