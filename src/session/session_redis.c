#include "session/session_redis.h"

#include "base/buf.h"
#include "base/ids.h"
#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/worker.h"

#include <assert.h>
#include <stdatomic.h>
#include <time.h>

/*
 * I1  connections[i] is touched by the thread of worker i only.
 * I2  A call is freed by who tells its end, on the worker's thread, and before its connection is gone;
 *     where the command could not even be queued there is none.
 */

enum {
    JSON_DEPTH_MAX = 512, /* as of messages: a session is written by the application */
    ARGS_MAX = 5
};

struct session_redis {
    struct redis_options options; /* a copy */
    char *prefix;
    uint64_t ttl_ms;
    _Atomic(struct worker_pool *) pool;
    struct redis *connections[WORKERS_MAX]; /* I1 */
    size_t n_waiting[WORKERS_MAX];          /* calls of that worker's: I2 */
};

/* A function of the store that waits for its answer. */
struct store_call {
    struct session_redis *redis;
    unsigned worker; /* its index */
    const struct log *log;
    sails_session_loaded_cb loaded; /* of load, or NULL */
    sails_session_done_cb done;     /* of the others; may be NULL */
    void *ctx;
};

static void redis_check(const struct session_redis *redis, unsigned worker)
{
    assert(redis->connections[worker] != NULL || redis->n_waiting[worker] == 0); /* I2 */
    (void)redis;
    (void)worker;
}

/* ---- life ---- */

int session_redis_create(const struct session_redis_options *options, struct session_redis **out)
{
    const char *prefix = options->prefix != NULL ? options->prefix : SESSION_REDIS_PREFIX;
    struct session_redis *redis = mem_calloc(1, sizeof(*redis));

    if (redis == NULL) {
        return SAILS_ENOMEM;
    }
    redis->prefix = mem_strndup(prefix, strlen(prefix));
    if (redis->prefix == NULL || redis_options_copy(&options->redis, &redis->options) < 0) {
        session_redis_destroy(redis);
        return SAILS_ENOMEM;
    }
    redis->options.on_push = NULL;
    redis->options.on_change = NULL;
    redis->ttl_ms = options->ttl_ms;
    *out = redis;
    return 0;
}

void session_redis_destroy(struct session_redis *redis)
{
    if (redis != NULL) {
        redis_options_deinit(&redis->options);
        mem_free(redis->prefix);
        mem_free(redis);
    }
}

int session_redis_start(struct session_redis *redis, struct worker *worker)
{
    struct redis_options options = redis->options;

    atomic_store(&redis->pool, worker->pool); /* the same one each time */
    if (worker_index(worker) > 0) {
        options.log = NULL; /* that Redis has gone is one thing to say, not one for each worker */
    }
    return redis_open(worker, &options, &redis->connections[worker_index(worker)]);
}

void session_redis_stop(struct session_redis *redis, struct worker *worker)
{
    struct redis *connection = redis->connections[worker_index(worker)];

    worker_assert_thread(worker); /* I1 */
    redis->connections[worker_index(worker)] = NULL;
    redis_close(connection);
    redis_check(redis, worker_index(worker));
}

/* NULL: this is no worker's thread. */
static struct worker *find_worker(struct session_redis *redis)
{
    const struct worker_pool *pool = atomic_load(&redis->pool);

    return pool != NULL ? worker_current(pool) : NULL;
}

/* ---- asking ---- */

static void tell(const struct store_call *call, int status, json_t *session)
{
    if (call->loaded != NULL) {
        call->loaded(status, session, call->ctx);
    } else if (call->done != NULL) {
        call->done(status, call->ctx);
    }
}

static int send_command(struct session_redis *redis, const struct str *argv, size_t argc,
                        redis_reply_cb on_reply, const struct store_call *call)
{
    const struct worker *worker = find_worker(redis);
    unsigned index = worker != NULL ? worker_index(worker) : 0;
    struct store_call *copy = NULL;
    int rc = 0;

    if (worker == NULL || redis->connections[index] == NULL) {
        return SAILS_ESTATE; /* no thread of a worker that was started */
    }
    copy = mem_alloc(sizeof(*copy));
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    *copy = *call;
    copy->redis = redis;
    copy->worker = index;
    rc = redis_command(redis->connections[index], argv, argc, on_reply, copy);
    if (rc < 0) {
        mem_free(copy);
        return rc;
    }
    redis->n_waiting[index]++;
    return 0;
}

/* `argv` begins with the command, and the key, its second part, is filled in. */
static void ask(struct session_redis *redis, const char *sid, struct str *argv, size_t argc,
                redis_reply_cb on_reply, struct store_call call)
{
    struct buf key = {0};
    int rc = 0;

    call.log = redis->options.log;
    buf_append_str(&key, str_from(redis->prefix));
    buf_append_str(&key, str_from(sid));
    argv[1] = buf_str(&key);
    rc = buf_error(&key);
    if (rc == 0) {
        rc = send_command(redis, argv, argc, on_reply, &call);
    }
    buf_deinit(&key);
    if (rc < 0) {
        tell(&call, rc, NULL);
    }
}

/* Tells its end, and frees it (I2). */
static void finish(struct store_call *call, int status, json_t *session)
{
    struct session_redis *redis = call->redis;

    assert(redis->n_waiting[call->worker] > 0);
    redis->n_waiting[call->worker]--;
    tell(call, status, session);
    mem_free(call);
}

/* What Redis says to a command that it refused goes to the log: the code alone would hide it. */
static int status_of(const struct store_call *call, int status, const struct redis_reply *reply)
{
    if (status == SAILS_EREFUSED) {
        log_line(call->log, LOG_ERROR, "Sessions: Redis says %.*s", STR_FMT(reply->text));
    }
    return status;
}

/* Milliseconds as Redis reads them: at least 1, for it refuses 0, and at most what it can add. */
static struct str write_ms(char out[24], uint64_t ttl_ms)
{
    uint64_t ms = ttl_ms > 0 ? ttl_ms : 1;
    int len = 0;

    ms = ms < INT64_MAX / 4 ? ms : INT64_MAX / 4;
    len = snprintf(out, 24, "%llu", (unsigned long long)ms);
    return (struct str){out, (size_t)len};
}

static uint64_t default_ttl(const struct session_redis *redis, uint64_t ttl_ms)
{
    return redis->ttl_ms > 0 ? redis->ttl_ms : ttl_ms;
}

/* ---- load ---- */

/* A value that is no session, whoever put it there, is none: the client gets a new one. */
static int parse_session(const struct store_call *call, struct str text, json_t **out)
{
    json_t *value = NULL;
    int rc = json_parse(text, &(struct json_limits){.max_depth = JSON_DEPTH_MAX}, &value);

    if (rc == SAILS_ENOMEM) {
        return rc;
    }
    if (rc < 0 || !json_is_object(value)) {
        json_decref(value);
        log_line(call->log, LOG_WARN, "Sessions: a value in Redis is no session: %s",
                 sails_strerror(rc < 0 ? rc : SAILS_EJSON));
        return SAILS_ENOENT;
    }
    *out = value;
    return 0;
}

static void on_loaded(int status, const struct redis_reply *reply, void *ctx)
{
    struct store_call *call = ctx;
    json_t *session = NULL;

    status = status_of(call, status, reply);
    if (status == 0 && reply->kind != REDIS_TEXT) {
        status = SAILS_ENOENT;
    } else if (status == 0) {
        status = parse_session(call, reply->text, &session);
    }
    finish(call, status, session);
}

static void load(void *store, const char *sid, sails_session_loaded_cb loaded, void *ctx)
{
    struct str argv[] = {STR("GET"), {0}};

    ask(store, sid, argv, ARRAY_LEN(argv), on_loaded,
        (struct store_call){.loaded = loaded, .ctx = ctx});
}

/* ---- save, touch, destroy ---- */

/* From "2026-11-24T12:00:00.000Z". False: it is not of that form. */
static bool read_date(const char *text, uint64_t *unix_ms)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    time_t seconds = rest != NULL ? timegm(&tm) : -1;
    uint64_t ms = 0;

    if (seconds < 0 || strlen(rest) != 5 || rest[0] != '.' || rest[4] != 'Z' ||
        !str_to_u64((struct str){rest + 1, 3}, 999, &ms)) {
        return false;
    }
    *unix_ms = (uint64_t)seconds * 1000 + ms;
    return true;
}

/* A session ends with its cookie, also where another server has given that its lifetime. */
static uint64_t time_left(struct session_redis *redis, const json_t *session, uint64_t ttl_ms)
{
    const json_t *cookie = json_object_get(session, "cookie");
    const char *expires = json_string_value(json_object_get(cookie, "expires"));
    struct worker *worker = find_worker(redis);
    uint64_t end_ms = 0;
    uint64_t now_ms = 0;

    if (expires == NULL || worker == NULL || !read_date(expires, &end_ms)) {
        return ttl_ms;
    }
    now_ms = worker_env(worker)->unix_ms;
    return end_ms > now_ms ? end_ms - now_ms : 0;
}

static void on_done(int status, const struct redis_reply *reply, void *ctx)
{
    struct store_call *call = ctx;

    finish(call, status_of(call, status, reply), NULL);
}

/* As JSON.stringify() would write it. */
static int write_text(const json_t *session, struct buf *out)
{
    size_t n_binary = 0;

    return json_is_object(session) ? json_value_write_binary(out, session, NULL, 0, &n_binary)
                                   : SAILS_EINVAL;
}

static void save(void *store, const char *sid, json_t *session, uint64_t ttl_ms,
                 sails_session_done_cb done, void *ctx)
{
    struct store_call call = {.done = done, .ctx = ctx};
    struct buf text = {0};
    char ms[24];
    uint64_t left_ms = time_left(store, session, default_ttl(store, ttl_ms));
    int rc = write_text(session, &text);

    json_decref(session);
    if (rc == 0) {
        struct str argv[ARGS_MAX] = {
            STR("SET"), {0}, buf_str(&text), STR("PX"), write_ms(ms, left_ms)};

        ask(store, sid, argv, ARRAY_LEN(argv), on_done, call);
    } else {
        tell(&call, rc, NULL);
    }
    buf_deinit(&text);
}

/* PEXPIRE answers 1, or 0: there is no such key. */
static void on_touched(int status, const struct redis_reply *reply, void *ctx)
{
    bool is_missing = status == 0 && reply->kind == REDIS_INTEGER && reply->integer == 0;

    on_done(is_missing ? SAILS_ENOENT : status, reply, ctx);
}

static void touch(void *store, const char *sid, uint64_t ttl_ms, sails_session_done_cb done,
                  void *ctx)
{
    char ms[24];
    struct str argv[] = {STR("PEXPIRE"), {0}, write_ms(ms, default_ttl(store, ttl_ms))};

    ask(store, sid, argv, ARRAY_LEN(argv), on_touched,
        (struct store_call){.done = done, .ctx = ctx});
}

static void destroy(void *store, const char *sid, sails_session_done_cb done, void *ctx)
{
    struct str argv[] = {STR("DEL"), {0}};

    ask(store, sid, argv, ARRAY_LEN(argv), on_done, (struct store_call){.done = done, .ctx = ctx});
}

struct sails_session_store session_redis_store(struct session_redis *redis)
{
    return (struct sails_session_store){
        .load = load, .save = save, .touch = touch, .destroy = destroy, .store = redis};
}
