#include "describe/app_routes.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct sails_input find_inputs[] = {
    {.name = "id", .type = "number", .required = true, .is_integer = true, .min = "1"},
    {0},
};

static const struct sails_input create_inputs[] = {
    {.name = "email", .type = "string", .required = true, .is_email = true, .max_length = 200},
    {.name = "role",
     .type = "string",
     .defaults_to = "user",
     .is_in = SAILS_TEXTS("user", "admin"),
     .is_not_in = SAILS_TEXTS("root")},
    {.name = "tags", .type = "[string]"},
    {.name = "name", .type = "string", .allow_null = true, .regex = "^[a-z]+$", .min_length = 2},
    {0},
};

static const struct sails_action_def find_def = {.inputs = find_inputs};
static const struct sails_action_def create_def = {.inputs = create_inputs};

static struct request_step steps[] = {
    {.kind = STEP_ACTION},
    {.kind = STEP_FUNCTION},
    {.kind = STEP_REDIRECT, .text = (char[]){"/new"}},
    {.kind = STEP_STATUS, .status = 410},
    {.kind = STEP_VIEW, .text = (char[]){"pages/home"}},
    {.kind = STEP_RESPONSE, .text = (char[]){"notFound"}},
};

static const struct request_target targets[] = {
    {.steps = &steps[0], .n_steps = 1, .identity = "user/find", .def = &find_def},
    {.steps = &steps[0], .n_steps = 1, .identity = "user/create", .def = &create_def},
    {.steps = &steps[1], .n_steps = 1},
    {.steps = &steps[2], .n_steps = 1},
    {.steps = &steps[3], .n_steps = 1},
    {.steps = &steps[4], .n_steps = 1},
    {.steps = &steps[5], .n_steps = 1},
};

static const struct {
    const char *address;
    size_t target;
} table[] = {
    {"GET /user/:id", 0}, {"POST /user", 1}, {"/größe", 2},     {"/old", 3},
    {"ALL /gone", 4},     {"GET /", 5},      {"r|^/x y/|a", 6},
};

static void fill(struct route_info *routes)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        routes[i] = (struct route_info){str_from(table[i].address), &targets[table[i].target]};
    }
}

static void the_table_is_aligned(void **state)
{
    struct route_info routes[ARRAY_LEN(table)];
    struct buf text = {0};

    (void)state;
    fill(routes);
    app_routes_write(&text, routes, ARRAY_LEN(routes));
    buf_append_char(&text, '\0');
    assert_string_equal(
        text.ptr,
        "Method  Path        Leads to           Inputs\n"
        "GET     /user/:id   user/find          id: number, required, integer, min 1\n"
        "POST    /user       user/create        email: string, required, email address, max length 200\n"
        "                                       role: string, default user, one of user | admin, none of root\n"
        "                                       tags: [string]\n"
        "                                       name: string, or null, min length 2, like /^[a-z]+$/\n"
        "        /größe      (function)\n"
        "        /old        -> /new\n"
        "ALL     /gone       status 410\n"
        "GET     /           view pages/home\n"
        "        r|^/x y/|a  response notFound\n");
    buf_deinit(&text);
}

static void an_app_without_routes_has_a_title_only(void **state)
{
    struct buf text = {0};

    (void)state;
    app_routes_write(&text, NULL, 0);
    buf_append_char(&text, '\0');
    assert_string_equal(text.ptr, "Method  Path  Leads to  Inputs\n");
    buf_deinit(&text);
}

static void routes_come_in_the_order_in_which_they_are_asked(void **state)
{
    static const char *const want[] = {"GET /user/me", "/user/me", "/user/:id", "/*"};
    static struct request_target target;
    struct router router;
    struct route_info *infos = NULL;
    size_t n = 0;

    (void)state;
    router_init(&router);
    assert_int_equal(route_info_collect(&router, &infos, &n), 0);
    assert_null(infos);
    for (size_t i = ARRAY_LEN(want); i > 0; i--) {
        assert_int_equal(router_add(&router, want[i - 1], &target), 0);
    }
    mem_fail_after(1);
    assert_int_equal(route_info_collect(&router, &infos, &n), SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_int_equal(route_info_collect(&router, &infos, &n), 0);
    assert_int_equal(n, ARRAY_LEN(want));
    for (size_t i = 0; i < n; i++) {
        assert_true(str_eq(infos[i].address, str_from(want[i])));
        assert_ptr_equal(infos[i].target, &target);
    }
    mem_free(infos);
    router_deinit(&router);
}

static void any_allocation_may_fail(void **state)
{
    struct route_info routes[ARRAY_LEN(table)];
    int rc = SAILS_ENOMEM;

    (void)state;
    fill(routes);
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        struct buf text = {0};

        mem_fail_after(n);
        app_routes_write(&text, routes, ARRAY_LEN(routes));
        rc = mem_has_failed() ? SAILS_ENOMEM : 0;
        mem_fail_after(-1);
        buf_deinit(&text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_aligned),
        cmocka_unit_test(an_app_without_routes_has_a_title_only),
        cmocka_unit_test(routes_come_in_the_order_in_which_they_are_asked),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
