/*
 * docs/security.md lists every limit, with the default that the table of keys has.
 */
#include "base/macros.h"
#include "config/config_names.h"
#include "support/cmocka.h"

static const char page_path[] = SAILS_SOURCE_DIR "/docs/security.md";

/* Numbers that limit nothing that comes from outside. */
static const char *const no_limits[] = {
    "port",
    "workers",
    "hookTimeout",
    "bootstrapTimeout",
    "liftTimeout",
    "http.cache",
    "shutdownTimeout",
    "session.port",
    "session.db",
    "sockets.port",
    "sockets.db",
    "sockets.adapterOptions.port",
    "sockets.adapterOptions.db",
    "sockets.cors.maxAge",
    "sockets.cookieOptions.maxAge",
};

static bool is_limit(const struct config_key *key)
{
    for (size_t i = 0; i < ARRAY_LEN(no_limits); i++) {
        if (strcmp(key->name, no_limits[i]) == 0) {
            return false;
        }
    }
    return key->type == CONFIG_INTEGER;
}

static void read_page(struct buf *out)
{
    FILE *file = fopen(page_path, "rb");
    char piece[4096];
    size_t n = 0;

    assert_non_null(file);
    do {
        n = fread(piece, 1, sizeof(piece), file);
        buf_append(out, piece, n);
    } while (n > 0);
    assert_int_equal(fclose(file), 0);
    buf_append_char(out, '\0');
    assert_int_equal(buf_error(out), 0);
}

static void every_limit_is_on_the_page_with_its_default(void **state)
{
    struct buf page = {0};

    (void)state;
    read_page(&page);
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        char row[200];

        (void)snprintf(row, sizeof(row), "\n| `%s` | `%s`", key->name,
                       key->fallback != NULL ? key->fallback : "not set");
        if (is_limit(key) && strstr(page.ptr, row) == NULL) {
            fail_msg("docs/security.md has no row that begins with %s", row + 1);
        }
    }
    buf_deinit(&page);
}

/* A setting that has gone, or has another default now, is not on the page any more. */
static void every_setting_on_the_page_is_in_the_table(void **state)
{
    struct buf page = {0};
    size_t n = 0;

    (void)state;
    read_page(&page);
    for (const char *row = strstr(page.ptr, "\n| `"); row != NULL; row = strstr(row + 1, "\n| `")) {
        struct str name = str_from(row + sizeof("\n| `") - 1);
        char text[100], want[200];
        const struct config_key *key = NULL;

        name.len = str_find(name, '`');
        (void)snprintf(text, sizeof(text), "%.*s", STR_FMT(name));
        key = config_names_find(text);
        if (key == NULL) {
            fail_msg("docs/security.md: there is no setting %s", text);
        }
        (void)snprintf(want, sizeof(want), "\n| `%s` | `%s`", text,
                       key->fallback != NULL ? key->fallback : "not set");
        if (strncmp(row, want, strlen(want)) != 0) {
            fail_msg("docs/security.md: the default of %s is %s", text, key->fallback);
        }
        n++;
    }
    assert_true(n > 20);
    buf_deinit(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_is_on_the_page_with_its_default),
        cmocka_unit_test(every_setting_on_the_page_is_in_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
