#include "cli/cli_module.h"

#include "cli/cli_say.h"

#include <dlfcn.h>

typedef const struct sails_part *const *(*find_parts)(size_t *n);

const struct sails_part *const *cli_module_open(const char *path, size_t *n)
{
    static const struct sails_part *const none[] = {NULL}; /* of helpers alone */
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct sails_part *const *parts = NULL;
    find_parts find = NULL;

    if (module != NULL) {
        *(void **)&find = dlsym(module, "sails_module"); /* as POSIX has it */
    }
    if (find == NULL) {
        cli_say_error("%s", dlerror());
        return NULL;
    }
    parts = find(n);
    return parts != NULL ? parts : none;
}

int cli_module_load(const char *path, sails_app *app)
{
    size_t n = 0;
    const struct sails_part *const *parts = cli_module_open(path, &n);

    return parts != NULL ? sails_app_parts(app, parts, n) : SAILS_EREFUSED;
}
