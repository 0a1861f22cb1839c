#include "actions/action_registry.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void nothing(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
}

static const struct sails_action_def first = {.run = nothing};
static const struct sails_action_def second = {.run = nothing, .description = "the second"};

static const struct registered_action *action(const struct action_registry *registry,
                                              const char *name)
{
    return action_registry_find(&registry->actions, str_from(name));
}

/* app-config-cli 32 */
static void identities_are_small_and_taken_once_unless_forced(void **state)
{
    struct action_registry registry;

    (void)state;
    action_registry_init(&registry);
    assert_int_equal(action_registry_add(&registry, "Foo/Bar", &first, false), 0);
    assert_string_equal(action(&registry, "foo/bar")->name, "foo/bar");
    assert_int_equal(action_registry_add(&registry, "foo/BAR", &second, false), SAILS_ECONFLICT);
    assert_ptr_equal(action(&registry, "foo/bar")->def, &first);
    assert_int_equal(action_registry_add(&registry, "foo/BAR", &second, true), 0);
    assert_ptr_equal(action(&registry, "foo/bar")->def, &second);
    assert_string_equal(action(&registry, "foo/bar")->name, "foo/bar");
    action_registry_deinit(&registry);
    assert_non_null(strstr(sails_strerror(SAILS_ECONFLICT), "E_CONFLICT"));
    assert_non_null(strstr(sails_strerror(SAILS_EIDENTITY), "E_INVALID_ACTION_IDENTITY"));
}

/* app-config-cli 32 */
static void what_is_not_of_the_form_is_no_identity(void **state)
{
    static const char *const wrong[] = {"",     "a b", "foo bar", "1x",  "-a",      "/a",
                                        "a//b", "a/1", "a/",      "a:b", "\xc3\xa4"};
    static const char *const right[] = {"a", "a.b/c", "_x", "$", "a-1/b-2", "index", "A/B/C"};
    struct action_registry registry;

    (void)state;
    action_registry_init(&registry);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (action_registry_add(&registry, wrong[i], &first, false) != SAILS_EIDENTITY) {
            fail_msg("\"%s\" is taken for an identity", wrong[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        if (action_registry_add(&registry, right[i], &first, false) != 0) {
            fail_msg("\"%s\" is not taken for an identity", right[i]);
        }
    }
    action_registry_deinit(&registry);
}

static void an_action_without_a_function_is_none(void **state)
{
    static const struct sails_action_def empty = {0};
    struct action_registry registry;

    (void)state;
    action_registry_init(&registry);
    assert_int_equal(action_registry_add(&registry, "a", &empty, false), SAILS_EINVAL);
    assert_null(action(&registry, "a"));
    action_registry_deinit(&registry);
}

static void actions_are_listed_in_the_order_of_adding(void **state)
{
    static const char *const names[] = {"user/find", "index", "pet/feed"};
    struct action_registry registry;
    size_t i = 0;

    (void)state;
    action_registry_init(&registry);
    for (i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(action_registry_add(&registry, names[i], &first, false), 0);
    }
    i = 0;
    list_each(node, &registry.actions.all) {
        const struct registered_action *entry =
            container_of(node, struct registered_action, in_registry);

        assert_string_equal(entry->name, names[i++]);
    }
    assert_int_equal(i, ARRAY_LEN(names));
    action_registry_deinit(&registry);
}

static void policies_are_found_without_case_and_live_apart(void **state)
{
    struct action_registry registry;
    const struct registered_action *policy = NULL;

    (void)state;
    action_registry_init(&registry);
    assert_int_equal(action_registry_add_policy(&registry, "isLoggedIn", nothing, NULL), 0);
    policy = action_registry_find(&registry.policies, STR("ISLOGGEDIN"));
    assert_non_null(policy);
    assert_string_equal(policy->name, "isLoggedIn");
    assert_ptr_equal(policy->def->run, nothing);
    assert_null(action(&registry, "isloggedin"));
    assert_int_equal(action_registry_add_policy(&registry, "isloggedin", nothing, NULL),
                     SAILS_ECONFLICT);
    assert_int_equal(action_registry_add_policy(&registry, "is-admin", nothing, NULL), 0);
    assert_int_equal(action_registry_add_policy(&registry, "", nothing, NULL), SAILS_EINVAL);
    assert_int_equal(action_registry_add_policy(&registry, "x", NULL, NULL), SAILS_EINVAL);
    action_registry_deinit(&registry);
}

static void the_nearest_name_is_what_was_meant(void **state)
{
    struct action_registry registry;

    (void)state;
    action_registry_init(&registry);
    assert_null(action_registry_find_nearest(&registry.actions, STR("x")));
    assert_int_equal(action_registry_add(&registry, "user/find", &first, false), 0);
    assert_int_equal(action_registry_add(&registry, "user/findone", &first, false), 0);
    assert_string_equal(action_registry_find_nearest(&registry.actions, STR("User/fnd"))->name,
                        "user/find");
    assert_string_equal(action_registry_find_nearest(&registry.actions, STR("user/finddone"))->name,
                        "user/findone");
    assert_null(action_registry_find_nearest(&registry.actions, STR("nosuch")));
    action_registry_deinit(&registry);
}

/* app-config-cli 33, as far as it is about what a target names (section 6.3) */
static void a_target_names_an_action_in_several_ways(void **state)
{
    static const char *const ways[] = {"user/find", "user.find", "UserController.find",
                                       "UserController.FIND", "USER/Find"};
    static const char *const others[] = {"UserController/find", "Controller.find", "userfind",
                                         "user.find.", "usercontroller.find"};
    struct action_registry registry;

    (void)state;
    action_registry_init(&registry);
    assert_int_equal(action_registry_add(&registry, "user/find", &first, false), 0);
    assert_int_equal(action_registry_add(&registry, "a.b/c", &second, false), 0);
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        if (action_registry_find_target(&registry, str_from(ways[i])) == NULL) {
            fail_msg("\"%s\" is not found", ways[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (action_registry_find_target(&registry, str_from(others[i])) != NULL) {
            fail_msg("\"%s\" is found", others[i]);
        }
    }
    assert_ptr_equal(action_registry_find_target(&registry, STR("a.b/c"))->def, &second);
    action_registry_deinit(&registry);
}

static void targets_have_a_form(void **state)
{
    (void)state;
    assert_true(action_registry_is_target(STR("user/find")));
    assert_true(action_registry_is_target(STR("UserController.find-1")));
    assert_true(action_registry_is_target(STR("$x")));
    assert_false(action_registry_is_target(STR("")));
    assert_false(action_registry_is_target(STR("5")));
    assert_false(action_registry_is_target(STR("/x")));
    assert_false(action_registry_is_target(STR("a b")));
    assert_false(action_registry_is_target(STR("a?")));
}

static int add_some(struct action_registry *registry)
{
    int rc = action_registry_add(registry, "user/find", &first, false);

    return rc == 0 ? action_registry_add_policy(registry, "isLoggedIn", nothing, NULL) : rc;
}

static void out_of_memory_is_an_error_at_each_allocation(void **state)
{
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct action_registry registry;

        action_registry_init(&registry);
        mem_fail_after(n);
        rc = add_some(&registry);
        mem_fail_after(-1);
        mem_has_failed();
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        assert_true(n < 100);
        action_registry_deinit(&registry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_are_small_and_taken_once_unless_forced),
        cmocka_unit_test(what_is_not_of_the_form_is_no_identity),
        cmocka_unit_test(an_action_without_a_function_is_none),
        cmocka_unit_test(actions_are_listed_in_the_order_of_adding),
        cmocka_unit_test(policies_are_found_without_case_and_live_apart),
        cmocka_unit_test(the_nearest_name_is_what_was_meant),
        cmocka_unit_test(a_target_names_an_action_in_several_ways),
        cmocka_unit_test(targets_have_a_form),
        cmocka_unit_test(out_of_memory_is_an_error_at_each_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
