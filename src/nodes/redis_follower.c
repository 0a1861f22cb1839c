#include "nodes/redis_follower.h"

#include "base/macros.h"

#include <sails/err.h>

/*
 *  connected --> where is the end? --> XREAD from there --> entries --> XREAD from the last ...
 *                (the first time only)
 *            --> XREAD from the beginning, a hundred at a time, where the past is wanted
 *
 * The end is asked for once: XREAD's own "$" is the end of the moment, so that what is published between two
 * of them would be missed. An entry is passed over before it is handled: one that cannot be handled must
 * not be read for ever (redis-cluster 11).
 */

enum {
    BLOCK_MS = 5000,
    COMMAND_TIMEOUT_MS = 3 * BLOCK_MS,
    ENTRIES_AT_ONCE = 100 /* as Node reads them */
};

static void read_on(struct redis_follower *follower);

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

    if (status == 0) { /* else the connection comes back, and on_change with it */
        (void)take_entries(follower, reply);
        read_on(follower);
    }
}

static void read_on(struct redis_follower *follower)
{
    const struct str argv[] = {STR("XREAD"),
                               STR("COUNT"),
                               STR("100"),
                               STR("BLOCK"),
                               STR("5000"),
                               STR("STREAMS"),
                               str_from(follower->stream),
                               str_from(follower->last)};

    if (follower->redis != NULL) {
        (void)redis_command(follower->redis, argv, ARRAY_LEN(argv), on_read, follower);
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
        return;
    }
    if (take_entries(follower, reply) < ENTRIES_AT_ONCE) {
        begin(follower);
    } else {
        read_past(follower);
    }
}

/* From behind the last one that was read: also when the connection was lost meanwhile. */
static void read_past(struct redis_follower *follower)
{
    const struct str argv[] = {STR("XREAD"),
                               STR("COUNT"),
                               STR("100"),
                               STR("STREAMS"),
                               str_from(follower->stream),
                               str_from(follower->last)};

    (void)redis_command(follower->redis, argv, ARRAY_LEN(argv), on_past, follower);
}

/* [[id, fields]], or []: there is nothing. */
static void on_end(int status, const struct redis_reply *reply, void *ctx)
{
    struct redis_follower *follower = ctx;

    if (status < 0) {
        return;
    }
    remember(follower, STR("0-0"));
    if (is_list(reply, 1) && is_list(reply->items[0], 1)) {
        remember(follower, reply->items[0]->items[0]->text);
    }
    begin(follower);
}

static void on_change(int status, void *ctx)
{
    struct redis_follower *follower = ctx;

    if (status < 0) {
        follower->on_change(status, follower->ctx);
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

        (void)redis_command(follower->redis, argv, ARRAY_LEN(argv), on_end, follower);
    } else {
        follower->on_change(0, follower->ctx);
        read_on(follower);
    }
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
    return redis_open(worker, &own, &follower->redis);
}

void redis_follower_close(struct redis_follower *follower)
{
    struct redis *redis = follower->redis;

    follower->redis = NULL;
    redis_close(redis);
}
