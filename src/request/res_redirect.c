#include "base/html.h"
#include "base/mem.h"
#include "http/http.h"
#include "request/res.h"

/*
 * Answers that depend on what the client takes: redirections, formats, JSONP.
 */

/* ---- format ---- */

enum {
    FORMATS_MAX = 32 /* of one answer: more than anybody has written by hand */
};

/* Which one to give; NULL: none. */
static const struct sails_format *choose_format(sails_res *res, const struct sails_format *formats,
                                                size_t n)
{
    const char *types[FORMATS_MAX + 1] = {NULL};
    const struct sails_format *fallback = NULL;
    const char *best = NULL;
    size_t n_types = 0;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(formats[i].type, "default") == 0) {
            fallback = &formats[i];
        } else {
            types[n_types++] = formats[i].type;
        }
    }
    best = sails_req_accepts(res_request(res), types);
    for (size_t i = 0; best != NULL && i < n; i++) {
        if (formats[i].type == best) {
            return &formats[i];
        }
    }
    return fallback;
}

static bool are_formats(const struct sails_format *formats, size_t n)
{
    for (size_t i = 0; formats != NULL && i < n; i++) {
        if (formats[i].type == NULL || formats[i].answer == NULL) {
            return false;
        }
    }
    return formats != NULL && n > 0 && n <= FORMATS_MAX;
}

int sails_res_format(sails_res *res, const struct sails_format *formats, size_t n)
{
    const struct sails_format *found = NULL;
    int rc = are_formats(formats, n) ? sails_res_vary(res, "Accept") : SAILS_EINVAL;

    if (rc < 0) {
        return rc;
    }
    found = choose_format(res, formats, n);
    if (found == NULL) {
        return sails_res_send_status(res, 406);
    }
    if (strcmp(found->type, "default") != 0) {
        rc = sails_res_type(res, strcmp(found->type, "text") == 0 ? "txt" : found->type);
    }
    if (rc == 0) {
        found->answer(res_request(res), res);
    }
    return rc;
}

/* ---- redirect ---- */

/* "Found. Redirecting to /x" in the form that the client takes; nothing if it takes neither text nor
 * HTML. *type gets its Content-Type. */
static void write_http_body(sails_res *res, struct buf *out, struct str location, struct str *type)
{
    const char *form = sails_req_accepts(res_request(res), SAILS_ANY_OF("text", "html"));
    const char *name = http_status_text(res->status);

    *type = (struct str){NULL, 0};
    if (form == NULL) {
        return;
    }
    if (strcmp(form, "html") == 0) {
        *type = RES_TYPE_HTML;
        buf_printf(out, "<p>%s. Redirecting to ", name);
        html_append_text(out, location);
        buf_append_str(out, STR("</p>"));
        return;
    }
    *type = RES_TYPE_TEXT;
    buf_printf(out, "%s. Redirecting to %.*s", name, STR_FMT(location));
}

/* Without a tag, as in Express: nobody asks whether a redirection has changed. */
static int answer_redirect(sails_res *res, struct str location)
{
    struct str type = STR("text/html");
    int rc = 0;

    if (res_is_socket(res)) {
        buf_printf(&res->text, "Redirecting to %.*s", STR_FMT(location));
    } else {
        write_http_body(res, &res->text, location, &type);
    }
    header_list_remove(&res->headers, STR("content-type"));
    if (type.ptr != NULL) {
        rc = res_set(res, STR("Content-Type"), type);
    }
    res->kind = REQUEST_TEXT_BODY;
    rc = rc == 0 ? buf_error(&res->text) : rc;
    return rc == 0 ? request_answer(res_request(res)) : res_fail(res, rc);
}

static int redirect(sails_res *res, unsigned status, const char *url)
{
    int rc = res != NULL ? sails_res_location(res, url) : SAILS_EINVAL;

    if (rc == 0 && !res_is_socket(res)) {
        rc = sails_res_vary(res, "Accept");
    }
    if (rc < 0 || res == NULL) {
        return rc;
    }
    res->status = status;
    rc = res_claim(res);
    return rc == 0 ? answer_redirect(res, header_list_get(&res->headers, STR("location"))) : rc;
}

int sails_res_redirect(sails_res *res, const char *url)
{
    bool has_status = res != NULL && res_is_socket(res) && res->status != 0;

    return redirect(res, has_status ? res->status : 302, url);
}

int sails_res_redirect_status(sails_res *res, unsigned status, const char *url)
{
    return status >= 300 && status <= 399 ? redirect(res, status, url) : SAILS_EINVAL;
}

/* ---- jsonp ---- */

/* Only what can be the name of a function: nobody else's script runs in the page. */
static void append_name(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (char_is_alnum(c) || (c != '\0' && strchr("[]_$.", c) != NULL)) {
            buf_append_char(out, c);
        }
    }
}

/* U+2028 and U+2029 end a line in old JavaScript: "\u2028" is the same text there. */
static void append_for_script(struct buf *out, struct str json)
{
    static const char separator[] = "\xe2\x80";

    for (size_t i = 0; i < json.len; i++) {
        struct str rest = str_from_offset(json, i);

        if (rest.len >= 3 && memcmp(rest.ptr, separator, 2) == 0 &&
            ((uint8_t)rest.ptr[2] == 0xa8 || (uint8_t)rest.ptr[2] == 0xa9)) {
            buf_append_str(out, (uint8_t)rest.ptr[2] == 0xa8 ? STR("\\u2028") : STR("\\u2029"));
            i += 2;
        } else {
            buf_append_char(out, json.ptr[i]);
        }
    }
}

/* The function that the query names, cleaned; empty: none. Of several the first. */
static void append_callback(sails_res *res, struct buf *out)
{
    json_t *value = json_object_get(sails_req_query(res_request(res)), "callback");

    if (json_is_array(value)) {
        value = json_array_get(value, 0);
    }
    append_name(out, (struct str){json_string_value(value), json_string_length(value)});
}

/* The comment in front keeps the answer from being taken for a Flash file (Express). */
static int write_call(sails_res *res, struct buf *out, struct str name, const json_t *value)
{
    struct buf json = {0};
    int rc = value != NULL ? res_write_json(res, &json, value) : 0;

    buf_printf(out, "/**/ typeof %.*s === 'function' && %.*s(", STR_FMT(name), STR_FMT(name));
    append_for_script(out, buf_str(&json));
    buf_append_str(out, STR(");"));
    buf_deinit(&json);
    return rc == 0 ? buf_error(out) : rc;
}

static int answer_call(sails_res *res, struct str name, json_t *value)
{
    struct buf text = {0};
    int rc = write_call(res, &text, name, value);

    json_decref(value);
    rc = rc == 0 ? res_set(res, STR("Content-Type"), STR("text/javascript; charset=utf-8")) : rc;
    rc = rc == 0 ? res_answer_text(res, buf_str(&text), RES_TYPE_TEXT) : res_fail(res, rc);
    buf_deinit(&text);
    return rc;
}

static int answer_jsonp(sails_res *res, json_t *value)
{
    struct buf name = {0};
    int rc = res_set(res, STR("X-Content-Type-Options"), STR("nosniff"));

    append_callback(res, &name);
    rc = rc == 0 ? buf_error(&name) : rc;
    if (rc < 0) {
        json_decref(value);
        rc = res_fail(res, rc);
    } else {
        rc = name.len > 0 ? answer_call(res, buf_str(&name), value) : res_answer_json(res, value);
    }
    buf_deinit(&name);
    return rc;
}

int sails_res_jsonp(sails_res *res, json_t *value)
{
    int rc = res_claim(res);

    if (rc < 0) {
        json_decref(value);
        return rc;
    }
    if (value == NULL) {
        return res_fail_without_value(res);
    }
    return res_is_socket(res) ? res_answer_json(res, value) : answer_jsonp(res, value);
}
