/*
 * app.h - an application inside: where the floors are wired together.
 *
 * Purpose    Configuration becomes the options of the floors below; each worker gets its HTTP service,
 *            its part of the Socket.IO server, and its way to the routes.
 * Ownership  The app owns everything here.
 * Threads    The app's own, and (struct app_worker) its worker's.
 * Floor      app; uses all below.
 *
 *      net worker --on_link--> http_conn --on_request--> app_worker:
 *                                   1. Socket.IO's files, 2. Socket.IO, 3. routes, 4. folders, 5. 404
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "admin/admin.h"
#include "app/app_events.h"
#include "app/app_hooks.h"
#include "app/app_models.h"
#include "app/app_polls.h"
#include "app/app_routing.h"
#include "app/app_timers.h"
#include "app/patience.h"
#include "base/setup.h"
#include "blueprints/blueprints.h"
#include "config/config_load.h"
#include "endpoints/endpoints.h"
#include "files/client_bundles.h"
#include "files/static_files.h"
#include "gate/departure.h"
#include "gate/handshake_guard.h"
#include "http/http.h"
#include "io/io.h"
#include "locales/locales.h"
#include "net/net.h"
#include "nodes/nodes.h"
#include "nodes/redis_bus.h"
#include "pubsub/pubsub.h"
#include "request/request.h"
#include "session/session_memory.h"
#include "session/session_redis.h"
#include "views/views.h"

#include <pthread.h>
#include <sails/app.h>
#include <sails/folder.h>

/* An app is lifted once (Sails: a lowered app cannot be lifted again). */
enum app_state {
    APP_NEW,
    APP_LIFTED,
    APP_LOWERED
};

struct redis_url;

/* What an app runs in: the machine, threads and sockets; or, in tests, a world that simulates them. */
struct app_world {
    const struct machine *machine; /* the time and chance for threads that are no worker's */
    /* Workers that listen, as net_open() makes them. */
    int (*open)(void *world, const struct net_options *options, const struct net_events *events,
                void *ctx, struct worker_pool **out);
    /* What nodes speak over; NULL: the Redis that the settings name. */
    struct bus *(*bus)(void *world);
    void *ctx;         /* `world` of these */
    bool is_simulated; /* nothing takes time, and no thread may begin */
};

/* This node among others. */
struct app_cluster {
    bool is_on;
    struct redis_bus redis;
    struct nodes nodes;
    sails_cluster_up_cb on_up; /* NULL: nobody */
    void *up_ctx;
    sails_cluster_down_cb on_down; /* NULL: nobody */
    void *down_ctx;
    sails_admin_message_cb on_admin; /* NULL: nobody */
    void *admin_ctx;
};

/* What lines look like. */
struct app_log_style {
    bool is_json;
    bool has_colors[2]; /* stdout, stderr */
};

struct app_worker {
    struct sails_app *app;
    struct worker *worker;
    struct http_service http;
    struct app_clock clock;
    struct app_polls polls;
};

struct sails_app {
    _Atomic(enum app_state) state;
    struct config config;
    json_t *overrides; /* of sails_app_set() */
    bool was_loaded;   /* from files, environment and command line */
    struct app_world world;
    struct log log;
    struct setup setup;           /* what has failed of the calls before the lift */
    struct log_limits log_limits; /* on while it is lifted */
    struct patience lowering;     /* while it is being lowered, and the next says so */
    bool is_lowering_patiently;
    struct app_log_style log_style;
    sails_log_cb log_write; /* NULL: stdout and stderr */
    void *log_ctx;
    struct sails_io *io;
    struct request_service requests;
    struct session_memory *session_memory; /* NULL: another store is in use */
    struct session_redis *session_redis;   /* as above */
    char session_secret[40];               /* made up, where none is set */
    json_t *headers;                       /* of every answer: names and texts */
    json_t *cors_dictionary;               /* what requests.cors has views of */
    struct app_routing routing;
    struct request_target get_cookie; /* of /__getcookie */
    struct static_files files;
    struct locales locales;        /* the same */
    struct views views;            /* once it is being lifted */
    struct client_bundles bundles; /* of socket.io-client */
    struct handshake_guard guard;
    struct departure_watch departures;
    struct http_limits limits;
    struct worker_pool *pool;   /* NULL: not lifted yet */
    struct app_worker *workers; /* by index, as many as there are; from the lift on */
    struct app_cluster cluster;
    struct app_timers timers;
    struct endpoints endpoints;
    struct admin *admin; /* NULL: nobody looks */
    struct app_hooks hooks;
    struct app_events events;
    struct app_models models;
    struct blueprints blueprints;
    struct pubsub pubsub; /* without an `orm` before the lift, and where there are no models */
    sails_bootstrap_cb bootstrap; /* NULL: none */
    void *bootstrap_ctx;
    sails_script_cb script; /* runs instead of serving; NULL: none */
    int script_status;
    sails_lifted_cb on_lifted; /* NULL: none */
    void *lifted_ctx;
    sails_shutdown_cb before_shutdown; /* NULL: none */
    void *shutdown_ctx;
    char base_url[320]; /* while it is lifted */
    bool has_runner;    /* sails_app_run() waits for signals on `runner` */
    pthread_t runner;
    struct config_wishes wishes; /* of the command line */
    bool is_folder;              /* sails_app_folder(), until the lift has looked into it */
};

/* 0, or SAILS_ESTATE: what is told before the lift comes too late. */
static inline int app_check_new(const struct sails_app *app)
{
    return app->state == APP_NEW ? 0 : SAILS_ESTATE;
}

/* setup_note() of an app, or of NULL. */
static inline int app_note(struct sails_app *app, int rc, const char *call)
{
    return setup_note(app != NULL ? &app->setup : NULL, rc, call);
}

/* ---- app.c: steps of lifting and lowering ---- */

/* sails_app_create(), in a world of the caller's. */
sails_app *app_create_in(const struct app_world *world);

/* With the key dontLift: all but listening. 0, or what sails_app_lift() would give. */
int app_try_lift(struct sails_app *app);

/* Of a lifted app (ctx), on the thread that lowers: tells the program, then bids the workers to end. */
void app_begin_lowering(void *ctx);

/* Once the workers have ended. */
void app_finish_lowering(struct sails_app *app);

/* ---- app_options.c: from configuration to the floors' options ---- */

void app_net_options(const struct sails_app *app, struct net_options *out);

/* 0 or SAILS_ENOMEM; app_io_options_deinit() frees lists. */
int app_io_options(const struct sails_app *app, struct io_options *out);
void app_io_options_deinit(struct io_options *options);
void app_http_limits(const struct sails_app *app, struct http_limits *out);
void app_request_options(const struct sails_app *app, struct request_options *out);

/* How long clients may keep a file, in seconds. */
uint64_t app_file_age(const struct sails_app *app);

/* The URL of a Redis, the value `text` of a setting; NULL: it is not set, and *out stays. 0; SAILS_ECONFIG: logged;
 * SAILS_ENOMEM. */
int app_options_redis_url(const struct sails_app *app, const char *key, const char *text,
                          struct redis_url *out);

/* ---- app_security.c: sessions, CSRF, CORS, limits ---- */

/* 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_configure_security(struct sails_app *app);
void app_security_deinit(struct sails_app *app);

/* ---- app_session_store.c: where sessions are kept ---- */

/* Unless the program has brought a store. 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_session_store_open(struct sails_app *app);
void app_session_store_close(struct sails_app *app);

/* On each worker's thread, as session_redis.h says. 0; SAILS_ENOMEM. */
int app_session_store_start(struct sails_app *app, struct worker *worker);
void app_session_store_stop(struct sails_app *app, struct worker *worker);

/* ---- app_cluster.c: other nodes ---- */

/* Before the lift: whether Redis is there, unless that does not matter. 0; SAILS_ECONFIG, or what
 * redis_sync_open() gives: logged. */
int app_cluster_check(struct sails_app *app);

/* Once there is a pool: what the setting `sockets.adapter` says. *out: for the io_options; NULL: this node
 * is alone. 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_cluster_open(struct sails_app *app, struct carrier **out);
void app_cluster_close(struct sails_app *app);

/* The longest message from Redis that a node of these settings reads. */
size_t app_cluster_max_message(const struct sails_app *app);

/* On each worker's thread, as nodes.h says. 0; SAILS_ENOMEM. */
int app_cluster_start(struct sails_app *app, struct worker *worker);
void app_cluster_stop(struct sails_app *app, struct worker *worker);

/* ---- app_http.c: proxies and pages ---- */

/* 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_configure_http(struct sails_app *app);
void app_http_deinit(struct sails_app *app);

/* ---- app_locales.c: languages ---- */

/* 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_locales_open(struct sails_app *app);
void app_locales_close(struct sails_app *app);

/* ---- app_views.c: views ---- */

/* 0; SAILS_ECONFIG: logged; SAILS_ENOMEM. */
int app_views_open(struct sails_app *app);
void app_views_close(struct sails_app *app);

/* ---- app_builtin.c: routes that every app has ---- */

/* 0, SAILS_ENOMEM. */
int app_builtin_bind(struct sails_app *app);
void app_builtin_deinit(struct sails_app *app);

/* ---- app_worker.c: what each worker does ---- */

extern const struct net_events app_net_events; /* ctx: the app */

/* Before they start. */
void app_workers_prepare(struct sails_app *app);

/* ---- app_path.c: the folder of the application ---- */

/* Makes the folder that the key appPath names, if anything does, the current one. 0; SAILS_ECONFIG: it
 * cannot be (logged); SAILS_ENOMEM. */
int app_path_enter(struct sails_app *app, int argc, char **argv);

/* Sets http.uploadDir and paths.public, where nothing has been said of them. 0, SAILS_ENOMEM. */
int app_path_settle(struct sails_app *app);

/* `datastores`, in which those of SQLite have their folder: a new reference. NULL: no memory. */
json_t *app_path_datastores(const struct sails_app *app);

/* Warns of a program that leaves things to configuration where there is none. */
void app_path_warn(const struct sails_app *app);

/* ---- app_supervisor.c: who has started the program ---- */

/* A socket that listens, which it has handed over; 0: none. Once. */
int app_supervisor_take_socket(const struct sails_app *app);

/* Of an app that listens: gives it the socket, to be handed to the next process. */
void app_supervisor_keep_socket(const struct sails_app *app);

/* Tells it how the app is: "READY=1", "STOPPING=1". */
void app_supervisor_tell(const struct sails_app *app, const char *state);

/* ---- app_dev.c: while an application is being written ---- */

/* Whether `sails lift` has started the program, and watches its files. */
bool app_dev_is_on(void);

/* What loads a page again after a change. NULL: nobody is writing. */
const char *app_dev_script(void);

/* Binds the route by which pages learn of changes, and the client at `path` with what asks it. As
 * sails_app_route(). */
int app_dev_bind(struct sails_app *app);
int app_dev_bind_client(struct sails_app *app, const char *path);

/* ---- app_folder.c: an application that is a folder ---- */

/* Serves what the folder holds, if the app is one. 0; SAILS_EINVAL, SAILS_ENOMEM. */
int app_folder_open(struct sails_app *app);

/* ---- app_origins.c: lists of origins ---- */

/* Says which of `origins` (a text or a list) is none, where it stands and why. False: all are. */
bool app_origins_say(const struct sails_app *app, enum log_level level, const char *key,
                     const json_t *origins, const char *code);

/* A word about origins of sockets.cors that no page has. */
void app_origins_comment(const struct sails_app *app);

/* ---- app_admin.c: the page of Socket.IO's admin UI ---- */

/* When there are threads that may wait, before the workers start. */
void app_admin_lift(struct sails_app *app);

/* ---- app_websocket.c: WebSocket endpoints ---- */

/* When io has been lifted, before the workers start. 0, SAILS_ENOMEM. */
int app_websocket_lift(struct sails_app *app);

/* Runs the script. 0: it has an exit status, script_status; or the code that it has returned (logged). */
int app_folder_run_script(struct sails_app *app);

/* ---- app_lift.c: around the lift ---- */

/* In production without NODE_ENV: sets it for child processes (app-config-cli section 3). */
void app_settle_node_env(struct sails_app *app);

/* Calls the program's function, if it has one. 0, or SAILS_EBOOTSTRAP (logged). */
int app_bootstrap(struct sails_app *app);

/* Binds the routes: for good where neither hooks nor the bootstrap function can still register what they lead to. As
 * app_routing_bind(). */
int app_try_routes(struct sails_app *app);

/* Binds them for good, when all of these have run. As app_routing_bind(). */
int app_settle_routes(struct sails_app *app);

/* net_start(), with a word when it takes long. */
int app_start_net(struct sails_app *app);

/* ---- app_banner.c: what is said about the lift ---- */

void app_banner_lifted(const struct sails_app *app, const struct net_options *options);
/* Makes sails_app_base_url(), once the port is known. */
void app_banner_set_url(struct sails_app *app, const struct net_options *options);

void app_banner_failed(const struct sails_app *app, const struct net_options *options, int rc);

/* ---- app_log.c ---- */

void app_log_init(struct sails_app *app);

/* Takes level and style from the configuration. */
void app_log_configure(struct sails_app *app);

/* Says what config_warn() has kept. */
void app_log_warnings(const struct sails_app *app);

#endif
