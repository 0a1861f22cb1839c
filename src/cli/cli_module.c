#include "cli/cli_module.h"

#include "cli/cli_say.h"

#include <dlfcn.h>

typedef const struct sails_part *const *(*find_parts)(size_t *n);

int cli_module_load(const char *path, sails_app *app)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    find_parts find = NULL;
    size_t n = 0;

    if (module != NULL) {
        *(void **)&find = dlsym(module, "sails_module"); /* as POSIX has it */
    }
    if (find == NULL) {
        cli_say_error("%s", dlerror());
        return SAILS_EREFUSED;
    }
    const struct sails_part *const *parts = find(&n);

    return sails_app_parts(app, parts, n);
}
