#include "db/db_library.h"

#include "base/macros.h"
#include "db/libmariadb.h"
#include "db/libpq.h"
#include "support/cmocka.h"

#include <sails/err.h>

struct functions {
    void (*first)(void);
    void (*second)(void);
};

static const char *const names[] = {"strlen", "there_is_no_such_function"};

static void what_is_not_there_is_told_with_its_package(void **state)
{
    struct functions functions = {0};
    struct db_library library = {
        .file = "libnobody.so.7",
        .package = "libnobody7",
        .purpose = "NobodySQL",
        .names = names,
        .n = 1,
        .functions = &functions,
    };
    struct db_error error = {0};

    (void)state;
    for (int attempt = 0; attempt < 2; attempt++) {
        assert_int_equal(db_library_open(&library, &error), SAILS_EDB);
        assert_int_equal(error.fault, DB_FAULT_CONFIG);
        assert_ptr_equal(
            strstr(error.text, "NobodySQL needs libnobody.so.7, of the package libnobody7: "),
            error.text);
        assert_null(library.handle);
    }
}

static void a_library_without_one_of_its_functions_is_not_opened(void **state)
{
    struct functions functions = {0};
    struct db_library library = {
        .file = "libc.so.6",
        .package = "libc6",
        .purpose = "everybody",
        .names = names,
        .n = ARRAY_LEN(names),
        .functions = &functions,
    };
    struct db_error error = {0};

    (void)state;
    assert_int_equal(db_library_open(&library, &error), SAILS_EDB);
    assert_non_null(strstr(error.text, "there_is_no_such_function"));
    assert_null(library.handle);

    library.n = 1;
    assert_int_equal(db_library_open(&library, &error), 0);
    assert_non_null(library.handle);
    assert_non_null(functions.first);
    assert_null(functions.second);
}

static void the_clients_of_databases_have_what_we_call(void **state)
{
    struct db_error error = {0};

    (void)state;
    assert_null(libpq.PQstatus);
    assert_int_equal(libpq_open(&error), 0);
    assert_int_equal(libpq.PQstatus(NULL), CONNECTION_BAD);

    assert_null(libmariadb.mysql_init);
    assert_int_equal(libmariadb_open(&error), 0);
    libmariadb.mysql_close(libmariadb.mysql_init(NULL));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_told_with_its_package),
        cmocka_unit_test(a_library_without_one_of_its_functions_is_not_opened),
        cmocka_unit_test(the_clients_of_databases_have_what_we_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
