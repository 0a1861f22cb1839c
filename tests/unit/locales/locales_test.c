/*
 * Texts of an application in its languages: places for values, keys, plurals, and which language a client gets.
 */
#include "locales/locales.h"

#include "base/macros.h"
#include "base/mem.h"
#include "locales/locale_format.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- places ---- */

static void values_stand_in_their_places(void **state)
{
    static const struct {
        const char *text, *args, *want;
    } cases[] = {
        {"plain", "[]", "plain"},
        {"", "[1]", ""},
        {"%s and %s", "[\"a\", 2]", "a and 2"},
        {"%2$s before %1$s", "[\"a\", \"b\"]", "b before a"},
        {"%d%%", "[12.9]", "12%"},
        {"%i", "[-3]", "-3"},
        {"%.2f", "[1.005]", "1.00"},
        {"%f", "[2]", "2.000000"},
        {"%j", "[{\"a\": [1]}]", "{\"a\":[1]}"},
        {"%s %s %s", "[true, null, 1.5]", "true null 1.5"},
        {"%s %s", "[\"one\"]", "one %s"},
        {"%d", "[\"text\"]", "%d"},
        {"%", "[1]", "%"},
        {"%z %5$s %0$s %.99f %99999999999999999999$s", "[1]",
         "%z %5$s %0$s %.99f %99999999999999999999$s"},
        {"%n%x%p", "[1, 2, 3]", "%n%x%p"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *args = json_loads(cases[i].args, 0, NULL);
        struct buf out = {0};

        locale_format(&out, str_from(cases[i].text), args);
        buf_append_char(&out, '\0');
        assert_string_equal(out.ptr, cases[i].want);
        buf_deinit(&out);
        json_decref(args);
    }
}

/* ---- a folder of them ---- */

struct folder {
    char path[64];
    struct log log;
    char logged[512]; /* the last line */
    unsigned n_logged;
    struct locales locales;
};

static void write_log(void *ctx, enum log_level level, const char *text)
{
    struct folder *folder = ctx;

    (void)level;
    (void)snprintf(folder->logged, sizeof(folder->logged), "%s", text);
    folder->n_logged++;
}

static void put(const struct folder *folder, const char *name, const char *text)
{
    char path[128];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/sails-locales-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
    folder->log = (struct log){.level = LOG_DEBUG, .write = write_log, .ctx = folder};
    put(folder, "en.json", "{}");
    put(folder, "de.json",
        "{\"Hello, %s\": \"Hallo, %s\", \"%d cat\": {\"one\": \"%d Katze\", \"other\": \"%d Katzen von %s\"},"
        " \"home\": {\"title\": \"Start\"}, \"a.b\": \"mit Punkt\"}");
    put(folder, "pt-BR.json", "{}");
}

static int open_with(struct folder *folder, json_t *codes, const char *fallback)
{
    int rc = locales_open(&folder->locales, &(struct locales_options){.folder = folder->path,
                                                                      .codes = codes,
                                                                      .fallback = fallback,
                                                                      .tells_missing = true,
                                                                      .log = &folder->log});

    json_decref(codes);
    return rc;
}

static void remove_folder(struct folder *folder)
{
    char command[128];

    locales_close(&folder->locales);
    (void)snprintf(command, sizeof(command), "rm -r %s", folder->path);
    assert_int_equal(system(command), 0);
}

static void expect_text(struct folder *folder, const char *code, const char *key, const char *want)
{
    json_t *args = json_pack("[s]", "Ann");
    struct buf out = {0};

    locales_write(&folder->locales, locales_find(&folder->locales, str_from(code)), key, args,
                  &out);
    buf_append_char(&out, '\0');
    assert_string_equal(out.ptr, want);
    buf_deinit(&out);
    json_decref(args);
}

static void a_key_without_a_text_is_its_own(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    assert_int_equal(open_with(&folder, NULL, "en"), 0);
    assert_int_equal(folder.locales.n, 3);
    expect_text(&folder, "de", "Hello, %s", "Hallo, Ann");
    expect_text(&folder, "DE", "home.title", "Start");
    expect_text(&folder, "de", "a.b", "mit Punkt");
    assert_int_equal(folder.n_logged, 0);
    expect_text(&folder, "en", "Hello, %s", "Hello, Ann");
    assert_int_equal(folder.n_logged, 1);
    assert_non_null(strstr(folder.logged, "en.json has no text for \"Hello, %s\""));
    expect_text(&folder, "en", "Hello, %s", "Hello, Ann");
    assert_int_equal(folder.n_logged, 1); /* once */
    expect_text(&folder, "de", "home.nothing", "home.nothing");
    expect_text(&folder, "de", "..", "..");
    expect_text(&folder, "de", "home", "home");
    remove_folder(&folder);
}

static void expect_plural(struct folder *folder, const char *code, double count, const char *want)
{
    json_t *args = json_pack("[s]", "Ann");
    struct buf out = {0};

    locales_write_plural(&folder->locales, locales_find(&folder->locales, str_from(code)), "%d cat",
                         "%d cats", count, args, &out);
    buf_append_char(&out, '\0');
    assert_string_equal(out.ptr, want);
    buf_deinit(&out);
    json_decref(args);
}

/* i18n-2: `other` is for more than one. */
static void a_plural_goes_by_the_count(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    assert_int_equal(open_with(&folder, NULL, "en"), 0);
    expect_plural(&folder, "de", 0, "0 Katze");
    expect_plural(&folder, "de", 1, "1 Katze");
    expect_plural(&folder, "de", 2, "2 Katzen von Ann");
    expect_plural(&folder, "en", 1, "1 cat");
    expect_plural(&folder, "en", 5, "5 cats");
    expect_plural(&folder, "none", 5, "5 cats");
    remove_folder(&folder);
}

/* app-config-cli 11: the first of Accept-Language that there is */
static void a_client_gets_the_first_language_that_there_is(void **state)
{
    static const struct {
        const char *accept, *want;
    } cases[] = {
        {"de", "de"},
        {"de-AT,en;q=0.5", "de"},
        {"fr, de;q=0.3", "de"},
        {"pt-br", "pt-BR"},
        {"pt", "en"},
        {"", "en"},
        {"*", "en"},
        {";;,,de", "de"},
        {"en;q=0.1,de", "en"},
        {"DE", "de"},
    };
    struct folder folder;

    (void)state;
    make_folder(&folder);
    assert_int_equal(open_with(&folder, NULL, "en"), 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(locales_negotiate(&folder.locales, str_from(cases[i].accept))->code,
                            cases[i].want);
    }
    remove_folder(&folder);
}

static void locales_are_those_that_are_named(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    assert_int_equal(open_with(&folder, json_pack("[s, s]", "de", "fr"), "fr"), 0);
    assert_int_equal(folder.locales.n, 2);
    assert_string_equal(folder.locales.fallback->code, "fr");
    locales_close(&folder.locales);
    assert_int_equal(open_with(&folder, json_pack("[s]", "de"), "en"), 0);
    assert_string_equal(folder.locales.fallback->code, "de");
    assert_non_null(strstr(folder.logged, "i18n.defaultLocale"));
    locales_close(&folder.locales);
    assert_int_equal(open_with(&folder, json_array(), "en"), 0);
    assert_null(folder.locales.fallback);
    assert_null(locales_negotiate(&folder.locales, STR("de")));
    remove_folder(&folder);
}

static void what_is_wrong_is_told_with_file_and_line(void **state)
{
    struct folder folder;

    (void)state;
    make_folder(&folder);
    put(&folder, "bad.json", "{\n\"a\": }");
    assert_int_equal(open_with(&folder, json_pack("[s]", "bad"), "en"), SAILS_ECONFIG);
    assert_non_null(strstr(folder.logged, "bad.json: line 2"));
    put(&folder, "bad.json", "[]");
    assert_int_equal(open_with(&folder, json_pack("[s]", "bad"), "en"), SAILS_ECONFIG);
    assert_int_equal(open_with(&folder, json_pack("[s]", "../bad"), "en"), SAILS_ECONFIG);
    assert_int_equal(open_with(&folder, json_pack("[i]", 7), "en"), SAILS_ECONFIG);
    remove_folder(&folder);
}

/* Else the pages of a language would be those of another, without a word. */
static void what_is_there_and_cannot_be_read_is_a_mistake(void **state)
{
    struct folder folder;
    char path[96];

    (void)state;
    make_folder(&folder);
    (void)snprintf(path, sizeof(path), "%s/fr.json", folder.path);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(open_with(&folder, NULL, "en"), SAILS_ECONFIG);
    assert_non_null(strstr(folder.logged, "/fr.json: it cannot be read: No such file"));
    remove_folder(&folder);

    assert_int_equal(symlink("nowhere", folder.path), 0);
    assert_int_equal(open_with(&folder, NULL, "en"), SAILS_ECONFIG);
    assert_non_null(strstr(folder.logged, ": it cannot be read: No such file"));
    assert_int_equal(unlink(folder.path), 0);
    locales_close(&folder.locales);
}

static void no_folder_is_no_locales(void **state)
{
    struct locales locales = {0};
    struct buf out = {0};

    (void)state;
    assert_int_equal(locales_open(&locales, &(struct locales_options){.folder = "/nowhere/at/all",
                                                                      .fallback = "en"}),
                     0);
    locales_write(&locales, locales_negotiate(&locales, STR("de")), "key %s", NULL, &out);
    assert_true(str_eq(buf_str(&out), STR("key %s")));
    buf_deinit(&out);
    locales_close(&locales);
    locales_close(&locales);
}

static void opening_without_memory_is_an_error(void **state)
{
    struct folder folder;
    bool has_failed = true;

    (void)state;
    make_folder(&folder);
    for (long n = 0; has_failed; n++) {
        int rc = 0;

        mem_fail_after(n);
        rc = locales_open(
            &folder.locales,
            &(struct locales_options){.folder = folder.path, .fallback = "en", .log = &folder.log});
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_true(rc == 0 ? !has_failed : has_failed);
        locales_close(&folder.locales);
    }
    remove_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_in_their_places),
        cmocka_unit_test(a_key_without_a_text_is_its_own),
        cmocka_unit_test(a_plural_goes_by_the_count),
        cmocka_unit_test(a_client_gets_the_first_language_that_there_is),
        cmocka_unit_test(locales_are_those_that_are_named),
        cmocka_unit_test(what_is_wrong_is_told_with_file_and_line),
        cmocka_unit_test(what_is_there_and_cannot_be_read_is_a_mistake),
        cmocka_unit_test(no_folder_is_no_locales),
        cmocka_unit_test(opening_without_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
