/**
 * @file sails/i18n.h
 * @brief Texts in the language of who asks: `req.__()`, `req.setLocale()` of Sails.
 *
 * `config/locales/de.json` (or the folder that `i18n.localesDirectory` names) holds the texts of a language by their keys; a key
 * is the text itself, as a rule:
 *
 *     {"Hello, %s": "Hallo, %s", "%d cat": {"one": "%d Katze", "other": "%d Katzen"}}
 *
 *     sails_res_send(res, sails_req_translate(req, "Hello, %s", json_pack("[s]", "Ann")));
 *
 * `i18n.locales` lists the languages; without a word every file of the folder is one. A request's is the first of its header
 * Accept-Language that there is, else `i18n.defaultLocale`. Templates say `<%= __('Hello, %s', name) %>` and
 * `<%= __n('%d cat', '%d cats', n) %>`. A key without a text is its own text, and outside production it is told to the log,
 * once. In a text `%s` is any value, `%d` a whole number, `%f` and `%.2f` a number, `%j` JSON, `%2$s` the second value, `%%` a
 * "%".
 *
 * Ownership  JSON values are taken. Everything else is borrowed.
 * Threads    sails_req_...(): as sails/req.h. sails_app_...(): any.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL, or NULL.
 */
#ifndef SAILS_I18N_H
#define SAILS_I18N_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/** The language of the request, "de"; a view, as long as the app. NULL: the app has none, or NULL.
 *  @see Sails documentation, "Internationalization", req.getLocale() */
SAILS_API const char *sails_req_locale(sails_req *req);

/**
 * Sets the language of the request: what follows, and the view that it is answered with, are in it.
 *
 * @param locale  "de", in any case.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ENOENT: there are no texts in that language, and it is the default one now.
 * @see    Sails reference, req.setLocale()
 */
SAILS_API int sails_req_set_locale(sails_req *req, const char *locale);

/**
 * The text of a key in the request's language.
 *
 * @param args  An array of what stands in its places, taken; NULL: none.
 * @return A view, until the request is answered; NULL: NULL, no UTF-8, or no memory.
 * @see    Sails documentation, "Internationalization", req.i18n.__()
 */
SAILS_API const char *sails_req_translate(sails_req *req, const char *key, json_t *args);

/**
 * The text of a key that has two forms, for one thing and for more: `{"one": ..., "other": ...}`. The count is the first of
 * its values.
 *
 * @param one    The key, and the text of up to one thing where it has no forms.
 * @param other  The text of more; NULL: as `one`.
 * @param args   As sails_req_translate(): the values behind the count.
 * @return As sails_req_translate().
 * @see    Sails documentation, "Internationalization", req.i18n.__n()
 */
SAILS_API const char *sails_req_translate_plural(sails_req *req, const char *one, const char *other,
                                                 int64_t count, json_t *args);

/**
 * The text of a key, without a request: for mails and the like.
 *
 * @param locale  NULL, or one that there is not: the default one.
 * @param args    As sails_req_translate().
 * @param text    Gets a new reference to a JSON string; written on success only.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: the app is not being lifted yet; SAILS_EUTF8; SAILS_ENOMEM.
 * @see    Sails reference, sails.__()
 */
SAILS_API int sails_app_translate(sails_app *app, const char *locale, const char *key, json_t *args,
                                  json_t **text);

SAILS_END_DECLS

#endif
