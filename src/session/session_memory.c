/*
 * A session that is made is `fresh`; the first time that somebody loads or touches it, it is `used`.
 * Who wants to push out others' sessions has to come back for each of his own, and a client that takes
 * no cookies, a crawler or a monitor, pushes out nobody.
 *
 * I1  An entry is in `by_sid` and in one of the lists, `used` if it is_used; the first of each list is
 *     the one that was not used for longest.
 * I2  There are at most max_sessions.
 *
 * Each save also looks at the two oldest entries of each list and drops them if they have expired, so
 * that in a server that is in use they do not wait for the bound.
 */
#include "session/session_memory.h"

#include "base/json_parse.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

#include <assert.h>
#include <pthread.h>

enum {
    SWEEP = 2
};

struct entry {
    struct map_node by_sid;
    struct list by_use;
    bool is_used; /* I1 */
    uint64_t expires_ms;
    char *json;
    size_t sid_len;
    char sid[];
};

struct session_memory {
    pthread_mutex_t lock; /* of all below */
    struct session_memory_options options;
    struct map by_sid;
    struct list fresh, used; /* struct entry */
    uint64_t told_ms;        /* when the log was told of the bound; 0: never */
    size_t n_dropped;        /* since then, because of the bound */
    size_t n_used_dropped;   /* of these */
};

struct session_memory *session_memory_create(const struct session_memory_options *options)
{
    struct session_memory *memory = mem_calloc(1, sizeof(*memory));

    if (memory == NULL) {
        return NULL;
    }
    if (pthread_mutex_init(&memory->lock, NULL) != 0) {
        mem_free(memory);
        return NULL;
    }
    memory->options = *options;
    list_init(&memory->fresh);
    list_init(&memory->used);
    return memory;
}

static void entry_free(struct entry *e)
{
    if (e != NULL) {
        mem_free(e->json);
        mem_free(e);
    }
}

static void drop(struct session_memory *memory, struct entry *e)
{
    map_remove(&memory->by_sid, &e->by_sid);
    list_remove(&e->by_use);
    entry_free(e);
}

static struct entry *oldest(struct list *list)
{
    return list_is_empty(list) ? NULL : container_of(list->next, struct entry, by_use);
}

static void drop_all(struct session_memory *memory, struct list *list)
{
    while (!list_is_empty(list)) {
        drop(memory, oldest(list));
    }
}

void session_memory_destroy(struct session_memory *memory)
{
    if (memory == NULL) {
        return;
    }
    drop_all(memory, &memory->fresh);
    drop_all(memory, &memory->used);
    map_deinit(&memory->by_sid);
    pthread_mutex_destroy(&memory->lock);
    mem_free(memory);
}

static uint64_t now(const struct session_memory *memory)
{
    return memory->options.now_ms(memory->options.now_ctx);
}

static uint64_t deadline_after(uint64_t now_ms, uint64_t ttl_ms)
{
    return ttl_ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + ttl_ms;
}

static struct entry *find_entry(const struct session_memory *memory, struct str sid)
{
    uint64_t hash = hash_str(memory->options.hash_key, sid);

    for (struct map_node *n = map_find(&memory->by_sid, hash); n != NULL; n = map_find_next(n)) {
        struct entry *e = container_of(n, struct entry, by_sid);

        if (str_eq((struct str){e->sid, e->sid_len}, sid)) {
            return e;
        }
    }
    return NULL;
}

static void append(struct session_memory *memory, struct entry *e, bool is_used)
{
    e->is_used = is_used;
    list_append(is_used ? &memory->used : &memory->fresh, &e->by_use);
}

/* With the lock. */
static void memory_check(const struct session_memory *memory)
{
    bool is_empty = list_is_empty(&memory->fresh) && list_is_empty(&memory->used);

    assert((memory->by_sid.count == 0) == is_empty);              /* I1 */
    assert(memory->by_sid.count <= memory->options.max_sessions); /* I2 */
    assert(list_is_empty(&memory->used) ||
           container_of(memory->used.prev, struct entry, by_use)->is_used); /* I1 */
    assert(list_is_empty(&memory->fresh) ||
           !container_of(memory->fresh.prev, struct entry, by_use)->is_used); /* I1 */
    (void)is_empty;
}

/* One that has not expired; it counts as used. */
static struct entry *use(struct session_memory *memory, const char *sid)
{
    struct entry *e = find_entry(memory, str_from(sid));

    if (e == NULL) {
        return NULL;
    }
    if (e->expires_ms <= now(memory)) {
        drop(memory, e);
        return NULL;
    }
    list_remove(&e->by_use);
    append(memory, e, true);
    memory_check(memory);
    return e;
}

static void tell(sails_session_done_cb done, int status, void *ctx)
{
    if (done != NULL) {
        done(status, ctx);
    }
}

/* ---- load ---- */

static void load(void *store, const char *sid, sails_session_loaded_cb loaded, void *ctx)
{
    struct session_memory *memory = store;
    json_t *session = NULL;
    struct entry *e = NULL;
    int status = SAILS_ENOENT;

    pthread_mutex_lock(&memory->lock);
    e = use(memory, sid);
    if (e != NULL) {
        /* Not jansson's parser: without memory for a text that one reads beyond its end. */
        status = json_parse(str_from(e->json),
                            &(struct json_limits){.max_depth = JSON_TEXT_MAX_DEPTH}, &session);
    }
    pthread_mutex_unlock(&memory->lock);
    loaded(status, session, ctx);
}

/* ---- save ---- */

/* The text of a session, for mem_free(). */
static int write_text(const json_t *session, char **out)
{
    size_t len = json_is_object(session) ? json_dumpb(session, NULL, 0, JSON_COMPACT) : 0;
    char *text = NULL;

    if (len == 0) {
        return SAILS_EINVAL;
    }
    text = mem_alloc(len + 1);
    if (text == NULL) {
        return SAILS_ENOMEM;
    }
    if (json_dumpb(session, text, len, JSON_COMPACT) != len) {
        mem_free(text);
        return SAILS_ENOMEM;
    }
    text[len] = '\0';
    *out = text;
    return 0;
}

static int prepare(const char *sid, const json_t *session, struct entry **out)
{
    size_t len = strlen(sid);
    struct entry *e = mem_calloc(1, sizeof(*e) + len + 1);
    int rc = e != NULL ? write_text(session, &e->json) : SAILS_ENOMEM;

    if (rc < 0) {
        entry_free(e);
        return rc;
    }
    e->sid_len = len;
    memcpy(e->sid, sid, len);
    *out = e;
    return 0;
}

static void sweep(struct session_memory *memory, struct list *list, uint64_t now_ms)
{
    for (int i = 0; i < SWEEP; i++) {
        struct entry *e = oldest(list);

        if (e != NULL && e->expires_ms <= now_ms) {
            drop(memory, e);
        }
    }
}

/* I2. */
static void make_room(struct session_memory *memory, uint64_t now_ms)
{
    sweep(memory, &memory->fresh, now_ms);
    sweep(memory, &memory->used, now_ms);
    while (memory->by_sid.count >= memory->options.max_sessions) {
        bool is_used = list_is_empty(&memory->fresh);

        drop(memory, oldest(is_used ? &memory->used : &memory->fresh));
        memory->n_dropped++;
        memory->n_used_dropped += is_used ? 1 : 0;
    }
}

static void put(struct session_memory *memory, struct entry *fresh, uint64_t ttl_ms)
{
    struct str sid = {fresh->sid, fresh->sid_len};
    struct entry *before = find_entry(memory, sid);
    bool is_used = before != NULL && before->is_used;
    uint64_t now_ms = now(memory);

    if (before != NULL) {
        drop(memory, before);
    }
    make_room(memory, now_ms);
    fresh->expires_ms = deadline_after(now_ms, ttl_ms);
    map_insert(&memory->by_sid, &fresh->by_sid, hash_str(memory->options.hash_key, sid));
    append(memory, fresh, is_used);
    memory_check(memory);
}

struct toll {
    size_t n, n_used;
    bool is_first;
    bool is_due;
};

/* What the log is to be told now. */
static struct toll take_toll(struct session_memory *memory)
{
    uint64_t now_ms = now(memory);
    struct toll toll = {.n = memory->n_dropped, .n_used = memory->n_used_dropped};

    toll.is_first = memory->told_ms == 0;
    toll.is_due =
        toll.n > 0 && (toll.is_first || now_ms >= memory->told_ms + SESSION_MEMORY_TELL_MS);
    if (toll.is_due) {
        memory->told_ms = now_ms;
        memory->n_dropped = 0;
        memory->n_used_dropped = 0;
    }
    return toll;
}

/* Without the lock: the log may be slow. */
static void tell_toll(const struct session_memory *memory, const struct toll *toll)
{
    if (toll->is_due) {
        log_line(memory->options.log, LOG_WARN,
                 "session.maxSessions (%zu) is reached: sessions had to go before their time, %zu "
                 "%s, %zu of them in use",
                 memory->options.max_sessions, toll->n, toll->is_first ? "so far" : "more",
                 toll->n_used);
    }
}

static void save(void *store, const char *sid, json_t *session, uint64_t ttl_ms,
                 sails_session_done_cb done, void *ctx)
{
    struct session_memory *memory = store;
    struct entry *fresh = NULL;
    struct toll toll;
    int rc = prepare(sid, session, &fresh);

    json_decref(session);
    if (rc == 0) {
        pthread_mutex_lock(&memory->lock);
        put(memory, fresh, ttl_ms);
        toll = take_toll(memory);
        pthread_mutex_unlock(&memory->lock);
        tell_toll(memory, &toll);
    }
    tell(done, rc, ctx);
}

/* ---- touch, destroy ---- */

static void touch(void *store, const char *sid, uint64_t ttl_ms, sails_session_done_cb done,
                  void *ctx)
{
    struct session_memory *memory = store;
    struct entry *e = NULL;

    pthread_mutex_lock(&memory->lock);
    e = use(memory, sid);
    if (e != NULL) {
        e->expires_ms = deadline_after(now(memory), ttl_ms);
    }
    pthread_mutex_unlock(&memory->lock);
    tell(done, e != NULL ? 0 : SAILS_ENOENT, ctx);
}

static void destroy(void *store, const char *sid, sails_session_done_cb done, void *ctx)
{
    struct session_memory *memory = store;
    struct entry *e = NULL;

    pthread_mutex_lock(&memory->lock);
    e = find_entry(memory, str_from(sid));
    if (e != NULL) {
        drop(memory, e);
    }
    pthread_mutex_unlock(&memory->lock);
    tell(done, 0, ctx);
}

struct sails_session_store session_memory_store(struct session_memory *memory)
{
    return (struct sails_session_store){
        .load = load, .save = save, .touch = touch, .destroy = destroy, .store = memory};
}

size_t session_memory_count(struct session_memory *memory)
{
    size_t count = 0;

    pthread_mutex_lock(&memory->lock);
    count = memory->by_sid.count;
    pthread_mutex_unlock(&memory->lock);
    return count;
}
