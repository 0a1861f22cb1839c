#include "actions/target_read.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <sys/stat.h>
#include <unistd.h>

static void nothing(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
}

static void policy_a(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
}

static void policy_b(sails_req *req, sails_res *res)
{
    (void)res;
    (void)req;
}

static const struct sails_action_def find_users = {.run = nothing};

struct fixture {
    struct action_registry registry;
    struct policy_map policies;
    struct target_reader reader;
};

static bool has_response(const char *name, void *ctx)
{
    (void)ctx;
    return strcmp(name, "teapot") == 0 || strcmp(name, "notFound") == 0 ||
           strcmp(name, "forbidden") == 0 || strcmp(name, "ok") == 0;
}

static void set_up(struct fixture *f, const char *policies)
{
    json_t *map = json_loads(policies, 0, NULL);

    *f = (struct fixture){0};
    action_registry_init(&f->registry);
    policy_map_init(&f->policies);
    assert_int_equal(action_registry_add(&f->registry, "user/find", &find_users, false), 0);
    assert_int_equal(action_registry_add(&f->registry, "user/remove", &find_users, false), 0);
    assert_int_equal(action_registry_add_policy(&f->registry, "a", policy_a, NULL), 0);
    assert_int_equal(action_registry_add_policy(&f->registry, "isB", policy_b, NULL), 0);
    assert_int_equal(policy_map_read(&f->policies, map, &f->registry, &f->reader.why), 0);
    json_decref(map);
    f->reader.registry = &f->registry;
    f->reader.policies = &f->policies;
    f->reader.cors = &cors_default_settings;
    f->reader.views = "views";
    f->reader.has_response = has_response;
    f->reader.address = "GET /x";
}

static void tear_down(struct fixture *f)
{
    policy_map_deinit(&f->policies);
    action_registry_deinit(&f->registry);
    buf_deinit(&f->reader.why);
}

static int read_text(struct fixture *f, const char *text, struct request_target *out)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    int rc = 0;

    if (value == NULL) {
        fail_msg("not JSON: %s", text);
    }
    buf_clear(&f->reader.why);
    rc = target_read(&f->reader, value, out);
    json_decref(value);
    return rc;
}

/* "a isB user/find", "302 /x", "404", "view views/x.html", "response notFound". */
static void describe(const struct request_target *target, struct buf *out)
{
    for (size_t i = 0; i < target->n_steps; i++) {
        const struct request_step *step = &target->steps[i];

        buf_append_str(out, i > 0 ? STR(" ") : STR(""));
        switch (step->kind) {
        case STEP_FUNCTION:
            buf_append_str(out, str_from(step->function == policy_a   ? "a"
                                         : step->function == policy_b ? "isB"
                                                                      : "bare"));
            break;
        case STEP_ACTION:
            buf_append_str(out, str_from(target->identity));
            break;
        case STEP_REDIRECT:
            buf_printf(out, "%u %s", step->status, step->text);
            break;
        case STEP_STATUS:
            buf_printf(out, "%u", step->status);
            break;
        case STEP_VIEW:
            buf_printf(out, "view %s", step->text);
            break;
        case STEP_RESPONSE:
            buf_printf(out, "response %s", step->text);
            break;
        }
    }
    buf_append_char(out, '\0');
}

static void check_steps(struct fixture *f, const char *text, const char *want)
{
    struct request_target target;
    struct buf got = {0};
    int rc = read_text(f, text, &target);

    if (rc < 0) {
        fail_msg("%s: %s: %.*s", text, sails_err_name(rc), STR_FMT(buf_str(&f->reader.why)));
    }
    describe(&target, &got);
    if (strcmp(got.ptr, want) != 0) {
        fail_msg("%s: \"%s\", not \"%s\"", text, got.ptr, want);
    }
    buf_deinit(&got);
    request_target_deinit(&target);
}

/* app-config-cli 27, 28, as far as it is about reading; section 6.3 */
static void each_kind_of_target_is_read(void **state)
{
    static const struct {
        const char *text, *steps;
    } cases[] = {
        {"\"user/find\"", "user/find"},
        {"\"UserController.find\"", "user/find"},
        {"\"user.find\"", "user/find"},
        {"{\"action\":\"USER/find\"}", "user/find"},
        {"{\"controller\":\"user\",\"action\":\"find\"}", "user/find"},
        {"{\"controller\":\"UserController\",\"action\":\"find\"}", "user/find"},
        {"\"/b\"", "0 /b"},
        {"\"http://example.com\"", "0 http://example.com"},
        {"\"https://example.com/a\"", "0 https://example.com/a"},
        {"{\"redirect\":\"/b\"}", "0 /b"},
        {"{\"status\":301,\"redirect\":\"/b\"}", "301 /b"},
        {"{\"status\":404}", "404"},
        {"{\"response\":\"notFound\"}", "response notFound"},
        {"{\"response\":\"teapot\"}", "response teapot"},
        {"{\"policy\":\"ISB\"}", "isB"},
        {"{\"fn\":\"@a\"}", "a"},
        {"{\"fn\":\"@user/find\",\"csrf\":false}", "bare"},
        {"{\"target\":\"user/find\",\"x\":1}", "user/find"},
        {"{\"target\":[{\"policy\":\"a\"},\"/b\"]}", "a 0 /b"},
        {"[{\"policy\":\"a\"},{\"policy\":\"isB\"},{\"response\":\"forbidden\"}]",
         "a isB response forbidden"},
        {"[{\"policy\":\"a\"},\"user/find\"]", "a user/find"},
    };
    struct fixture f;

    (void)state;
    set_up(&f, "{}");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        check_steps(&f, cases[i].text, cases[i].steps);
    }
    tear_down(&f);
}

static void policies_stand_before_actions_and_before_nothing_else(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "{\"*\":[\"isB\",\"a\"],\"user/remove\":false}");
    check_steps(&f, "\"user/find\"", "isB a user/find");
    check_steps(&f, "[{\"policy\":\"a\"},\"user/find\"]", "a isB a user/find");
    check_steps(&f, "\"user/remove\"", "response forbidden");
    check_steps(&f, "\"/b\"", "0 /b");
    check_steps(&f, "{\"fn\":\"@user/find\"}", "bare");
    check_steps(&f, "{\"response\":\"ok\"}", "response ok");
    tear_down(&f);
}

/* app-config-cli 1.6 */
static void middleware_stands_before_policies_and_no_function_twice(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "{\"user/find\":\"isB\"}");
    assert_int_equal(
        action_registry_add_middleware(&f.registry, "user/*, !user/remove", policy_a, NULL), 0);
    assert_int_equal(action_registry_add_middleware(&f.registry, "*", policy_a, NULL), 0);
    check_steps(&f, "\"user/find\"", "a isB user/find");
    check_steps(&f, "\"user/remove\"", "a user/remove");
    check_steps(&f, "{\"policy\":\"isB\"}", "isB");
    assert_int_equal(action_registry_add_middleware(&f.registry, "a*", policy_a, NULL),
                     SAILS_EINVAL);
    tear_down(&f);
}

/* app-config-cli 28: the view's part; views are plain files here. */
static void a_view_is_a_file_or_the_index_of_a_folder(void **state)
{
    char folder[] = "/tmp/sails-views-XXXXXX";
    char path[64];
    char want[96];
    struct fixture f;
    FILE *file = NULL;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/pages", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/pages/index.html", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    set_up(&f, "{}");
    f.reader.views = folder;
    snprintf(want, sizeof(want), "a view %s/pages/index.html", folder);
    check_steps(&f, "[{\"policy\":\"a\"},{\"view\":\"pages\"}]", want);
    snprintf(want, sizeof(want), "view %s/pages/index.html", folder);
    check_steps(&f, "{\"view\":\"pages/index\"}", want);
    tear_down(&f);
    unlink(path);
    snprintf(path, sizeof(path), "%s/pages", folder);
    rmdir(path);
    rmdir(folder);
}

static void what_is_not_there_leaves_the_route_out(void **state)
{
    static const struct {
        const char *text;
        enum log_level level;
        const char *why;
    } cases[] = {
        {"\"nosuch\"", LOG_WARN,
         "Ignored attempt to bind route (`GET /x`) to unknown action: `nosuch`"},
        {"{\"action\":\"user/fnd\"}", LOG_WARN,
         "Ignored attempt to bind route (`GET /x`) to unknown action: `user/fnd`. Did you mean "
         "`user/find`?"},
        {"{\"view\":\"nosuch\"}", LOG_ERROR,
         "Ignoring attempt to bind route (`GET /x`) to unknown view: `nosuch`"},
        {"{\"response\":\"nosuch\"}", LOG_ERROR,
         "Ignoring attempt to bind route (`GET /x`) to unknown response: `nosuch`"},
        {"{\"response\":\"NotFound\"}", LOG_ERROR,
         "Ignoring attempt to bind route (`GET /x`) to unknown response: `NotFound`"},
        {"{\"blueprint\":\"find\"}", LOG_ERROR,
         "Ignoring route `GET /x`: targets with `blueprint` are no more; name the action instead"},
    };
    struct request_target target;
    struct fixture f;

    (void)state;
    set_up(&f, "{}");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (read_text(&f, cases[i].text, &target) != SAILS_ENOENT) {
            fail_msg("%s is not left out", cases[i].text);
        }
        assert_int_equal(f.reader.level, cases[i].level);
        buf_append_char(&f.reader.why, '\0');
        assert_string_equal(f.reader.why.ptr, cases[i].why);
    }
    tear_down(&f);
}

static void a_target_that_contradicts_itself_is_refused_in_one_line(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"5", "a target is a text, a dictionary, or a list of them"},
        {"null", "a target is a text"},
        {"[]", "an empty list leads nowhere"},
        {"{}", "the target says neither action"},
        {"{\"csrf\":true}", "the target says neither action"},
        {"\"\"", "E_NOT_ACTION_TARGET"},
        {"\"5\"", "E_NOT_ACTION_TARGET: `5`"},
        {"\"a b\"", "E_NOT_ACTION_TARGET"},
        {"\"ftp://x\"", "E_NOT_ACTION_TARGET"},
        {"{\"action\":5}", "controller and action are texts"},
        {"{\"controller\":\"user\"}", "a controller has an action"},
        {"{\"action\":\"user/find\",\"view\":\"x\"}",
         "a target has either `action` or `view`, not both"},
        {"{\"status\":404,\"action\":\"user/find\"}",
         "a target has either `status` or `action`, not both"},
        {"{\"status\":200,\"redirect\":\"/x\"}", "status must be a whole number from 300 to 399"},
        {"{\"status\":99}", "status must be a whole number from 100 to 599"},
        {"{\"status\":\"404\"}", "status must be a whole number"},
        {"{\"redirect\":5}", "redirect must be an address"},
        {"{\"view\":\"../secret\"}", "view must be the name of a page below views/"},
        {"{\"view\":\"/etc/passwd\"}", "view must be the name"},
        {"{\"view\":\"a//b\"}", "view must be the name"},
        {"{\"view\":\".hidden\"}", "view must be the name"},
        {"{\"view\":5}", "view must be the name"},
        {"{\"response\":5}", "response must be the name of an answer"},
        {"{\"policy\":\"isC\"}", "there is no policy `isC`; did you mean `isB`?"},
        {"{\"policy\":[\"a\"]}", "policy must be the name of one"},
        {"{\"fn\":\"a\"}", "fn must be \"@\" and the name"},
        {"{\"fn\":\"@nosuch\"}", "there is no policy or action `nosuch`"},
        {"[\"/b\",{\"policy\":\"a\"}]", "step 2 is never reached: the one before it answers"},
        {"[\"user/find\",\"user/find\"]", "step 2 is never reached"},
        {"{\"target\":{\"target\":{\"target\":{\"target\":{\"target\":{\"target\":{\"target\":"
         "{\"target\":{\"target\":\"/x\"}}}}}}}}}",
         "nested too deeply"},
        {"{\"action\":\"user/find\",\"csrf\":\"yes\"}", "csrf must be true or false"},
        {"{\"action\":\"user/find\",\"skipAssets\":1}", "skipAssets must be true or false"},
        {"{\"action\":\"user/find\",\"cache\":-1}", "cache must be the milliseconds"},
        {"{\"action\":\"user/find\",\"locals\":[]}", "locals must be a dictionary"},
        {"{\"action\":\"user/find\",\"cors\":5}", "cors: "},
        {"{\"action\":\"user/find\",\"cors\":{\"allowCredentials\":true}}", "cors: "},
    };
    struct request_target target;
    struct fixture f;

    (void)state;
    set_up(&f, "{}");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (read_text(&f, cases[i].text, &target) != SAILS_ECONFIG) {
            fail_msg("%s is not refused", cases[i].text);
        }
        buf_append_char(&f.reader.why, '\0');
        if (strstr(f.reader.why.ptr, "Route `GET /x`: ") != f.reader.why.ptr ||
            strstr(f.reader.why.ptr, cases[i].why) == NULL) {
            fail_msg("%s: \"%s\"", cases[i].text, f.reader.why.ptr);
        }
    }
    tear_down(&f);
}

static void check_options(const struct request_target *target, const char *want)
{
    json_t *expected = json_loads(want, 0, NULL);

    assert_non_null(expected);
    assert_true(json_equal(target->options, expected));
    json_decref(expected);
}

/* Section 6.4 */
static void other_members_are_options_and_the_first_counts(void **state)
{
    struct request_target target;
    struct fixture f;

    (void)state;
    set_up(&f, "{}");
    assert_int_equal(read_text(&f,
                               "[{\"policy\":\"a\",\"x\":1,\"y\":{\"z\":[2]}},"
                               "{\"target\":\"User.find\",\"x\":3,\"csrf\":false}]",
                               &target),
                     0);
    check_options(&target, "{\"x\":1,\"y\":{\"z\":[2]},\"csrf\":false,\"action\":\"user/find\","
                           "\"detectedVerb\":{\"verb\":\"get\",\"original\":\"GET /x\","
                           "\"path\":\"/x\"}}");
    assert_int_equal(target.csrf, REQUEST_CSRF_OFF);
    assert_ptr_equal(target.def, &find_users);
    request_target_deinit(&target);
    f.reader.address = "r|^/a b$|";
    assert_int_equal(read_text(&f, "{\"target\":\"/b\",\"csrf\":true}", &target), 0);
    check_options(&target, "{\"csrf\":true,\"detectedVerb\":{\"verb\":\"\",\"original\":"
                           "\"r|^/a b$|\",\"path\":\"r|^/a b$|\"}}");
    assert_int_equal(target.csrf, REQUEST_CSRF_ON);
    assert_null(target.identity);
    request_target_deinit(&target);
    tear_down(&f);
}

static void cors_of_a_route_is_its_own_the_apps_or_none(void **state)
{
    struct request_target target;
    struct fixture f;

    (void)state;
    set_up(&f, "{}");
    assert_int_equal(read_text(&f, "\"user/find\"", &target), 0);
    assert_int_equal(target.cors_kind, REQUEST_CORS_UNSET);
    request_target_deinit(&target);
    assert_int_equal(read_text(&f, "{\"target\":\"user/find\",\"cors\":false}", &target), 0);
    assert_int_equal(target.cors_kind, REQUEST_CORS_OFF);
    request_target_deinit(&target);
    assert_int_equal(read_text(&f, "{\"target\":\"user/find\",\"cors\":true}", &target), 0);
    assert_int_equal(target.cors_kind, REQUEST_CORS_OWN);
    assert_true(target.cors.is_any_origin);
    request_target_deinit(&target);
    assert_int_equal(
        read_text(&f,
                  "{\"target\":\"user/find\",\"cors\":{\"allowOrigins\":[\"https://a.example\"]}}",
                  &target),
        0);
    assert_int_equal(target.cors_kind, REQUEST_CORS_OWN);
    assert_false(target.cors.is_any_origin);
    assert_string_equal(json_string_value(json_array_get(target.cors.origins, 0)),
                        "https://a.example");
    request_target_deinit(&target);
    tear_down(&f);
}

static void out_of_memory_is_an_error_at_each_allocation(void **state)
{
    int rc = SAILS_ENOMEM;
    struct request_target target;
    struct fixture f;

    (void)state;
    set_up(&f, "{\"*\":[\"a\",\"isB\"]}");
    for (long n = 0; rc != 0; n++) {
        json_t *value =
            json_pack("{s:s, s:s, s:b}", "controller", "user", "action", "find", "csrf", 1);

        mem_fail_after(n);
        rc = target_read(&f.reader, value, &target);
        mem_fail_after(-1);
        mem_has_failed();
        json_decref(value);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        assert_true(n < 100);
    }
    request_target_deinit(&target);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_target_is_read),
        cmocka_unit_test(policies_stand_before_actions_and_before_nothing_else),
        cmocka_unit_test(middleware_stands_before_policies_and_no_function_twice),
        cmocka_unit_test(a_view_is_a_file_or_the_index_of_a_folder),
        cmocka_unit_test(what_is_not_there_leaves_the_route_out),
        cmocka_unit_test(a_target_that_contradicts_itself_is_refused_in_one_line),
        cmocka_unit_test(other_members_are_options_and_the_first_counts),
        cmocka_unit_test(cors_of_a_route_is_its_own_the_apps_or_none),
        cmocka_unit_test(out_of_memory_is_an_error_at_each_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
