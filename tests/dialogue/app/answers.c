/*
 * answers.c - every way to answer.
 */
#include "routes.h"

#include <stddef.h>
#include <stdlib.h>

/* `data` to give away; NULL: none was sent. */
static json_t *data_of(sails_req *req)
{
    return json_incref(sails_req_param_json(req, "data"));
}

static unsigned status_of(sails_req *req)
{
    return (unsigned)strtoul(sails_req_param(req, "status"), NULL, 10);
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

static void answer_json(sails_req *req, sails_res *res)
{
    sails_res_json(res, data_of(req));
}

static void answer_ok(sails_req *req, sails_res *res)
{
    sails_res_ok(res, data_of(req));
}

static void answer_status(sails_req *req, sails_res *res)
{
    sails_res_status(res, status_of(req));
    sails_res_json(res, data_of(req));
}

static void answer_status_alone(sails_req *req, sails_res *res)
{
    sails_res_status(res, status_of(req));
    sails_res_send(res, NULL);
}

static void answer_send_status(sails_req *req, sails_res *res)
{
    sails_res_send_status(res, status_of(req));
}

static void answer_bad_request(sails_req *req, sails_res *res)
{
    sails_res_bad_request(res, data_of(req));
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
    sails_res_server_error(res, data_of(req));
}

/* C throws nothing: this is how an action says that it has failed. */
static void answer_thrown(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_server_error(res, json_string("thrown in an action"));
}

static void answer_redirect(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_redirect(res, "/elsewhere");
}

static void answer_binary(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:o}", "bytes", sails_binary("\x01\x02", 2)));
}

static void answer_headers(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_set(res, "x-plain", "yes");
    sails_res_set(res, "set-cookie", "a=b");
    sails_res_json(res, json_object());
}

static void answer_headers_spelled(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_set(res, "X-Spelled", "yes");
    sails_res_set(res, "Set-Cookie", "a=b");
    sails_res_json(res, json_object());
}

static void answer_twice(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:s}", "which", "first"));
    sails_res_json(res, json_pack("{s:s}", "which", "second"));
}

/* Who asks waits until somebody comes to /go. One worker: no lock. */
static sails_res *waiting;

static void wait_for_go(sails_req *req, sails_res *res)
{
    (void)req;
    waiting = res;
}

static void go(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(waiting, json_pack("{s:s}", "waited", "for go"));
    waiting = NULL;
    sails_res_json(res, json_pack("{s:b}", "released", true));
}

/* What runs without being able to tell. */
static int count;

static void add_one(sails_req *req, sails_res *res)
{
    (void)req;
    count++;
    sails_res_ok(res, NULL);
}

static void tell_count(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(res, json_pack("{s:i}", "count", count));
}

const struct route answer_routes[] = {
    {"GET /text", answer_text},
    {"GET /nothing", answer_nothing},
    {"POST /json", answer_json},
    {"POST /ok", answer_ok},
    {"POST /status/:status", answer_status},
    {"POST /status-alone/:status", answer_status_alone},
    {"POST /send-status/:status", answer_send_status},
    {"POST /bad-request", answer_bad_request},
    {"GET /forbidden", answer_forbidden},
    {"GET /not-found", answer_not_found},
    {"POST /server-error", answer_server_error},
    {"GET /throw", answer_thrown},
    {"GET /redirect", answer_redirect},
    {"GET /binary", answer_binary},
    {"GET /set-headers", answer_headers},
    {"GET /set-headers-spelled", answer_headers_spelled},
    {"GET /twice", answer_twice},
    {"GET /wait", wait_for_go},
    {"GET /go", go},
    {"POST /count", add_one},
    {"GET /count", tell_count},
    {NULL, NULL},
};
