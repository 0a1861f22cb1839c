#include "db/libmariadb.h"

#include "base/macros.h"

#include <assert.h>

struct libmariadb libmariadb;

int libmariadb_open(struct db_error *error)
{
    static const char *const names[] = {LIBMARIADB_FUNCTIONS(DB_LIBRARY_NAME)};
    static struct db_library library = {
        .file = "libmariadb.so.3",
        .package = "libmariadb3",
        .purpose = "MariaDB and MySQL",
        .names = names,
        .n = ARRAY_LEN(names),
        .functions = &libmariadb,
    };

    static_assert(sizeof(libmariadb) == ARRAY_LEN(names) * sizeof(void *),
                  "a function for each name");
    return db_library_open(&library, error);
}
