/*
 * Logging in. Hashing a password takes some 20 ms, in which a worker could have answered a hundred others: so
 * it is done by a thread of its own, which answers, too. Requests go to it through a pipe; a hook starts and
 * ends it.
 */
#include "chat.h"

#include <fcntl.h>
#include <unistd.h>

struct job {
    sails_req *req;
    sails_res *res;
};

static const struct sails_input inputs[] = {
    NAME_INPUT,
    {.name = "password",
     .type = "string",
     .required = true,
     .is_not_empty_string = true,
     .min_length = 8,
     .max_length = 100},
    {0},
};

/* An id that somebody knew before the log-in must be worth nothing after it: hence a new session. */
static void let_in(const struct job *job, const char *name)
{
    json_t *person = json_pack("{s:s}", "name", name);

    if (sails_req_session_regenerate(job->req) == 0) {
        json_object_update(sails_req_session(job->req), person);
        sails_res_json(job->res, person);
    } else {
        json_decref(person);
        sails_res_server_error(job->res, NULL);
    }
}

/* On the thread. */
static void decide(const struct job *job)
{
    const struct chat *chat = sails_req_context(job->req);
    const char *name = sails_req_input_text(job->req, "name");
    const char *password = sails_req_input_text(job->req, "password");

    switch (accounts_admit(chat->accounts, name, password)) {
    case ADMITTED:
        let_in(job, name);
        break;
    case WRONG_PASSWORD:
        turn_away(job->res, "E_WRONG_PASSWORD",
                  "This name is taken, and this is not its password.");
        break;
    case HOUSE_FULL:
        turn_away(job->res, "E_HOUSE_FULL", "There is no place for another name.");
        break;
    }
}

static void *work(void *ctx)
{
    const struct login *login = ctx;
    struct job job;

    while (read(login->pipe[0], &job, sizeof(job)) == (ssize_t)sizeof(job)) {
        decide(&job);
    }
    return NULL;
}

static void log_in(sails_req *req, sails_res *res)
{
    const struct chat *chat = sails_req_context(req);
    struct job job = {.req = req, .res = res};

    if (sails_req_is_socket(req)) {
        sails_res_bad_request(res, json_string("Log in over HTTP: a socket cannot get a cookie."));
    } else if (write(chat->login.pipe[1], &job, sizeof(job)) != (ssize_t)sizeof(job)) {
        sails_res_send_status(res, 503); /* full: there are thousands before this one */
    }
}

static int start(sails_app *app, void *ctx)
{
    struct login *login = ctx;

    (void)app;
    if (pipe2(login->pipe, O_CLOEXEC) != 0) {
        return -1;
    }
    fcntl(login->pipe[1], F_SETFL, O_NONBLOCK); /* a worker never waits */
    if (pthread_create(&login->thread, NULL, work, login) != 0) {
        close(login->pipe[0]);
        close(login->pipe[1]);
        return -1;
    }
    return 0;
}

/* All requests have been answered, so that the thread has nothing left to read. */
static void stop(sails_app *app, void *ctx)
{
    struct login *login = ctx;

    (void)app;
    close(login->pipe[1]);
    pthread_join(login->thread, NULL);
    close(login->pipe[0]);
}

static const struct sails_action_def def = {.run = log_in,
                                            .inputs = inputs,
                                            .friendly_name = "Log in",
                                            .description = "A new name gets this password."};

void login_add_action(sails_app *app)
{
    struct chat *chat = sails_app_context(app);
    struct sails_hook hook = {
        .name = "login", .initialize = start, .lower = stop, .ctx = &chat->login};

    sails_app_action(app, "account/login", &def);
    sails_app_hook(app, &hook);
}
