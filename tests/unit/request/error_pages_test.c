#include "request/error_pages.h"

#include "base/mem.h"
#include "support/cmocka.h"
#include "views/page.h"

#include <sails/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void make_page(const char *folder, const char *name, size_t len)
{
    char path[128];
    FILE *file = NULL;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(fputc('x', file), 'x');
    }
    assert_int_equal(fclose(file), 0);
}

static void remove_page(const char *folder, const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

static void a_folder_without_pages_has_none(void **state)
{
    struct error_pages pages = {{0}, {0}};
    const char *which = NULL;

    (void)state;
    assert_int_equal(error_pages_load(&pages, "/nowhere/at/all", &which), 0);
    assert_int_equal(pages.not_found.len + pages.server_error.len, 0);
    error_pages_deinit(&pages);
}

static void a_page_has_a_limit(void **state)
{
    char folder[] = "/tmp/sails-pages-XXXXXX";
    struct error_pages pages = {{0}, {0}};
    const char *which = NULL;

    (void)state;
    assert_non_null(mkdtemp(folder));
    make_page(folder, "404.html", PAGE_MAX);
    make_page(folder, "500.html", PAGE_MAX + 1);
    assert_int_equal(error_pages_load(&pages, folder, &which), SAILS_ETOOBIG);
    assert_string_equal(which, "500.html");
    assert_int_equal(pages.not_found.len, PAGE_MAX);
    error_pages_deinit(&pages);
    remove_page(folder, "404.html");
    remove_page(folder, "500.html");
    assert_int_equal(rmdir(folder), 0);
}

static void every_failing_allocation_is_told(void **state)
{
    char folder[] = "/tmp/sails-pages-XXXXXX";
    int rc = SAILS_ENOMEM;
    long n = 0;

    (void)state;
    assert_non_null(mkdtemp(folder));
    make_page(folder, "404.html", 10);
    make_page(folder, "500.html", 10);
    for (; rc == SAILS_ENOMEM; n++) {
        struct error_pages pages = {{0}, {0}};
        const char *which = NULL;

        mem_fail_after(n);
        rc = error_pages_load(&pages, folder, &which);
        mem_fail_after(-1);
        error_pages_deinit(&pages);
    }
    assert_int_equal(rc, 0);
    assert_true(n > 2);
    remove_page(folder, "404.html");
    remove_page(folder, "500.html");
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_without_pages_has_none),
        cmocka_unit_test(a_page_has_a_limit),
        cmocka_unit_test(every_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
