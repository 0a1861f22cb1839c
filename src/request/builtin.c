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
    if (req->service->options.is_production) {
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
static const char *take_secret(sails_req *req, struct env *env)
{
    json_t *session = req->session.json;
    json_t *secret = json_object_get(session, CSRF_SECRET_KEY);
    char made[CSRF_SECRET_LEN + 1];

    if (!json_is_string(secret)) {
        csrf_secret_make(env, made);
        secret = json_string(made);
        if (json_object_set_new(session, CSRF_SECRET_KEY, secret) != 0) {
            return NULL;
        }
    }
    return json_string_value(secret);
}

bool builtin_make_csrf_token(sails_req *req, char *token)
{
    const struct machine *machine = req->service->io->machine;
    struct env env = {.random = machine->random, .random_ctx = machine->ctx};
    const char *secret = NULL;

    token[0] = '\0';
    if (!req->service->options.csrf || req->session.json == NULL) {
        return true;
    }
    secret = take_secret(req, &env);
    return secret != NULL && csrf_token_make(&env, token, str_from(secret));
}

void builtin_grant_csrf_token(sails_req *req, sails_res *res)
{
    char token[CSRF_TOKEN_LEN + 1] = "";

    if (sails_req_is_socket(req)) {
        refuse_socket(req, res);
        return;
    }
    if (!builtin_make_csrf_token(req, token)) {
        sails_res_server_error(res, NULL);
        return;
    }
    sails_res_json(res, json_pack("{s:s}", "_csrf", token));
}
