#include "support/http_client.h"
#include "support/live_app.h"

/* ---- listeners that note what they are told ---- */

struct notes {
    char text[512];
};

static void note(sails_app *app, const char *event, json_t *data, void *ctx)
{
    struct notes *notes = ctx;
    size_t len = strlen(notes->text);
    char *value = data != NULL ? json_dumps(data, JSON_ENCODE_ANY) : NULL;

    (void)app;
    snprintf(notes->text + len, sizeof(notes->text) - len, "%s%s%s ", event,
             value != NULL ? "=" : "", value != NULL ? value : "");
    mem_free(value);
}

static void note_lifted(sails_app *app, void *ctx)
{
    note(app, "on_lifted", NULL, ctx);
}

static int note_bootstrap(sails_app *app, void *ctx)
{
    note(app, "bootstrap", NULL, ctx);
    return 0;
}

static int note_initialize(sails_app *app, void *ctx)
{
    note(app, "initialize", NULL, ctx);
    return 0;
}

static void note_lower(sails_app *app, void *ctx)
{
    note(app, "hook-lower", NULL, ctx);
}

static void listen_to_all(struct live *live, struct notes *notes)
{
    static const char *const events[] = {"lower", "hook:a:loaded",       "lifted",         "mine",
                                         "ready", "hook:http:listening", "hook:orm:loaded"};

    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        assert_int_equal(sails_app_on(live->app, events[i], note, notes), 0);
    }
}

/* app-config-cli 2.4 */
static void an_app_tells_how_far_it_has_come(void **state)
{
    struct notes notes = {""};
    struct live live;

    (void)state;
    live_init(&live, 1);
    listen_to_all(&live, &notes);
    assert_int_equal(sails_app_bootstrap(live.app, note_bootstrap, &notes), 0);
    assert_int_equal(sails_app_on_lifted(live.app, note_lifted, &notes), 0);
    assert_int_equal(sails_app_before_shutdown(live.app, note_lifted, &notes), 0);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "a",
                                                                   .initialize = note_initialize,
                                                                   .lower = note_lower,
                                                                   .lifted = note_lifted,
                                                                   .ctx = &notes}),
                     0);
    live_lift(&live);
    assert_string_equal(notes.text, "hook:orm:loaded initialize hook:a:loaded bootstrap ready "
                                    "hook:http:listening on_lifted on_lifted lifted ");
    notes.text[0] = '\0';
    assert_int_equal(sails_app_lower(live.app), 0);
    assert_int_equal(sails_app_lower(live.app), 0);
    live_end(&live);
    assert_string_equal(notes.text, "on_lifted lower hook-lower ");
}

static int refuse(sails_app *app, void *ctx)
{
    (void)app;
    (void)ctx;
    return -1;
}

static void a_lift_that_fails_ends_in_lower(void **state)
{
    struct notes notes = {""};
    struct live live;

    (void)state;
    live_init(&live, 1);
    listen_to_all(&live, &notes);
    assert_int_equal(sails_app_bootstrap(live.app, refuse, NULL), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_EBOOTSTRAP);
    assert_string_equal(notes.text, "hook:orm:loaded lower ");
    live_end(&live);
    assert_string_equal(notes.text, "hook:orm:loaded lower ");
}

/* ---- events of the program's own ---- */

static void events_of_the_program_have_data(void **state)
{
    struct notes notes = {""};
    struct live live;

    (void)state;
    live_init(&live, 1);
    listen_to_all(&live, &notes);
    assert_int_equal(sails_app_on(live.app, "mine", note, &notes), 0);
    assert_int_equal(sails_app_emit(live.app, "mine", json_integer(7)), 0);
    assert_int_equal(sails_app_emit(live.app, "mine", NULL), 0);
    assert_int_equal(sails_app_emit(live.app, "nobody's", json_string("x")), 0);
    assert_string_equal(notes.text, "mine=7 mine=7 mine mine ");
    live_end(&live);
}

static void what_is_no_event_is_refused(void **state)
{
    static const char *const ours[] = {"ready", "lifted", "lower", "hook:http:listening",
                                       "hook:a:loaded"};
    struct notes notes = {""};
    struct live live;

    (void)state;
    live_init(&live, 1);
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        assert_int_equal(sails_app_emit(live.app, ours[i], json_true()), SAILS_EINVAL);
    }
    assert_int_equal(sails_app_emit(live.app, NULL, json_true()), SAILS_EINVAL);
    assert_int_equal(sails_app_emit(live.app, "", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_emit(NULL, "mine", json_true()), SAILS_EINVAL);
    assert_int_equal(sails_app_on(NULL, "mine", note, &notes), SAILS_EINVAL);
    assert_int_equal(sails_app_after_event(NULL, "mine", note, &notes), SAILS_EINVAL);
    live_lift(&live);
    assert_int_equal(sails_app_on(live.app, "mine", note, &notes), SAILS_ESTATE);
    assert_int_equal(sails_app_after_event(live.app, "lower", note, &notes), SAILS_ESTATE);
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(sails_app_on(live.app, NULL, note, &notes), SAILS_EINVAL);
    assert_int_equal(sails_app_on(live.app, "", note, &notes), SAILS_EINVAL);
    assert_int_equal(sails_app_after_event(live.app, "ready", NULL, &notes), SAILS_EINVAL);
    assert_int_equal(sails_app_lift(live.app), SAILS_EINVAL); /* the setup is noted as any other */
    live_end(&live);
}

/* ---- what has happened already ---- */

static int wait_for_a(sails_app *app, void *ctx)
{
    note_initialize(app, ctx);
    return sails_app_after_event(app, "hook:a:loaded", note, ctx);
}

static void what_has_happened_is_told_at_once(void **state)
{
    static const char *const orders[][2] = {{"a", "b"}, {"b", "a"}};
    static const char *const wants[] = {"initialize initialize hook:a:loaded ",
                                        "initialize initialize hook:a:loaded "};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        struct notes notes = {""};
        struct live live;

        live_init(&live, 1);
        for (size_t k = 0; k < 2; k++) {
            bool is_b = orders[i][k][0] == 'b';
            struct sails_hook hook = {.name = orders[i][k],
                                      .initialize = is_b ? wait_for_a : note_initialize,
                                      .ctx = &notes};

            assert_int_equal(sails_app_hook(live.app, &hook), 0);
        }
        live_lift(&live);
        assert_string_equal(notes.text, wants[i]);
        notes.text[0] = '\0';
        assert_int_equal(sails_app_after_event(live.app, "lifted", note, &notes), 0);
        assert_int_equal(sails_app_after_event(live.app, "hook:b:loaded", note, &notes), 0);
        assert_string_equal(notes.text, "lifted hook:b:loaded ");
        live_end(&live);
    }
}

/* ---- what is registered late ---- */

static void say_ready(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "late");
}

static const struct sails_action_def late = {.run = say_ready};

static int register_late(sails_app *app, void *ctx)
{
    (void)ctx;
    return sails_app_action(app, "late", &late);
}

static void register_on_event(sails_app *app, const char *event, json_t *data, void *ctx)
{
    (void)event;
    (void)data;
    (void)ctx;
    assert_int_equal(sails_app_action(app, "late", &late), 0);
}

/* app-config-cli 1.6: hooks and the bootstrap function register what the configuration's routes lead to. */
static void what_is_registered_while_it_lifts_is_bound(void **state)
{
    (void)state;
    for (int from = 0; from < 3; from++) {
        struct live live;

        live_init(&live, 1);
        assert_int_equal(sails_app_set(live.app, "routes", json_pack("{s:s}", "GET /late", "late")),
                         0);
        assert_int_equal(
            from == 0   ? sails_app_hook(live.app, &(struct sails_hook){.name = "a",
                                                                        .initialize = register_late})
            : from == 1 ? sails_app_bootstrap(live.app, register_late, NULL)
                        : sails_app_on(live.app, "hook:orm:loaded", register_on_event, NULL),
            0);
        live_lift(&live);
        assert_false(live_log_has(&live.log, "unknown action"));
        http_client_expect(live.port, "GET", "/late", "", NULL, 200, "late");
        live_end(&live);
    }
}

static void a_route_to_nothing_is_told_once(void **state)
{
    struct live live;
    const char *line = NULL;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "routes", json_pack("{s:s}", "GET /x", "nothing")), 0);
    assert_int_equal(
        sails_app_hook(live.app, &(struct sails_hook){.name = "a", .initialize = register_late}),
        0);
    live_lift(&live);
    line = strstr(live.log.text, "unknown action");
    assert_non_null(line);
    assert_null(strstr(line + 1, "unknown action"));
    live_end(&live);
}

/* What is wrong by itself is told before a hook has begun, so that the lift can be tried again. */
static void a_wrong_route_fails_the_lift_before_the_hooks(void **state)
{
    struct notes notes = {""};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_set(live.app, "routes", json_pack("{s:{s:s}}", "GET /x", "policy", "none")), 0);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "a",
                                                                   .initialize = note_initialize,
                                                                   .ctx = &notes}),
                     0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "`none`");
    assert_string_equal(notes.text, "");
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_app_tells_how_far_it_has_come),
        cmocka_unit_test(a_lift_that_fails_ends_in_lower),
        cmocka_unit_test(events_of_the_program_have_data),
        cmocka_unit_test(what_is_no_event_is_refused),
        cmocka_unit_test(what_has_happened_is_told_at_once),
        cmocka_unit_test(what_is_registered_while_it_lifts_is_bound),
        cmocka_unit_test(a_route_to_nothing_is_told_once),
        cmocka_unit_test(a_wrong_route_fails_the_lift_before_the_hooks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
