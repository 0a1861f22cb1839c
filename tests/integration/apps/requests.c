/*
 * requests.c - sails/req.h: what actions see of a request, and every way to answer one.
 */
#include <pthread.h>
#include <sails/sails.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ---- what a request is ---- */

static void show(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s, s:s, s:s, s:b, s:O?, s:O?, s:O?, s:s?, s:s?}", "method",
                                  sails_req_method(req), "url", sails_req_url(req), "path",
                                  sails_req_path(req), "isSocket", sails_req_is_socket(req), "body",
                                  sails_req_body(req), "query", sails_req_query(req), "params",
                                  sails_req_all_params(req), "id", sails_sockets_get_id(req), "ip",
                                  sails_req_ip(req)));
}

/* The parameter whose name the path has, as text and as JSON. */
static void show_param(sails_req *req, sails_res *res)
{
    const char *name = sails_req_param(req, "name");

    sails_res_json(res, json_pack("{s:s?, s:O?}", "text", sails_req_param(req, name), "json",
                                  sails_req_param_json(req, name)));
}

static void show_rest(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s}", "path", sails_req_path(req)));
}

/* The headers that `names` lists. */
static void show_headers(sails_req *req, sails_res *res)
{
    const json_t *names = sails_req_param_json(req, "names");
    json_t *values = json_array();

    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *value = sails_req_header(req, json_string_value(json_array_get(names, i)));

        json_array_append_new(values, value != NULL ? json_string(value) : json_null());
    }
    sails_res_json(res, values);
}

static void show_context(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_string(sails_req_context(req)));
}

/* ---- answers ---- */

static unsigned status_param(sails_req *req)
{
    return (unsigned)strtoul(sails_req_param(req, "status"), NULL, 10);
}

/* Answers with `data` and the status of the path. */
static void answer_status(sails_req *req, sails_res *res)
{
    sails_res_status(res, status_param(req));
    sails_res_json(res, json_incref(sails_req_param_json(req, "data")));
}

static void answer_send_status(sails_req *req, sails_res *res)
{
    sails_res_send_status(res, status_param(req));
}

static void answer_json(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_param_json(req, "data")));
}

static void answer_text(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "ok!");
}

static void answer_nothing(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, NULL);
}

static void answer_ok(sails_req *req, sails_res *res)
{
    sails_res_ok(res, json_incref(sails_req_param_json(req, "data")));
}

static void answer_bad_request(sails_req *req, sails_res *res)
{
    sails_res_bad_request(res, json_incref(sails_req_param_json(req, "data")));
}

static void answer_forbidden(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_forbidden(res);
}

static void answer_not_found(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_not_found(res);
}

static void answer_server_error(sails_req *req, sails_res *res)
{
    sails_res_server_error(res, json_incref(sails_req_param_json(req, "data")));
}

static void answer_redirect(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_redirect(res, "/elsewhere");
}

static void answer_headers(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_set(res, "X-Custom", "yes");
    sails_res_set(res, "Set-Cookie", "a=b");
    sails_res_set(res, "SET-COOKIE", "c=d");
    sails_res_json(res, json_object());
}

/* Within the action the answer that was given is still known. */
static void answer_twice(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:s}", "which", "first"));
    sails_res_json(res, json_pack("{s:s}", "which", "second"));
}

static void answer_binary(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:o}", "bytes", sails_binary("\x01\x02", 2)));
}

/* ---- answers that come later ---- */

/* Who waits at /wait, until somebody comes to /go. */
static _Atomic(sails_res *) waiting;

static void wait_for_go(sails_req *req, sails_res *res)
{
    (void)req;
    atomic_store(&waiting, res);
}

static void go(sails_req *req, sails_res *res)
{
    sails_res *first = atomic_exchange(&waiting, NULL);

    (void)req;
    sails_res_json(res, json_pack("{s:b}", "released", first != NULL));
    sails_res_json(first, json_pack("{s:s}", "waited", "for go"));
}

static void *answer_late(void *res)
{
    sails_res_set(res, "x-late", "yes");
    sails_res_status(res, 201);
    sails_res_json(res, json_pack("{s:s}", "from", "another thread"));
    return NULL;
}

static void answer_from_thread(sails_req *req, sails_res *res)
{
    pthread_t thread;

    (void)req;
    if (pthread_create(&thread, NULL, answer_late, res) != 0) {
        sails_res_server_error(res, NULL);
        return;
    }
    pthread_join(thread, NULL); /* no thread is left when the app goes */
}

/* What ran without being able to tell: each POST /count adds one, GET tells. */
static atomic_int count;

static void add_one(sails_req *req, sails_res *res)
{
    (void)req;
    atomic_fetch_add(&count, 1);
    sails_res_ok(res, NULL);
}

static void tell_count(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:i}", "count", atomic_load(&count)));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *address;
        sails_action action;
    } routes[] = {
        {"GET /verb", show},
        {"POST /verb", show},
        {"PUT /verb", show},
        {"DELETE /verb", show},
        {"PATCH /verb", show},
        {"OPTIONS /verb", show},
        {"ALL /show", show},
        {"/by-default", show},
        {"/show/:name/of/:id", show},
        {"GET /file/:name", show},
        {"/param/:name", show_param},
        {"GET /files/*", show_rest},
        {"POST /headers", show_headers},
        {"GET /context", show_context},
        {"POST /status/:status", answer_status},
        {"POST /send-status", answer_send_status},
        {"POST /json", answer_json},
        {"GET /text", answer_text},
        {"GET /nothing", answer_nothing},
        {"POST /ok", answer_ok},
        {"POST /bad-request", answer_bad_request},
        {"GET /forbidden", answer_forbidden},
        {"GET /not-found", answer_not_found},
        {"POST /server-error", answer_server_error},
        {"GET /redirect", answer_redirect},
        {"GET /set-headers", answer_headers},
        {"GET /twice", answer_twice},
        {"GET /binary", answer_binary},
        {"GET /wait", wait_for_go},
        {"GET /go", go},
        {"GET /late", answer_from_thread},
        {"POST /count", add_one},
        {"GET /count", tell_count},
    };
    static char context[] = "the context of the app";
    sails_app *app = sails_app_create();

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        sails_app_route(app, routes[i].address, routes[i].action);
    }
    sails_app_set_context(app, context);
    return sails_app_run(app, argc, argv);
}
