#include "net/redis.h"

#include "base/macros.h"
#include "base/mem.h"
#include "net/dial.h"
#include "net/loop.h"
#include "net/redis_command.h"
#include "net/redis_stream.h"

/*
 *            socket              OK to AUTH, SELECT
 *   DIALING --------> GREETING ---------------------> READY
 *    ^  |                |                             |
 *    |  +----------------+------- error, too late -----+
 * pause is over          v
 *    +---------------- PAUSED              redis_close() leads from each to CLOSED
 *
 * I1  `sent` holds the commands that the stream has got, in order: the next reply is the first
 *     one's. It is empty except in GREETING and READY.
 * I2  `waiting` holds the others. It is empty in READY.
 * I3  stream is there in GREETING and READY, dial in DIALING.
 * I4  n_commands and n_bytes count what is in both lists, but for greetings.
 * I5  Callbacks run with depth > 0. Who closes then only marks it; the outermost one frees, or, if
 *     that is a deadline, a task: the set that is running must not lose queues.
 */

enum redis_state {
    DIALING,
    GREETING,
    READY,
    PAUSED,
    CLOSED
};

struct redis {
    struct loop *loop;
    struct redis_options options;  /* a copy */
    struct redis_tls_context *tls; /* NULL: plain */
    struct task end;
    enum redis_state state;
    unsigned depth; /* I5 */

    struct dial *dial;
    struct redis_stream *stream;

    struct list sent;    /* struct redis_command */
    struct list waiting; /* struct redis_command */
    size_t n_commands;
    size_t n_bytes;
    unsigned n_greetings; /* that are not answered yet */

    struct deadline_queue connect_limits;
    struct deadline connect_limit;
    struct deadline_queue command_limits;
    struct deadline_queue wait_limits;
    struct deadline_queue pauses;
    struct deadline pause;
    uint64_t next_pause_ms;
    bool has_failed; /* the last attempt to connect */
    bool was_lost;   /* and nobody was told yet that it is back */
};

static void dial(struct redis *redis);
static void lose(struct redis *redis, int err, const char *why);

/* ---- callbacks ---- */

static void destroy(struct redis *redis)
{
    deadline_queue_deinit(&redis->connect_limits);
    deadline_queue_deinit(&redis->command_limits);
    deadline_queue_deinit(&redis->wait_limits);
    deadline_queue_deinit(&redis->pauses);
    redis_options_deinit(&redis->options);
    redis_tls_context_destroy(redis->tls);
    mem_free(redis);
}

static void destroy_later(struct task *task)
{
    destroy(container_of(task, struct redis, end));
}

/* Of the outermost: whoever has called it may be in the midst of something. */
static void redis_check(const struct redis *redis)
{
    bool is_connected = redis->state == GREETING || redis->state == READY;

    assert(is_connected || list_is_empty(&redis->sent));             /* I1 */
    assert(redis->state != READY || list_is_empty(&redis->waiting)); /* I2 */
    assert((redis->stream != NULL) == is_connected);                 /* I3 */
    assert((redis->dial != NULL) == (redis->state == DIALING));      /* I3 */
    assert(redis->n_commands > 0 || redis->n_bytes == 0);            /* I4 */
    assert(redis->state != CLOSED || redis->n_commands == 0);        /* I4 */
    (void)is_connected;
}

static void enter(struct redis *redis)
{
    redis->depth++;
}

static void leave(struct redis *redis)
{
    redis->depth--;
    if (redis->depth == 0) {
        redis_check(redis);
    }
    if (redis->depth == 0 && redis->state == CLOSED) {
        destroy(redis); /* I5 */
    }
}

/* As leave(), for the callbacks of deadlines. */
static void leave_deadline(struct redis *redis)
{
    redis->depth--;
    if (redis->depth == 0) {
        redis_check(redis);
    }
    if (redis->depth == 0 && redis->state == CLOSED) {
        loop_defer(redis->loop, &redis->end);
    }
}

/* The command is in no list and gone when its callback runs. */
static void answer(struct redis *redis, struct redis_command *command, int status,
                   const struct redis_reply *reply)
{
    redis_reply_cb on_reply = command->on_reply;
    void *ctx = command->ctx;

    list_remove(&command->in_list);
    deadline_stop(&command->limit);
    if (!command->is_greeting) {
        redis->n_commands--;
        redis->n_bytes -= command->bytes->len;
    }
    redis_command_destroy(command);
    if (on_reply != NULL) {
        on_reply(status, reply, ctx);
    }
}

static struct redis_command *first_of(struct list *commands)
{
    return list_is_empty(commands) ? NULL
                                   : container_of(commands->next, struct redis_command, in_list);
}

/* Those that are there now: a callback may send others, which are not concerned. */
static void answer_all(struct redis *redis, struct list *commands, int status)
{
    struct list concerned;

    list_init(&concerned);
    list_splice(&concerned, commands);
    while (!list_is_empty(&concerned)) {
        answer(redis, first_of(&concerned), status, NULL);
    }
}

static void tell_change(struct redis *redis, int status)
{
    if (redis->options.on_change != NULL) {
        redis->options.on_change(status, redis->options.ctx);
    }
}

/* ---- connected ---- */

/* 0: it is the last one sent; SAILS_ENOMEM: it is in no list. */
static int send_command(struct redis *redis, struct redis_command *command)
{
    int rc = redis_stream_write(redis->stream, command->bytes);

    if (rc < 0) {
        return rc;
    }
    list_append(&redis->sent, &command->in_list);
    deadline_start(&command->limit, &redis->command_limits, redis->loop->worker.env.now_ms);
    return 0;
}

static void become_ready(struct redis *redis)
{
    struct list waiting;

    redis->state = READY;
    redis->has_failed = false;
    redis->next_pause_ms = redis->options.retry_ms;
    deadline_stop(&redis->connect_limit);
    if (redis->was_lost) {
        redis->was_lost = false;
        log_line(redis->options.log, LOG_INFO, "Redis at %s:%u is back", redis->options.host,
                 redis->options.port);
    }
    tell_change(redis, 0); /* first, so that what it sends is in front of the others */
    list_init(&waiting);
    list_splice(&waiting, &redis->waiting);
    while (!list_is_empty(&waiting)) {
        struct redis_command *command = first_of(&waiting);

        list_remove(&command->in_list);
        if (redis->state != READY) {
            answer(redis, command, SAILS_ECLOSED, NULL);
        } else if (send_command(redis, command) < 0) {
            answer(redis, command, SAILS_ENOMEM, NULL);
        }
    }
}

static void on_greeted(int status, const struct redis_reply *reply, void *ctx)
{
    struct redis *redis = ctx;
    char why[128] = "";

    redis->n_greetings--;
    if (redis->state != GREETING) {
        return;
    }
    if (status == SAILS_EREFUSED) {
        (void)snprintf(why, sizeof(why), "%.*s", STR_FMT(reply->text));
    }
    if (status < 0) {
        lose(redis, status, status == SAILS_EREFUSED ? why : NULL);
    } else if (redis->n_greetings == 0) {
        become_ready(redis);
    }
}

static int enqueue(struct redis *redis, struct redis_command *command);

static int greet_with(struct redis *redis, const struct str *argv, size_t argc)
{
    struct redis_command *command = redis_command_create(argv, argc, on_greeted, redis);
    int rc = 0;

    if (command == NULL) {
        return SAILS_ENOMEM;
    }
    command->is_greeting = true;
    rc = enqueue(redis, command);
    if (rc == 0) {
        redis->n_greetings++;
    }
    return rc;
}

/* All at once: the server answers one after the other. 0; SAILS_ENOMEM. */
static int greet(struct redis *redis)
{
    const struct redis_options *options = &redis->options;
    int rc = 0;

    redis->n_greetings = 0;
    if (options->password != NULL && options->username != NULL) {
        rc = greet_with(redis,
                        (const struct str[]){STR("AUTH"), str_from(options->username),
                                             str_from(options->password)},
                        3);
    } else if (options->password != NULL) {
        rc = greet_with(redis, (const struct str[]){STR("AUTH"), str_from(options->password)}, 2);
    }
    if (rc == 0 && options->db != 0) {
        char db[16];
        int len = snprintf(db, sizeof(db), "%u", options->db);

        rc = greet_with(redis, (const struct str[]){STR("SELECT"), {db, (size_t)len}}, 2);
    }
    /* Also if there is nothing to say: one that answers is a Redis server that lets us in. */
    if (rc == 0 && redis->n_greetings == 0) {
        rc = greet_with(redis, (const struct str[]){STR("PING")}, 1);
    }
    return rc;
}

/* ---- the stream's events ---- */

static bool is_push(const struct redis *redis, const struct redis_reply *reply)
{
    if (redis->options.on_push == NULL || reply->kind != REDIS_ARRAY || reply->n_items < 3) {
        return false;
    }
    return redis_reply_is(reply->items[0], STR("message")) ||
           redis_reply_is(reply->items[0], STR("pmessage")) ||
           redis_reply_is(reply->items[0], STR("smessage"));
}

static void on_stream_reply(void *ctx, const struct redis_reply *reply)
{
    struct redis *redis = ctx;

    enter(redis);
    if (is_push(redis, reply)) {
        redis->options.on_push(reply, redis->options.ctx);
    } else if (list_is_empty(&redis->sent)) {
        lose(redis, SAILS_EPROTO, NULL); /* it answers what nobody asked */
    } else {
        answer(redis, first_of(&redis->sent), reply->kind == REDIS_ERROR ? SAILS_EREFUSED : 0,
               reply);
    }
    leave(redis);
}

static void on_stream_lost(void *ctx, int err)
{
    struct redis *redis = ctx;

    enter(redis);
    lose(redis, err, NULL);
    leave(redis);
}

static const struct redis_stream_events stream_events = {
    .on_reply = on_stream_reply,
    .on_lost = on_stream_lost,
};

/* Takes `watch`. */
static int open_stream(struct redis *redis, struct watch *watch)
{
    struct redis_tls *tls = NULL;

    if (redis->tls != NULL) {
        tls = redis_tls_create(redis->tls, redis->options.host);
        if (tls == NULL) {
            watch_close(watch);
            return SAILS_ENOMEM;
        }
    }
    return redis_stream_open(redis->loop, watch, tls, redis->options.max_reply, &stream_events,
                             redis, &redis->stream);
}

static void on_dialed(int err, struct watch *watch, void *ctx)
{
    struct redis *redis = ctx;

    redis->dial = NULL;
    enter(redis);
    if (err == 0) {
        err = open_stream(redis, watch);
    }
    if (err == 0) {
        redis->state = GREETING;
        err = greet(redis);
    }
    if (err < 0) {
        lose(redis, err, NULL);
    }
    leave(redis);
}

/* ---- losing and finding again ---- */

static void drop_connection(struct redis *redis)
{
    dial_cancel(redis->dial);
    redis->dial = NULL;
    redis_stream_close(redis->stream);
    redis->stream = NULL;
    deadline_stop(&redis->connect_limit);
}

static void pause_before_dialing(struct redis *redis)
{
    struct env *env = &redis->loop->worker.env;
    uint64_t length_ms = redis->next_pause_ms;
    uint64_t chance = 0;

    env->random(env->random_ctx, &chance, sizeof(chance));
    redis->pauses.length_ms = length_ms / 2 + chance % (length_ms / 2 + 1);
    deadline_start(&redis->pause, &redis->pauses, env->now_ms);
    redis->next_pause_ms =
        length_ms > redis->options.max_retry_ms / 2 ? redis->options.max_retry_ms : 2 * length_ms;
}

static void log_loss(struct redis *redis, int err, const char *why)
{
    if (!redis->was_lost) {
        log_line(redis->options.log, LOG_WARN, "Redis at %s:%u: %s; trying again",
                 redis->options.host, redis->options.port, why != NULL ? why : sails_strerror(err));
    }
    redis->was_lost = true;
}

static void lose(struct redis *redis, int err, const char *why)
{
    bool was_ready = redis->state == READY;

    if (redis->state == CLOSED || redis->state == PAUSED) {
        return;
    }
    log_loss(redis, err, why);
    drop_connection(redis);
    redis->has_failed = !was_ready;
    redis->state = PAUSED;
    pause_before_dialing(redis);
    answer_all(redis, &redis->sent, SAILS_ECLOSED);
    if (redis->options.wait_ms == 0) {
        answer_all(redis, &redis->waiting, SAILS_ECLOSED);
    }
    if (was_ready && redis->state != CLOSED) {
        tell_change(redis, err);
    }
}

static void on_pause_over(struct deadline *deadline, void *ctx)
{
    struct redis *redis = ctx;

    (void)deadline;
    enter(redis);
    dial(redis);
    leave_deadline(redis);
}

static void dial(struct redis *redis)
{
    int rc = dial_open(redis->loop, redis->options.host, redis->options.port, on_dialed, redis,
                       &redis->dial);

    redis->state = DIALING;
    if (rc < 0) {
        lose(redis, rc, NULL);
        return;
    }
    deadline_start(&redis->connect_limit, &redis->connect_limits, redis->loop->worker.env.now_ms);
}

/* ---- time limits ---- */

static void on_connect_limit(struct deadline *deadline, void *ctx)
{
    struct redis *redis = ctx;

    (void)deadline;
    enter(redis);
    lose(redis, SAILS_ETIMEOUT, NULL);
    leave_deadline(redis);
}

/* What is answered later would be taken for the answer to another one, so nothing is any more. */
static void on_command_limit(struct deadline *deadline, void *ctx)
{
    struct redis *redis = ctx;
    struct redis_command *command = container_of(deadline, struct redis_command, limit);

    enter(redis);
    answer(redis, command, SAILS_ETIMEOUT, NULL);
    lose(redis, SAILS_ETIMEOUT, NULL);
    leave_deadline(redis);
}

static void on_wait_limit(struct deadline *deadline, void *ctx)
{
    struct redis *redis = ctx;

    enter(redis);
    answer(redis, container_of(deadline, struct redis_command, limit), SAILS_ETIMEOUT, NULL);
    leave_deadline(redis);
}

/* ---- redis.h ---- */

static void init_limits(struct redis *redis)
{
    struct deadline_set *set = &redis->loop->worker.env.deadlines;
    const struct redis_options *options = &redis->options;

    deadline_queue_init(&redis->connect_limits, set, options->connect_timeout_ms, on_connect_limit,
                        redis);
    deadline_queue_init(&redis->command_limits, set, options->command_timeout_ms, on_command_limit,
                        redis);
    deadline_queue_init(&redis->wait_limits, set, options->wait_ms, on_wait_limit, redis);
    deadline_queue_init(&redis->pauses, set, options->retry_ms, on_pause_over, redis);
}

int redis_open(struct worker *worker, const struct redis_options *options, struct redis **out)
{
    struct redis *redis = NULL;
    int rc = 0;

    worker_assert_thread(worker);
    rc = redis_options_check(options);
    if (rc < 0) {
        return rc;
    }
    redis = mem_calloc(1, sizeof(*redis));
    if (redis == NULL) {
        return SAILS_ENOMEM;
    }
    rc = redis_options_copy(options, &redis->options);
    if (rc == 0 && options->tls.is_on) {
        rc = redis_tls_context_create(&options->tls, options->log, &redis->tls);
    }
    if (rc < 0) {
        redis_options_deinit(&redis->options);
        mem_free(redis);
        return rc;
    }
    redis->loop = loop_of(worker);
    redis->end.run = destroy_later;
    redis->next_pause_ms = options->retry_ms;
    list_init(&redis->sent);
    list_init(&redis->waiting);
    init_limits(redis);
    *out = redis;
    dial(redis);
    return 0;
}

void redis_close(struct redis *redis)
{
    if (redis == NULL || redis->state == CLOSED) {
        return;
    }
    worker_assert_thread(&redis->loop->worker);
    enter(redis);
    redis->state = CLOSED;
    drop_connection(redis);
    deadline_stop(&redis->pause);
    answer_all(redis, &redis->sent, SAILS_ECLOSED);
    answer_all(redis, &redis->waiting, SAILS_ECLOSED);
    leave(redis);
}

/* Takes the command, also on failure. */
static int enqueue(struct redis *redis, struct redis_command *command)
{
    int rc = 0;

    if (!command->is_greeting) {
        redis->n_commands++;
        redis->n_bytes += command->bytes->len;
    }
    if (command->is_greeting || redis->state == READY) {
        rc = send_command(redis, command);
    } else {
        list_append(&redis->waiting, &command->in_list);
        if (redis->options.wait_ms > 0) {
            deadline_start(&command->limit, &redis->wait_limits, redis->loop->worker.env.now_ms);
        }
    }
    if (rc < 0) {
        command->on_reply = NULL;
        answer(redis, command, rc, NULL);
    }
    return rc;
}

static bool has_room(const struct redis *redis, size_t len)
{
    return redis->n_commands < redis->options.max_commands &&
           len <= redis->options.max_queue - redis->n_bytes;
}

/* Whether there is a connection, or hope that there is one soon. */
static bool is_expected(const struct redis *redis)
{
    return redis->state != PAUSED && !redis->has_failed;
}

int redis_command(struct redis *redis, const struct str *argv, size_t argc,
                  redis_reply_cb on_answer, void *ctx)
{
    struct redis_command *command = NULL;

    worker_assert_thread(&redis->loop->worker);
    if (argc == 0) {
        return SAILS_EINVAL;
    }
    if (redis->state == CLOSED || (redis->options.wait_ms == 0 && !is_expected(redis))) {
        return SAILS_ECLOSED;
    }
    command = redis_command_create(argv, argc, on_answer, ctx);
    if (command == NULL) {
        return SAILS_ENOMEM;
    }
    if (!has_room(redis, command->bytes->len)) {
        redis_command_destroy(command);
        return SAILS_ETOOBIG;
    }
    return enqueue(redis, command);
}
