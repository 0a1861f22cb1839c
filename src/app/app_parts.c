#include "app/app.h"
#include "base/mem.h"

#include <sails/folder.h>

/*
 * What files of C hold is named for their place (app-config-cli 4.3, 7.1):
 *
 *     /home/ann/shop/api/controllers/user/find-one.c
 *                    `-- the place -'`-- the name -'
 *
 * What stands before the place depends on who has called the compiler.
 */

/* The path behind the last "<place>/" of it, without ".c". Empty: it is not there. */
static struct str name_below(const char *file, const char *place)
{
    size_t len = strlen(place);
    struct str name = {NULL, 0};

    for (const char *at = strstr(file, place); at != NULL; at = strstr(at + 1, place)) {
        if ((at == file || at[-1] == '/') && at[len] == '/') {
            name = str_from(at + len + 1);
        }
    }
    return name.len > 2 && memcmp(name.ptr + name.len - 2, ".c", 2) == 0
               ? (struct str){name.ptr, name.len - 2}
               : (struct str){NULL, 0};
}

/* The reason goes to sails_app_parts(), which knows the file. */
static int refuse_place(const struct sails_app *app, const char *wanted)
{
    buf_printf(app->setup.why, "what it holds has no name there; it belongs into %s", wanted);
    return SAILS_EINVAL;
}

/* Dots in names of folders are slashes of the identity. */
static void write_identity(struct buf *out, struct str name)
{
    const char *slash = memrchr(name.ptr, '/', name.len);
    size_t n_folders = slash != NULL ? (size_t)(slash - name.ptr) : 0;

    for (size_t i = 0; i < name.len; i++) {
        buf_append_char(out, name.ptr[i] == '.' && i < n_folders ? '/' : char_lower(name.ptr[i]));
    }
}

static int add_action(sails_app *app, const struct sails_part *part)
{
    struct str name = name_below(part->file, "api/controllers");
    struct buf identity = {0};
    int rc = 0;

    if (name.len == 0) {
        return refuse_place(app, "api/controllers/");
    }
    write_identity(&identity, name);
    buf_append_char(&identity, '\0');
    rc =
        buf_error(&identity) < 0 ? SAILS_ENOMEM : sails_app_action(app, identity.ptr, part->action);
    buf_deinit(&identity);
    return rc;
}

/* "admin/UserController" is "admin/user". */
static bool strip_controller(struct str *name)
{
    static const char suffix[] = "Controller";
    size_t len = sizeof(suffix) - 1;

    if (name->len <= len || memcmp(name->ptr + name->len - len, suffix, len) != 0 ||
        name->ptr[name->len - len - 1] == '/') {
        return false;
    }
    name->len -= len;
    return true;
}

static int add_controller(sails_app *app, const struct sails_part *part)
{
    struct str name = name_below(part->file, "api/controllers");
    int rc = 0;

    if (name.len == 0 || !strip_controller(&name)) {
        return refuse_place(app, "api/controllers/, with a name as UserController.c");
    }
    for (const struct sails_controller_action *a = part->controller; rc == 0 && a->name != NULL;
         a++) {
        struct buf identity = {0};

        write_identity(&identity, name);
        buf_printf(&identity, "/%s", a->name);
        buf_append_char(&identity, '\0');
        rc = buf_error(&identity) < 0 ? SAILS_ENOMEM : sails_app_action(app, identity.ptr, &a->def);
        buf_deinit(&identity);
    }
    return rc;
}

/* Whatever is named by the path below a folder. */
static int add_named(sails_app *app, const struct sails_part *part, const char *place)
{
    struct str below = name_below(part->file, place);
    char *name = mem_strndup(below.ptr != NULL ? below.ptr : "", below.len);
    int rc = 0;

    if (name == NULL) {
        return SAILS_ENOMEM;
    }
    if (below.len == 0) {
        rc = refuse_place(app, place);
    } else {
        rc = part->policy != NULL ? sails_app_policy(app, name, part->policy, NULL)
                                  : sails_app_response(app, name, part->response);
    }
    mem_free(name);
    return rc;
}

/* api/hooks/database/index.c and api/hooks/database.c alike. */
static int add_hook(sails_app *app, const struct sails_part *part)
{
    struct str below = name_below(part->file, "api/hooks");
    size_t slash = str_find(below, '/');
    struct sails_hook hook = *part->hook;
    char *name = NULL;
    int rc = 0;

    if (below.len == 0 ||
        (slash < below.len && !str_eq(str_from_offset(below, slash), STR("/index")))) {
        return refuse_place(app, "api/hooks/<name>/index.c");
    }
    name = mem_strndup(below.ptr, slash);
    if (name == NULL) {
        return SAILS_ENOMEM;
    }
    hook.name = name;
    rc = sails_app_hook(app, &hook);
    mem_free(name);
    return rc;
}

static int add_bootstrap(sails_app *app, const struct sails_part *part)
{
    int rc =
        app->bootstrap == NULL ? sails_app_bootstrap(app, part->bootstrap, NULL) : SAILS_ECONFLICT;

    if (rc == SAILS_ECONFLICT) {
        buf_printf(app->setup.why, "there is a bootstrap function already");
    }
    return rc;
}

static int add_part(sails_app *app, const struct sails_part *part)
{
    if (part->action != NULL) {
        return add_action(app, part);
    }
    if (part->controller != NULL) {
        return add_controller(app, part);
    }
    if (part->policy != NULL) {
        return add_named(app, part, "api/policies");
    }
    if (part->response != NULL) {
        return add_named(app, part, "api/responses");
    }
    if (part->hook != NULL) {
        return add_hook(app, part);
    }
    if (part->functions != NULL) {
        return sails_app_model_functions(app, part->functions);
    }
    if (part->script != NULL) {
        app->script = part->script;
        return 0;
    }
    if (part->test != NULL) {
        return 0; /* who runs tests knows of them */
    }
    return part->bootstrap != NULL ? add_bootstrap(app, part) : SAILS_EINVAL;
}

/* ---- names that are taken ---- */

static void write_name(struct buf *out, const char *kind, struct str below)
{
    buf_printf(out, "%s `", kind);
    write_identity(out, below);
    buf_append_str(out, STR("`\n"));
}

/* All that a part names, a line each. */
static void write_names(struct buf *out, const struct sails_part *part)
{
    struct str name = name_below(part->file, "api/controllers");
    struct str hook = name_below(part->file, "api/hooks");

    if (part->action != NULL) {
        write_name(out, "an action", name);
    } else if (part->controller != NULL && strip_controller(&name)) {
        for (const struct sails_controller_action *a = part->controller; a->name != NULL; a++) {
            buf_append_str(out, STR("an action `"));
            write_identity(out, name);
            buf_append_char(out, '/');
            write_identity(out, str_from(a->name));
            buf_append_str(out, STR("`\n"));
        }
    } else if (part->policy != NULL) {
        write_name(out, "a policy", name_below(part->file, "api/policies"));
    } else if (part->response != NULL) {
        write_name(out, "a response", name_below(part->file, "api/responses"));
    } else if (part->hook != NULL) {
        write_name(out, "a hook", (struct str){hook.ptr, str_find(hook, '/')});
    }
}

/* The first line that both have; empty: none. It is a view of `one`. */
static struct str find_shared_line(const struct buf *one, const struct buf *other)
{
    struct str lines = buf_str(one);
    struct str line;

    while (str_take_part(&lines, '\n', &line)) {
        if (line.len > 0 && memmem(other->ptr != NULL ? other->ptr : "", other->len, line.ptr,
                                   line.len + 1) != NULL) {
            return line;
        }
    }
    return (struct str){NULL, 0};
}

/* Whether one of the parts before has a name of this one (said). */
static bool tell_twin(const struct sails_app *app, const struct sails_part *const *parts, size_t at)
{
    struct buf mine = {0};
    bool is_told = false;

    write_names(&mine, parts[at]);
    for (size_t i = 0; i < at && !is_told; i++) {
        struct buf its = {0};
        struct str line;

        write_names(&its, parts[i]);
        line = find_shared_line(&mine, &its);
        if (line.len > 0) {
            log_line(&app->log, LOG_ERROR,
                     "%s: there is %.*s already, from %s: rename one of them, or remove it",
                     parts[at]->file, STR_FMT(line), parts[i]->file);
            is_told = true;
        }
        buf_deinit(&its);
    }
    buf_deinit(&mine);
    return is_told;
}

/* ---- all of it ---- */

/* One line says all: the file, and what is wrong with it. */
static int add_and_tell(sails_app *app, const struct sails_part *const *parts, size_t at)
{
    struct buf why = {0};
    int rc = 0;

    app->setup.why = &why;
    rc = add_part(app, parts[at]);
    app->setup.why = NULL;
    if (rc < 0 && app->setup.error == 0) {
        app->setup.error = rc;
    }
    if (rc < 0 && !((rc == SAILS_ECONFLICT || rc == SAILS_EEXIST) && tell_twin(app, parts, at))) {
        log_line(&app->log, LOG_ERROR, "%s: %.*s", parts[at]->file,
                 STR_FMT(why.len > 0 ? buf_str(&why) : str_from(sails_strerror(rc))));
    }
    buf_deinit(&why);
    return rc;
}

int sails_app_parts(sails_app *app, const struct sails_part *const *parts, size_t n)
{
    int rc = 0;

    if (app == NULL || (n > 0 && parts == NULL)) {
        return app_note(app, SAILS_EINVAL, "sails_app_parts");
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = add_and_tell(app, parts, i);
    }
    return rc;
}
