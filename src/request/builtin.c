#include "request/builtin.h"

#include "request/request.h"
#include "web/csrf.h"

void builtin_get_cookie(sails_req *req, sails_res *res)
{
    sails_res_set(res, "Content-Type",
                  sails_req_is_socket(req) ? "application/javascript"
                                           : "application/javascript; charset=utf-8");
    sails_res_send(res, "_sailsIoJSConnect();");
}

/* A page that got its token over a socket could be any page: the handshake asks nobody. */
static void refuse_socket(sails_req *req, sails_res *res)
{
    if (req->service->is_production) {
        sails_res_not_found(res);
        return;
    }
    sails_res_status(res, 400);
    sails_res_send(
        res,
        "CSRF tokens are not granted over sockets, only spent. Fetch one by an HTTP request with "
        "the same session cookie, such as GET /csrfToken.");
}

/* The session's secret, made at the first grant. NULL: no memory. */
static const char *take_secret(sails_req *req)
{
    json_t *session = req->session.json;
    json_t *secret = json_object_get(session, CSRF_SECRET_KEY);
    char made[CSRF_SECRET_LEN + 1];

    if (!json_is_string(secret)) {
        csrf_secret_make(worker_env(req->worker), made);
        secret = json_string(made);
        if (json_object_set_new(session, CSRF_SECRET_KEY, secret) != 0) {
            return NULL;
        }
    }
    return json_string_value(secret);
}

void builtin_grant_csrf_token(sails_req *req, sails_res *res)
{
    char token[CSRF_TOKEN_LEN + 1] = "";
    const char *secret = NULL;

    if (sails_req_is_socket(req)) {
        refuse_socket(req, res);
        return;
    }
    if (req->service->csrf && req->session.json != NULL) {
        secret = take_secret(req);
        if (secret == NULL || !csrf_token_make(worker_env(req->worker), token, str_from(secret))) {
            sails_res_server_error(res, NULL);
            return;
        }
    }
    sails_res_json(res, json_pack("{s:s}", "_csrf", token));
}
