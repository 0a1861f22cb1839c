#include "gate/request_virtual.h"

#include "base/json_value.h"
#include "base/mem.h"
#include "gate/jwr.h"

struct request_virtual {
    struct mail mail;
    const struct request_service *service;
    enum http_method method;
    struct buf url;
    json_t *data;
    json_t *headers;
    void (*done)(int status, json_t *jwr, void *ctx); /* NULL: it has been called */
    void *ctx;
};

static void tell(struct request_virtual *v, int status, json_t *jwr)
{
    void (*done)(int, json_t *, void *) = v->done;

    v->done = NULL;
    if (done != NULL) {
        done(status, jwr, v->ctx);
    }
}

static void destroy(struct request_virtual *v)
{
    tell(v, SAILS_ECANCELED, NULL);
    buf_deinit(&v->url);
    json_decref(v->data);
    json_decref(v->headers);
    mem_free(v);
}

/* ---- the answer ---- */

/* Whether text is JSON that was written for HTTP. */
static bool is_json(const struct sails_req *req)
{
    struct str type = header_list_get(&req->res.headers, STR("content-type"));
    size_t end = str_find(type, ';');

    return str_eq_nocase(str_trim((struct str){type.ptr, end}), STR("application/json"));
}

static void read_json_body(const struct sails_req *req, json_t *jwr)
{
    struct str text = buf_str(&req->res.text);
    json_t *value = NULL;

    if (req->res.kind == REQUEST_TEXT_BODY && is_json(req)) {
        value = json_loadb(text.len > 0 ? text.ptr : "", text.len, JSON_DECODE_ANY, NULL);
    }
    if (value != NULL) {
        json_object_set_new(jwr, "body", value);
    }
}

static void send_virtual(struct sails_req *req)
{
    static const struct jwr_parts all = {true, true, true};
    json_t *jwr = jwr_create(&req->res, &all);

    read_json_body(req, jwr);
    tell(req->asker, jwr != NULL ? 0 : SAILS_ENOMEM, jwr);
    json_decref(jwr);
}

static void expire_virtual(struct sails_req *req)
{
    json_t *jwr =
        json_pack("{s:s, s:{}, s:i}", "body", "Service Unavailable", "headers", "statusCode", 503);

    tell(req->asker, jwr != NULL ? 0 : SAILS_ENOMEM, jwr);
    json_decref(jwr);
}

static const char *session_cookie(struct sails_req *req)
{
    return header_list_get(&req->headers, STR("cookie")).ptr;
}

static void release_virtual(struct sails_req *req)
{
    destroy(req->asker);
}

static const struct request_transport virtual_transport = {
    .is_socket = true, /* values, and not bytes */
    .is_virtual = true,
    .send = send_virtual,
    .expire = expire_virtual,
    .session_cookie = session_cookie,
    .release = release_virtual,
};

/* ---- the request ---- */

static int copy_headers(struct sails_req *req, json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    json_object_foreach(headers, name, value)
    {
        char lower[256];
        size_t n = 0;

        for (; name[n] != '\0' && n < sizeof(lower) - 1; n++) {
            lower[n] = char_lower(name[n]);
        }
        if (rc == 0) {
            rc = header_list_set(&req->headers, (struct str){lower, n},
                                 (struct str){json_string_value(value), json_string_length(value)});
        }
    }
    return rc;
}

static void deliver(struct worker *worker, struct mail *mail)
{
    struct request_virtual *v = container_of(mail, struct request_virtual, mail);
    struct sails_req *req = NULL;

    if (worker_is_running(worker)) {
        req = request_create(v->service, worker, &virtual_transport, v->method, buf_str(&v->url));
    }
    if (req == NULL) {
        destroy(v);
        return;
    }
    req->asker = v;
    req->body = json_incref(v->data);
    if (copy_headers(req, v->headers) < 0) {
        request_destroy(req);
        return;
    }
    request_set_client(req, STR(""));
    request_run(req);
}

/* ---- what it is asked for ---- */

static bool read_method(struct str name, enum http_method *method)
{
    for (int m = 0; m < HTTP_METHOD_OTHER; m++) {
        if (str_eq_nocase(str_from(request_method_name((enum http_method)m)), name)) {
            *method = (enum http_method)m;
            return true;
        }
    }
    return false;
}

/* "POST /users?x=1": *path is "/users?x=1". */
static bool read_address(struct str address, enum http_method *method, struct str *path)
{
    size_t blank = str_find(address, ' ');

    *method = HTTP_METHOD_GET;
    *path = str_trim(address);
    if (blank < address.len && address.ptr[0] != '/') {
        *path = str_trim(str_from_offset(address, blank));
        if (!read_method((struct str){address.ptr, blank}, method)) {
            return false;
        }
    }
    return path->len > 0 && path->ptr[0] == '/' && memchr(path->ptr, ' ', path->len) == NULL;
}

static void write_encoded(struct buf *out, struct str text)
{
    static const char plain[] = "-_.~";

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c != '\0' && strchr(plain, c) != NULL);

        if (is_plain) {
            buf_append_char(out, text.ptr[i]);
        } else {
            buf_printf(out, "%%%02X", c);
        }
    }
}

static void write_pair(struct buf *out, const char *name, const json_t *value)
{
    struct buf text = {0};

    if (!json_is_string(value)) {
        (void)json_value_write(&text, value);
    }
    buf_append_char(out, str_find(buf_str(out), '?') < out->len ? '&' : '?');
    write_encoded(out, str_from(name));
    buf_append_char(out, '=');
    write_encoded(out, json_is_string(value)
                           ? (struct str){json_string_value(value), json_string_length(value)}
                           : buf_str(&text));
    buf_deinit(&text);
}

/* {"y": 2, "z": [1, 2]} is "?y=2&z=1&z=2" (app-config-cli 1.8). */
static void write_query(struct buf *out, json_t *data)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(data, name, value)
    {
        size_t i = 0;
        json_t *item = NULL;

        if (!json_is_array(value)) {
            write_pair(out, name, value);
        }
        json_array_foreach(value, i, item)
        {
            write_pair(out, name, item);
        }
    }
}

static bool has_query_of_data(enum http_method method, const json_t *data)
{
    return json_object_size(data) > 0 && (method == HTTP_METHOD_GET || method == HTTP_METHOD_HEAD ||
                                          method == HTTP_METHOD_DELETE);
}

static bool are_headers(json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(headers, name, value)
    {
        if (!json_is_string(value) || name[0] == '\0') {
            return false;
        }
    }
    return headers == NULL || json_is_object(headers);
}

static int make(const struct request_service *service, const struct request_virtual_call *call,
                struct request_virtual **out)
{
    struct request_virtual *v = NULL;
    struct str path;
    enum http_method method;

    if (!read_address(str_from(call->address), &method, &path) || !are_headers(call->headers)) {
        return SAILS_EINVAL;
    }
    v = mem_calloc(1, sizeof(*v));
    if (v == NULL) {
        return SAILS_ENOMEM;
    }
    v->service = service;
    v->method = method;
    if (has_query_of_data(method, call->data)) {
        path.len = str_find(path, '?');
        buf_append_str(&v->url, path);
        write_query(&v->url, call->data);
    } else {
        buf_append_str(&v->url, path);
    }
    if (buf_error(&v->url) < 0) {
        destroy(v);
        return SAILS_ENOMEM;
    }
    *out = v;
    return 0;
}

int request_virtual_post(const struct request_service *service, struct worker *worker,
                         const struct request_virtual_call *call)
{
    struct request_virtual *v = NULL;
    int rc = make(service, call, &v);

    if (rc < 0) {
        json_decref(call->data);
        json_decref(call->headers);
        return rc;
    }
    v->data = call->data;
    v->headers = call->headers;
    v->done = call->done;
    v->ctx = call->ctx;
    v->mail.deliver = deliver;
    worker_post(worker, &v->mail);
    return 0;
}
