#include "support/http_client.h"
#include "support/live_app.h"

#include <sched.h>

/* ---- hooks that note what happens to them ---- */

struct notes {
    char text[256];
};

struct noter {
    struct notes *notes;
    char name;
    int result;
    struct live_log *impatient; /* initialize() returns when a line of E_HOOK_TIMEOUT is here */
};

static void note(struct noter *noter, char what)
{
    size_t len = strlen(noter->notes->text);

    snprintf(noter->notes->text + len, sizeof(noter->notes->text) - len, "%c%c ", what,
             noter->name);
}

static int initialize(sails_app *app, void *ctx)
{
    struct noter *noter = ctx;

    assert_int_equal(sails_app_port(app), 0); /* it does not listen yet */
    note(noter, '+');
    while (noter->impatient != NULL &&
           !live_log_has(noter->impatient, "error E_HOOK_TIMEOUT: the hook `slow` ")) {
        sched_yield();
    }
    return noter->result;
}

static void lower(sails_app *app, void *ctx)
{
    (void)app;
    note(ctx, '-');
}

static void add(struct live *live, const char *name, struct noter *noter)
{
    struct sails_hook hook = {.name = name, .initialize = initialize, .lower = lower, .ctx = noter};

    noter->name = name[0];
    assert_int_equal(sails_app_hook(live->app, &hook), 0);
}

static void hooks_start_in_order_and_stop_in_reverse(void **state)
{
    struct notes notes = {""};
    struct noter a = {.notes = &notes}, b = {.notes = &notes}, c = {.notes = &notes};
    struct live live;

    (void)state;
    live_init(&live, 1);
    add(&live, "a", &a);
    add(&live, "b", &b);
    add(&live, "c", &c);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "only-a_name"}), 0);
    live_lift(&live);
    assert_string_equal(notes.text, "+a +b +c ");
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "late"}), SAILS_ESTATE);
    assert_int_equal(sails_app_lower(live.app), 0);
    assert_string_equal(notes.text, "+a +b +c -c -b -a ");
    live_end(&live);
    assert_string_equal(notes.text, "+a +b +c -c -b -a ");
}

/* app-config-cli 41 */
static void a_hook_can_be_switched_off(void **state)
{
    static const struct {
        const char *key, *value, *want;
    } cases[] = {
        {"hooks.b", "false", "+a +c -c -a "},
        {"hooks", "{\"a\": false, \"b\": false, \"unknown\": false}", "+c -c "},
        {"hooks", "false", ""},
        {"hooks.b", "true", "+a +b +c -c -b -a "},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct notes notes = {""};
        struct noter a = {.notes = &notes}, b = {.notes = &notes}, c = {.notes = &notes};
        json_error_t error;
        struct live live;

        live_init(&live, 1);
        add(&live, "a", &a);
        add(&live, "b", &b);
        add(&live, "c", &c);
        assert_int_equal(sails_app_set(live.app, cases[i].key,
                                       json_loads(cases[i].value, JSON_DECODE_ANY, &error)),
                         0);
        live_lift(&live);
        live_end(&live);
        assert_string_equal(notes.text, cases[i].want);
    }
}

static void a_hook_that_fails_fails_the_lift_by_name(void **state)
{
    struct notes notes = {""};
    struct noter a = {.notes = &notes}, b = {.notes = &notes, .result = -2}, c = {.notes = &notes};
    struct live live;

    (void)state;
    live_init(&live, 1);
    add(&live, "a", &a);
    add(&live, "broken", &b);
    add(&live, "c", &c);
    assert_int_equal(sails_app_lift(live.app), SAILS_EHOOK);
    live_log_expect(&live.log, "error The hook `broken` could not be initialized: No such");
    assert_string_equal(notes.text, "+a +b -a ");
    assert_int_equal(sails_app_lift(live.app), SAILS_ESTATE);
    live_end(&live);
    assert_string_equal(notes.text, "+a +b -a ");
}

/* app-config-cli 41 */
static void a_hook_that_takes_too_long_fails_the_lift(void **state)
{
    struct notes notes = {""};
    struct live live;
    struct noter slow = {.notes = &notes, .impatient = &live.log};

    (void)state;
    live_init(&live, 1);
    add(&live, "slow", &slow);
    assert_int_equal(sails_app_set(live.app, "hookTimeout", json_integer(1)), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_EHOOK);
    live_end(&live);
}

static void names_are_checked(void **state)
{
    static const char *const wrong[] = {"", "1", "-a", "a.b", "a b", "\xc3\xa9", NULL};
    struct live live;

    (void)state;
    live_init(&live, 1);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = wrong[i]}),
                         SAILS_EINVAL);
    }
    assert_int_equal(sails_app_hook(live.app, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_hook(NULL, &(struct sails_hook){.name = "a"}), SAILS_EINVAL);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "a"}), 0);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "a"}), SAILS_EEXIST);
    live_end(&live);
}

static void expect_setting(const struct live *live, const char *key, const char *want)
{
    char *have = json_dumps(sails_app_get(live->app, key), JSON_ENCODE_ANY | JSON_COMPACT);

    if (have == NULL || strcmp(have, want) != 0) {
        fail_msg("%s: want %s, have %s", key, want, have != NULL ? have : "nothing");
    }
    mem_free(have);
}

/* app-config-cli 4.1: the weakest source of all. */
static void a_hook_has_defaults_beneath_all_settings(void **state)
{
    static const char defaults[] =
        "{\"custom\": {\"clock\": {\"every\": 5, \"unit\": \"s\"}}, \"log\": {\"noShip\": true},"
        " \"http.maxHeaders\": 50}";
    static char program[] = "app", option[] = "--http.maxHeaders=60";
    char *argv[] = {program, option, NULL};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "custom.clock.every", json_integer(1)), 0);
    assert_int_equal(
        sails_app_hook(live.app, &(struct sails_hook){.name = "clock", .defaults = defaults}), 0);
    expect_setting(&live, "custom.clock", "{\"every\":1,\"unit\":\"s\"}");
    expect_setting(&live, "http.maxHeaders", "50");
    assert_int_equal(sails_app_load(live.app, 2, argv), 0);
    expect_setting(&live, "custom.clock", "{\"every\":1,\"unit\":\"s\"}");
    expect_setting(&live, "http.maxHeaders", "60");
    assert_int_equal(
        sails_app_hook(live.app, &(struct sails_hook){.name = "late", .defaults = defaults}),
        SAILS_EINVAL);
    live_log_expect(&live.log, "`defaults` come too late: the configuration has been read");
    live_end(&live);
}

static void defaults_that_are_none_fail_the_lift(void **state)
{
    static const struct {
        const char *defaults;
        int rc;
        const char *line;
    } cases[] = {
        {"{", SAILS_EJSON, "`defaults` is no object of JSON"},
        {"[]", SAILS_EJSON, "`defaults` is no object of JSON"},
        {"{\"prot\": 1}", SAILS_ECONFIG, "prot: there is no such key; did you mean port?"},
        {"{\"port\": \"x\"}", SAILS_ECONFIG, "port: \"x\" is not allowed"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sails_hook hook = {.name = "a", .defaults = cases[i].defaults};
        struct live live;

        live_init(&live, 1);
        assert_int_equal(sails_app_hook(live.app, &hook), cases[i].rc);
        live_log_expect(&live.log, cases[i].line);
        assert_int_equal(sails_app_lift(live.app), cases[i].rc);
        live_end(&live);
    }
}

static void without_memory_a_hook_is_not_half_added(void **state)
{
    struct sails_hook hook = {.name = "x", .defaults = "{\"custom\": {\"x\": {\"a\": 1}}}"};
    bool has_failed = true;
    struct live live;

    (void)state;
    live_init(&live, 1);
    for (long n = 0; has_failed; n++) {
        int rc = 0;

        mem_fail_after(n);
        rc = sails_app_hook(live.app, &hook);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_int_equal(rc, has_failed ? SAILS_ENOMEM : 0);
    }
    assert_int_equal(sails_app_hook(live.app, &hook), SAILS_EEXIST);
    live_end(&live);
}

/* ---- requests ---- */

static void mark(sails_req *req, sails_res *res)
{
    sails_res_set(res, "X-First", "1");
    sails_req_proceed(req);
}

static void refuse_if_marked(sails_req *req, sails_res *res)
{
    if (sails_req_param(req, "no") != NULL) {
        sails_res_forbidden(res);
        return;
    }
    sails_req_proceed(req);
}

static void greet(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "hello");
}

static void every_request_passes_the_hooks(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "/greet", greet), 0);
    assert_int_equal(
        sails_app_hook(live.app, &(struct sails_hook){.name = "mark", .on_request = mark}), 0);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "guard",
                                                                   .on_request = refuse_if_marked}),
                     0);
    assert_int_equal(sails_app_set(live.app, "session.enabled", json_false()), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/greet", "", NULL, 200, "hello");
    http_client_expect(live.port, "GET", "/greet?no=1", "Accept: application/json\r\n", NULL, 403,
                       "Forbidden");
    ws_client_expect_in(&client, live.port, 5);
    assert_true(ws_client_send(&client, "420[\"get\",{\"url\":\"/greet?no=1\"}]"));
    ws_client_expect_start(&client, "430[{\"body\":\"Forbidden\"");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- bootstrap ---- */

static int fail_with(sails_app *app, void *ctx)
{
    const int *rc = ctx;

    assert_int_equal(sails_app_port(app), 0);
    return *rc;
}

static void bootstrap_runs_before_the_app_listens(void **state)
{
    int rc = 0;
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_bootstrap(NULL, fail_with, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_bootstrap(live.app, fail_with, &rc), 0);
    live_lift(&live);
    assert_int_equal(sails_app_bootstrap(live.app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_bootstrap(live.app, fail_with, &rc), SAILS_ESTATE);
    live_end(&live);
}

/* app-config-cli 8 */
static void a_bootstrap_that_fails_fails_the_lift(void **state)
{
    struct notes notes = {""};
    struct noter a = {.notes = &notes};
    int rc = SAILS_ECONFIG;
    struct live live;

    (void)state;
    live_init(&live, 1);
    add(&live, "a", &a);
    assert_int_equal(sails_app_bootstrap(live.app, fail_with, &rc), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_EBOOTSTRAP);
    live_log_expect(&live.log, "error Bootstrap encountered an error: (see below)\n"
                               "error invalid configuration (SAILS_ECONFIG)\n");
    assert_string_equal(notes.text, "+a -a ");
    live_end(&live);
}

static int wait_a_moment(sails_app *app, void *ctx)
{
    struct live_log *log = ctx;

    (void)app;
    while (!live_log_has(log, "warn Bootstrap is taking a while to finish")) {
        sched_yield();
    }
    return 0;
}

static void a_slow_bootstrap_is_only_warned_of(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "bootstrapTimeout", json_integer(1)), 0);
    assert_int_equal(sails_app_bootstrap(live.app, wait_a_moment, &live.log), 0);
    live_lift(&live);
    live_end(&live);
}

/* ---- routes of hooks ---- */

static char before_text[] = "before", after_text[] = "after", hook_text[] = "hook",
            app_text[] = "app", own_text[] = "own", action_text[] = "action";

static void say(sails_req *req, sails_res *res)
{
    sails_res_send(res, sails_req_context(req));
}

static void mark_with(sails_req *req, sails_res *res)
{
    sails_res_set(res, "X-Marked", sails_req_context(req));
    sails_req_proceed(req);
}

/* app-config-cli 43 */
static void routes_of_hooks_come_before_and_behind_all_others(void **state)
{
    static const struct sails_route_def before[] = {
        {"/*", .action = mark_with}, {"GET /first", .action = say, .ctx = before_text}, {0}};
    static const struct sails_route_def after[] = {
        {"GET /:any", .action = say, .ctx = after_text}, {"GET /named", .target = "named"}, {0}};
    static const struct sails_action_def named = {.run = say, .ctx = action_text};
    struct sails_hook hook = {
        .name = "router", .routes_before = before, .routes_after = after, .ctx = hook_text};
    struct http_answer got = {0};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_hook(live.app, &hook), 0);
    assert_int_equal(sails_app_action(live.app, "named", &named), 0);
    assert_int_equal(sails_app_routes(live.app,
                                      (const struct sails_route_def[]){
                                          {"GET /first", .action = say, .ctx = app_text},
                                          {"GET /own", .action = say, .ctx = own_text},
                                          {0}}),
                     0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/first", "", NULL, 200, "before");
    http_client_expect(live.port, "GET", "/own", "", NULL, 200, "own");
    http_client_expect(live.port, "GET", "/named", "", NULL, 200, "action");
    http_client_expect(live.port, "GET", "/else", "", NULL, 200, "after");
    http_client_expect(live.port, "POST", "/else", "", "{}", 404, "Not Found");
    assert_true(http_client_ask(live.port, "GET", "/own", "", STR(""), &got));
    assert_true(str_eq(http_answer_header(&got, "x-marked"), STR("hook")));
    http_answer_deinit(&got);
    live_end(&live);
}

static void a_hook_that_is_off_has_no_routes(void **state)
{
    static const struct sails_route_def routes[] = {{"GET /x", .action = say, .ctx = own_text},
                                                    {0}};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_hook(live.app, &(struct sails_hook){.name = "off", .routes_after = routes}), 0);
    assert_int_equal(sails_app_set(live.app, "hooks.off", json_false()), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/x", "", NULL, 404, "Not Found");
    live_end(&live);
}

static void a_wrong_route_of_a_hook_fails_the_lift(void **state)
{
    static const struct sails_route_def wrong[] = {{"GET x", .action = say}, {0}};
    static const struct sails_route_def both[] = {{"GET /x", .action = say, .target = "x"}, {0}};
    const struct sails_route_def *const tables[] = {wrong, both};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        struct live live;

        live_init(&live, 1);
        assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "bad",
                                                                       .routes_before = tables[i]}),
                         0);
        assert_true(sails_app_lift(live.app) < 0);
        live_log_expect(&live.log, "The hook `bad` has a route that cannot be: GET ");
        live_end(&live);
    }
}

/* ---- configure and lifted ---- */

static int configure(sails_app *app, void *ctx)
{
    note(ctx, 'c');
    return sails_app_set(app, "custom.set", json_string("by the hook"));
}

static void hear_lifted(sails_app *app, void *ctx)
{
    assert_true(sails_app_port(app) != 0);
    note(ctx, 'l');
}

static void a_hook_is_told_before_and_behind_the_lift(void **state)
{
    struct notes notes = {""};
    struct noter a = {.notes = &notes, .name = 'a'};
    struct sails_hook hook = {.name = "a",
                              .configure = configure,
                              .initialize = initialize,
                              .lifted = hear_lifted,
                              .lower = lower,
                              .ctx = &a};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_hook(live.app, &hook), 0);
    live_lift(&live);
    assert_string_equal(notes.text, "ca +a la ");
    assert_string_equal(json_string_value(sails_app_get(live.app, "custom.set")), "by the hook");
    live_end(&live);
}

static int add_an_action(sails_app *app, void *ctx)
{
    static const struct sails_action_def greeting = {.run = greet};

    note(ctx, 'c');
    return sails_app_action(app, "added/once", &greeting);
}

static void a_hook_is_configured_once_however_often_a_lift_is_tried(void **state)
{
    struct notes notes = {""};
    struct noter a = {.notes = &notes, .name = 'a'};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_hook(live.app,
                       &(struct sails_hook){.name = "a", .configure = add_an_action, .ctx = &a}),
        0);
    assert_int_equal(sails_app_set(live.app, "ssl.cert", json_string("no/such.pem")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    assert_int_equal(sails_app_set(live.app, "ssl.key", json_string("no/such.pem")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ETLS);
    assert_string_equal(notes.text, "ca ");
    live_end(&live);
}

static int fail_to_configure(sails_app *app, void *ctx)
{
    (void)app;
    (void)ctx;
    return SAILS_ENOENT;
}

static void a_hook_that_cannot_be_configured_fails_the_lift(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_hook(live.app, &(struct sails_hook){.name = "a", .configure = fail_to_configure}),
        0);
    assert_int_equal(sails_app_lift(live.app), SAILS_EHOOK);
    live_log_expect(&live.log, "The hook `a` could not be configured: ");
    live_end(&live);
}

static void a_hook_may_have_a_time_limit_of_its_own(void **state)
{
    struct notes notes = {""};
    struct noter slow = {.notes = &notes, .name = 's'};
    struct live live;

    (void)state;
    live_init(&live, 1);
    slow.impatient = &live.log;
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "slow",
                                                                   .initialize = initialize,
                                                                   .timeout_ms = 1,
                                                                   .ctx = &slow}),
                     0);
    assert_int_equal(sails_app_lift(live.app), SAILS_EHOOK);
    live_log_expect(&live.log, "within 1 ms");
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_start_in_order_and_stop_in_reverse),
        cmocka_unit_test(a_hook_can_be_switched_off),
        cmocka_unit_test(a_hook_that_fails_fails_the_lift_by_name),
        cmocka_unit_test(a_hook_that_takes_too_long_fails_the_lift),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(a_hook_has_defaults_beneath_all_settings),
        cmocka_unit_test(defaults_that_are_none_fail_the_lift),
        cmocka_unit_test(without_memory_a_hook_is_not_half_added),
        cmocka_unit_test(every_request_passes_the_hooks),
        cmocka_unit_test(bootstrap_runs_before_the_app_listens),
        cmocka_unit_test(a_bootstrap_that_fails_fails_the_lift),
        cmocka_unit_test(routes_of_hooks_come_before_and_behind_all_others),
        cmocka_unit_test(a_hook_that_is_off_has_no_routes),
        cmocka_unit_test(a_wrong_route_of_a_hook_fails_the_lift),
        cmocka_unit_test(a_hook_is_told_before_and_behind_the_lift),
        cmocka_unit_test(a_hook_that_cannot_be_configured_fails_the_lift),
        cmocka_unit_test(a_hook_is_configured_once_however_often_a_lift_is_tried),
        cmocka_unit_test(a_hook_may_have_a_time_limit_of_its_own),
        cmocka_unit_test(a_slow_bootstrap_is_only_warned_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
