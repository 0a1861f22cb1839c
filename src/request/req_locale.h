/*
 * req_locale.h - the language of a request, for its templates.
 *
 * Purpose    What templates ask: `__`, `__n`, `getLocale`.
 * Ownership  Borrows everything.
 * Threads    Any.
 * Floor      request; uses locales, base.
 */
#ifndef REQUEST_REQ_LOCALE_H
#define REQUEST_REQ_LOCALE_H

#include "locales/locales.h"
#include "request/request.h"

/* NULL: the app has no locales. */
const struct locale *req_locale_of(struct sails_req *req);

/* The answer to a call of a template, a new reference; false: `name` is none of these. `locale` may be NULL. */
bool req_locale_answer(const struct request_service *service, const struct locale *locale,
                       const char *name, const json_t *args, json_t **answer);

#endif
