#include "support/live_world.h"

#include <sails/sockets.h>

/*
 * The n-th allocation of the calling thread fails, for every n: the call says so, and nothing has
 * been sent or changed.
 */

static void on_gathered(int status, json_t *answers, void *ctx)
{
    (void)answers;
    tell(status, ctx);
}

static int try_emit(struct world *world)
{
    return sails_io_emit(world->live.root, &(struct sails_io_target){.to = SAILS_ROOMS("a", "b")},
                         "e", json_incref(world->gathered.answers)); /* made with memory */
}

static int try_ask(struct world *world)
{
    return sails_io_emit_with_ack(world->live.root,
                                  &(struct sails_io_target){.to = SAILS_ROOMS("none")}, "e",
                                  json_null(), 1000, on_gathered, &world->done);
}

static int try_fetch(struct world *world)
{
    return sails_io_fetch_sockets(world->live.root, NULL, on_gathered, &world->done);
}

static int try_join(struct world *world)
{
    return sails_sockets_join(world->live.app, world->clients[0].id, "a", tell, &world->done);
}

static int try_broadcast(struct world *world)
{
    return sails_sockets_broadcast(world->live.app, SAILS_ROOMS("b", ""), "e", json_integer(1),
                                   world->clients[1].id);
}

static int try_blast(struct world *world)
{
    return sails_sockets_blast(world->live.app, NULL, json_object(), NULL);
}

static const struct {
    int (*call)(struct world *world);
    bool is_told; /* through `done`, if it succeeds */
} calls[] = {
    {try_emit, false}, {try_ask, true},        {try_fetch, true},
    {try_join, true},  {try_broadcast, false}, {try_blast, false},
};

static void a_call_without_memory_changes_nothing(void **state)
{
    struct world *world = mem_alloc(sizeof(*world));

    (void)state;
    world_init(world, ways[2]);
    world_lift(world);
    world_join(world, 0, 1, "b");
    world->gathered.answers = json_pack("[s, o]", "x", sails_binary("y", 1));
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        int rc = SAILS_ENOMEM;
        int told_before = atomic_load(&world->done.count);
        long n_failed = 0;

        for (long n = 0; rc != 0; n++) {
            bool has_failed = false;

            mem_fail_after(n);
            rc = calls[i].call(world);
            has_failed = mem_has_failed();
            mem_fail_after(-1);
            if (rc != (has_failed ? SAILS_ENOMEM : 0)) {
                fail_msg("call %zu, allocation %ld: %d", i, n, rc);
            }
            n_failed += rc != 0 ? 1 : 0;
        }
        assert_true(n_failed > 0);
        if (calls[i].is_told) {
            assert_int_equal(told_status(&world->done), 0);
        }
        live_settle(&world->live);
        assert_int_equal(atomic_load(&world->done.count), told_before + (calls[i].is_told ? 1 : 0));
    }
    /* Each was heard once. */
    ws_client_expect(&world->clients[0], "451-[\"e\",\"x\",{\"_placeholder\":true,\"num\":0}]");
    ws_client_expect_binary(&world->clients[0], "y", 1);
    ws_client_expect(&world->clients[0], "42[\"e\",1]");
    ws_client_expect(&world->clients[0], "42[\"message\",{}]");
    live_expect_nothing(&world->clients[0]);
    json_decref(world->gathered.answers);
    world_end(world);
    mem_free(world);
}

static void nothing(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    (void)ctx;
}

static void answer(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_ok(res, NULL);
}

static bool match(const char *name, json_t *auth, void *ctx)
{
    (void)name;
    (void)auth;
    (void)ctx;
    return false;
}

/* Makes and defines an app, as far as it goes; true: all the way. */
static bool make_app(void)
{
    sails_app *app = sails_app_create();
    sails_io_namespace *nsp = sails_io_of(sails_app_io(app), "/chat");
    bool is_made = app != NULL && nsp != NULL && sails_io_on(nsp, "e", nothing, NULL) == 0 &&
                   sails_io_of_matching(sails_app_io(app), match, NULL) != NULL &&
                   sails_app_route(app, "GET /a/:b", answer) == 0 &&
                   sails_app_static(app, "/", ".") == 0;

    sails_app_destroy(app);
    return is_made;
}

static void an_app_is_made_whole_or_not_at_all(void **state)
{
    bool has_failed = true;
    long n = 0;

    (void)state;
    for (; has_failed; n++) {
        bool is_made = false;

        mem_fail_after(n);
        is_made = make_app();
        has_failed = mem_has_failed();
        mem_fail_after(-1);
        assert_true(is_made || has_failed); /* a table that cannot grow is only slower */
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_without_memory_changes_nothing),
        cmocka_unit_test(an_app_is_made_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
