#include "request/res_view.h"

#include "base/utf8.h"
#include "request/builtin.h"
#include "request/req_locale.h"
#include "request/res.h"
#include "web/csrf.h"

#include <sails/session.h>
#include <sails/view.h>

/*
 * Views as answers. A page is made before it is claimed as the answer, so that what its templates do (a token, which is
 * put into the session) still counts.
 */

/* ---- what templates ask ---- */

/* NULL, and what is no UTF-8, as null. */
static void put_text(json_t *object, const char *name, const char *text)
{
    json_t *value = text != NULL ? json_string(text) : NULL;

    (void)json_object_set_new(object, name, value != NULL ? value : json_null());
}

static void put_value(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set(object, name, value != NULL ? value : json_null());
}

static json_t *headers_of(const struct sails_req *req)
{
    json_t *headers = json_object();
    struct str name;
    struct str value;

    for (size_t i = 0; header_list_at(&req->headers, i, &name, &value); i++) {
        put_text(headers, name.ptr, value.ptr);
    }
    return headers;
}

/* `req`: what it says, as it is now. Where memory is out there is less of it. */
static json_t *tell_request(struct sails_req *req)
{
    json_t *told = json_object();

    put_text(told, "method", sails_req_method(req));
    put_text(told, "url", sails_req_url(req));
    put_text(told, "originalUrl", sails_req_url(req));
    put_text(told, "path", sails_req_path(req));
    put_text(told, "ip", sails_req_ip(req));
    put_text(told, "protocol", sails_req_protocol(req));
    put_text(told, "hostname", sails_req_hostname(req));
    put_text(told, "host", sails_req_hostname(req));
    put_text(told, "baseUrl", sails_req_base_url(req));
    put_value(told, "params", req->params);
    put_value(told, "query", sails_req_query(req));
    put_value(told, "body", sails_req_body(req));
    put_value(told, "options", sails_req_options(req));
    put_value(told, "session", sails_req_session(req));
    (void)json_object_set_new(told, "headers", headers_of(req));
    (void)json_object_set_new(told, "xhr", json_boolean(sails_req_xhr(req)));
    (void)json_object_set_new(told, "secure", json_boolean(sails_req_secure(req)));
    (void)json_object_set_new(told, "isSocket", json_boolean(sails_req_is_socket(req)));
    (void)json_object_set_new(told, "wantsJSON", json_boolean(sails_req_wants_json(req)));
    return told;
}

static json_t *tell_response(const struct sails_req *req)
{
    return json_pack("{s:i}", "statusCode", req->res.status != 0 ? (int)req->res.status : 200);
}

static json_t *make_token(struct sails_req *req)
{
    char token[CSRF_TOKEN_LEN + 1] = "";

    (void)builtin_make_csrf_token(req, token);
    return json_string(token);
}

struct asker {
    const struct request_service *service;
    struct sails_req *req;       /* NULL: none */
    const struct locale *locale; /* whose texts they get; NULL: the keys */
};

static json_t *answer_template(void *ctx, const char *name, const json_t *args)
{
    const struct asker *asker = ctx;
    json_t *text = NULL;

    if (req_locale_answer(asker->service, asker->locale, name, args, &text)) {
        return text;
    }
    if (strcmp(name, "sails") == 0) {
        return json_incref(asker->service->view_sails);
    }
    if (asker->req == NULL || !request_reads(asker->req)) {
        return NULL;
    }
    if (strcmp(name, "req") == 0) {
        return tell_request(asker->req);
    }
    if (strcmp(name, "res") == 0) {
        return tell_response(asker->req);
    }
    if (strcmp(name, "session") == 0) {
        return json_incref(sails_req_session(asker->req));
    }
    return strcmp(name, "_csrf") == 0 ? make_token(asker->req) : NULL;
}

/* ---- making a page ---- */

int res_view_add_locals(json_t *locals, const json_t *more)
{
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach((json_t *)(uintptr_t)more, name, value) /* it is only read */
    {
        if (json_object_get(locals, name) == NULL) {
            rc = json_object_set(locals, name, value) < 0 ? SAILS_ENOMEM : rc;
        }
    }
    return rc;
}

/* "": the app's; NULL: none. */
static const char *layout_of(const json_t *locals)
{
    const json_t *layout = json_object_get(locals, "layout");

    if (json_is_string(layout) && json_string_length(layout) > 0) {
        return json_string_value(layout);
    }
    return layout == NULL || json_is_true(layout) ? "" : NULL;
}

static void log_fault(const struct request_service *service, const struct view_fault *fault, int rc)
{
    struct str rest = buf_str(&fault->excerpt);
    struct str line;

    log_line(service->log, LOG_ERROR, "Could not render a view: %.*s%s",
             STR_FMT(buf_str(&fault->why)), fault->why.len == 0 ? sails_strerror(rc) : "");
    while (!service->options.is_production && rest.len > 0) {
        line = (struct str){rest.ptr, str_find(rest, '\n')};
        log_line(service->log, LOG_BLANK, "%.*s", STR_FMT(line));
        rest = str_from_offset(rest, line.len + (line.len < rest.len));
    }
}

/* The request's; without one what the local `locale` says. */
static const struct locale *locale_of(const struct request_service *service, struct sails_req *req,
                                      const json_t *locals)
{
    const char *code = json_string_value(json_object_get(locals, "locale"));
    const struct locale *found = NULL;

    if (req != NULL) {
        return req_locale_of(req);
    }
    found = code != NULL ? locales_find(service->locales, str_from(code)) : NULL;
    return found != NULL ? found : service->locales->fallback;
}

int res_view_render(const struct request_service *service, struct sails_req *req, const char *file,
                    json_t *locals, struct buf *html, struct view_fault *fault)
{
    struct asker asker = {service, req, locale_of(service, req, locals)};
    struct view_call call = {.name = file,
                             .locals = locals,
                             .layout = layout_of(locals),
                             .ask = answer_template,
                             .ctx = &asker};
    int rc = views_render(service->views, &call, html, fault);

    if (rc < 0) {
        log_fault(service, fault, rc);
    }
    return rc;
}

/* ---- answers ---- */

/* All that a template of this response sees; NULL: no memory. A new object. */
static json_t *gather_locals(const struct sails_req *req, const json_t *given)
{
    const json_t *options = req->target != NULL ? req->target->options : NULL;
    json_t *locals = json_object();
    int rc = res_view_add_locals(locals, given);

    rc = rc == 0 ? res_view_add_locals(locals, req->res.locals) : rc;
    rc = rc == 0 ? res_view_add_locals(locals, json_object_get(options, "locals")) : rc;
    rc = rc == 0 ? res_view_add_locals(locals, req->service->view_locals) : rc;
    if (rc < 0) {
        json_decref(locals);
        return NULL;
    }
    return locals;
}

static int render(sails_res *res, const char *file, const json_t *given, struct buf *html,
                  struct view_fault *fault)
{
    struct sails_req *req = res_request(res);
    json_t *locals = gather_locals(req, given);
    int rc = locals != NULL ? res_view_render(req->service, req, file, locals, html, fault)
                            : SAILS_ENOMEM;

    json_decref(locals);
    return rc;
}

/* For developers: the error, and the lines around. */
static json_t *describe_fault(const struct view_fault *fault)
{
    struct buf text = {0};
    json_t *described = NULL;

    buf_append_str(&text, buf_str(&fault->why));
    buf_append(&text, "\n\n", 2);
    buf_append_str(&text, buf_str(&fault->excerpt));
    if (buf_error(&text) == 0) {
        described = json_stringn(text.ptr, text.len);
    }
    buf_deinit(&text);
    return described;
}

static const char *folder_of(const struct request_service *service)
{
    return service->views != NULL ? service->views->files.folder : "views";
}

/* request-response 9: what is said of a view that is not there. */
static json_t *describe_missing(const char *code, const char *name, const char *folder,
                                const char *why)
{
    return name != NULL ? json_pack("{s:s, s:i, s:s, s:{s:s, s:s, s:s}}", "code", code, "status",
                                    500, "message", why, "view", "name", name, "root", folder,
                                    "defaultEngine", "ejs")
                        : json_pack("{s:s, s:i, s:s}", "code", code, "status", 500, "message", why);
}

static int refuse(sails_res *res, const char *code, const char *name, const char *why)
{
    const struct request_service *service = res_request(res)->service;

    log_line(service->log, LOG_ERROR, "Sending 500 (\"Server Error\") response: %s: %s", code, why);
    (void)res_answer_view_error(res, describe_missing(code, name, folder_of(service), why));
    return SAILS_ENOENT;
}

int res_view_answer(sails_res *res, const char *file, json_t *locals)
{
    struct view_fault fault = {0};
    struct buf html = {0};
    int rc = render(res, file, locals, &html, &fault);

    json_decref(locals);
    if (rc < 0) {
        (void)res_answer_view_error(res, describe_fault(&fault));
    } else {
        rc = res_claim(res);
        rc = rc == 0 ? res_answer_text(res, buf_str(&html), RES_TYPE_HTML) : rc;
    }
    view_fault_deinit(&fault);
    buf_deinit(&html);
    return rc;
}

bool res_view_error(sails_res *res, unsigned status, const char *name, json_t *locals, int *rc)
{
    const struct sails_req *req = res_request(res);
    char file[VIEW_NAME_MAX];
    struct view_fault fault = {0};
    struct buf html = {0};
    bool is_made = req->service->views != NULL && !res->is_answered &&
                   views_find(req->service->views, str_from(name), file) &&
                   views_is_template(file) && render(res, file, locals, &html, &fault) == 0;

    json_decref(locals);
    if (is_made) {
        res->status = status;
        header_list_remove(&res->headers, STR("content-type"));
        *rc = res_claim(res);
        *rc = *rc == 0 ? res_answer_text(res, buf_str(&html), RES_TYPE_HTML) : *rc;
    }
    view_fault_deinit(&fault);
    buf_deinit(&html);
    return is_made;
}

/* "user/find" of an action "user/find", or "user.find". False: there is none. */
static bool infer_name(const struct sails_req *req, char *name)
{
    if (req->target == NULL || req->target->identity == NULL) {
        return false;
    }
    (void)snprintf(name, VIEW_NAME_MAX, "%s", req->target->identity);
    for (char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot, '.')) {
        *dot = '/';
    }
    return true;
}

static int view_named(sails_res *res, const char *name, json_t *locals)
{
    const struct sails_req *req = res_request(res);
    char file[VIEW_NAME_MAX];
    char why[320];

    if (req->service->views != NULL && views_find(req->service->views, str_from(name), file)) {
        return res_view_answer(res, file, locals);
    }
    json_decref(locals);
    (void)snprintf(
        why, sizeof(why),
        "Could not render view \"%.128s\": below %.64s/ there is neither that .ejs nor that .html",
        name, folder_of(req->service));
    return refuse(res, "E_VIEW_FAILED", name, why);
}

int sails_res_view(sails_res *res, const char *name, json_t *locals)
{
    char inferred[VIEW_NAME_MAX];
    int rc = res == NULL ? SAILS_EINVAL : 0;

    if (rc == 0 && res->is_answered) {
        rc = res_claim(res); /* which says so */
    }
    if (rc < 0) {
        json_decref(locals);
        return rc;
    }
    if (name == NULL && !infer_name(res_request(res), inferred)) {
        json_decref(locals);
        return refuse(res, "E_VIEW_INFER", NULL,
                      "No path specified, and no path could be inferred from the request context.");
    }
    return view_named(res, name != NULL ? name : inferred, locals);
}

/* ---- res.locals ---- */

int sails_res_set_local(sails_res *res, const char *name, json_t *value)
{
    int rc = 0;

    if (res == NULL || name == NULL || res->is_answered) {
        json_decref(value);
        return res != NULL && name != NULL ? SAILS_ESTATE : SAILS_EINVAL;
    }
    if (res->locals == NULL) {
        res->locals = json_object();
    }
    if (value == NULL) {
        (void)json_object_del(res->locals, name);
        return 0;
    }
    rc = json_object_set_new(res->locals, name, value);
    if (rc < 0) {
        return res->locals == NULL || utf8_is_valid(str_bytes(str_from(name))) ? SAILS_ENOMEM
                                                                               : SAILS_EINVAL;
    }
    return 0;
}

json_t *sails_res_local(const sails_res *res, const char *name)
{
    return res != NULL && name != NULL ? json_object_get(res->locals, name) : NULL;
}
