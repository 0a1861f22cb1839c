#include "base/macros.h"
#include "support/cmocka.h"

#include <sails/sails.h>
#include <string.h>

/* What a file of C is named for: its path, whoever has called the compiler. */

static void nothing(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
}

static void answer_nothing(sails_req *req, sails_res *res, json_t *data)
{
    (void)req;
    (void)res;
    (void)data;
}

static void ignore(enum sails_log_level level, const char *text, void *ctx)
{
    (void)level;
    (void)text;
    (void)ctx;
}

static const struct sails_action_def action = {.run = nothing};
static const struct sails_controller_action controller[] = {{"Find", {.run = nothing}}, {0}};
static const struct sails_hook hook = {.ctx = NULL};

/* The identities of an app's actions, with a blank behind each. */
static void append_identity(const char *identity, const struct sails_action_def *def, void *ctx)
{
    char *text = ctx;

    (void)def;
    (void)strncat(text, identity, 100);
    (void)strncat(text, " ", 2);
}

static int register_part(const struct sails_part *part, char identities[256])
{
    sails_app *app = sails_app_create();
    int rc = 0;

    assert_non_null(app);
    assert_int_equal(sails_app_set_log(app, ignore, NULL), 0);
    rc = sails_app_parts(app, (const struct sails_part *const[]){part}, 1);
    identities[0] = '\0';
    assert_int_equal(sails_app_each_action(app, append_identity, identities), 0);
    sails_app_destroy(app);
    return rc;
}

static void actions_are_named_for_their_files(void **state)
{
    static const struct {
        const char *file;
        bool is_controller;
        const char *identity; /* NULL: it has none there */
    } cases[] = {
        {"api/controllers/find.c", false, "find "},
        {"api/controllers/user/find-one.c", false, "user/find-one "},
        {"/home/ann/shop/api/controllers/User/Find.c", false, "user/find "},
        {"api/controllers/api/controllers/find.c", false, "find "},
        {"api/controllers/v1.2/find.c", false, NULL}, /* "v1/2/find": a part begins with a letter */
        {"api/controllers/v1.b/a.b.c", false, "v1/b/a.b "},
        {"myapi/controllers/find.c", false, NULL},
        {"api/helpers/find.c", false, NULL},
        {"api/controllers/.c", false, NULL},
        {"api/controllers/find.cpp", false, NULL},
        {"api/controllers/UserController.c", true, "user/find "},
        {"api/controllers/admin/UserController.c", true, "admin/user/find "},
        {"api/controllers/User.c", true, NULL},
        {"api/controllers/Controller.c", true, NULL},
        {"api/controllers/a/Controller.c", true, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sails_part part = {.file = cases[i].file,
                                  .action = cases[i].is_controller ? NULL : &action,
                                  .controller = cases[i].is_controller ? controller : NULL};
        char identities[256];
        int rc = register_part(&part, identities);

        if ((rc == 0) != (cases[i].identity != NULL)) {
            fail_msg("%s: %d", cases[i].file, rc);
        }
        assert_string_equal(identities, cases[i].identity != NULL ? cases[i].identity : "");
    }
}

static void other_parts_belong_into_their_folders(void **state)
{
    static const struct {
        struct sails_part part;
        bool is_fine;
    } cases[] = {
        {{.file = "api/policies/isIn.c", .policy = nothing}, true},
        {{.file = "api/controllers/isIn.c", .policy = nothing}, false},
        {{.file = "api/responses/gone.c", .response = answer_nothing}, true},
        {{.file = "api/gone.c", .response = answer_nothing}, false},
        {{.file = "api/hooks/clock/index.c", .hook = &hook}, true},
        {{.file = "api/hooks/clock.c", .hook = &hook}, true},
        {{.file = "api/hooks/clock/other.c", .hook = &hook}, false},
        {{.file = "api/hooks/1st.c", .hook = &hook}, false},
        {{.file = "api/controllers/empty.c"}, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char identities[256];

        if ((register_part(&cases[i].part, identities) == 0) != cases[i].is_fine) {
            fail_msg("%s", cases[i].part.file);
        }
    }
}

static void every_function_survives_null(void **state)
{
    sails_app *app = sails_app_create();

    (void)state;
    assert_int_equal(sails_app_folder(NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_parts(NULL, NULL, 0), SAILS_EINVAL);
    assert_int_equal(sails_app_set_log(app, ignore, NULL), 0);
    assert_int_equal(sails_app_parts(app, NULL, 1), SAILS_EINVAL);
    assert_int_equal(sails_app_parts(app, NULL, 0), 0);
    sails_app_destroy(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_are_named_for_their_files),
        cmocka_unit_test(other_parts_belong_into_their_folders),
        cmocka_unit_test(every_function_survives_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
