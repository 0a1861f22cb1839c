#include "session/session_memory.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <pthread.h>

struct world {
    uint64_t now_ms;
    struct session_memory *memory;
    struct sails_session_store store;
    int status;
    json_t *loaded;
    struct log log;
    int n_lines;
    char line[300];
};

static void a_log(void *ctx, enum log_level level, const char *text);

static uint64_t now_of(void *ctx)
{
    return ((struct world *)ctx)->now_ms;
}

static void world_init(struct world *w, size_t max)
{
    struct session_memory_options options = {
        .max_sessions = max, .hash_key = {1, 2}, .now_ms = now_of, .now_ctx = w, .log = &w->log};

    *w = (struct world){.now_ms = 1000,
                        .memory = session_memory_create(&options),
                        .log = {.level = LOG_WARN, .write = a_log, .ctx = w}};
    assert_non_null(w->memory);
    w->store = session_memory_store(w->memory);
}

static void world_deinit(struct world *w)
{
    json_decref(w->loaded);
    session_memory_destroy(w->memory);
}

static void on_done(int status, void *ctx)
{
    ((struct world *)ctx)->status = status;
}

static void on_loaded(int status, json_t *session, void *ctx)
{
    struct world *w = ctx;

    json_decref(w->loaded);
    w->status = status;
    w->loaded = session;
}

static int save(struct world *w, const char *sid, int value, uint64_t ttl_ms)
{
    w->store.save(w->store.store, sid, json_pack("{s:i}", "n", value), ttl_ms, on_done, w);
    return w->status;
}

/* The value that was saved, or the error. */
static int load(struct world *w, const char *sid)
{
    w->store.load(w->store.store, sid, on_loaded, w);
    return w->status == 0 ? (int)json_integer_value(json_object_get(w->loaded, "n")) : w->status;
}

static int touch(struct world *w, const char *sid, uint64_t ttl_ms)
{
    w->store.touch(w->store.store, sid, ttl_ms, on_done, w);
    return w->status;
}

static int destroy(struct world *w, const char *sid)
{
    w->store.destroy(w->store.store, sid, on_done, w);
    return w->status;
}

static void what_was_saved_is_loaded_until_it_is_destroyed(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 10);
    assert_int_equal(load(&w, "a"), SAILS_ENOENT);
    assert_int_equal(save(&w, "a", 1, 100), 0);
    assert_int_equal(save(&w, "b", 2, 100), 0);
    assert_int_equal(save(&w, "a", 3, 100), 0);
    assert_int_equal(load(&w, "a"), 3);
    assert_int_equal(load(&w, "b"), 2);
    assert_int_equal(session_memory_count(w.memory), 2);
    assert_int_equal(destroy(&w, "a"), 0);
    assert_int_equal(destroy(&w, "a"), 0);
    assert_int_equal(load(&w, "a"), SAILS_ENOENT);
    w.store.destroy(w.store.store, "b", NULL, NULL);
    assert_int_equal(session_memory_count(w.memory), 0);
    world_deinit(&w);
}

static void each_load_gives_a_copy(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 10);
    save(&w, "a", 1, 100);
    assert_int_equal(load(&w, "a"), 1);
    json_object_set_new(w.loaded, "n", json_integer(2));
    assert_int_equal(load(&w, "a"), 1);
    world_deinit(&w);
}

static void a_session_expires_unless_it_is_touched(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 10);
    save(&w, "a", 1, 100);
    save(&w, "b", 2, 100);
    w.now_ms += 99;
    assert_int_equal(touch(&w, "a", 100), 0);
    assert_int_equal(load(&w, "b"), 2); /* loading does not prolong it */
    w.now_ms += 1;
    assert_int_equal(load(&w, "b"), SAILS_ENOENT);
    assert_int_equal(touch(&w, "b", 100), SAILS_ENOENT);
    assert_int_equal(load(&w, "a"), 1);
    save(&w, "c", 3, UINT64_MAX);
    w.now_ms = UINT64_MAX - 1;
    assert_int_equal(load(&w, "c"), 3);
    world_deinit(&w);
}

static void expired_ones_make_room_by_and_by(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 10);
    save(&w, "a", 1, 10);
    save(&w, "b", 2, 10);
    w.now_ms += 10;
    save(&w, "c", 3, 10);
    assert_int_equal(session_memory_count(w.memory), 1);
    world_deinit(&w);
}

static void over_the_bound_the_one_least_recently_used_goes(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 3);
    save(&w, "a", 1, 100);
    save(&w, "b", 2, 100);
    save(&w, "c", 3, 100);
    assert_int_equal(load(&w, "a"), 1);
    save(&w, "d", 4, 100);
    assert_int_equal(load(&w, "b"), SAILS_ENOENT);
    assert_int_equal(load(&w, "a"), 1);
    save(&w, "a", 5, 100); /* one that is there pushes nobody out */
    assert_int_equal(load(&w, "c"), 3);
    assert_int_equal(session_memory_count(w.memory), 3);
    world_deinit(&w);
}

/* Whoever makes many sessions comes back to none of them: a flood costs nobody else his log-in. */
static void sessions_that_nobody_came_back_for_go_first(void **state)
{
    struct world w;
    char sid[16];

    (void)state;
    world_init(&w, 4);
    save(&w, "ann", 1, 1000);
    assert_int_equal(load(&w, "ann"), 1);
    save(&w, "ann", 2, 1000); /* it stays a session that somebody came back for */
    save(&w, "bob", 3, 1000);
    assert_int_equal(touch(&w, "bob", 1000), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(sid, sizeof(sid), "new %d", i);
        save(&w, sid, i, 1000);
    }
    assert_int_equal(session_memory_count(w.memory), 4);
    assert_int_equal(load(&w, "new 998"), 998);
    assert_int_equal(load(&w, "new 997"), SAILS_ENOENT);
    assert_int_equal(load(&w, "ann"), 2);
    assert_int_equal(load(&w, "bob"), 3);
    world_deinit(&w);
}

static void a_log(void *ctx, enum log_level level, const char *text)
{
    struct world *w = ctx;

    assert_int_equal(level, LOG_WARN);
    w->n_lines++;
    snprintf(w->line, sizeof(w->line), "%s", text);
}

/* Once when it begins, then once in a while with what has gone since. */
static void the_bound_is_told_when_it_is_reached(void **state)
{
    struct world w;
    char sid[16];

    (void)state;
    world_init(&w, 2);
    save(&w, "ann", 1, SESSION_MEMORY_TELL_MS * 10);
    load(&w, "ann");
    save(&w, "0", 1, SESSION_MEMORY_TELL_MS * 10);
    assert_int_equal(w.n_lines, 0);
    for (int i = 1; i < 100; i++) {
        snprintf(sid, sizeof(sid), "%d", i);
        save(&w, sid, i, SESSION_MEMORY_TELL_MS * 10);
    }
    assert_int_equal(w.n_lines, 1);
    assert_non_null(strstr(w.line, "session.maxSessions (2)"));
    assert_non_null(strstr(w.line, "1 so far"));
    w.now_ms += SESSION_MEMORY_TELL_MS;
    load(&w, "99");
    save(&w, "100", 1, SESSION_MEMORY_TELL_MS * 10);
    assert_int_equal(w.n_lines, 2);
    assert_non_null(strstr(w.line, "99 more"));
    assert_non_null(strstr(w.line, "1 of them in use"));
    world_deinit(&w);
}

static void what_is_no_object_is_refused(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 3);
    w.store.save(w.store.store, "a", json_integer(1), 100, on_done, &w);
    assert_int_equal(w.status, SAILS_EINVAL);
    w.store.save(w.store.store, "a", NULL, 100, on_done, &w);
    assert_int_equal(w.status, SAILS_EINVAL);
    assert_int_equal(session_memory_count(w.memory), 0);
    world_deinit(&w);
}

static void a_failing_allocation_leaves_the_old_session(void **state)
{
    struct world w;
    int rc = SAILS_ENOMEM;

    (void)state;
    world_init(&w, 10);
    save(&w, "a", 1, 100);
    for (long n = 0; rc != 0; n++) {
        mem_fail_after(n);
        rc = save(&w, "a", 2, 100);
        mem_fail_after(-1);
        assert_int_equal(load(&w, "a"), rc == 0 ? 2 : 1);
    }
    world_deinit(&w);
}

/* jansson's own parser writes beyond a text when memory is short in the middle of it. */
static void a_session_is_loaded_whole_or_not_at_all(void **state)
{
    static const char text[] = "a text that is longer than what a parser has room for at first";
    struct world w;
    int rc = SAILS_ENOMEM;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    world_init(&w, 10);
    w.store.save(w.store.store, "a", json_pack("{s:s, s:i}", "text", text, "n", 7), 100, on_done,
                 &w);
    for (long n = 0; rc != 7; n++) {
        mem_fail_after(n);
        rc = load(&w, "a");
        mem_fail_after(-1);
        assert_true(rc == 7 || rc == SAILS_ENOMEM);
    }
    assert_string_equal(json_string_value(json_object_get(w.loaded, "text")), text);
    world_deinit(&w);
}

static void *work(void *ctx)
{
    struct world own = *(struct world *)ctx;

    own.loaded = NULL;
    for (int i = 0; i < 500; i++) {
        char sid[8];

        snprintf(sid, sizeof(sid), "%d", i % 7);
        save(&own, sid, i, 100);
        load(&own, sid);
        touch(&own, sid, 100);
        destroy(&own, sid);
    }
    json_decref(own.loaded);
    return NULL;
}

static void several_threads_share_it(void **state)
{
    struct world w;
    pthread_t threads[4];

    (void)state;
    world_init(&w, 5);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, &w), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(session_memory_count(w.memory), 0);
    world_deinit(&w);
}

/* Users' texts may have a NUL in them. */
static void any_text_comes_back(void **state)
{
    struct world w;
    json_t *session = json_pack("{s:s#}", "name", "a\0b", 3);

    (void)state;
    world_init(&w, 10);
    w.store.save(w.store.store, "a", json_incref(session), 1000, on_done, &w);
    assert_int_equal(w.status, 0);
    w.store.load(w.store.store, "a", on_loaded, &w);
    assert_int_equal(w.status, 0);
    assert_true(json_equal(w.loaded, session));
    json_decref(session);
    world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_is_loaded_until_it_is_destroyed),
        cmocka_unit_test(each_load_gives_a_copy),
        cmocka_unit_test(a_session_expires_unless_it_is_touched),
        cmocka_unit_test(expired_ones_make_room_by_and_by),
        cmocka_unit_test(over_the_bound_the_one_least_recently_used_goes),
        cmocka_unit_test(sessions_that_nobody_came_back_for_go_first),
        cmocka_unit_test(the_bound_is_told_when_it_is_reached),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(a_failing_allocation_leaves_the_old_session),
        cmocka_unit_test(a_session_is_loaded_whole_or_not_at_all),
        cmocka_unit_test(several_threads_share_it),
        cmocka_unit_test(any_text_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
