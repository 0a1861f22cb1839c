#include "config/config_load.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Each case has a folder of its own: home/ is the user's, home/app/ the program's. What this machine
 * has in /etc/sails is not looked at here.
 */
static const char *const folders[] = {
    "home",
    "home/shared",
    "home/.sails",
    "home/.config",
    "home/.config/sails",
    "home/app",
    "home/app/config",
    "home/app/config/sub",
    "home/app/config/locales",
    "home/app/config/env",
    "home/app/config/env/staging",
    "home/app/config/env/production",
};

static const char *const files[] = {
    "home/.sailsrc",
    "home/shared/port.json",
    "home/.sails/config",
    "home/.config/sails/config",
    "home/named.json",
    "home/optional.json",
    "home/app/.sailsrc",
    "home/app/config/a.json",
    "home/app/config/connections.json",
    "home/app/config/custom.json",
    "home/app/config/log.json",
    "home/app/config/policies.json",
    "home/app/config/routes.json",
    "home/app/config/sub/b.json",
    "home/app/config/sub/security.json",
    "home/app/config/locales/de.json",
    "home/app/config/env/staging/c.json",
    "home/app/config/env/staging.json",
    "home/app/config/env/production/c.json",
    "home/app/config/env/production.json",
    "home/app/config/local.json",
};

struct place {
    char folder[32];
    char home[64];     /* "HOME=..." */
    char named[64];    /* "sails_config=..." */
    char optional[64]; /* "--config=..." */
    struct config config;
    struct config_wishes wishes;
    struct buf why;
};

static void place_init(struct place *place)
{
    *place = (struct place){.folder = "/tmp/sails-config-XXXXXX"};
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(chdir(place->folder), 0);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        assert_int_equal(mkdir(folders[i], 0700), 0);
    }
    snprintf(place->home, sizeof(place->home), "HOME=%s/home", place->folder);
    snprintf(place->named, sizeof(place->named), "sails_config=%s/home/named.json", place->folder);
    snprintf(place->optional, sizeof(place->optional), "--config=%s/home/optional.json",
             place->folder);
    assert_int_equal(config_init(&place->config), 0);
}

static void place_deinit(struct place *place)
{
    assert_int_equal(chdir(place->folder), 0);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        (void)remove(files[i]);
    }
    for (size_t i = ARRAY_LEN(folders); i > 0; i--) {
        assert_int_equal(remove(folders[i - 1]), 0);
    }
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(remove(place->folder), 0);
    config_deinit(&place->config);
    buf_deinit(&place->why);
}

static void place_write(const struct place *place, const char *name, const char *text)
{
    char path[128];
    FILE *file = NULL;

    snprintf(path, sizeof(path), "%s/%s", place->folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int place_load(struct place *place, const struct config_sources *sources)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/home/app", place->folder);
    assert_int_equal(chdir(path), 0);
    buf_clear(&place->why);
    return config_load(&place->config, sources, &place->wishes, &place->why);
}

static void place_must_load(struct place *place, const char *const *environment)
{
    if (place_load(place, &(struct config_sources){.environment = environment}) != 0) {
        fail_msg("%.*s", STR_FMT(buf_str(&place->why)));
    }
}

static void place_expect(const struct place *place, const char *name, const char *want)
{
    json_t *value = config_get(&place->config, name);
    char *have = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    if (have == NULL || strcmp(have, want) != 0) {
        fail_msg("%s: want %s, have %s", name, want, have != NULL ? have : "nothing");
    }
    mem_free(have);
}

/* ---- what is stronger ---- */

/* app-config-cli 1, 2, 4: the same key everywhere; each source is taken away, the strongest first. */
static void of_all_sources_the_strongest_wins(void **state)
{
    static const char *const from_weakest[] = {
        "home/app/config/a.json",
        "home/app/config/sub/b.json",
        "home/app/config/env/staging/c.json",
        "home/app/config/env/staging.json",
        "home/app/config/local.json",
        "PORT",
        "home/.config/sails/config",
        "home/.sails/config",
        "home/.sailsrc",
        "home/app/.sailsrc",
        "home/named.json",
        "home/optional.json",
        "sails_port",
        "the program",
        "--port",
    };
    struct place place;

    (void)state;
    for (size_t n = ARRAY_LEN(from_weakest); n > 0; n--) {
        const char *environment[8] = {NULL};
        const char *argv[8] = {"app"};
        json_t *overrides = json_object();
        int n_variables = 0;
        int argc = 1;
        char port[32], sails_port[32], option[32];

        place_init(&place);
        environment[n_variables++] = place.home;
        environment[n_variables++] = "NODE_ENV=staging";
        for (size_t i = 0; i < n; i++) {
            const char *source = from_weakest[i];
            char text[64];

            snprintf(text, sizeof(text), "{ // rank\n\"port\": %zu}", i + 1);
            if (strcmp(source, "PORT") == 0) {
                snprintf(port, sizeof(port), "PORT=%zu", i + 1);
                environment[n_variables++] = port;
            } else if (strcmp(source, "sails_port") == 0) {
                snprintf(sails_port, sizeof(sails_port), "sails_port=%zu", i + 1);
                environment[n_variables++] = sails_port;
            } else if (strcmp(source, "the program") == 0) {
                json_object_set_new(overrides, "port", json_integer((json_int_t)i + 1));
            } else if (strcmp(source, "--port") == 0) {
                snprintf(option, sizeof(option), "--port=%zu", i + 1);
                argv[argc++] = option;
            } else {
                place_write(&place, source, text);
            }
            if (strcmp(source, "home/named.json") == 0) {
                environment[n_variables++] = place.named;
            } else if (strcmp(source, "home/optional.json") == 0) {
                argv[argc++] = place.optional;
            }
        }
        place_write(&place, "home/app/config/locales/de.json", "{\"port\": 99}"); /* no settings */
        assert_int_equal(place_load(&place, &(struct config_sources){.argc = argc,
                                                                     .argv = argv,
                                                                     .environment = environment,
                                                                     .overrides = overrides}),
                         0);
        if (config_integer(&place.config, "port") != (int64_t)n) {
            fail_msg("%s: port is %lld", from_weakest[n - 1],
                     (long long)config_integer(&place.config, "port"));
        }
        json_decref(overrides);
        place_deinit(&place);
    }
}

/* app-config-cli 3 */
static void variables_reach_below_custom(void **state)
{
    static const char *const environment[] = {"sails_custom__c__d=[1,2]",
                                              "sails_custom__e=hello world",
                                              "SAILS_custom__h=7",
                                              "SAILS_port=80",
                                              "SAILS_HOME=/opt/sails",
                                              "sails_strange",
                                              "HOME=",
                                              NULL};
    struct place place;

    (void)state;
    place_init(&place);
    place_write(&place, "home/app/config/a.json", "{\"custom\": {\"c\": {\"x\": 0, \"d\": [9]}}}");
    place_must_load(&place, environment);
    place_expect(&place, "custom.c", "{\"x\":0,\"d\":[1,2]}");
    place_expect(&place, "custom.e", "\"hello world\"");
    place_expect(&place, "custom.h", "\"7\"");
    place_expect(&place, "port", "80");
    place_deinit(&place);
}

static void a_shared_name_is_weaker_than_our_own_in_any_order(void **state)
{
    static const char *const orders[][3] = {{"PORT=1", "sails_port=2", NULL},
                                            {"sails_port=2", "PORT=1", NULL}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        struct place place;

        place_init(&place);
        place_must_load(&place, orders[i]);
        place_expect(&place, "port", "2");
        place_deinit(&place);
    }
}

/* ---- the environment ---- */

/* app-config-cli 6, section 3 */
static void the_environment_chooses_files_and_switches(void **state)
{
    static const struct {
        const char *why;
        const char *local; /* environment in config/local.json */
        const char *variables[4];
        const char *argument;
        const char *environment;
        bool is_production;
    } cases[] = {
        {"nothing is set", NULL, {NULL}, NULL, "\"development\"", false},
        {"a file", "staging", {NULL}, NULL, "\"staging\"", false},
        {"NODE_ENV", "production", {"NODE_ENV=staging"}, NULL, "\"staging\"", false},
        {"SAILS_ENV", NULL, {"SAILS_ENV=staging", "NODE_ENV=x"}, NULL, "\"staging\"", false},
        {"sails_environment", NULL, {"sails_environment=staging"}, NULL, "\"staging\"", false},
        {"an option", NULL, {"sails_environment=staging"}, "--prod", "\"production\"", true},
        {"production by NODE_ENV", NULL, {"NODE_ENV=production"}, NULL, "\"production\"", true},
        {"the switches alone", NULL, {"NODE_ENV=production"}, "--staging", "\"staging\"", true},
        {"NODE_ENV of nothing", NULL, {"NODE_ENV="}, "--prod", "\"production\"", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *argv[] = {"app", cases[i].argument, NULL};
        struct config_sources sources = {.argc = cases[i].argument != NULL ? 2 : 1,
                                         .argv = argv,
                                         .environment = cases[i].variables};
        struct place place;
        char text[64];

        place_init(&place);
        if (cases[i].local != NULL) {
            snprintf(text, sizeof(text), "{\"environment\": \"%s\"}", cases[i].local);
            place_write(&place, "home/app/config/local.json", text);
        }
        place_write(&place, "home/app/config/env/staging.json", "{\"custom\": {\"s\": true}}");
        place_write(&place, "home/app/config/env/production.json", "{\"custom\": {\"p\": true}}");
        if (place_load(&place, &sources) != 0) {
            fail_msg("%s: %.*s", cases[i].why, STR_FMT(buf_str(&place.why)));
        }
        place_expect(&place, "environment", cases[i].environment);
        assert_int_equal(config_is_production(&place.config), cases[i].is_production);
        assert_int_equal(config_get(&place.config, "custom.s") != NULL,
                         strcmp(cases[i].environment, "\"staging\"") == 0);
        assert_int_equal(config_get(&place.config, "custom.p") != NULL,
                         strcmp(cases[i].environment, "\"production\"") == 0);
        place_deinit(&place);
    }
}

/* app-config-cli 6 */
/* app-config-cli 5.3: the names of 0.12, for which a new file may well be called. */
static void a_file_for_a_former_setting_is_refused_even_if_it_is_empty(void **state)
{
    static const char *const texts[] = {"{}", "{\"default\": {\"url\": \"x\"}}",
                                        "{\"connections\": {}}"};
    static const char want[] = "config/connections.json: connections";
    static const char instead[] = "since Sails 1.0 it is datastores";

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct place place;

        place_init(&place);
        place_write(&place, "home/app/config/connections.json", texts[i]);
        assert_int_equal(place_load(&place, &(struct config_sources){0}), SAILS_ECONFIG);
        buf_append_char(&place.why, '\0');
        if (strncmp(place.why.ptr, want, strlen(want)) != 0 ||
            strstr(place.why.ptr, instead) == NULL) {
            fail_msg("%s: %s", texts[i], place.why.ptr);
        }
        place_deinit(&place);
    }
}

static void production_beside_another_node_env_is_refused(void **state)
{
    static const char *const environment[] = {"NODE_ENV=test", NULL};
    static const char *const argv[] = {"app", "--prod", NULL};
    struct place place;

    (void)state;
    place_init(&place);
    assert_int_equal(
        place_load(&place,
                   &(struct config_sources){.argc = 2, .argv = argv, .environment = environment}),
        SAILS_ECONFIG);
    assert_true(str_starts_with(buf_str(&place.why), STR("E_INVALID_NODE_ENV: ")));
    place_deinit(&place);
}

static void files_of_an_environment_cannot_change_it(void **state)
{
    static const char *const environment[] = {"NODE_ENV=staging", NULL};
    struct place place;

    (void)state;
    place_init(&place);
    place_write(&place, "home/app/config/env/staging.json",
                "{\"environment\": \"production\", \"port\": 5}");
    place_must_load(&place, environment);
    place_expect(&place, "environment", "\"staging\"");
    place_expect(&place, "port", "5");
    assert_int_equal(json_array_size(place.config.warnings), 1);
    place_deinit(&place);
}

/* ---- files ---- */

/* What a program sets in a section, in several calls, is all stronger than files. */
static void a_program_overrides_members_of_sections(void **state)
{
    json_t *overrides = json_object();
    json_t *first = json_pack("{s:i}", "a", 1);
    json_t *second = json_pack("{s:i}", "b", 1);
    struct place place;

    (void)state;
    place_init(&place);
    place_write(&place, "home/app/config/custom.json", "{\"a\": 2, \"b\": 2, \"c\": 2}");
    assert_int_equal(config_load_note(overrides, "custom", first), 0);
    assert_int_equal(config_load_note(overrides, "custom", second), 0);
    assert_int_equal(place_load(&place, &(struct config_sources){.overrides = overrides}), 0);
    place_expect(&place, "custom", "{\"a\":1,\"b\":1,\"c\":2}");
    json_decref(first);
    json_decref(second);
    json_decref(overrides);
    place_deinit(&place);
}

/* app-config-cli section 15 */
static void a_file_may_hold_the_bare_section_that_it_is_named_for(void **state)
{
    struct place place;

    (void)state;
    place_init(&place);
    place_write(&place, "home/app/config/routes.json", "{\"GET /\": \"a/b\", \"/old\": \"/new\"}");
    place_write(&place, "home/app/config/policies.json", "{\"policies\": {\"*\": true}}");
    place_write(&place, "home/app/config/log.json", "{\"level\": \"warn\"}");
    place_write(&place, "home/app/config/sub/b.json",
                "{\"routes\": {\"GET /\": {\"action\": \"c/d\"}}, \"sockets.path\": \"/x\"}");
    place_must_load(&place, NULL);
    place_expect(&place, "routes", "{\"GET /\":{\"action\":\"c/d\"},\"/old\":\"/new\"}");
    place_expect(&place, "policies", "{\"*\":true}");
    place_expect(&place, "log.level", "\"warn\"");
    place_expect(&place, "sockets.path", "\"/x\"");

    /* One known name, and it is no bare section. */
    place_write(&place, "home/app/config/custom.json", "{\"port\": 7, \"custom\": {\"x\": 1}}");
    place_must_load(&place, NULL);
    place_expect(&place, "port", "7");
    place_expect(&place, "custom", "{\"x\":1}");
    place_deinit(&place);
}

static void an_rc_file_may_hold_notes_of_the_command(void **state)
{
    struct place place;

    (void)state;
    place_init(&place);
    place_write(&place, "home/app/.sailsrc",
                "{\"generators\": {\"modules\": {}}, \"_generatedWith\": {}, \"port\": 6}");
    place_must_load(&place, NULL);
    place_expect(&place, "port", "6");
    place_deinit(&place);
}

static void a_mistake_is_told_with_its_place_and_without_secrets(void **state)
{
    static const struct {
        const char *file, *text;
        const char *variable;
        const char *want;
    } cases[] = {
        {"home/app/config/a.json", "{\"prot\": 1}", NULL,
         "config/a.json: prot: there is no such key; did you mean port?"},
        {"home/app/config/a.json", "{\"session\": {\"secret\": \"s3cret}}", NULL,
         "config/a.json: line 1, column 32: unexpected newline"},
        {"home/app/config/a.json", "{\"session\": {\"secret\": s3cret}}", NULL,
         "config/a.json: line 1, column 24: invalid token"},
        {"home/app/config/a.json", "{\"session\": {\"secret\": 123}}", NULL,
         "config/a.json: session.secret: (hidden) is not allowed; it must be a text"},
        {"home/app/config/routes.json", "[]", NULL, "config/routes.json: it must hold one object"},
        {"home/app/config/local.json", "{", NULL, "config/local.json: line 2, column 0: "},
        {"home/app/config/a.json", "{\"routes\": 1}", NULL,
         "config/a.json: routes: 1 is not allowed; it must be an object"},
        {NULL, NULL, "PORT=x", "environment: PORT: port: \"x\" is not allowed; it must be"},
        {NULL, NULL, "sails_sockets__pingTimeout=never",
         "environment: sails_sockets__pingTimeout: sockets.pingTimeout: \"never\" is not allowed"},
        {NULL, NULL, "sails_prot=1", "environment: sails_prot: prot: there is no such key"},
        {NULL, NULL, "sails_config=/nowhere", "environment: sails_config: /nowhere: there is no"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *environment[] = {cases[i].variable, NULL};
        struct place place;
        char text[80];

        place_init(&place);
        if (cases[i].file != NULL) {
            snprintf(text, sizeof(text), "%s\n", cases[i].text);
            place_write(&place, cases[i].file, text);
        }
        assert_int_equal(place_load(&place, &(struct config_sources){.environment = environment}),
                         SAILS_ECONFIG);
        if (!str_starts_with(buf_str(&place.why), str_from(cases[i].want))) {
            fail_msg("case %zu: %.*s", i, STR_FMT(buf_str(&place.why)));
        }
        buf_append_char(&place.why, '\0');
        assert_null(strstr(place.why.ptr, "s3cret"));
        assert_null(strstr(place.why.ptr, "123"));
        place_deinit(&place);
    }
}

/* What cannot be read may be what protects a route: it is never as if it were not there. */
static void what_is_there_and_cannot_be_read_is_a_mistake(void **state)
{
    static const char *const names[] = {
        "home/app/config/routes.json",
        "home/app/config/local.json",
        "home/app/config/env/staging.json",
        "home/app/config/shared", /* a folder of settings, perhaps */
        "home/app/.sailsrc",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *environment[] = {"NODE_ENV=staging", NULL};
        struct place place;
        char path[128];
        char want[128];

        place_init(&place);
        snprintf(path, sizeof(path), "%s/%s", place.folder, names[i]);
        snprintf(want, sizeof(want), "%s: it cannot be read: ", names[i] + strlen("home/app/"));
        assert_int_equal(symlink("/nowhere/at/all", path), 0);
        assert_int_equal(place_load(&place, &(struct config_sources){.environment = environment}),
                         SAILS_ECONFIG);
        buf_append_char(&place.why, '\0');
        if (strstr(place.why.ptr, want) == NULL) {
            fail_msg("%s: %s", names[i], place.why.ptr);
        }
        assert_int_equal(unlink(path), 0);
        place_deinit(&place);
    }
}

/* As Sails does; what is mounted into a container is linked as often as not. */
static void folders_may_be_links_but_not_in_circles(void **state)
{
    struct place place;
    char path[128];

    (void)state;
    place_init(&place);
    place_write(&place, "home/shared/port.json", "{\"port\": 4}");
    snprintf(path, sizeof(path), "%s/home/app/config/link", place.folder);
    assert_int_equal(symlink(".", path), 0);
    assert_int_equal(place_load(&place, &(struct config_sources){.environment = NULL}),
                     SAILS_ECONFIG);
    buf_append_char(&place.why, '\0');
    assert_non_null(strstr(place.why.ptr, "does a link lead in a circle?"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("../../shared", path), 0);
    assert_int_equal(place_load(&place, &(struct config_sources){.environment = NULL}), 0);
    assert_int_equal(json_integer_value(config_get(&place.config, "port")), 4);
    assert_int_equal(unlink(path), 0);
    place_deinit(&place);
}

static void without_memory_it_fails_and_leaves_nothing_behind(void **state)
{
    const char *environment[] = {NULL, "NODE_ENV=staging", "sails_custom__x=1", NULL};
    bool has_failed = true;

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct place place;
        int rc = 0;

        place_init(&place);
        environment[0] = place.home;
        place_write(&place, "home/app/config/routes.json", "{\"GET /\": \"a/b\"}");
        place_write(&place, "home/app/config/env/staging.json", "{\"port\": 3}");
        place_write(&place, "home/app/.sailsrc", "{\"port\": 6}");
        mem_fail_after(n);
        rc = place_load(&place, &(struct config_sources){.environment = environment});
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_int_equal(rc, has_failed ? SAILS_ENOMEM : 0);
        place_deinit(&place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_all_sources_the_strongest_wins),
        cmocka_unit_test(variables_reach_below_custom),
        cmocka_unit_test(a_shared_name_is_weaker_than_our_own_in_any_order),
        cmocka_unit_test(the_environment_chooses_files_and_switches),
        cmocka_unit_test(a_file_for_a_former_setting_is_refused_even_if_it_is_empty),
        cmocka_unit_test(production_beside_another_node_env_is_refused),
        cmocka_unit_test(files_of_an_environment_cannot_change_it),
        cmocka_unit_test(a_program_overrides_members_of_sections),
        cmocka_unit_test(a_file_may_hold_the_bare_section_that_it_is_named_for),
        cmocka_unit_test(an_rc_file_may_hold_notes_of_the_command),
        cmocka_unit_test(a_mistake_is_told_with_its_place_and_without_secrets),
        cmocka_unit_test(what_is_there_and_cannot_be_read_is_a_mistake),
        cmocka_unit_test(folders_may_be_links_but_not_in_circles),
        cmocka_unit_test(without_memory_it_fails_and_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
