/**
 * @file sails/app.h
 * @brief An application: configuration, routes, life cycle.
 *
 * An app is created, told what it needs (routes, listeners, settings), lifted, and lowered.
 * sails_app_run() does the rest for a program that is nothing but a server:
 *
 *     int main(int argc, char **argv)
 *     {
 *         sails_app *app = sails_app_create();
 *
 *         sails_app_route(app, "GET /hello", hello);
 *         return sails_app_run(app, argc, argv);
 *     }
 *
 * Such a program is right as it is: a call before the lift that fails says so in the log, with what it was
 * given, and the app keeps the first error, with which sails_app_lift() and sails_app_run() fail.
 *
 * Several apps can live in one process: there is no global state.
 *
 * Ownership  JSON values are taken, also when it fails. Everything else is borrowed, and copied where it
 *            must outlive the call, unless said otherwise.
 * Threads    sails_app_* of one app from the thread that created it, unless said otherwise.
 * Errors     0 or a negative code of sails/err.h, logged and kept as above; but SAILS_ESTATE, which a call
 *            after the lift gives, is logged alone. Every function survives NULL: SAILS_EINVAL.
 */
#ifndef SAILS_APP_H
#define SAILS_APP_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/**
 * Creates an app with the default configuration. NULL: no memory. sails_app_run() frees it; otherwise
 * sails_app_destroy().
 *
 * With glibc it sets `M_MXFAST` to 0 (mallopt(3)), for the whole program: memory that is freed is put together
 * at once, which is what many small values want.
 */
SAILS_API sails_app *sails_app_create(void);

/** Lowers the app if need be, and frees it. NULL is harmless. */
SAILS_API void sails_app_destroy(sails_app *app);

/**
 * Binds a route: an optional method and a path, "GET /chat/:room". Without a method
 * it answers GET, HEAD, POST, PUT, PATCH and DELETE, with "ALL" every method; GET routes answer HEAD,
 * too. In the path, which is compared without case,
 *
 * - ":name" stands for one segment, or a part of it ("/:file.:ext"), and becomes a parameter;
 * - ":name?" may be absent;
 * - "*" stands for any characters, slashes included; the parameters are "0", "1" and so on.
 *
 * "r|REGEX|a,b" is a regular expression (PCRE2) over the whole path; its groups are the parameters "0",
 * "1"... and "a", "b". A path that takes too long to compare with it is answered 500.
 *
 * The most specific route answers, whatever the order of binding; of equals the first. A regular
 * expression keeps its place behind the route that was bound before it. GET routes that end in a parameter
 * leave paths that look like files, "/logo.png", to others. Routes serve HTTP and requests over a
 * socket alike. Before the lift.
 *
 * @return 0; SAILS_EINVAL: NULL, or an address that is not of that form (logged); SAILS_ESTATE:
 *         lifted already; SAILS_ELENGTHPARAM: a parameter named "length" (E_ROUTE_WITH_LENGTH);
 *         SAILS_ENOMEM.
 * @see    Sails documentation, "Routes"
 */
SAILS_API int sails_app_route(sails_app *app, const char *address, sails_action action);

/** A route of a table: an action, or a target by name. */
struct sails_route_def {
    const char *address; /**< As of sails_app_route(). */
    sails_action action; /**< NULL: `target` says what answers. */
    const char
        *target; /**< "user/find", "/other": a text as of sails_app_bind(); NULL: `action` does. */
    void *ctx;   /**< What `action` finds with sails_req_context(); NULL: the app's. */
};

/**
 * Binds the routes of a table, as sails_app_route() and sails_app_bind() would one by one:
 *
 *     static const struct sails_route_def routes[] = {
 *         {"GET /", .action = home},
 *         {"GET /rooms/:room", .action = show_room, .ctx = &rooms},
 *         {"POST /rooms", .target = "room/create"},
 *         {0},
 *     };
 *
 * Before the lift. With the first route that is wrong it ends.
 *
 * @param routes  Ends with {0}; borrowed during the call, but for the contexts.
 * @return As sails_app_route() and sails_app_bind(); SAILS_EINVAL, too: a route with both an action and a
 *         target, or with neither.
 */
SAILS_API int sails_app_routes(sails_app *app, const struct sails_route_def *routes);

struct sails_action_def; /* sails/inputs.h */

/**
 * Registers an action by its identity, "user/find", by which routes and policies name it. Case does not
 * matter. An action answers; it must not sails_req_proceed(). Before the lift.
 *
 * @param def  Borrowed for as long as the app lives: it should be `static const`.
 * @return 0; SAILS_EIDENTITY: not of the form "user/find": letters, digits, "-", "_", "." and "$", of which
 *         each part begins with a letter, "_" or "$"; SAILS_ECONFLICT: there is one of that identity
 *         (both logged); SAILS_EINVAL: NULL, or an action without a function; SAILS_ESTATE;
 *         SAILS_ENOMEM.
 * @see    Sails documentation, "sails.registerAction()"
 */
SAILS_API int sails_app_action(sails_app *app, const char *identity,
                               const struct sails_action_def *def);

/** As sails_app_action(), in the place of an action that is there already, or "security/..." of ours.
 *  @see sails.registerAction(), `force` */
SAILS_API int sails_app_override_action(sails_app *app, const char *identity,
                                        const struct sails_action_def *def);

/**
 * Registers a policy by a name, "isLoggedIn", by which the setting `policies` and targets of routes name
 * it; case does not matter. A policy answers, or calls sails_req_proceed(), at once or later. Before the
 * lift.
 *
 * Policies of `policies`, {"*": "isLoggedIn", "user/find": true},
 * run before the actions that routes name; of the rules that cover an action the most specific one
 * counts, alone. A rule with a policy that was not registered fails the lift (E_INVALID_POLICY_CONFIG).
 * "*" covers every action, that of Sails' own which gives CSRF tokens, too: {"security/grant-csrf-token":
 * true} leaves that one open.
 *
 * @param ctx  What it finds with sails_req_context(); NULL: the app's. As long as the app.
 * @return 0; SAILS_ECONFLICT: there is one of that name (logged); SAILS_EINVAL: NULL or empty;
 *         SAILS_ESTATE; SAILS_ENOMEM.
 * @see    Sails documentation, "Policies"
 */
SAILS_API int sails_app_policy(sails_app *app, const char *name, sails_action policy, void *ctx);

/**
 * Puts a function before actions, whichever routes lead to them, and before their policies. It answers or
 * proceeds, as a policy; none runs twice for one action. Before the lift.
 *
 * @param actions  Identities, parted by commas; "*": all; "user" and all below it: "user/" and a star;
 *                 "!" before one leaves it out.
 * @param ctx      As of sails_app_policy().
 * @return 0; SAILS_EINVAL: NULL, or not such a list (logged); SAILS_ESTATE; SAILS_ENOMEM.
 * @see    Sails documentation, "sails.registerActionMiddleware()"
 */
SAILS_API int sails_app_action_middleware(sails_app *app, const char *actions,
                                          sails_action function, void *ctx);

/**
 * Binds a route to a target of Sails, in JSON, as the setting `routes` does: "user/find", "/other" (a
 * redirect), {"action": "user/find", "csrf": false}, {"status": 301, "redirect": "/new"},
 * {"view": "pages/home"} (the file views/pages/home.html), {"response": "notFound"}, {"fn": "@name"},
 * [{"policy": "isLoggedIn"}, {"view": "pages/home"}]. Routes are bound by the lift: these behind those of
 * sails_app_route(), and before those of the configuration, which matters where they are equally specific.
 * One that leads to an unknown action, view or response is left out with a line in the log; one that
 * contradicts itself, or names an unknown policy, fails the lift.
 *
 * @param address  As of sails_app_route().
 * @param target   Taken.
 * @return 0; SAILS_EINVAL: NULL, or not an address (logged); SAILS_ELENGTHPARAM; SAILS_ESTATE;
 *         SAILS_ENOMEM.
 * @see    Sails documentation, "Custom routes"
 */
SAILS_API int sails_app_bind(sails_app *app, const char *address, json_t *target);

/** Told of one action: its identity, in lower case, and what it was registered with. */
typedef void (*sails_action_cb)(const char *identity, const struct sails_action_def *def,
                                void *ctx);

/**
 * Tells of all registered actions, in the order of registering; after the lift of the app's own, too. Any
 * thread, once lifted.
 *
 * @return 0; SAILS_EINVAL: NULL.
 * @see    Sails documentation, "sails.getActions()"
 */
SAILS_API int sails_app_each_action(const sails_app *app, sails_action_cb each, void *ctx);

/**
 * Told of one route: the method ("" is any), the path, and what it leads to: an action's identity, or the words
 * of `sails routes` ("-> /new", "view home", "(function)"). Texts are valid during the call.
 */
typedef void (*sails_route_cb)(const char *method, const char *path, const char *leads_to,
                               void *ctx);

/**
 * Tells of all routes, in the order in which they are asked: the lift binds those of the configuration and of models.
 * Any thread, once lifted.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ENOMEM: not all were told.
 * @see    Sails documentation, "sails.getRouteFor()"; the command `sails routes`
 */
SAILS_API int sails_app_each_route(const sails_app *app, sails_route_cb each, void *ctx);

/** The address of a route; views, valid as long as the app. */
struct sails_route {
    const char *method; /**< In lower case; "": the address names none. */
    const char *url;    /**< With its parameters as they are: "/user/:id". */
};

/**
 * Finds the route that leads to an action, among those of sails_app_bind() and the configuration: of
 * several the one that is asked first. Any thread, after the lift.
 *
 * @param target  "user/find", "user.find" or "UserController.find".
 * @return 0; SAILS_ENOROUTE: no route leads there (E_NOT_FOUND); SAILS_EUSAGE: not of that form
 *         (E_USAGE); SAILS_EINVAL: NULL.
 * @see    Sails documentation, "sails.getRouteFor()"
 */
SAILS_API int sails_app_route_for(const sails_app *app, const char *target,
                                  struct sails_route *out);

/** The `url` of sails_app_route_for(), with its errors and threads. @see sails.getUrlFor() */
SAILS_API int sails_app_url_for(const sails_app *app, const char *target, const char **url);

/**
 * Serves the files of a folder below a path ("/" for all that no route answers): GET and HEAD, with
 * types, ETag and ranges; never anything outside of the folder, nor names that begin with a dot.
 * Before the lift.
 *
 * @param folder  Relative to the current directory. That it exists is checked by the lift.
 * @return 0; SAILS_EINVAL; SAILS_ESTATE; SAILS_ENOMEM.
 */
SAILS_API int sails_app_static(sails_app *app, const char *path, const char *folder);

/**
 * Serves the JavaScript client, sails.io.js, at a path: `sails_app_client(app, "/sails.io.js")`, which a
 * page loads by `<script src="/sails.io.js"></script>`. It is part of the library; no file is needed.
 * Before the lift.
 *
 * @param path  Begins with a slash. What it may hold: see sails_app_route().
 * @return As sails_app_route(); SAILS_EINVAL, too: a path without a slash before it.
 * @see    clients/js/README.md
 */
SAILS_API int sails_app_client(sails_app *app, const char *path);

/**
 * Sets a configuration value; it is stronger than files and environment, and weaker than the command
 * line of sails_app_run(). Before the lift.
 *
 * @param key    With dots: "port", "sockets.pingInterval"; below "custom." what the program likes.
 *               docs/configuration.md has all. What is set in a section (custom, routes, policies,
 *               hooks) is merged with what it holds.
 * @param value  Taken.
 * @return 0; SAILS_ECONFIG: no such key, or a value of the wrong type or range (logged, with what is
 *         allowed); SAILS_EINVAL; SAILS_ESTATE; SAILS_ENOMEM.
 */
SAILS_API int sails_app_set(sails_app *app, const char *key, json_t *value);

/** The value in force; a view, valid until the next change. NULL: no such key, or not set. */
SAILS_API json_t *sails_app_get(const sails_app *app, const char *key);

/** The context that actions find with sails_req_context() if they were registered with none of their own. Any
 *  thread, before the lift. */
SAILS_API void sails_app_set_context(sails_app *app, void *ctx);

/** What sails_app_set_context() was given; NULL: nothing, or NULL. Any thread. */
SAILS_API void *sails_app_context(const sails_app *app);

/**
 * Reads the files of `config/` below the current directory, rc files, the environment (`sails_port`,
 * `sails_sockets__path`, ...) and the command line (`--port 80`, `--sockets.path=/x`), in the order of
 * docs/configuration.md. Called by sails_app_run().
 *
 * `--appPath DIR`, the key appPath of sails_app_set(), or the variable sails_appPath name the folder of the
 * application: it is made the current directory of the process first, so that whatever is relative lies below
 * it.
 *
 * @return 0; SAILS_ECONFIG: the first mistake has been logged in one line: where, key, value, and
 *         what is allowed; so, too, that the folder of appPath cannot be entered; SAILS_ESTATE: lifted
 *         already; SAILS_ENOMEM.
 */
SAILS_API int sails_app_load(sails_app *app, int argc, char **argv);

/**
 * Lifts the app: starts its workers and listens. Returns when it serves; it does so on its own
 * threads from then on.
 *
 * @return 0; the first error of the calls that have set the app up (logged); SAILS_ESTATE: lifted before
 *         (an app is lifted once); SAILS_ECONFIG; SAILS_ETLS;
 *         SAILS_EHOOK, SAILS_EBOOTSTRAP: the program's own part of it failed (logged);
 *         -EADDRINUSE, -EACCES, ...: could not listen (logged with the address); SAILS_ENOMEM.
 */
SAILS_API int sails_app_lift(sails_app *app);

/**
 * As sails_app_lift(), on a libuv loop of the program's own, with one worker: everything happens
 * while the program runs that loop. Sails' handles keep the loop alive until the app is lowered.
 *
 * @param uv_loop  A `uv_loop_t *` (so that this header needs no libuv); the program's, and it outlives
 *                 the app.
 * @return As sails_app_lift(); SAILS_EINVAL: NULL.
 */
SAILS_API int sails_app_lift_on(sails_app *app, void *uv_loop);

/**
 * Sets what is called before the app is lowered, once, on the thread that lowers it: the place to say
 * good-bye, or to hurry those who still have answers to give. Requests may still come, and so a thread of
 * the program's own that answers them ends in the `lower` of a hook (sails/hook.h). Whatever was taken
 * from the app (requests, sails_io_ack, sails_io_next) must be answered or dropped before it is destroyed.
 *
 * @return 0; SAILS_EINVAL; SAILS_ESTATE: lifted already.
 * @see    Sails documentation, "sails.config.beforeShutdown"
 */
typedef void (*sails_shutdown_cb)(sails_app *app, void *ctx);
SAILS_API int sails_app_before_shutdown(sails_app *app, sails_shutdown_cb before_shutdown,
                                        void *ctx);

/**
 * Sets what is called once before the app listens, when the configuration is complete and the hooks have
 * been initialized, on the thread that lifts, which it may block: to open a database, to fill a cache, to register
 * what routes lead to.
 * When it takes longer than the key `bootstrapTimeout`, a warning says so. Before the lift.
 *
 * @return (of the function) 0; anything else fails the lift: SAILS_EBOOTSTRAP.
 * @return 0; SAILS_EINVAL; SAILS_ESTATE: lifted already.
 * @see    Sails documentation, "sails.config.bootstrap"
 */
typedef int (*sails_bootstrap_cb)(sails_app *app, void *ctx);
SAILS_API int sails_app_bootstrap(sails_app *app, sails_bootstrap_cb bootstrap, void *ctx);

/**
 * Sets what is called once when the app has been lifted and listens, on the thread that lifts it, behind
 * the line that says where: sails_app_port() and sails_app_address() know it now. Clients may be there
 * already. It may stop the app, sails_app_stop(), but not lower it. Before the lift.
 *
 * @return 0; SAILS_EINVAL; SAILS_ESTATE: lifted already.
 * @see    Sails documentation, "Application events": `lifted`
 */
typedef void (*sails_lifted_cb)(sails_app *app, void *ctx);
SAILS_API int sails_app_on_lifted(sails_app *app, sails_lifted_cb on_lifted, void *ctx);

/** The port that it listens on (useful when it was configured as 0); 0 if it is not lifted. Any thread. */
SAILS_API unsigned sails_app_port(const sails_app *app);

/**
 * The address that it listens on, a view for as long as it is lifted: "127.0.0.1", "::1"; "::": all
 * addresses of the machine (of IPv6 only, if `explicitHost` is "::"), "0.0.0.0": all of IPv4. NULL: it is not
 * lifted. Any thread.
 */
SAILS_API const char *sails_app_address(const sails_app *app);

/**
 * "http://localhost:1337": scheme, host (`explicitHost`, else localhost) and port, which is left out where it is the
 * scheme's own; a view for as long as it is lifted. Behind a proxy clients know another one: sails_req_base_url().
 * NULL: it is not lifted, or NULL. Any thread.
 *
 * @see Sails reference, sails.getBaseUrl()
 */
SAILS_API const char *sails_app_base_url(const sails_app *app);

/**
 * Lowers the app: stops accepting, lets what is being answered be answered, tells the clients,
 * closes what is left after `shutdownTimeout` ms, ends the threads. Returns when all is closed; with
 * a loop of the program's own it runs that loop until then. Not from a callback of the app:
 * sails_app_stop() is for that. Twice is harmless.
 *
 * @return 0, also when it was not lifted; SAILS_EINVAL: NULL.
 */
SAILS_API int sails_app_lower(sails_app *app);

/**
 * Asks for the app to be lowered and returns at once. sails_app_run() then returns. Any thread,
 * callbacks included; not from a signal handler. Without sails_app_run() the app stops serving, and
 * sails_app_lower() is still to be called.
 */
SAILS_API void sails_app_stop(sails_app *app);

/**
 * Loads the configuration, lifts, serves until SIGTERM, SIGINT or sails_app_stop(), lowers, and
 * destroys the app: the whole of main(). What a command line asks for instead (--help, --version,
 * --routes, --openapi) is printed, and nothing is lifted.
 *
 * With NODE_ENV not set and production as the environment it sets NODE_ENV, for child processes.
 *
 * @return The exit status: 0; 1: could not listen or another failure of the lift; 78: invalid
 *         configuration, or a call that has set the app up has failed (nothing was lifted). The reason has
 *         been logged.
 */
SAILS_API int sails_app_run(sails_app *app, int argc, char **argv);

/* ---- several nodes ---- */

/**
 * Tells that this node hears and reaches the other nodes: the first time since the lift, and each time it
 * does again. Runs on a worker's thread; may call anything that any thread may.
 */
typedef void (*sails_cluster_up_cb)(sails_app *app, void *ctx);

/**
 * Tells that it does not any more. Sockets stay connected and hear each other on this node; what concerns
 * other nodes is lost, and counted (sails_app_cluster()). Once an outage; not before the first time up.
 *
 * @param status  Why: SAILS_ECLOSED, SAILS_ETIMEOUT, SAILS_EREFUSED (the password), -ECONNREFUSED, ...
 */
typedef void (*sails_cluster_down_cb)(sails_app *app, int status, void *ctx);

/**
 * Sets what is called when the node has come to the others (setting `sockets.adapter`). Before the lift.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already.
 * @see    Sails documentation, "sails.config.sockets", `onRedisReconnect`
 */
SAILS_API int sails_app_on_cluster_up(sails_app *app, sails_cluster_up_cb on_up, void *ctx);

/** As sails_app_on_cluster_up(), when it has lost them. @see `onRedisDisconnect` */
SAILS_API int sails_app_on_cluster_down(sails_app *app, sails_cluster_down_cb on_down, void *ctx);

/**
 * A message on the admin bus of Sails' nodes, whatever it is about: "join", "leave" and "leaveAll" are their
 * own, and were done before; others are an application's. Runs on a worker's thread.
 *
 * @param message  {"event", "payload", "uid"}; a view. Who has sent it may be anybody: look at it well.
 */
typedef void (*sails_admin_message_cb)(sails_app *app, json_t *message, void *ctx);

/** Sets what hears such messages. Before the lift. 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already.
 *  @see Sails, app event `hook:sockets:adminMessage` */
SAILS_API int sails_app_on_admin_message(sails_app *app, sails_admin_message_cb on_message,
                                         void *ctx);

/**
 * Sends a message of the application's own to all other nodes, of Sails in Node, too. Without other nodes
 * nothing happens. Any thread.
 *
 * @param payload  Taken.
 * @return 0: on its way; SAILS_EINVAL: NULL; SAILS_EJSON: a text that is not UTF-8; SAILS_ESTATE: the app is
 *         not lifted; SAILS_ENOMEM.
 * @see    sails-hook-sockets, `broadcastAdminMessage()`
 */
SAILS_API int sails_app_broadcast_admin_message(sails_app *app, const char *event, json_t *payload);

/** As sails_app_broadcast_admin_message(), to this node, too. @see `blastAdminMessage()` */
SAILS_API int sails_app_blast_admin_message(sails_app *app, const char *event, json_t *payload);

/** How it goes among other nodes, since the lift; all zero for a node that is alone. */
struct sails_cluster {
    int is_up;         /**< Whether it hears and reaches the others now: 0 or 1. */
    uint64_t sent;     /**< Messages that Redis was given. */
    uint64_t not_sent; /**< That it could not be given, or never answered: lost. */
    uint64_t received; /**< From other nodes. */
    uint64_t refused;  /**< Of those that came: nothing that a node says. */
};

/** Fills in *out. Any thread. 0; SAILS_EINVAL: NULL. */
SAILS_API int sails_app_cluster(const sails_app *app, struct sails_cluster *out);

/** What was refused since the lift, because it was over a limit of `security.limits`,
 *  `maxConnections` or `sockets.maxSessions`. */
struct sails_refused {
    uint64_t connections;
    uint64_t requests; /**< Answered with 429. */
    uint64_t messages; /**< Of sockets; each was told so. */
    uint64_t sessions; /**< Of sockets: answered with 503, or 429 for one address. */
};

/** Fills in *out. Any thread. 0; SAILS_EINVAL: NULL. */
SAILS_API int sails_app_refused(const sails_app *app, struct sails_refused *out);

/* ---- logging ---- */

/** Sails' levels, most urgent first. */
enum sails_log_level {
    SAILS_LOG_SILENT, /**< Of no line: as `log.level` it silences all. */
    SAILS_LOG_CRIT,
    SAILS_LOG_ERROR,
    SAILS_LOG_WARN,
    SAILS_LOG_DEBUG,
    SAILS_LOG_BLANK, /**< As SAILS_LOG_INFO, but its lines have no prefix. */
    SAILS_LOG_INFO,
    SAILS_LOG_VERBOSE,
    SAILS_LOG_SILLY
};

/**
 * One line, if the level is within `log.level`: its prefix (" info: ", "error: ", ...) and the text.
 * Lines of the levels crit, error and debug go to stderr, the others to stdout. With the key `log.format`
 * set to "json" a line is an object with `time`, `level` and `message`. What is no text is escaped, so that nobody whose
 * words are in a line can write another one, or command a terminal: a line break is "\n", a byte "\x1b". Any thread.
 *
 * @see Sails documentation, "sails.log()"
 */
SAILS_API void sails_log(const sails_app *app, enum sails_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Where lines go instead of stdout and stderr. `text` has neither prefix nor newline. May be called
 *  from several threads at once. */
typedef void (*sails_log_cb)(enum sails_log_level level, const char *text, void *ctx);

/**
 * Sends lines there from now on. Before the lift, or after the app was lowered.
 *
 * @param write  NULL: stdout and stderr again.
 * @return 0; SAILS_EINVAL: NULL app; SAILS_ESTATE: lifted.
 */
SAILS_API int sails_app_set_log(sails_app *app, sails_log_cb write, void *ctx);

SAILS_END_DECLS

#endif
