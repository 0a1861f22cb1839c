/*
 * uploads.c - sails/upload.h: an action for each way to receive files.
 */
#include <sails/sails.h>
#include <stdlib.h>
#include <string.h>

/* The form's text fields as they are when the action begins, and when the files have come. */
struct visit {
    sails_res *res;
    json_t *before;
    int n_left;
    json_t *results; /* by field */
};

static struct visit *begin_visit(sails_req *req, sails_res *res, int n_uploads)
{
    struct visit *visit = calloc(1, sizeof(*visit));

    visit->res = res;
    visit->before = json_deep_copy(sails_req_body(req));
    visit->n_left = n_uploads;
    visit->results = json_object();
    return visit;
}

static void end_visit(struct visit *visit)
{
    json_decref(visit->before);
    json_decref(visit->results);
    free(visit);
}

/* ---- one field ---- */

static void answer_files(sails_req *req, int err, json_t *result, void *ctx)
{
    struct visit *visit = ctx;

    if (req != NULL) {
        sails_res_status(visit->res, err < 0 ? 500 : 200);
        sails_res_json(visit->res, json_pack("{s:O, s:O?, s:O, s:i}", "before", visit->before,
                                             "body", sails_req_body(req),
                                             err < 0 ? "error" : "files", result, "err", err));
    }
    end_visit(visit);
}

static void receive(sails_req *req, sails_res *res, struct sails_upload_options options)
{
    struct visit *visit = begin_visit(req, res, 1);
    int rc = sails_req_upload(req, "avatar", &options, answer_files, visit);

    if (rc < 0) {
        end_visit(visit);
        sails_res_status(res, 500);
        sails_res_json(res, json_pack("{s:s}", "refused", sails_err_name(rc)));
    }
}

static void upload(sails_req *req, sails_res *res)
{
    receive(req, res, (struct sails_upload_options){0});
}

static void upload_small(sails_req *req, sails_res *res)
{
    receive(req, res, (struct sails_upload_options){.max_bytes = 100000});
}

static void upload_named(sails_req *req, sails_res *res)
{
    const char *folder = sails_req_param(req, "folder");

    receive(req, res, (struct sails_upload_options){.dirname = folder, .save_as = "name.txt"});
}

static void upload_nowhere(sails_req *req, sails_res *res)
{
    receive(req, res, (struct sails_upload_options){.dirname = "/dev/null/uploads"});
}

/* ---- two fields, and one after the other ---- */

static void collect(sails_req *req, struct visit *visit, const char *field, json_t *result)
{
    (void)req;
    json_object_set(visit->results, field, result);
    visit->n_left--;
    if (visit->n_left == 0) {
        sails_res_json(visit->res, json_incref(visit->results));
        end_visit(visit);
    }
}

static void collect_a(sails_req *req, int err, json_t *result, void *ctx)
{
    (void)err;
    collect(req, ctx, "a", result);
}

static void collect_b(sails_req *req, int err, json_t *result, void *ctx)
{
    (void)err;
    collect(req, ctx, "b", result);
}

static void upload_two(sails_req *req, sails_res *res)
{
    struct visit *visit = begin_visit(req, res, 2);

    sails_req_upload(req, "b", NULL, collect_b, visit);
    sails_req_upload(req, "a", NULL, collect_a, visit);
}

static void ask_for_b(sails_req *req, int err, json_t *result, void *ctx)
{
    sails_req_upload(req, "b", NULL, collect_b, ctx);
    collect_a(req, err, result, ctx);
}

static void upload_one_by_one(sails_req *req, sails_res *res)
{
    sails_req_upload(req, "a", NULL, ask_for_b, begin_visit(req, res, 2));
}

/* ---- actions that do not want the files ---- */

static void say_no(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_forbidden(res);
}

static void forget(sails_req *req, int err, json_t *result, void *ctx)
{
    (void)req;
    (void)err;
    (void)result;
    (void)ctx;
}

/* Asks, and answers without waiting. */
static void say_no_meanwhile(sails_req *req, sails_res *res)
{
    sails_req_upload(req, "avatar", NULL, forget, NULL);
    sails_res_forbidden(res);
}

static void tell_body(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("[O?]", sails_req_body(req)));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *address;
        sails_action action;
    } routes[] = {
        {"ALL /upload", upload},       {"POST /small", upload_small},
        {"POST /named", upload_named}, {"POST /nowhere", upload_nowhere},
        {"POST /two", upload_two},     {"POST /one-by-one", upload_one_by_one},
        {"POST /no", say_no},          {"POST /no-meanwhile", say_no_meanwhile},
        {"ALL /body", tell_body},
    };
    sails_app *app = sails_app_create();

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        sails_app_route(app, routes[i].address, routes[i].action);
    }
    return sails_app_run(app, argc, argv);
}
