#include "engineio/eio_cors.h"

#include <inttypes.h>
#include <sails/err.h>
#include <stdio.h>

static const char default_methods[] = "GET,HEAD,PUT,PATCH,POST,DELETE";

enum {
    DEFAULT_STATUS = 204
};

static bool is_listed(const struct eio_cors *cors, struct str origin)
{
    for (size_t i = 0; i < cors->n_origins; i++) {
        if (str_eq(str_from(cors->origins[i]), origin)) {
            return true;
        }
    }
    return false;
}

/* The value of Access-Control-Allow-Origin; empty: no such header. */
static struct str choose_origin(const struct eio_cors *cors, struct str origin)
{
    switch (cors->origin) {
    case EIO_CORS_OFF:
        break;
    case EIO_CORS_ANY:
        return STR("*");
    case EIO_CORS_FIXED:
        return cors->n_origins > 0 ? str_from(cors->origins[0]) : (struct str){0};
    case EIO_CORS_REFLECT:
        return origin;
    case EIO_CORS_LIST:
        return is_listed(cors, origin) ? origin : (struct str){0};
    }
    return (struct str){0};
}

/* Adds a header unless its value is empty. */
static int add(struct http_exchange *x, struct str name, struct str value)
{
    return value.len > 0 ? http_add_header(x, name, value) : 0;
}

/* All that is on every response but Vary. */
static int add_common(const struct eio_cors *cors, struct http_exchange *x)
{
    struct str origin = http_header(http_request(x), STR("origin"));
    int rc = add(x, STR("Access-Control-Allow-Origin"), choose_origin(cors, origin));

    if (rc == 0 && cors->credentials) {
        rc = add(x, STR("Access-Control-Allow-Credentials"), STR("true"));
    }
    if (rc == 0) {
        rc = add(x, STR("Access-Control-Expose-Headers"), str_from(cors->exposed_headers));
    }
    return rc;
}

/* One Vary header with all that the answer depends on. */
static int add_vary(const struct eio_cors *cors, struct http_exchange *x, bool on_headers)
{
    bool on_origin = cors->origin != EIO_CORS_ANY;

    if (on_origin && on_headers) {
        return add(x, STR("Vary"), STR("Origin, Access-Control-Request-Headers"));
    }
    if (on_origin) {
        return add(x, STR("Vary"), STR("Origin"));
    }
    return on_headers ? add(x, STR("Vary"), STR("Access-Control-Request-Headers")) : 0;
}

static int answer_preflight(const struct eio_cors *cors, struct http_exchange *x)
{
    struct str wanted = http_header(http_request(x), STR("access-control-request-headers"));
    struct str methods = str_from(cors->methods != NULL ? cors->methods : default_methods);
    bool reflect = cors->allowed_headers == NULL;
    char max_age[24] = "";
    int rc = add_common(cors, x);

    if (rc == 0) {
        rc = add_vary(cors, x, reflect);
    }
    if (rc == 0) {
        rc = add(x, STR("Access-Control-Allow-Methods"), methods);
    }
    if (rc == 0) {
        rc = add(x, STR("Access-Control-Allow-Headers"),
                 reflect ? wanted : str_from(cors->allowed_headers));
    }
    if (rc == 0) {
        if (cors->max_age_s > 0) {
            snprintf(max_age, sizeof(max_age), "%" PRIu64, cors->max_age_s);
        }
        rc = add(x, STR("Access-Control-Max-Age"), str_from(max_age));
    }
    if (rc < 0) {
        http_drop(x); /* half an answer would be cached by the browser */
        return 1;
    }
    http_respond(x, cors->success_status != 0 ? cors->success_status : DEFAULT_STATUS,
                 (struct bytes){0});
    return 1;
}

int eio_cors_apply(const struct eio_cors *cors, struct http_exchange *x)
{
    int rc = 0;

    if (cors->origin == EIO_CORS_OFF) {
        return 0;
    }
    if (http_request(x)->method == HTTP_METHOD_OPTIONS) {
        return answer_preflight(cors, x);
    }
    rc = add_common(cors, x);
    return rc < 0 ? rc : add_vary(cors, x, false);
}
