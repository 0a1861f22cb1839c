/*
 * routing.c - actions and policies by name, for the routes of the configuration in its folder.
 */
#include <pthread.h>
#include <sails/sails.h>
#include <string.h>

/* ---- policies: each leaves its name in a header of the answer ---- */

static void policy_a(sails_req *req, sails_res *res)
{
    sails_res_append(res, "X-Asked", "a");
    sails_req_proceed(req);
}

static void policy_b(sails_req *req, sails_res *res)
{
    sails_res_append(res, "X-Asked", "b");
    sails_req_proceed(req);
}

static void *proceed(void *req)
{
    sails_req_proceed(req);
    return NULL;
}

/* Proceeds by another thread. */
static void policy_c(sails_req *req, sails_res *res)
{
    pthread_t thread;

    sails_res_append(res, "X-Asked", "c");
    if (pthread_create(&thread, NULL, proceed, req) == 0) {
        pthread_detach(thread);
    } else {
        sails_req_proceed(req);
    }
}

static void is_logged_in(sails_req *req, sails_res *res)
{
    if (sails_req_param(req, "user") == NULL) {
        sails_res_forbidden(res);
        return;
    }
    sails_req_proceed(req);
}

/* ---- actions ---- */

/* Which one it is, and what it sees. */
static void show(sails_req *req, sails_res *res)
{
    json_t *options = sails_req_options(req);

    sails_res_json(res,
                   json_pack("{s:O?, s:O?, s:O?}", "action", json_object_get(options, "action"),
                             "options", options, "params", sails_req_all_params(req)));
}

/* What no action may do. */
static void go_on(sails_req *req, sails_res *res)
{
    (void)res;
    sails_req_proceed(req);
}

/* ---- functions of routes ---- */

static void fall_through(sails_req *req, sails_res *res)
{
    sails_res_set(res, "X-Fell", "through");
    sails_req_proceed(req);
}

static void tell(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "told");
}

/* ---- what the app knows of itself ---- */

static void add_identity(const char *identity, const struct sails_action_def *def, void *ctx)
{
    (void)def;
    json_array_append_new(ctx, json_string(identity));
}

static void list_actions(sails_req *req, sails_res *res)
{
    json_t *list = json_array();

    sails_app_each_action(sails_req_app(req), add_identity, list);
    sails_res_json(res, list);
}

static void find_route(sails_req *req, sails_res *res)
{
    const char *target = sails_req_param(req, "target");
    struct sails_route route;
    const char *url = NULL;
    int rc = sails_app_route_for(sails_req_app(req), target, &route);

    if (rc < 0 || sails_app_url_for(sails_req_app(req), target, &url) < 0) {
        sails_res_status(res, 404);
        sails_res_json(res, json_pack("{s:s}", "error", sails_strerror(rc)));
        return;
    }
    sails_res_json(res, json_pack("{s:s, s:s}", "method", route.method, "url", url));
}

int main(int argc, char **argv)
{
    static const struct sails_action_def shown = {.run = show};
    static const struct sails_action_def wrong = {.run = go_on};
    static const char *const actions[] = {"User/Find", "user/delete", "pet/feed", "index"};
    sails_app *app = sails_app_create();

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        sails_app_action(app, actions[i], &shown);
    }
    sails_app_action(app, "wrong", &wrong);
    sails_app_policy(app, "a", policy_a, NULL);
    sails_app_policy(app, "b", policy_b, NULL);
    sails_app_policy(app, "c", policy_c, NULL);
    sails_app_policy(app, "isLoggedIn", is_logged_in, NULL);
    sails_app_route(app, "/fn", tell);
    sails_app_route(app, "GET /fall/:who", fall_through);
    sails_app_route(app, "GET /actions", list_actions);
    sails_app_route(app, "GET /route-for", find_route);
    sails_app_bind(app, "GET /bound", json_string("PetController.feed"));
    return sails_app_run(app, argc, argv);
}
