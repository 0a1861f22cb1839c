#include "app/app.h"
#include "app/app_describe.h"
#include "net/main_loop.h"

#include <sails/version.h>
#include <signal.h>

/* sails_app_run(): the whole of main(). */

enum {
    EXIT_CONFIG = 78 /* EX_CONFIG of sysexits.h */
};

/* Whoever writes a route in C has made the same mistake as who writes it in a file. */
static int exit_status(const struct sails_app *app, int rc)
{
    if (rc == 0) {
        return app->script_status;
    }
    return rc == SAILS_ECONFIG || rc == SAILS_ETLS || rc == app->setup.error ? EXIT_CONFIG : 1;
}

/*
 * With several workers this thread only waits. The signals are blocked before the workers' threads
 * begin, so that this thread alone takes them; a second one while the app is being lowered ends the
 * program at once.
 */
static int serve_on_threads(struct sails_app *app)
{
    sigset_t set, before;
    int taken = 0;
    int rc = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    rc = sails_app_lift(app);
    if (rc == 0) {
        sigwait(&set, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

/* With one worker this thread is the worker. */
static int serve_here(struct sails_app *app)
{
    struct main_loop *loop = main_loop_open();
    int rc = loop != NULL ? sails_app_lift_on(app, main_loop_uv(loop)) : SAILS_ENOMEM;

    if (rc == 0) {
        main_loop_run(loop, net_of(app->pool), app_begin_lowering, app);
        app_finish_lowering(app);
    }
    main_loop_close(loop);
    return rc;
}

static bool has_one_worker(const struct sails_app *app)
{
    return config_integer(&app->config, "workers") == 1;
}

static int serve(struct sails_app *app)
{
    app_settle_node_env(app);
    if (app->script != NULL || config_boolean(&app->config, "dontLift")) {
        return app_try_lift(app);
    }
    app->runner = pthread_self();
    app->has_runner = true;
    return has_one_worker(app) ? serve_here(app) : serve_on_threads(app);
}

static void print_help(const char *program)
{
    struct buf text = {0};

    config_write_help(&text, program);
    fwrite(text.ptr, 1, text.len, stdout);
    buf_deinit(&text);
}

static int load_and_serve(struct sails_app *app, int argc, char **argv)
{
    int rc = sails_app_load(app, argc, argv);

    if (rc == 0 && app_describe_is_wanted(app)) {
        return app_describe(app, argc > 0 ? argv[0] : "app");
    }
    return rc == 0 ? serve(app) : rc;
}

int sails_app_run(sails_app *app, int argc, char **argv)
{
    struct config_wishes wishes;
    int status = 0;
    int rc = 0;

    if (app == NULL) {
        return 1;
    }
    /* Help is needed most where the configuration is wrong. */
    wishes = config_arguments_find_wishes(argc, (const char *const *)argv);
    if (wishes.help) {
        print_help(argc > 0 ? argv[0] : "app");
    } else if (wishes.version) {
        printf("%s\n", sails_version());
    } else {
        rc = load_and_serve(app, argc, argv);
    }
    status = exit_status(app, rc);
    sails_app_destroy(app);
    return status;
}
