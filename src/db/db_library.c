#include "db/db_library.h"

#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>

static int set_error(const struct db_library *library, struct db_error *error)
{
    const char *reason = dlerror();

    return db_error_set(error, DB_FAULT_CONFIG, "%s needs %s, of the package %s: %s",
                        library->purpose, library->file, library->package,
                        reason != NULL ? reason : "it cannot be opened");
}

static int find_functions(struct db_library *library, void *handle, struct db_error *error)
{
    static_assert(sizeof(void (*)(void)) == sizeof(void *), "POSIX, dlsym()");

    for (size_t i = 0; i < library->n; i++) {
        void *function = dlsym(handle, library->names[i]);

        if (function == NULL) {
            return set_error(library, error);
        }
        memcpy((char *)library->functions + i * sizeof(function), &function, sizeof(function));
    }
    return 0;
}

static int open_file(struct db_library *library, struct db_error *error)
{
    void *handle = dlopen(library->file, RTLD_LAZY | RTLD_LOCAL);
    int rc = handle == NULL ? set_error(library, error) : find_functions(library, handle, error);

    if (rc == 0) {
        library->handle = handle;
    } else if (handle != NULL) {
        dlclose(handle);
    }
    return rc;
}

int db_library_open(struct db_library *library, struct db_error *error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int rc = 0;

    pthread_mutex_lock(&lock);
    if (library->handle == NULL) {
        rc = open_file(library, error);
    }
    pthread_mutex_unlock(&lock);
    return rc;
}
