#include "actions/policy_map.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void nothing(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
}

static const struct sails_action_def action = {.run = nothing};

/* The actions of the matrix in app-config-cli 9, and policies a, b, c. */
struct fixture {
    struct action_registry registry;
    struct policy_map map;
    struct buf why;
};

static void set_up(struct fixture *f)
{
    static const char *const actions[] = {"user/find", "user/delete", "pet/feed", "index"};
    static const char *const policies[] = {"a", "b", "c", "isLoggedIn"};

    *f = (struct fixture){0};
    policy_map_init(&f->map);
    action_registry_init(&f->registry);
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        assert_int_equal(action_registry_add(&f->registry, actions[i], &action, false), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        assert_int_equal(action_registry_add_policy(&f->registry, policies[i], nothing, NULL), 0);
    }
}

static void tear_down(struct fixture *f)
{
    policy_map_deinit(&f->map);
    action_registry_deinit(&f->registry);
    buf_deinit(&f->why);
}

static int read_text(struct fixture *f, const char *text)
{
    json_t *config = json_loads(text, JSON_DECODE_ANY, NULL);
    int rc = 0;

    assert_non_null(config);
    rc = policy_map_read(&f->map, config, &f->registry, &f->why);
    json_decref(config);
    return rc;
}

/* "c,b", "403", "" for allowed. */
static void describe(const struct policy_rule *rule, struct buf *out)
{
    buf_clear(out);
    if (rule != NULL && rule->verdict == POLICY_DENY) {
        buf_append_str(out, STR("403"));
    }
    for (size_t i = 0; rule != NULL && i < rule->n_policies; i++) {
        buf_printf(out, "%s%s", i > 0 ? "," : "", rule->policies[i]->name);
    }
}

static void check(struct fixture *f, const char *config, const char *identity, const char *want)
{
    struct buf got = {0};

    describe(policy_map_find(&f->map, str_from(identity)), &got);
    if (!str_eq(buf_str(&got), str_from(want))) {
        fail_msg("%s: %s: \"%.*s\", not \"%s\"", config, identity, STR_FMT(buf_str(&got)), want);
    }
    buf_deinit(&got);
}

/* app-config-cli 30, and the matrix of section 9 */
static void the_matrix_of_the_specification_holds(void **state)
{
    static const struct {
        const char *config, *find, *delete, *feed, *index;
    } rows[] = {
        {"{\"*\":\"a\"}", "a", "a", "a", "a"},
        {"{\"*\":\"a\",\"user/*\":\"b\"}", "b", "b", "a", "a"},
        {"{\"*\":\"a\",\"user/*\":\"b\",\"user/delete\":[\"c\",\"b\"]}", "b", "c,b", "a", "a"},
        {"{\"*\":true,\"user/find\":false}", "403", "", "", ""},
        {"{\"*\":false,\"index\":true}", "403", "403", "403", ""},
        {"{\"UserController\":{\"*\":\"a\",\"delete\":\"b\"}}", "a", "b", "", ""},
        {"{\"*\":[\"a\"],\"user/*\":[]}", "", "", "a", "a"},
        {"{\"USER/Find\":\"A\",\"User/*\":[\"b\"]}", "a", "b", "", ""},
        {"{\"usercontroller\":{\"Find\":\"isloggedin\"}}", "isLoggedIn", "", "", ""},
        {"{\"UserController\":{\"find\":\"a\"},\"user/find\":\"b\"}", "a,b", "", "", ""},
        {"{\"moduleDefinitions\":{\"x\":1},\"index\":\"c\"}", "", "", "", "c"},
        {"{}", "", "", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f;

        set_up(&f);
        assert_int_equal(read_text(&f, rows[i].config), 0);
        check(&f, rows[i].config, "user/find", rows[i].find);
        check(&f, rows[i].config, "user/delete", rows[i].delete);
        check(&f, rows[i].config, "pet/feed", rows[i].feed);
        check(&f, rows[i].config, "index", rows[i].index);
        tear_down(&f);
    }
}

static void the_longest_prefix_counts_and_covers_its_own_name(void **state)
{
    static const char config[] =
        "{\"*\":\"a\",\"admin/*\":\"b\",\"admin/user/*\":\"c\",\"adm\":false}";
    struct fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(read_text(&f, config), 0);
    check(&f, config, "admin/x", "b");
    check(&f, config, "admin/x/y", "b");
    check(&f, config, "admin/user/find", "c");
    check(&f, config, "admin/user", "c");
    check(&f, config, "admin", "b");
    check(&f, config, "administrator", "a");
    check(&f, config, "adm", "403");
    tear_down(&f);
}

/* app-config-cli 29, 30 */
static void a_map_that_cannot_be_is_refused_in_a_line_that_names_it(void **state)
{
    static const struct {
        const char *config, *why;
    } cases[] = {
        {"{\"user/find\":\"nosuch\"}",
         "policies[\"user/find\"]: `nosuch` does not correspond to any "
         "of the loaded policies."},
        {"{\"*\":[\"a\",\"isLogedIn\"]}",
         "policies[\"*\"]: `isLogedIn` does not correspond to any of "
         "the loaded policies. Did you mean `isLoggedIn`?"},
        {"{\"*\":[true,\"a\"]}", "`true` is there, so it must be the only policy in the array."},
        {"{\"*\":[\"a\",false]}", "`false` is there, so it must be the only policy in the array."},
        {"{\"UserController\":{\"find\":true},\"user/find\":\"a\"}",
         "policies[\"user/find\"]: `true` is there"},
        {"{\"index\":5}", "policies[\"index\"]: a policy is true, false"},
        {"{\"index\":null}", "policies[\"index\"]: a policy is true, false"},
        {"{\"index\":[[\"a\"]]}", "policies[\"index\"]: a policy is true, false"},
        {"{\"User\":{\"find\":{\"x\":\"a\"}}}", "policies[\"user/find\"]: a policy is true, false"},
        {"{\"a*\":\"a\"}", "policies[\"a*\"]: a key is"},
        {"{\"*/a\":\"a\"}", "policies[\"*/a\"]: a key is"},
        {"{\"\":\"a\"}", "policies[\"\"]: a key is"},
        {"[]", "policies must be a dictionary"},
        {"5", "policies must be a dictionary"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;

        set_up(&f);
        assert_int_equal(read_text(&f, cases[i].config), SAILS_ECONFIG);
        buf_append_char(&f.why, '\0');
        if (strstr(f.why.ptr, "E_INVALID_POLICY_CONFIG: ") != f.why.ptr ||
            strstr(f.why.ptr, cases[i].why) == NULL || strchr(f.why.ptr, '\n') != NULL) {
            fail_msg("%s: \"%s\"", cases[i].config, f.why.ptr);
        }
        assert_null(policy_map_find(&f.map, STR("index")));
        tear_down(&f);
    }
}

static void collect(void *ctx, enum log_level level, const char *text)
{
    assert_int_equal(level, LOG_WARN);
    buf_printf(ctx, "%s\n", text);
}

static void rules_for_actions_that_are_not_there_are_told(void **state)
{
    struct buf lines = {0};
    const struct log log = {.level = LOG_INFO, .write = collect, .ctx = &lines};
    struct fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(read_text(&f,
                               "{\"*\":\"a\",\"user/*\":\"a\",\"x\":[\"a\",\"b\"],\"y/*\":false,"
                               "\"index\":\"a\"}"),
                     0);
    policy_map_warn(&f.map, &f.registry, &log);
    buf_append_char(&lines, '\0');
    assert_string_equal(
        lines.ptr, "Action middleware (POLICY: a, b) was bound to a target `x` that doesn't "
                   "match any registered actions.\n"
                   "Action middleware (POLICY: false) was bound to a target `y/*` that doesn't "
                   "match any registered actions.\n");
    buf_deinit(&lines);
    tear_down(&f);
}

static void without_configuration_all_is_allowed(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(policy_map_read(&f.map, NULL, &f.registry, &f.why), 0);
    assert_null(policy_map_find(&f.map, STR("index")));
    tear_down(&f);
}

static void out_of_memory_leaves_no_rules(void **state)
{
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct fixture f;

        set_up(&f);
        mem_fail_after(n);
        rc = read_text(&f, "{\"*\":[\"a\",\"b\"],\"UserController\":{\"find\":false}}");
        mem_fail_after(-1);
        mem_has_failed();
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        assert_true(rc == 0 || policy_map_find(&f.map, STR("index")) == NULL);
        assert_true(n < 100);
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matrix_of_the_specification_holds),
        cmocka_unit_test(the_longest_prefix_counts_and_covers_its_own_name),
        cmocka_unit_test(a_map_that_cannot_be_is_refused_in_a_line_that_names_it),
        cmocka_unit_test(rules_for_actions_that_are_not_there_are_told),
        cmocka_unit_test(without_configuration_all_is_allowed),
        cmocka_unit_test(out_of_memory_leaves_no_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
