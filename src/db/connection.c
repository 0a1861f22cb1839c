/*
 * When may a lost connection be made anew, without a word?
 *
 *     in a transaction        never: what was done in it is gone. Everything fails until the
 *                             transaction has ended; the next statement connects again.
 *     before a statement      always: nothing was sent.
 *     during a read           once: to read twice harms nobody.
 *     during a write          never: it may have been done. The caller is told, and the next
 *                             statement connects again. So that a connection which died of old age
 *                             does not cost an error, is_lost() is asked before each write.
 *
 * I1  A session that is_broken belongs to a transaction (depth > 0).
 * I2  No statement runs while the session is closed or statements are forgotten.
 * I3  n_statements is the number of entries in `statements` and in `by_use`.
 */
#include "db/connection.h"

#include "base/hash.h"
#include "base/mem.h"
#include "db/sql_dialect.h"

#include <assert.h>
#include <sails/err.h>

struct cached_statement {
    struct map_node by_text;
    struct list by_use;
    const struct db_adapter *adapter;
    struct db_statement *statement;
    bool is_running;
    size_t len;
    char sql[];
};

static void connection_check(const struct connection *c)
{
    assert(!c->is_broken || c->depth > 0);                       /* I1 */
    assert(c->n_statements == c->statements.count);              /* I3 */
    assert(list_is_empty(&c->by_use) == (c->n_statements == 0)); /* I3 */
    assert(c->session != NULL || c->n_statements == 0);
    (void)c;
}

void connection_init(struct connection *c, const struct db_config *config)
{
    assert(config->adapter != NULL);
    *c = (struct connection){.config = config};
    list_init(&c->by_use);
}

static void drop_statement(struct connection *c, struct cached_statement *cached)
{
    assert(!cached->is_running); /* I2 */
    map_remove(&c->statements, &cached->by_text);
    list_remove(&cached->by_use);
    c->n_statements--;
    cached->adapter->finalize(cached->statement);
    mem_free(cached);
}

void connection_forget_statements(struct connection *c)
{
    list_each(node, &c->by_use) {
        drop_statement(c, container_of(node, struct cached_statement, by_use));
    }
    assert(c->n_statements == 0 && list_is_empty(&c->by_use)); /* I3 */
}

static void close_session(struct connection *c)
{
    connection_forget_statements(c);
    if (c->session != NULL) {
        c->config->adapter->close(c->session);
        c->session = NULL;
    }
    c->is_lost = false;
    connection_check(c);
}

/* What has died while nobody looked is made anew. */
static void close_if_lost(struct connection *c)
{
    assert(c->depth == 0);
    if (c->session != NULL && (c->is_lost || c->config->adapter->is_lost(c->session))) {
        close_session(c);
    }
}

void connection_deinit(struct connection *c)
{
    close_session(c);
    map_deinit(&c->statements);
    *c = (struct connection){0};
}

int connection_open(struct connection *c)
{
    if (c->is_broken) {
        return db_error_set(&c->error, DB_FAULT_LOST,
                            "the transaction has ended already, since a statement in it failed");
    }
    if (c->session != NULL) {
        return 0;
    }
    db_error_clear(&c->error);
    return c->config->adapter->open(c->config, &c->session, &c->error);
}

/*
 * After an error: is the transaction still there? Connections get lost, SQLite rolls back where the disk
 * is full, MariaDB to end a deadlock; what follows must not run as if nothing had been.
 */
static void look_at_transaction(struct connection *c)
{
    const struct db_adapter *adapter = c->config->adapter;

    if (c->error.fault == DB_FAULT_LOST) {
        c->is_lost = true;
        c->is_broken = c->depth > 0;
    } else if (c->depth > 0 && c->session != NULL && !adapter->is_in_transaction(c->session)) {
        c->is_broken = true;
    }
}

static struct cached_statement *find_statement(struct connection *c, struct str sql, uint64_t hash)
{
    for (struct map_node *n = map_find(&c->statements, hash); n != NULL; n = map_find_next(n)) {
        struct cached_statement *cached = container_of(n, struct cached_statement, by_text);

        if (str_eq((struct str){cached->sql, cached->len}, sql)) {
            return cached;
        }
    }
    return NULL;
}

static void make_room(struct connection *c)
{
    list_each(node, &c->by_use) {
        struct cached_statement *oldest = container_of(node, struct cached_statement, by_use);

        if (c->n_statements < CONNECTION_STATEMENTS_MAX) {
            return;
        }
        if (!oldest->is_running) {
            drop_statement(c, oldest);
        }
    }
}

static int prepare(struct connection *c, struct str sql, uint64_t hash,
                   struct cached_statement **prepared)
{
    struct cached_statement *fresh = mem_alloc(sizeof(*fresh) + sql.len + 1);
    int rc = 0;

    if (fresh == NULL) {
        return db_error_set(&c->error, DB_FAULT_NO_MEMORY, "out of memory");
    }
    *fresh = (struct cached_statement){.adapter = c->config->adapter, .len = sql.len};
    memcpy(fresh->sql, sql.ptr, sql.len);
    fresh->sql[sql.len] = '\0';
    make_room(c);
    rc = fresh->adapter->prepare(c->session, (struct str){fresh->sql, sql.len}, &fresh->statement,
                                 &c->error);
    if (rc < 0) {
        mem_free(fresh);
        return rc;
    }
    map_insert(&c->statements, &fresh->by_text, hash);
    list_append(&c->by_use, &fresh->by_use);
    c->n_statements++;
    *prepared = fresh;
    return 0;
}

/* The statement that ran last, if it is this one: what is done many times needs no hash of its text. */
static struct cached_statement *find_last(const struct connection *c, struct str sql)
{
    struct cached_statement *last = NULL;

    if (list_is_empty(&c->by_use)) {
        return NULL;
    }
    last = container_of(c->by_use.prev, struct cached_statement, by_use);
    return str_eq((struct str){last->sql, last->len}, sql) ? last : NULL;
}

/* Found, or prepared. */
static int take_statement(struct connection *c, struct str sql, struct cached_statement **out)
{
    uint64_t hash = 0;

    *out = find_last(c, sql);
    if (*out != NULL) {
        return 0;
    }
    hash = hash_str((struct hash_key){0}, sql);
    *out = find_statement(c, sql, hash);
    if (*out == NULL) {
        return prepare(c, sql, hash, out);
    }
    list_remove(&(*out)->by_use);
    list_append(&c->by_use, &(*out)->by_use);
    return 0;
}

/* 1, 0, or an error after which nothing runs. */
static int try_query(struct connection *c, struct str sql, const struct db_value *values, size_t n,
                     struct cached_statement **running)
{
    struct cached_statement *cached = NULL;
    int rc = take_statement(c, sql, &cached);

    if (rc < 0) {
        return rc;
    }
    assert(!cached->is_running);
    cached->is_running = true;
    rc = cached->adapter->run(cached->statement, values, n, &c->error);
    if (rc == 0) {
        rc = cached->adapter->step(cached->statement, &c->error);
    }
    if (rc < 0) {
        connection_end(cached);
        return rc;
    }
    *running = cached;
    return rc;
}

static bool may_try_again(const struct connection *c, enum connection_use use)
{
    if (c->depth > 0) {
        return false;
    }
    return c->error.fault == DB_FAULT_STALE ||
           (c->error.fault == DB_FAULT_LOST && use == CONNECTION_READS);
}

int connection_query(struct connection *c, enum connection_use use, struct str sql,
                     const struct db_value *values, size_t n, struct cached_statement **running)
{
    int rc = 0;

    assert(sql.ptr[sql.len] == '\0');
    connection_check(c);
    if (c->depth == 0 && (c->is_lost || use == CONNECTION_WRITES)) {
        close_if_lost(c);
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        rc = connection_open(c);
        if (rc == 0) {
            rc = try_query(c, sql, values, n, running);
        }
        if (rc >= 0) {
            return rc;
        }
        look_at_transaction(c);
        if (!may_try_again(c, use)) {
            break;
        }
        connection_forget_statements(c);
        close_if_lost(c);
    }
    return rc;
}

int connection_next(struct connection *c, struct cached_statement *running)
{
    int rc = running->adapter->step(running->statement, &c->error);

    assert(running->is_running);
    if (rc < 0) {
        look_at_transaction(c);
    }
    return rc;
}

void connection_end(struct cached_statement *running)
{
    assert(running->is_running);
    running->adapter->reset(running->statement);
    running->is_running = false;
}

struct db_statement *connection_statement(const struct cached_statement *running)
{
    return running->statement;
}

int connection_execute(struct connection *c, const char *sql)
{
    int rc = 0;

    if (c->depth == 0) {
        close_if_lost(c);
    }
    rc = connection_open(c);
    if (rc == 0) {
        rc = c->config->adapter->execute(c->session, sql, &c->error);
        if (rc < 0) {
            look_at_transaction(c);
        }
    }
    return rc;
}

/*
 * The beginning or the end of a transaction or savepoint. They come in front of and behind every change, so where they can be
 * prepared they are (bench/blueprints.c).
 */
static int execute_boundary(struct connection *c, const char *sql)
{
    struct cached_statement *running = NULL;
    int rc = 0;

    if (!c->config->adapter->dialect->prepares_transactions) {
        return connection_execute(c, sql);
    }
    rc = connection_query(c, CONNECTION_WRITES, str_from(sql), NULL, 0, &running);
    if (rc >= 0) {
        assert(running != NULL);
        connection_end(running);
    }
    return rc;
}

static int execute_savepoint(struct connection *c, const char *verb, unsigned depth)
{
    char sql[48];

    snprintf(sql, sizeof(sql), "%s s%u", verb, depth);
    return execute_boundary(c, sql);
}

int connection_begin(struct connection *c)
{
    int rc = 0;

    if (c->depth > 0) {
        rc = execute_savepoint(c, "SAVEPOINT", c->depth);
    } else {
        rc = execute_boundary(c, c->config->adapter->dialect->begin);
        if (rc < 0 && c->error.fault == DB_FAULT_LOST) {
            rc = execute_boundary(c, c->config->adapter->dialect->begin);
        }
    }
    if (rc == 0) {
        c->depth++;
    }
    return rc;
}

/* Once the outermost transaction is over, what was broken with it is so no more. */
static void leave(struct connection *c)
{
    assert(c->depth > 0);
    c->depth--;
    if (c->depth == 0) {
        c->is_broken = false;
        close_if_lost(c);
    }
    connection_check(c);
}

int connection_commit(struct connection *c)
{
    int rc = 0;

    assert(c->depth > 0);
    rc = c->depth > 1 ? execute_savepoint(c, "RELEASE SAVEPOINT", c->depth - 1)
                      : execute_boundary(c, "COMMIT");
    if (rc < 0) {
        connection_rollback(c);
        return rc;
    }
    leave(c);
    return 0;
}

static int execute_rollback(struct connection *c)
{
    int rc = 0;

    if (c->depth == 1) {
        return execute_boundary(c, "ROLLBACK");
    }
    rc = execute_savepoint(c, "ROLLBACK TO SAVEPOINT", c->depth - 1);
    return rc < 0 ? rc : execute_savepoint(c, "RELEASE SAVEPOINT", c->depth - 1);
}

void connection_rollback(struct connection *c)
{
    struct db_error error = c->error; /* why it is rolled back is what the caller wants to know */

    assert(c->depth > 0);
    if (!c->is_broken && execute_rollback(c) < 0 && !c->is_broken && execute_rollback(c) < 0) {
        /* Twice, for memory may be back; then its end has to undo it. */
        c->is_broken = true;
        c->is_lost = true;
    }
    leave(c);
    c->error = error;
}
