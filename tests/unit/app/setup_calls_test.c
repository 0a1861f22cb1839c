/*
 * What a program does wrong in main(), whose return values nobody looks at, is told and fails the lift, whichever
 * call it was: each of them, given NULL.
 */
#include "support/live_app.h"

#include <sails/sails.h>

/* A fresh app for each: the first error of one is kept. */
static void expect_told(sails_app *app, struct live_log *log, int rc, const char *call)
{
    char name[64];

    snprintf(name, sizeof(name), "%.*s(", (int)strcspn(call, "("), call);
    if (rc != SAILS_EINVAL || !live_log_has(log, name) || sails_app_lift(app) != SAILS_EINVAL) {
        fail_msg("%s: it gave %s, and was not told or did not fail the lift", call,
                 sails_err_name(rc));
    }
    sails_app_destroy(app);
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        struct live_log log = {.lock = PTHREAD_MUTEX_INITIALIZER};                                 \
        sails_app *app = sails_app_create();                                                       \
        sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");                            \
                                                                                                   \
        assert_non_null(root);                                                                     \
        assert_int_equal(sails_app_set_log(app, live_log_write, &log), 0);                         \
        expect_told(app, &log, (call), #call);                                                     \
    } while (false)

static const struct sails_action_def def = {0};

static void answer(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_ok(res, NULL);
}

static void calls_that_say_what_the_app_does_are_told(void **state)
{
    (void)state;
    TRY(sails_app_route(app, NULL, answer));
    TRY(sails_app_route(app, "GET /x", NULL));
    TRY(sails_app_routes(app, NULL));
    TRY(sails_app_action(app, NULL, &def));
    TRY(sails_app_action(app, "a/b", NULL));
    TRY(sails_app_override_action(app, "a/b", NULL));
    TRY(sails_app_policy(app, NULL, answer, NULL));
    TRY(sails_app_policy(app, "p", NULL, NULL));
    TRY(sails_app_action_middleware(app, NULL, answer, NULL));
    TRY(sails_app_action_middleware(app, "*", NULL, NULL));
    TRY(sails_app_bind(app, NULL, json_null()));
    TRY(sails_app_bind(app, "GET /x", NULL));
    TRY(sails_app_static(app, NULL, "x"));
    TRY(sails_app_static(app, "/", NULL));
    TRY(sails_app_client(app, NULL));
    TRY(sails_app_set(app, NULL, json_null()));
    TRY(sails_app_set(app, "port", NULL));
    TRY(sails_app_before_shutdown(app, NULL, NULL));
    TRY(sails_app_on(app, NULL, NULL, NULL));
    TRY(sails_app_after_event(app, NULL, NULL, NULL));
    TRY(sails_app_bootstrap(app, NULL, NULL));
    TRY(sails_app_on_lifted(app, NULL, NULL));
    TRY(sails_app_on_cluster_up(app, NULL, NULL));
    TRY(sails_app_on_cluster_down(app, NULL, NULL));
    TRY(sails_app_on_admin_message(app, NULL, NULL));
    TRY(sails_app_response(app, NULL, NULL));
    TRY(sails_app_response(app, "x", NULL));
    TRY(sails_app_hook(app, NULL));
    TRY(sails_app_before_connect(app, NULL, NULL));
    TRY(sails_app_after_disconnect(app, NULL, NULL));
    TRY(sails_app_on_connection_error(app, NULL, NULL));
    TRY(sails_app_on_engine_headers(app, NULL, NULL));
    TRY(sails_app_on_engine_id(app, NULL, NULL));
}

static void calls_that_give_it_parts_are_told(void **state)
{
    (void)state;
    TRY(sails_app_websocket(app, NULL, NULL));
    TRY(sails_app_admin(app, NULL));
    TRY(sails_app_model(app, NULL, json_object()));
    TRY(sails_app_model(app, "x", NULL));
    TRY(sails_app_model_functions(app, NULL));
    TRY(sails_app_blueprint_options(app, NULL, NULL, NULL));
    TRY(sails_app_session_store(app, NULL));
    TRY(sails_app_parts(app, NULL, 1));
    TRY(sails_app_after(app, 1, NULL, NULL, NULL));
    TRY(sails_app_every(app, 0, NULL, NULL, NULL));
}

static void calls_that_define_namespaces_are_told(void **state)
{
    (void)state;
    TRY(sails_io_of(sails_app_io(app), NULL) == NULL ? SAILS_EINVAL : 0);
    TRY(sails_io_of_matching(sails_app_io(app), NULL, NULL) == NULL ? SAILS_EINVAL : 0);
    TRY(sails_io_on_new_namespace(sails_app_io(app), NULL, NULL));
    TRY(sails_io_add_namespace(sails_app_io(app), "/x", NULL, NULL));
    TRY(sails_io_use(root, NULL, NULL));
    TRY(sails_io_use_event(root, NULL, NULL));
    TRY(sails_io_on(root, NULL, NULL, NULL));
    TRY(sails_io_on(root, "x", NULL, NULL));
    TRY(sails_io_on_any(root, NULL, NULL));
    TRY(sails_io_prepend_any(root, NULL, NULL));
    TRY(sails_io_on_any_outgoing(root, NULL, NULL));
    TRY(sails_io_on_connection(root, NULL, NULL));
    TRY(sails_io_on_disconnecting(root, NULL, NULL));
    TRY(sails_io_on_disconnect(root, NULL, NULL));
    TRY(sails_io_on_upgrade(root, NULL, NULL));
    TRY(sails_io_on_drain(root, NULL, NULL));
    TRY(sails_io_on_room_change(root, NULL, NULL));
    TRY(sails_io_on_server_side_event(root, NULL, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_that_say_what_the_app_does_are_told),
        cmocka_unit_test(calls_that_give_it_parts_are_told),
        cmocka_unit_test(calls_that_define_namespaces_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
