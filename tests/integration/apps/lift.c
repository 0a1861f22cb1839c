/*
 * lift.c - an app that tells of its life: bootstrap, a hook, the end; and of its settings.
 */
#include <sails/sails.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* GET /setting?name=custom.x */
static void show_setting(sails_req *req, sails_res *res)
{
    const char *name = sails_req_param(req, "name");
    json_t *value = name != NULL ? sails_app_get(sails_req_app(req), name) : NULL;

    sails_res_json(res, value != NULL ? json_incref(value) : json_null());
}

static void log_everything(sails_req *req, sails_res *res)
{
    const sails_app *app = sails_req_app(req);

    sails_log(app, SAILS_LOG_CRIT, "one");
    sails_log(app, SAILS_LOG_ERROR, "two");
    sails_log(app, SAILS_LOG_WARN, "three");
    sails_log(app, SAILS_LOG_DEBUG, "four");
    sails_log(app, SAILS_LOG_INFO, "five");
    sails_log(app, SAILS_LOG_VERBOSE, "six");
    sails_log(app, SAILS_LOG_SILLY, "seven");
    sails_res_ok(res, NULL);
}

/* ---- a request that is answered when the app goes ---- */

static _Atomic(sails_res *) waiting;

static void wait_for_end(sails_req *req, sails_res *res)
{
    sails_log(sails_req_app(req), SAILS_LOG_INFO, "waiting");
    atomic_store(&waiting, res);
}

static void say_goodbye(sails_app *app, void *ctx)
{
    sails_res *res = atomic_exchange(&waiting, NULL);

    (void)ctx;
    sails_log(app, SAILS_LOG_INFO, "going");
    if (res != NULL) {
        sails_res_send(res, "at last");
    }
}

/* ---- before it listens, and behind the end ---- */

static int bootstrap(sails_app *app, void *ctx)
{
    const char *node_env = getenv("NODE_ENV");

    (void)ctx;
    sails_log(app, SAILS_LOG_INFO, "NODE_ENV is %s", node_env != NULL ? node_env : "not set");
    return json_is_true(sails_app_get(app, "custom.failBootstrap")) ? SAILS_ENOENT : 0;
}

static int initialize(sails_app *app, void *ctx)
{
    (void)ctx;
    sails_log(app, SAILS_LOG_INFO, "hook: initialized");
    return 0;
}

static void lower(sails_app *app, void *ctx)
{
    (void)ctx;
    sails_log(app, SAILS_LOG_INFO, "hook: lowered");
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    const struct sails_hook hook = {.name = "teller", .initialize = initialize, .lower = lower};

    sails_app_route(app, "GET /setting", show_setting);
    sails_app_route(app, "GET /log", log_everything);
    sails_app_route(app, "GET /wait", wait_for_end);
    sails_app_hook(app, &hook);
    sails_app_bootstrap(app, bootstrap, NULL);
    sails_app_before_shutdown(app, say_goodbye, NULL);
    return sails_app_run(app, argc, argv);
}
