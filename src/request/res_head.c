#include "base/mem.h"
#include "http/http_file_type.h"
#include "request/res.h"
#include "web/cookie_write.h"
#include "web/disposition.h"
#include "web/uri_encode.h"

/*
 * The head of a response: headers, cookies.
 */

int res_set(sails_res *res, struct str name, struct str value)
{
    return header_list_set(&res->headers, name, value);
}

/* Whether a header of that name and value may be set now. */
static int check(const sails_res *res, const char *name, const char *value)
{
    if (res == NULL || name == NULL || value == NULL ||
        !header_list_is_header(str_from(name), str_from(value))) {
        return SAILS_EINVAL;
    }
    return res->is_answered ? SAILS_ESTATE : 0;
}

int sails_res_set(sails_res *res, const char *name, const char *value)
{
    int rc = check(res, name, value);

    return rc == 0 ? res_set(res, str_from(name), str_from(value)) : rc;
}

const char *sails_res_get(const sails_res *res, const char *name)
{
    return res != NULL && name != NULL ? header_list_get(&res->headers, str_from(name)).ptr : NULL;
}

int sails_res_remove(sails_res *res, const char *name)
{
    int rc = check(res, name, "");

    if (rc == 0) {
        header_list_remove(&res->headers, str_from(name));
    }
    return rc;
}

/* ---- lists ---- */

/* "old, more". */
static int add_to_list(sails_res *res, struct str name, struct str more)
{
    struct str old = header_list_get(&res->headers, name);
    struct buf whole = {0};
    int rc = 0;

    buf_append_str(&whole, old);
    buf_append_str(&whole, old.len > 0 ? STR(", ") : STR(""));
    buf_append_str(&whole, more);
    rc = buf_error(&whole);
    if (rc == 0) {
        rc = res_set(res, name, buf_str(&whole));
    }
    buf_deinit(&whole);
    return rc;
}

int sails_res_append(sails_res *res, const char *name, const char *value)
{
    int rc = check(res, name, value);

    if (rc < 0) {
        return rc;
    }
    /* Dates of cookies have commas: RFC 9110 section 5.3. */
    return str_eq_nocase(str_from(name), STR("set-cookie"))
               ? header_list_add(&res->headers, str_from(name), str_from(value))
               : add_to_list(res, str_from(name), str_from(value));
}

int sails_res_vary(sails_res *res, const char *name)
{
    struct str rest = str_from(name);
    struct str one;
    int rc = check(res, "Vary", name);

    while (rc == 0 && str_take_part(&rest, ',', &one)) {
        struct str known = header_list_get(&res->headers, STR("vary"));

        if (str_eq(one, STR("*"))) {
            rc = res_set(res, STR("Vary"), one);
        } else if (!str_eq(known, STR("*")) && !str_list_has(known, one)) {
            rc = add_to_list(res, STR("Vary"), one);
        }
    }
    return rc;
}

/* ---- what the body is ---- */

/* Text is UTF-8; Express writes it in small letters here. */
static int set_type_of_extension(sails_res *res, struct str extension)
{
    struct str type = http_file_type_of_extension(extension);
    size_t end = str_find(type, ';');
    struct buf whole = {0};
    int rc = 0;

    buf_append(&whole, type.ptr, end);
    buf_append_str(&whole, end < type.len ? STR("; charset=utf-8") : STR(""));
    rc = buf_error(&whole);
    if (rc == 0) {
        rc = res_set(res, STR("Content-Type"), buf_str(&whole));
    }
    buf_deinit(&whole);
    return rc;
}

int sails_res_type(sails_res *res, const char *type)
{
    int rc = check(res, "Content-Type", type);

    if (rc < 0) {
        return rc;
    }
    return strchr(type, '/') != NULL
               ? res_set(res, STR("Content-Type"), str_from(type))
               : set_type_of_extension(res, str_from(type[0] == '.' ? type + 1 : type));
}

int sails_res_attachment(sails_res *res, const char *name)
{
    struct str extension = disposition_extension(str_from(name));
    struct buf value = {0};
    int rc = check(res, "Content-Disposition", "");

    if (rc < 0) {
        return rc;
    }
    disposition_write(&value, str_from(name));
    rc = buf_error(&value);
    if (rc == 0) {
        rc = res_set(res, STR("Content-Disposition"), buf_str(&value));
    }
    buf_deinit(&value);
    return rc == 0 && extension.len > 0 ? set_type_of_extension(res, extension) : rc;
}

int sails_res_location(sails_res *res, const char *url)
{
    struct buf encoded = {0};
    int rc = url != NULL ? check(res, "Location", "") : SAILS_EINVAL;

    if (rc == 0 && strcmp(url, "back") == 0) {
        const char *referer = sails_req_header(res_request(res), "referer");

        url = referer != NULL ? referer : "/";
    }
    if (rc == 0) {
        uri_encode(&encoded, str_from(url));
        rc = buf_error(&encoded);
    }
    if (rc == 0) {
        rc = res_set(res, STR("Location"), buf_str(&encoded));
    }
    buf_deinit(&encoded);
    return rc;
}

/* ---- cookies ---- */

/* Any thread: the clock of a worker's turn is its own. */
static uint64_t unix_ms(const sails_req *req)
{
    return machine_unix_ms(req->worker->pool->machine);
}

/* `value`: NULL: it shall go. */
static int add_cookie(sails_res *res, const char *name, const json_t *value,
                      const struct sails_cookie_options *options)
{
    static const struct sails_cookie_options plain = {0};
    const sails_req *req = res_request(res);
    struct str secret = str_from(req->service->secret);
    struct buf text = {0};
    int rc = 0;

    options = options != NULL ? options : &plain;
    rc = value != NULL ? cookie_write(&text, str_from(name), value, options, secret, unix_ms(req))
                       : cookie_write_removal(&text, str_from(name), options);
    if (rc == 0) {
        rc = header_list_add(&res->headers, STR("Set-Cookie"), buf_str(&text));
    }
    buf_deinit(&text);
    return rc;
}

int sails_res_cookie(sails_res *res, const char *name, json_t *value,
                     const struct sails_cookie_options *options)
{
    int rc = value != NULL ? check(res, name, "") : SAILS_EINVAL;

    if (rc == 0) {
        rc = add_cookie(res, name, value, options);
    }
    json_decref(value);
    return rc;
}

int sails_res_clear_cookie(sails_res *res, const char *name,
                           const struct sails_cookie_options *options)
{
    int rc = check(res, name, "");

    return rc == 0 ? add_cookie(res, name, NULL, options) : rc;
}
