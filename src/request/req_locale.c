#include "request/req_locale.h"

#include <sails/i18n.h>

/* Languages: include/sails/i18n.h. */

const struct locale *req_locale_of(struct sails_req *req)
{
    if (req->locale == NULL) {
        req->locale = locales_negotiate(req->service->locales,
                                        header_list_get(&req->headers, STR("accept-language")));
    }
    return req->locale;
}

const char *sails_req_locale(sails_req *req)
{
    const struct locale *locale = request_reads(req) ? req_locale_of(req) : NULL;

    return locale != NULL ? locale->code : NULL;
}

int sails_req_set_locale(sails_req *req, const char *locale)
{
    const struct locale *found = NULL;

    if (req == NULL || locale == NULL) {
        return SAILS_EINVAL;
    }
    found = locales_find(req->service->locales, str_from(locale));
    req->locale = found != NULL ? found : req->service->locales->fallback;
    return found != NULL ? 0 : SAILS_ENOENT;
}

/* ---- texts ---- */

/* As a view of the request. */
static const char *keep(sails_req *req, const struct buf *text)
{
    json_t *kept =
        buf_error(text) == 0 ? json_stringn(text->len > 0 ? text->ptr : "", text->len) : NULL;

    if (req->translations == NULL) {
        req->translations = json_array();
    }
    return json_array_append_new(req->translations, kept) == 0 ? json_string_value(kept) : NULL;
}

const char *sails_req_translate(sails_req *req, const char *key, json_t *args)
{
    struct buf text = {0};
    const char *kept = NULL;

    if (key != NULL && request_reads(req)) {
        locales_write(req->service->locales, req_locale_of(req), key, args, &text);
        kept = keep(req, &text);
    }
    buf_deinit(&text);
    json_decref(args);
    return kept;
}

const char *sails_req_translate_plural(sails_req *req, const char *one, const char *other,
                                       int64_t count, json_t *args)
{
    struct buf text = {0};
    const char *kept = NULL;

    if (one != NULL && request_reads(req)) {
        locales_write_plural(req->service->locales, req_locale_of(req), one, other, (double)count,
                             args, &text);
        kept = keep(req, &text);
    }
    buf_deinit(&text);
    json_decref(args);
    return kept;
}

/* ---- for templates ---- */

/* args from `from` on. NULL: no memory. */
static json_t *behind(const json_t *args, size_t from)
{
    json_t *rest = json_array();

    for (size_t i = from; i < json_array_size(args); i++) {
        (void)json_array_append(rest, json_array_get(args, i));
    }
    return rest;
}

/* __(key, values...) */
static void write_call(const struct request_service *service, const struct locale *locale,
                       const json_t *args, struct buf *text)
{
    const char *key = json_string_value(json_array_get(args, 0));
    json_t *values = behind(args, 1);

    if (key != NULL) {
        locales_write(service->locales, locale, key, values, text);
    }
    json_decref(values);
}

/* __n(one, other, count, values...), __n(key, count, values...) */
static void write_plural_call(const struct request_service *service, const struct locale *locale,
                              const json_t *args, struct buf *text)
{
    const char *one = json_string_value(json_array_get(args, 0));
    const char *other = json_string_value(json_array_get(args, 1));
    size_t at = other != NULL ? 2 : 1;
    json_t *values = behind(args, at + 1);

    if (one != NULL) {
        locales_write_plural(service->locales, locale, one, other,
                             json_number_value(json_array_get(args, at)), values, text);
    }
    json_decref(values);
}

bool req_locale_answer(const struct request_service *service, const struct locale *locale,
                       const char *name, const json_t *args, json_t **answer)
{
    struct buf text = {0};

    *answer = NULL;
    if (strcmp(name, "getLocale") == 0) {
        *answer = locale != NULL ? json_string(locale->code) : NULL;
        return true;
    }
    if (strcmp(name, "__") == 0) {
        write_call(service, locale, args, &text);
    } else if (strcmp(name, "__n") == 0) {
        write_plural_call(service, locale, args, &text);
    } else {
        return false;
    }
    *answer = buf_error(&text) == 0 ? json_stringn(text.len > 0 ? text.ptr : "", text.len) : NULL;
    buf_deinit(&text);
    return true;
}
