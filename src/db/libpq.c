#include "db/libpq.h"

#include "base/macros.h"

#include <assert.h>

struct libpq libpq;

int libpq_open(struct db_error *error)
{
    static const char *const names[] = {LIBPQ_FUNCTIONS(DB_LIBRARY_NAME)};
    static struct db_library library = {
        .file = "libpq.so.5",
        .package = "libpq5",
        .purpose = "PostgreSQL",
        .names = names,
        .n = ARRAY_LEN(names),
        .functions = &libpq,
    };

    static_assert(sizeof(libpq) == ARRAY_LEN(names) * sizeof(void *), "a function for each name");
    return db_library_open(&library, error);
}
