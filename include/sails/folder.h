/**
 * @file sails/folder.h
 * @brief An application that is a folder, as those of Sails are: config/, api/, views/, assets/.
 *
 * Models, settings and pages are files, and files of C are found by their place: one macro in each says what it
 * holds, and its name is the file's. api/controllers/room/join.c is the action "room/join":
 *
 *     #include <sails/sails.h>
 *
 *     SAILS_ACTION()
 *     {
 *         sails_sockets_join(sails_req_app(req), sails_sockets_get_id(req), "room", NULL, NULL);
 *         sails_res_ok(res, NULL);
 *     }
 *
 * | macro | files | name |
 * |---|---|---|
 * | SAILS_ACTION | api/controllers/user/find-one.c | the action "user/find-one" |
 * | SAILS_CONTROLLER | api/controllers/UserController.c | the actions "user/..." |
 * | SAILS_POLICY | api/policies/isLoggedIn.c | the policy "isLoggedIn" |
 * | SAILS_RESPONSE | api/responses/outOfStock.c | the answer "outOfStock" |
 * | SAILS_HOOK | api/hooks/database/index.c or api/hooks/database.c | the hook "database" |
 * | SAILS_MODEL_FUNCTIONS | api/models/User.c | as its table says |
 * | SAILS_BOOTSTRAP | config/bootstrap.c | |
 * | SAILS_SCRIPT | scripts/import.c | `sails run import` |
 * | SAILS_TEST | tests/user.c | sails/test.h |
 *
 * Each file has one macro of a kind. Other files of C below api/, such as those of api/helpers/, are compiled
 * along, and share functions with the others by headers.
 *
 * `sails lift` compiles them and serves; `sails build` makes one program. Who builds by other means compiles
 * the files, so that their paths have api/ in them, and beside them one that holds SAILS_MAIN().
 *
 * Ownership  What macros define lives as long as the program; all else is borrowed.
 * Threads    As sails/app.h.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL.
 */
#ifndef SAILS_FOLDER_H
#define SAILS_FOLDER_H

#include <sails/app.h>
#include <sails/export.h>
#include <sails/hook.h>
#include <sails/inputs.h>
#include <sails/model.h>
#include <sails/res.h>
#include <stddef.h>

SAILS_BEGIN_DECLS

/**
 * Makes an app what its folder holds, beyond config/, api/models/ and views/, which every app reads. The lift
 * looks which of these are there:
 *
 * - `.tmp/public/`, or else `assets/` (or what the key `paths.public` names): its files are served below "/";
 * - "/sails.io.js" and "/dependencies/sails.io.js" give the JavaScript client, unless there are files of those
 *   names.
 *
 * A folder that has nothing of an application is lifted with a warning. Before the lift.
 *
 * @return 0, twice is harmless; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already.
 * @see    Sails documentation, "Anatomy of a Sails app"
 */
SAILS_API int sails_app_folder(sails_app *app);

/** An action of a controller: a row of SAILS_CONTROLLER(). */
struct sails_controller_action {
    const char *name; /**< "find"; case does not matter. */
    struct sails_action_def def;
};

/**
 * A script: it runs when the app has been loaded, its models are there and its bootstrap function has returned,
 * and instead of listening. On the main thread, which it may block: sails_app_lease() gives it a connection.
 *
 * @param args  Words of the command line; a view.
 * @return The exit status of the program; negative codes of sails/err.h are told, and are 1.
 * @see    Sails documentation, "Shell scripts"
 */
typedef int (*sails_script_cb)(sails_app *app, const json_t *args);

struct sails_test; /* sails/test.h */

/** A test of `sails test`. */
typedef void (*sails_test_cb)(struct sails_test *test, sails_app *app, sails_db *db);

/** What a file of C holds: one of these. The macros below make it. */
struct sails_part {
    const char *file; /**< Its path, of which what stands before api/ or config/ does not matter. */
    const struct sails_action_def *action;
    const struct sails_controller_action *controller; /**< Ends with {0}. */
    sails_action policy;
    sails_response response;
    const struct sails_hook *hook;                /**< Its name is the file's. */
    const struct sails_model_function *functions; /**< Ends with {0}. */
    sails_bootstrap_cb bootstrap;
    sails_script_cb script;
    sails_test_cb test; /**< See sails/test.h; `test_name` is its name. */
    const char *test_name;
};

/**
 * Registers what files of C hold, under the names that their places give. Before the lift; SAILS_MAIN() does it.
 *
 * @param parts  Borrowed for as long as the app lives.
 * @return 0; the first error, logged with its file: as of sails_app_action() and the like; SAILS_EINVAL: NULL,
 *         or a part in a place that gives it no name.
 */
SAILS_API int sails_app_parts(sails_app *app, const struct sails_part *const *parts, size_t n);

/* The parts of a program lie side by side in a section of it, with names that the linker gives to both ends. */
#define SAILS_PART_(member, value)                                                                 \
    static const struct sails_part sails_part_##member##_ = {.file = __FILE__, .member = (value)}; \
    __attribute__((section("sails_parts"),                                                         \
                   used)) static const struct sails_part *sails_place_##member##_ =                \
        &sails_part_##member##_

#define SAILS_PARTS_                                                                               \
    extern const struct sails_part *const __start_sails_parts[]                                    \
        __attribute__((weak, visibility("hidden")));                                               \
    extern const struct sails_part *const __stop_sails_parts[]                                     \
        __attribute__((weak, visibility("hidden")))

/**
 * The action that a file is named for; the body follows, which has `req` and `res`. Its arguments are members of
 * struct sails_action_def: `SAILS_ACTION(.inputs = inputs, .may_wait = true)`.
 */
#define SAILS_ACTION(...)                                                                          \
    static void sails_action_(sails_req *req, sails_res *res);                                     \
    static const struct sails_action_def sails_action_def_ = {.run = sails_action_, __VA_ARGS__};  \
    SAILS_PART_(action, &sails_action_def_);                                                       \
    static void sails_action_(sails_req *req __attribute__((unused)),                              \
                              sails_res *res __attribute__((unused)))

/** The actions of a controller: `SAILS_CONTROLLER({"find", {.run = find}}, {"create", {.run = create}});` */
#define SAILS_CONTROLLER(...)                                                                      \
    static const struct sails_controller_action sails_controller_[] = {__VA_ARGS__, {0}};          \
    SAILS_PART_(controller, sails_controller_)

/** The policy that a file is named for; the body follows, which has `req` and `res`. */
#define SAILS_POLICY()                                                                             \
    static void sails_policy_(sails_req *req, sails_res *res);                                     \
    SAILS_PART_(policy, sails_policy_);                                                            \
    static void sails_policy_(sails_req *req __attribute__((unused)),                              \
                              sails_res *res __attribute__((unused)))

/** The answer that a file is named for; the body follows, which has `req`, `res` and `data`. */
#define SAILS_RESPONSE()                                                                           \
    static void sails_response_(sails_req *req, sails_res *res, json_t *data);                     \
    SAILS_PART_(response, sails_response_);                                                        \
    static void sails_response_(sails_req *req __attribute__((unused)),                            \
                                sails_res *res __attribute__((unused)),                            \
                                json_t *data __attribute__((unused)))

/** The hook that a folder is named for: `SAILS_HOOK(.initialize = open_pool, .lower = close_pool);` */
#define SAILS_HOOK(...)                                                                            \
    static const struct sails_hook sails_hook_ = {__VA_ARGS__};                                    \
    SAILS_PART_(hook, &sails_hook_)

/** What "@name" in models stands for: `SAILS_MODEL_FUNCTIONS({"hash_password", .lifecycle = hash_password});` */
#define SAILS_MODEL_FUNCTIONS(...)                                                                 \
    static const struct sails_model_function sails_functions_[] = {__VA_ARGS__, {0}};              \
    SAILS_PART_(functions, sails_functions_)

/** What runs before the app listens; the body follows, which has `app`, and returns as of
 *  sails_app_bootstrap(). */
#define SAILS_BOOTSTRAP()                                                                          \
    static int sails_bootstrap_(sails_app *app, void *ctx);                                        \
    SAILS_PART_(bootstrap, sails_bootstrap_);                                                      \
    static int sails_bootstrap_(sails_app *app __attribute__((unused)),                            \
                                void *ctx __attribute__((unused)))

/** What `sails run <name of the file>` runs; the body follows, which has `app` and `args`, and returns as
 *  sails_script_cb. */
#define SAILS_SCRIPT()                                                                             \
    static int sails_script_(sails_app *app, const json_t *args);                                  \
    SAILS_PART_(script, sails_script_);                                                            \
    static int sails_script_(sails_app *app __attribute__((unused)),                               \
                             const json_t *args __attribute__((unused)))

/** main() of a program that is an application: with all files of C that are linked into it. */
#define SAILS_MAIN()                                                                               \
    SAILS_PARTS_;                                                                                  \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        sails_app *app = sails_app_create();                                                       \
                                                                                                   \
        sails_app_folder(app);                                                                     \
        sails_app_parts(app, __start_sails_parts,                                                  \
                        (size_t)(__stop_sails_parts - __start_sails_parts));                       \
        return sails_app_run(app, argc, argv);                                                     \
    }                                                                                              \
    SAILS_PARTS_

/** What a module has instead of main(), so that `sails lift` can load it. */
#define SAILS_MODULE()                                                                             \
    SAILS_PARTS_;                                                                                  \
    SAILS_API const struct sails_part *const *sails_module(size_t *n);                             \
    const struct sails_part *const *sails_module(size_t *n)                                        \
    {                                                                                              \
        *n = (size_t)(__stop_sails_parts - __start_sails_parts);                                   \
        return __start_sails_parts;                                                                \
    }                                                                                              \
    SAILS_PARTS_

SAILS_END_DECLS

#endif
