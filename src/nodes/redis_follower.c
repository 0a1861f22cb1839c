#include "nodes/redis_follower.h"

#include "base/macros.h"
#include "base/worker.h"

#include <sails/err.h>

/*
 *  connected --> where is the end? --> XREAD from there --> entries --> XREAD from the last ...
 *                (the first time only)
 *            --> XREAD from the beginning, a hundred at a time, where the past is wanted
 *
 * The end is asked for once: XREAD's own "$" is the end of the moment, so that what is published between two
 * of them would be missed. An entry is passed over before it is handled: one that cannot be handled must
 * not be read for ever (redis-cluster 11).
 *
 * What Redis refuses (it is busy, it may not now) is asked once more after a while. A reply that was too big ended
 * the connection: half as many are asked for then, until it has read all that there is. Where not even one fits,
 * Redis is asked for its id alone, by a script, and it is passed over.
 */

/* The id of the entry behind another, and of the last one; nil: there is none. */
#define NEXT_ID                                                                                    \
    "local r = redis.call('XREAD', 'COUNT', 1, 'STREAMS', KEYS[1], ARGV[1]) "                      \
    "return r and r[1][2][1][1]"
#define LAST_ID                                                                                    \
    "local r = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1) return r[1] and r[1][1]"

enum {
    BLOCK_MS = 5000,
    COMMAND_TIMEOUT_MS = 3 * BLOCK_MS,
    RETRY_MS = 1000,
    ENTRIES_AT_ONCE = 100 /* as Node reads them */
};

static void read_on(struct redis_follower *follower);

/* ---- failures ---- */

static void try_later(struct redis_follower *follower, int status, const struct redis_reply *reply)
{
    struct str why = str_from(sails_strerror(status));

    if (follower->redis == NULL || status == SAILS_ECLOSED || status == SAILS_ETIMEOUT) {
        return; /* the connection comes back, and on_change with it */
    }
    if (reply != NULL && reply->kind == REDIS_ERROR) {
        why = reply->text;
    }
    if (!follower->has_complained) {
        follower->has_complained = true;
        log_line(follower->log, LOG_ERROR,
                 "Cluster: cannot read the stream %s, and tries again: %.*s", follower->stream,
                 STR_FMT(why));
    }
    deadline_start(&follower->retry, &follower->retries, worker_env(follower->worker)->now_ms);
}

static void ask(struct redis_follower *follower, const struct str *argv, size_t argc,
                redis_reply_cb on_reply)
{
    int rc = redis_command(follower->redis, argv, argc, on_reply, follower);

    if (rc < 0) {
        try_later(follower, rc, NULL);
    }
}

/* ---- entries ---- */

static struct str count_text(const struct redis_follower *follower, char out[20])
{
    return (struct str){out, str_write_u64(out, follower->count)};
}

/* Whether there are more. */
static bool note_success(struct redis_follower *follower, size_t n)
{
    bool is_full = n >= follower->count;

    follower->has_complained = false;
    if (!is_full) {
        follower->count = ENTRIES_AT_ONCE;
    }
    return is_full;
}

static bool is_list(const struct redis_reply *reply, size_t n)
{
    return reply->kind == REDIS_ARRAY && reply->n_items >= n;
}

static void remember(struct redis_follower *follower, struct str id)
{
    if (id.len < sizeof(follower->last)) {
        memcpy(follower->last, id.ptr, id.len);
        follower->last[id.len] = '\0';
    }
}

/* [name, value, name, value, ...] */
static void tell_entry(struct redis_follower *follower, const struct redis_reply *list)
{
    struct bus_entry entry = {.id = str_from(follower->last), .is_past = follower->is_past};

    for (size_t i = 0; i + 1 < list->n_items; i += 2) {
        for (size_t field = 0; field < BUS_FIELDS; field++) {
            if (redis_reply_is(list->items[i], bus_field_names[field])) {
                entry.fields[field] = list->items[i + 1]->text;
            }
        }
    }
    follower->on_entry(&entry, follower->ctx);
}

/* [id, fields] */
static void take_entry(struct redis_follower *follower, const struct redis_reply *entry)
{
    if (!is_list(entry, 2) || entry->items[0]->kind != REDIS_TEXT) {
        return;
    }
    remember(follower, entry->items[0]->text);
    if (is_list(entry->items[1], 2)) {
        tell_entry(follower, entry->items[1]);
    }
}

/* [[stream, [entry, ...]]], or nil: nothing has come in that time. How many there were. */
static size_t take_entries(struct redis_follower *follower, const struct redis_reply *reply)
{
    const struct redis_reply *entries = NULL;

    if (!is_list(reply, 1) || !is_list(reply->items[0], 2) ||
        !is_list(reply->items[0]->items[1], 1)) {
        return 0;
    }
    entries = reply->items[0]->items[1];
    for (size_t i = 0; i < entries->n_items; i++) {
        take_entry(follower, entries->items[i]);
    }
    return entries->n_items;
}

static void on_read(int status, const struct redis_reply *reply, void *ctx)
{
    struct redis_follower *follower = ctx;

    if (status < 0) {
        try_later(follower, status, reply);
        return;
    }
    (void)note_success(follower, take_entries(follower, reply));
    read_on(follower);
}

static void read_on(struct redis_follower *follower)
{
    char count[20];
    const struct str argv[] = {
        STR("XREAD"), STR("COUNT"),   count_text(follower, count), STR("BLOCK"),
        STR("5000"),  STR("STREAMS"), str_from(follower->stream),  str_from(follower->last)};

    if (follower->redis != NULL) {
        ask(follower, argv, ARRAY_LEN(argv), on_read);
    }
}

/* ---- the first time ---- */

static void read_past(struct redis_follower *follower);

static void begin(struct redis_follower *follower)
{
    follower->is_past = false;
    follower->on_change(0, follower->ctx);
    read_on(follower);
}

/* Less than were asked for is all there is. */
static void on_past(int status, const struct redis_reply *reply, void *ctx)
{
    struct redis_follower *follower = ctx;

    if (status < 0) {
        try_later(follower, status, reply);
    } else if (note_success(follower, take_entries(follower, reply))) {
        read_past(follower);
    } else {
        begin(follower);
    }
}

/* From behind the last one that was read: also when the connection was lost meanwhile. */
static void read_past(struct redis_follower *follower)
{
    char count[20];
    const struct str argv[] = {STR("XREAD"),
                               STR("COUNT"),
                               count_text(follower, count),
                               STR("STREAMS"),
                               str_from(follower->stream),
                               str_from(follower->last)};

    if (follower->redis != NULL) {
        ask(follower, argv, ARRAY_LEN(argv), on_past);
    }
}

/* ---- what does not fit ---- */

static void go_on(struct redis_follower *follower);

static void on_id(int status, const struct redis_reply *reply, void *ctx)
{
    struct redis_follower *follower = ctx;
    bool is_first = follower->last[0] == '\0';

    if (status < 0) {
        try_later(follower, status, reply);
        return;
    }
    follower->is_stuck = false;
    if (reply->kind == REDIS_TEXT) {
        remember(follower, reply->text);
    } else if (is_first) {
        remember(follower, STR("0-0"));
    }
    if (!is_first) {
        log_line(follower->log, LOG_ERROR,
                 "Cluster: an entry of the stream %s is too big to be read, and is passed over: %s",
                 follower->stream, follower->last);
    }
    go_on(follower);
}

static void ask_for_id(struct redis_follower *follower)
{
    bool is_first = follower->last[0] == '\0';
    const struct str argv[] = {STR("EVAL"), is_first ? STR(LAST_ID) : STR(NEXT_ID), STR("1"),
                               str_from(follower->stream), str_from(follower->last)};

    ask(follower, argv, ARRAY_LEN(argv), on_id);
}

/* [[id, fields]], or []: there is nothing. */
static void on_end(int status, const struct redis_reply *reply, void *ctx)
{
    struct redis_follower *follower = ctx;

    if (status < 0) {
        try_later(follower, status, reply);
        return;
    }
    follower->has_complained = false;
    remember(follower, STR("0-0"));
    if (is_list(reply, 1) && is_list(reply->items[0], 1)) {
        remember(follower, reply->items[0]->items[0]->text);
    }
    begin(follower);
}

static void go_on(struct redis_follower *follower)
{
    if (follower->is_stuck) {
        ask_for_id(follower);
    } else if (follower->is_past || (follower->with_past && follower->last[0] == '\0')) {
        if (!follower->is_past) {
            remember(follower, STR("0-0"));
            follower->is_past = true;
        }
        read_past(follower);
    } else if (follower->last[0] == '\0') {
        const struct str argv[] = {STR("XREVRANGE"), str_from(follower->stream),
                                   STR("+"),         STR("-"),
                                   STR("COUNT"),     STR("1")};

        ask(follower, argv, ARRAY_LEN(argv), on_end);
    } else {
        follower->on_change(0, follower->ctx);
        read_on(follower);
    }
}

static void on_change(int status, void *ctx)
{
    struct redis_follower *follower = ctx;

    deadline_stop(&follower->retry);
    if (status == SAILS_ETOOBIG) {
        follower->is_stuck = follower->count == 1;
        follower->count = follower->count > 1 ? follower->count / 2 : 1;
    }
    if (status < 0) {
        follower->on_change(status, follower->ctx);
    } else {
        go_on(follower);
    }
}

static void on_retry_due(struct deadline *deadline, void *ctx)
{
    (void)deadline;
    go_on(ctx);
}

int redis_follower_open(struct redis_follower *follower, struct worker *worker,
                        const struct redis_options *options)
{
    struct redis_options own = *options;

    own.command_timeout_ms = COMMAND_TIMEOUT_MS;
    own.on_push = NULL;
    own.on_change = on_change;
    own.ctx = follower;
    own.log = NULL;
    follower->worker = worker;
    follower->log = options->log;
    follower->count = ENTRIES_AT_ONCE;
    deadline_queue_init(&follower->retries, &worker_env(worker)->deadlines, RETRY_MS, on_retry_due,
                        follower);
    return redis_open(worker, &own, &follower->redis);
}

void redis_follower_close(struct redis_follower *follower)
{
    struct redis *redis = follower->redis;

    follower->redis = NULL;
    redis_close(redis);
    if (follower->worker != NULL) {
        deadline_stop(&follower->retry);
        deadline_queue_deinit(&follower->retries);
        follower->worker = NULL;
    }
}
