#include "request/request.h"
#include "request/request_phases.h"
#include "request/res.h"
#include "web/csrf.h"
#include "web/origin.h"

/*
 * Forged requests, and those of pages of other origins.
 */

static struct str header_of(const void *headers, struct str name)
{
    return header_list_get(headers, name);
}

/* Developers want to know; of others' requests nobody does. Always true. */
static bool tell_forged(const struct sails_req *req, const char *why)
{
    if (!req->service->options.is_production) {
        log_line(req->service->log, LOG_DEBUG, "%s %s is refused: %s", sails_req_method(req),
                 req->path, why);
    }
    return true;
}

bool request_security_is_forged(struct sails_req *req)
{
    const struct request_target *target = req->target;
    bool own = target != NULL && target->csrf == REQUEST_CSRF_ON;
    bool has_own = target != NULL && target->csrf != REQUEST_CSRF_UNSET;
    const json_t *secret = json_object_get(req->session.json, CSRF_SECRET_KEY);
    struct str token;

    if (!csrf_is_on(req->service->options.csrf, has_own ? &own : NULL) ||
        !csrf_checks_method(req->method)) {
        return false;
    }
    token = csrf_token_find(req->body, sails_req_query(req), header_of, &req->headers);
    if (token.ptr == NULL) {
        return tell_forged(req, "it has no CSRF token: `_csrf` in body or query, or X-CSRF-Token");
    }
    if (!json_is_string(secret)) {
        return tell_forged(req, "its session has given no CSRF token: has its cookie come?");
    }
    return !csrf_token_verify(token, str_from(json_string_value(secret))) &&
           tell_forged(req, "its CSRF token is not one of its session");
}

static const struct cors_settings *cors_of(const struct request_service *service,
                                           const struct request_target *target)
{
    if (target != NULL && target->cors_kind != REQUEST_CORS_UNSET) {
        return target->cors_kind == REQUEST_CORS_OWN ? &target->cors : NULL;
    }
    return service->options.cors_all_routes ? &service->cors : NULL;
}

static enum http_method method_named(struct str name)
{
    for (int i = 0; i < HTTP_METHOD_OTHER; i++) {
        if (str_eq(name, str_from(request_method_name((enum http_method)i)))) {
            return (enum http_method)i;
        }
    }
    return HTTP_METHOD_OTHER;
}

/* The method that a preflight asks for (Fetch standard, "CORS-preflight request"). */
static bool read_preflight(const struct sails_req *req, enum http_method *asked)
{
    struct str name = header_list_get(&req->headers, STR("access-control-request-method"));

    if (req->method != HTTP_METHOD_OPTIONS || name.ptr == NULL ||
        header_list_get(&req->headers, STR("origin")).ptr == NULL) {
        return false;
    }
    *asked = method_named(name);
    return true;
}

/* A preflight is about the route of another method, which says what is allowed. */
static const struct cors_settings *preflight_cors(struct sails_req *req, enum http_method asked)
{
    const struct router_query query = {asked, str_from(req->path), NULL};
    struct route_match match;
    unsigned methods = 0;
    bool is_found = router_find(&req->service->router, &query, &match, &methods) == ROUTER_FOUND;

    return cors_of(req->service, is_found ? match.route->target : NULL);
}

/* A page of another site asks, and its browser will not let it read the answer. */
static void tell_foreign(const struct sails_req *req, struct str origin)
{
    struct str allowed = header_list_get(&req->res.headers, STR("access-control-allow-origin"));

    if (!req->service->options.is_production && origin.ptr != NULL && allowed.ptr == NULL &&
        !origin_is_of_host(origin, header_list_get(&req->headers, STR("host")))) {
        log_line(req->service->log, LOG_DEBUG,
                 "%s %s: a page of %.*s may not read the answer: neither `cors` of the route nor "
                 "security.cors with allRoutes has that origin",
                 sails_req_method(req), req->path, STR_FMT(origin));
    }
}

void request_security_apply_cors(struct sails_req *req)
{
    struct str origin = header_list_get(&req->headers, STR("origin"));
    enum http_method asked = HTTP_METHOD_OTHER;
    bool is_preflight = read_preflight(req, &asked);
    const struct cors_settings *settings =
        is_preflight ? preflight_cors(req, asked) : cors_of(req->service, req->target);
    int rc = 0;

    if (settings == NULL) {
        tell_foreign(req, origin);
        return;
    }
    rc = cors_apply(settings, origin, is_preflight, &req->res.headers);
    tell_foreign(req, origin);
    if (rc == 0 && !res_is_socket(&req->res)) {
        rc = cors_tell_caches(settings, &req->res.headers);
    }
    if (rc < 0) {
        log_line(req->service->log, LOG_WARN, "%s %s: no memory for its CORS headers",
                 sails_req_method(req), req->path);
    }
    if (is_preflight) {
        sails_res_send(&req->res, NULL);
    }
}
