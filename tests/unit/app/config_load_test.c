#include "app/config.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sys/stat.h>
#include <unistd.h>

/* Weakest first; the number in each file is its rank. */
static const char *const files[] = {
    "config/a.json",           "config/sub/b.json", "config/env/staging/c.json",
    "config/env/staging.json", "config/local.json",
};
static const char *const folders[] = {
    "config", "config/sub", "config/locales", "config/env", "config/env/staging",
};

static void write_rank(const char *name, size_t rank)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_true(fprintf(file, "{ // rank\n\"port\": %zu}", rank) > 0);
    assert_int_equal(fclose(file), 0);
}

/* app-config-cli 1, 2 */
static void of_several_files_the_strongest_wins(void **state)
{
    char folder[] = "/tmp/sails-config-XXXXXX";
    struct buf why = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        assert_int_equal(mkdir(folders[i], 0700), 0);
    }
    write_rank("config/locales/de.json", 99); /* no settings */
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct config config;
        json_t *environment = json_string("staging");

        write_rank(files[i], i + 1);
        assert_int_equal(config_init(&config), 0);
        assert_int_equal(config_set(&config, "environment", environment, &why), 0);
        assert_int_equal(config_load_files(&config, &why), 0);
        assert_int_equal(config_integer(&config, "port"), i + 1);
        json_decref(environment);
        config_deinit(&config);
    }
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        assert_int_equal(remove(files[i]), 0);
    }
    assert_int_equal(remove("config/locales/de.json"), 0);
    for (size_t i = ARRAY_LEN(folders); i > 0; i--) {
        assert_int_equal(remove(folders[i - 1]), 0);
    }
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(remove(folder), 0);
    buf_deinit(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_several_files_the_strongest_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
