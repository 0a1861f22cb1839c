#include "config/config_folder.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <sys/stat.h>
#include <unistd.h>

/* A current folder of its own, with entries that are made in order and removed in the reverse one; a name that
 * ends in a slash is a folder. */
struct place {
    char folder[32];
    const char *entries[6];
    struct config config;
};

static void place_init(struct place *place, const char *const *entries)
{
    *place = (struct place){.folder = "/tmp/sails-folder-XXXXXX"};
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(chdir(place->folder), 0);
    for (size_t i = 0; entries[i] != NULL; i++) {
        FILE *file = NULL;

        place->entries[i] = entries[i];
        if (entries[i][strlen(entries[i]) - 1] == '/') {
            assert_int_equal(mkdir(entries[i], 0700), 0);
            continue;
        }
        file = fopen(entries[i], "w");
        assert_non_null(file);
        assert_int_equal(fclose(file), 0);
    }
    assert_int_equal(config_init(&place->config), 0);
}

static void place_deinit(struct place *place)
{
    for (size_t i = ARRAY_LEN(place->entries); i > 0; i--) {
        if (place->entries[i - 1] != NULL) {
            assert_int_equal(remove(place->entries[i - 1]), 0);
        }
    }
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(remove(place->folder), 0);
    config_deinit(&place->config);
}

static void what_looks_like_settings_and_is_none_is_warned_of(void **state)
{
    static const struct {
        const char *entries[6];
        const char *warning; /* behind the current folder; NULL: none */
        bool has_files;
    } cases[] = {
        {{NULL}, NULL, false},
        {{"config/", "config/a.json"}, NULL, true},
        {{"config/", "config/env/", "config/env/production.json"}, NULL, true},
        {{"config/", "config/.keep"},
         "/config holds no file *.json: nothing is configured by it",
         false},
        {{"config/", "config/locales/", "config/locales/de.json"},
         "/config holds no file *.json: nothing is configured by it",
         false},
        {{"config/", "config/routes.js"},
         "/config: routes.js: not read. Settings are files of JSON here, config/routes.json "
         "instead of config/routes.js: see docs/coming-from-sails.md",
         false},
        {{"config/", "config/routes.js", "config/routes.json"}, NULL, true},
        {{"Config/", "Config/routes.json"},
         "/Config is not read: settings are in config/, in small letters",
         false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct place place;
        char want[256] = "";
        const char *have = NULL;

        place_init(&place, cases[i].entries);
        assert_int_equal(config_folder_warn(&place.config), 0);
        assert_int_equal(place.config.has_files, cases[i].has_files);
        assert_int_equal(json_array_size(place.config.warnings), cases[i].warning != NULL);
        if (cases[i].warning != NULL) {
            snprintf(want, sizeof(want), "%s%s", place.folder, cases[i].warning);
            have = json_string_value(json_array_get(place.config.warnings, 0));
            assert_string_equal(have, want);
        }
        place_deinit(&place);
    }
}

static void of_many_scripts_some_are_named(void **state)
{
    static const char *const entries[] = {"config/",     "config/a.js", "config/b.js",
                                          "config/c.js", "config/d.js", NULL};
    struct place place;
    const char *have = NULL;

    (void)state;
    place_init(&place, entries);
    assert_int_equal(config_folder_warn(&place.config), 0);
    have = json_string_value(json_array_get(place.config.warnings, 0));
    assert_non_null(strstr(have, ".js, ...: not read."));
    place_deinit(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_looks_like_settings_and_is_none_is_warned_of),
        cmocka_unit_test(of_many_scripts_some_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
