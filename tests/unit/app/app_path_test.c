#include "base/macros.h"
#include "support/cmocka.h"

#include <sails/sails.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The folder of the application: an app is lifted in a current folder of the test's own, and what it warns of
 * is looked at.
 */

static void nothing(sails_req *req, sails_res *res)
{
    sails_res_ok(res, NULL);
    (void)req;
}

static const struct sails_action_def action = {.run = nothing};

struct stage {
    char folder[32];
    char lines[2048]; /* warnings and errors */
    sails_app *app;
};

static void hear(enum sails_log_level level, const char *text, void *ctx)
{
    struct stage *stage = ctx;
    size_t len = strlen(stage->lines);

    if (level == SAILS_LOG_ERROR || level == SAILS_LOG_WARN) {
        snprintf(stage->lines + len, sizeof(stage->lines) - len, "%s\n", text);
    }
}

static void make_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void stage_init(struct stage *stage)
{
    *stage = (struct stage){.folder = "/tmp/sails-path-XXXXXX"};
    assert_non_null(mkdtemp(stage->folder));
    assert_int_equal(chdir(stage->folder), 0);
    assert_int_equal(mkdir("app", 0700), 0);
    assert_int_equal(mkdir("app/config", 0700), 0);
    make_file("app/config/routes.json", "{\"GET /there\": \"thing/find\"}");
    stage->app = sails_app_create();
    assert_non_null(stage->app);
    assert_int_equal(sails_app_set_log(stage->app, hear, stage), 0);
}

static int stage_load(struct stage *stage, const char *option)
{
    static char name[] = "program";
    char *argv[] = {name, (char *)(uintptr_t)option, NULL};

    return sails_app_load(stage->app, option != NULL ? 2 : 1, argv);
}

static void stage_lift(struct stage *stage)
{
    assert_int_equal(sails_app_set(stage->app, "port", json_integer(0)), 0);
    assert_int_equal(sails_app_set(stage->app, "explicitHost", json_string("127.0.0.1")), 0);
    assert_int_equal(sails_app_lift(stage->app), 0);
}

static void stage_deinit(struct stage *stage)
{
    sails_app_destroy(stage->app);
    assert_int_equal(chdir(stage->folder), 0);
    assert_int_equal(remove("app/config/routes.json"), 0);
    assert_int_equal(remove("app/config"), 0);
    assert_int_equal(remove("app"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(remove(stage->folder), 0);
}

static void settings_are_read_below_app_path(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        struct stage stage;
        struct sails_route route;
        char here[64], want[64];

        stage_init(&stage);
        assert_int_equal(sails_app_action(stage.app, "thing/find", &action), 0);
        if (way == 1) {
            assert_int_equal(sails_app_set(stage.app, "appPath", json_string("app")), 0);
        }
        if (way == 2) {
            assert_int_equal(setenv("sails_appPath", "app", 1), 0);
        }
        assert_int_equal(stage_load(&stage, way == 0 ? "--appPath=app" : NULL), 0);
        assert_int_equal(unsetenv("sails_appPath"), 0);
        stage_lift(&stage);
        assert_int_equal(sails_app_route_for(stage.app, "thing/find", &route), 0);
        assert_string_equal(route.url, "/there");
        assert_non_null(getcwd(here, sizeof(here)));
        snprintf(want, sizeof(want), "%s/app", stage.folder);
        assert_string_equal(here, want);
        assert_string_equal(stage.lines, "");
        stage_deinit(&stage);
    }
}

static void a_folder_that_is_not_there_is_refused_with_the_current_one(void **state)
{
    struct stage stage;
    char want[128];

    (void)state;
    stage_init(&stage);
    assert_int_equal(stage_load(&stage, "--appPath=none"), SAILS_ECONFIG);
    snprintf(want, sizeof(want),
             "appPath: none: No such file or directory. The current folder is %s/\n", stage.folder);
    assert_string_equal(stage.lines, want);
    stage_deinit(&stage);
}

/* Its own name is no way to find a file. */
static void a_file_cannot_say_app_path(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage);
    make_file("app/config/routes.json", "{\"appPath\": \"/\"}");
    assert_int_equal(stage_load(&stage, "--appPath=app"), SAILS_ECONFIG);
    assert_string_equal(stage.lines,
                        "config/routes.json: appPath says where files are looked for, so no file "
                        "can say it: use the option --appPath or the variable sails_appPath\n");
    stage_deinit(&stage);
}

/* Of blueprints that have no route, as those of associations that a model has not, nothing is said. */
static void actions_that_no_route_reaches_are_warned_of(void **state)
{
    struct stage stage;
    char want[512];

    (void)state;
    stage_init(&stage);
    assert_int_equal(sails_app_set(stage.app, "datastores",
                                   json_pack("{s:{s:s}}", "default", "url", ":memory:")),
                     0);
    assert_int_equal(sails_app_set(stage.app, "models",
                                   json_pack("{s:s,s:b,s:{s:{s:s,s:b}}}", "migrate", "drop",
                                             "archiveModelIdentity", 0, "attributes", "id", "type",
                                             "number", "autoIncrement", 1)),
                     0);
    assert_int_equal(sails_app_model(stage.app, "toy", json_object()), 0);
    assert_int_equal(sails_app_action(stage.app, "thing/find", &action), 0);
    assert_int_equal(sails_app_action(stage.app, "thing/lose", &action), 0);
    assert_int_equal(sails_app_bind(stage.app, "/lose", json_string("thing/lose")), 0);
    assert_int_equal(stage_load(&stage, NULL), 0);
    stage_lift(&stage);
    snprintf(want, sizeof(want),
             "No route leads to the action `thing/find`: nobody can ask for it\n"
             "The program has actions by name, and no settings were found that say where they "
             "belong: there is no file *.json in %s/config. Start it in its folder, or say "
             "--appPath\n",
             stage.folder);
    assert_string_equal(stage.lines, want);
    stage_deinit(&stage);
}

/* The worst of it: routes that the settings would have protected. */
static void policies_without_settings_are_warned_of(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage);
    assert_int_equal(sails_app_policy(stage.app, "isLoggedIn", nothing, NULL), 0);
    assert_int_equal(stage_load(&stage, NULL), 0);
    stage_lift(&stage);
    assert_non_null(strstr(stage.lines, "The program has policies, and no settings were found"));
    stage_deinit(&stage);

    stage_init(&stage);
    assert_int_equal(sails_app_policy(stage.app, "isLoggedIn", nothing, NULL), 0);
    assert_int_equal(sails_app_set(stage.app, "policies", json_pack("{s:b}", "*", 1)), 0);
    assert_int_equal(stage_load(&stage, NULL), 0);
    stage_lift(&stage);
    assert_string_equal(stage.lines, "");
    stage_deinit(&stage);
}

/* A program in the wrong folder finds none of its files. */
static void a_folder_of_files_that_is_missing_is_told_with_the_current_folder(void **state)
{
    struct stage stage;
    char want[256];

    (void)state;
    stage_init(&stage);
    assert_int_equal(sails_app_static(stage.app, "/", "public"), 0);
    assert_int_equal(sails_app_lift(stage.app), SAILS_ECONFIG);
    snprintf(want, sizeof(want),
             "It is looked for in %s: start the program where it is, or say --appPath\n",
             stage.folder);
    assert_non_null(strstr(stage.lines, want));
    stage_deinit(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_read_below_app_path),
        cmocka_unit_test(a_folder_that_is_not_there_is_refused_with_the_current_one),
        cmocka_unit_test(a_file_cannot_say_app_path),
        cmocka_unit_test(actions_that_no_route_reaches_are_warned_of),
        cmocka_unit_test(policies_without_settings_are_warned_of),
        cmocka_unit_test(a_folder_of_files_that_is_missing_is_told_with_the_current_folder),
    };

    unsetenv("PORT");
    unsetenv("NODE_ENV");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
