/*
 * What the parts of a request say, parsed: the first byte chooses the parser, the rest is hostile text.
 * What must hold: results are views into what was there or values of their own, what goes into a header
 * cannot leave it, and what is undone comes back.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/config_comments.h"
#include "http/url.h"
#include "router/router.h"
#include "schema/inputs.h"
#include "session/session_cookie.h"
#include "web/cookie.h"
#include "web/disposition.h"
#include "web/etag.h"
#include "web/negotiate.h"
#include "web/query.h"
#include "web/trust_proxy.h"
#include "web/uri_encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET STR("a secret")

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static void require_inside(struct str part, struct str whole)
{
    require(part.len == 0 ||
            (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

/* What may stand in a header. */
static void require_printable(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        require(text->ptr[i] >= 0x20 && text->ptr[i] < 0x7f);
    }
}

/* ---- queries ---- */

static void check_query(struct str text)
{
    const struct query_limits *const limits[] = {&query_url_limits, &query_body_limits};
    json_t *flat = query_parse_flat(text);

    require(json_is_object(flat));
    json_decref(flat);
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        json_t *tree = NULL;
        int rc = query_parse(text, limits[i], &tree);

        require((rc == 0) == json_is_object(tree));
        require(json_object_get(tree, "__proto__") == NULL);
        json_decref(tree);
    }
}

/* ---- cookies ---- */

static void check_session_id(struct str sid)
{
    struct buf cookie = {0};
    struct buf again = {0};

    require(session_cookie_write(&cookie, sid, SECRET) == 0);
    require_printable(&cookie);
    require(memchr(cookie.ptr, ';', cookie.len) == NULL);
    if (sid.len > 0 && sid.len <= SESSION_ID_MAX && memchr(sid.ptr, '\0', sid.len) == NULL) {
        require(session_cookie_read(&again, buf_str(&cookie), SECRET) == 0);
        require(str_eq(buf_str(&again), sid));
    }
    require(session_cookie_read(&again, buf_str(&cookie), STR("another")) < 0);
    buf_deinit(&cookie);
    buf_deinit(&again);
}

static void check_cookies(struct str text)
{
    json_t *plain = NULL, *is_signed = NULL;
    struct str found = session_cookie_find(text, STR("sid"));
    struct buf sid = {0};

    require_inside(found, text);
    if (session_cookie_read(&sid, found, SECRET) == 0) {
        require(sid.len > 0 && sid.len <= SESSION_ID_MAX);
    }
    buf_deinit(&sid);
    require(cookie_parse(text, SECRET, &plain, &is_signed) == 0);
    require(json_is_object(plain) && json_is_object(is_signed));
    json_decref(plain);
    json_decref(is_signed);
    check_session_id(text);
}

/* ---- headers ---- */

static void check_negotiation(struct str text)
{
    static const char *const offers[] = {"text/html",  "json", "gzip", "identity", "en-US",
                                         "utf-8; a=b", "",     "*/*",  "+json",    NULL};

    for (int subject = NEGOTIATE_TYPE; subject <= NEGOTIATE_LANGUAGE; subject++) {
        int best = negotiate((enum negotiate_subject)subject, text, offers);

        require(best >= NEGOTIATE_NONE && best < (int)ARRAY_LEN(offers) - 1);
    }
    for (size_t i = 0; i + 1 < ARRAY_LEN(offers); i++) {
        negotiate_is_type(text, str_from(offers[i]));
        negotiate_is_type(str_from(offers[i]), text);
    }
}

static void check_proxies(struct str text)
{
    struct trust_proxy trust;
    json_t *setting = json_stringn(text.len > 0 ? text.ptr : "", text.len);
    json_t *subnets = json_string("loopback, 10.0.0.0/8, fe80::/10");
    json_t *list = NULL;

    if (trust_proxy_init(&trust, setting) == 0) {
        trust_proxy_believes(&trust, STR("10.1.2.3"), 0);
        trust_proxy_deinit(&trust);
    }
    require(trust_proxy_init(&trust, subnets) == 0);
    list = trust_proxy_list(&trust, STR("127.0.0.1"), text);
    require(json_is_array(list) || !utf8_is_valid(str_bytes(text))); /* a header is UTF-8 */
    json_decref(list);
    trust_proxy_deinit(&trust);
    json_decref(setting);
    json_decref(subnets);
}

static void check_freshness(struct str text)
{
    struct header_list request = {0}, response = {0};
    struct str value = {text.ptr, str_find(text, '\n')};
    struct str tag = value.len < text.len ? str_from_offset(text, value.len + 1) : STR("\"x\"");

    require(header_list_add(&request, STR("if-none-match"), value) == 0);
    require(header_list_add(&response, STR("ETag"), tag) == 0);
    etag_is_fresh(&request, &response);
    header_list_remove(&request, STR("if-none-match"));
    require(header_list_add(&request, STR("if-modified-since"), value) == 0);
    require(header_list_add(&response, STR("Last-Modified"), tag) == 0);
    etag_is_fresh(&request, &response);
    header_list_deinit(&request);
    header_list_deinit(&response);
}

static void check_encoding(struct str text)
{
    struct buf component = {0}, decoded = {0}, url = {0}, again = {0}, disposition = {0};

    uri_encode_component(&component, text);
    require_printable(&component);
    if (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL) {
        require(url_decode(&decoded, buf_str(&component), false, false) == 0);
        require(str_eq(buf_str(&decoded), text));
    }
    uri_encode(&url, text);
    require_printable(&url);
    uri_encode(&again, buf_str(&url));
    require(str_eq(buf_str(&url), buf_str(&again)));
    disposition_write(&disposition, text);
    require_printable(&disposition);
    require_inside(disposition_extension(text), text);
    buf_deinit(&component);
    buf_deinit(&decoded);
    buf_deinit(&url);
    buf_deinit(&again);
    buf_deinit(&disposition);
}

/* ---- routes ---- */

static void check_path(const struct router *router, struct str path)
{
    const struct router_query query = {HTTP_METHOD_GET, path, NULL};
    struct route_match match;
    unsigned methods = 0;

    if (router_find(router, &query, &match, &methods) != ROUTER_FOUND) {
        return;
    }
    require(match.n_params <= ROUTE_PARAMS_MAX);
    for (size_t i = 0; i < match.n_params; i++) {
        require_inside(match.params[i].value, path);
    }
}

static void check_paths(struct str text)
{
    static const char *const addresses[] = {
        "GET /",    "/a/:b/:c?",       "/a/*",         "/files/:name.:ext",
        "/x/*/y/*", "r|^/r/(\\d+)$|n", "r|^/(a+)+$|x", "/a/b",
    };
    struct router router;

    router_init(&router);
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        require(router_add(&router, addresses[i], &router) == 0);
    }
    check_path(&router, text);
    router_deinit(&router);
}

/* Addresses come from files, too. */
static void check_address(struct str text)
{
    char *address = mem_strndup(text.len > 0 ? text.ptr : "", text.len);
    struct route *route = NULL;
    struct route_match match = {0};

    require(address != NULL);
    if (text.len <= 128 && route_create(address, address, &route) == 0) {
        route_rank(route);
        route_try(route, STR("/a/b.c/d"), &match);
        route_destroy(route);
    }
    mem_free(address);
}

/* ---- inputs ---- */

static json_t *param(void *ctx, const char *name)
{
    return json_object_get(ctx, name);
}

static const struct sails_input table[] = {
    {.name = "a", .type = "string", .required = true, .is_email = true, .max_length = 20},
    {.name = "b", .type = "number", .min = "0", .max = "150", .is_integer = true},
    {.name = "c", .type = "[number]"},
    {.name = "d", .type = "{x: boolean, y: [{z: string}]}"},
    {.name = "e", .type = "string", .is_url = true, .is_in = SAILS_TEXTS("http://a.de", "b")},
    {.name = "f", .type = "string", .is_ip = true, .is_uuid = true, .regex = "^(a+)+$"},
    {.name = "g", .type = "string", .is_hex_color = true, .is_credit_card = true},
    {.name = "h", .type = "json"},
    {0},
};

static void check_inputs(struct str text)
{
    static const struct sails_action_def def = {.inputs = table};
    struct inputs *inputs = NULL;
    struct buf why = {0};
    json_t *query = NULL, *values = NULL, *problems = NULL;
    json_error_t error;
    int rc = inputs_create("fuzz", &def, &why, &inputs);

    require(rc == 0);
    query = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &error);
    if (query == NULL && query_parse(text, &query_url_limits, &query) < 0) {
        query = json_object();
    }
    rc = inputs_read(inputs, &(struct inputs_source){param, param, query}, &values, &problems);
    require(rc == 0 ? json_is_object(values) : json_array_size(problems) > 0);
    json_decref(values);
    json_decref(problems);
    json_decref(query);
    buf_deinit(&why);
    inputs_destroy(inputs);
}

/* ---- configuration ---- */

/* Lines stay where they are, and a text without comments stays as it is. */
static void check_comments(struct str text)
{
    char *once = mem_strndup(text.len > 0 ? text.ptr : "", text.len);
    char *twice = NULL;
    size_t line = 0;

    require(once != NULL);
    if (config_comments_blank(once, text.len, &line) == 0) {
        twice = mem_strndup(once, text.len);
        require(twice != NULL && config_comments_blank(twice, text.len, &line) == 0);
        require(memcmp(once, twice, text.len) == 0);
    } else {
        require(line > 0);
    }
    for (size_t i = 0; i < text.len; i++) {
        require((once[i] == '\n') == (text.ptr[i] == '\n'));
    }
    mem_free(once);
    mem_free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(struct str) = {
        check_query,    check_cookies, check_negotiation, check_proxies, check_freshness,
        check_encoding, check_paths,   check_address,     check_inputs,  check_comments,
    };

    if (size > 0) {
        checks[data[0] % ARRAY_LEN(checks)]((struct str){(const char *)data + 1, size - 1});
    }
    return 0;
}
