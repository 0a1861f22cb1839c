/*
 * res.h - what the parts of a response share.
 *
 * Purpose    The way from a body to an answer, for the files that make up sails/res.h: the first
 *            answer stands, the body gets its type and tag, then the request sends it.
 * Ownership  JSON values are taken, also when it fails; the rest is borrowed.
 * Threads    As sails/res.h.
 * Floor      request; uses base, http.
 *
 *     res_claim() --> res_answer_text(), res_answer_json(), ... --> request_answer()
 *                             |
 *                             +-- what cannot be made: res_fail(), a 500 without a body
 */
#ifndef REQUEST_RES_H
#define REQUEST_RES_H

#include "request/request.h"

#define RES_TYPE_TEXT STR("text/plain; charset=utf-8")
#define RES_TYPE_HTML STR("text/html; charset=utf-8")
#define RES_TYPE_JSON STR("application/json; charset=utf-8")

struct sails_req *res_request(sails_res *res);
bool res_is_socket(sails_res *res);

/* As sails_res_set(), for an answer that is claimed already or not. 0, SAILS_ENOMEM. */
int res_set(sails_res *res, struct str name, struct str value);

/* This answer is the one; 200 unless set. 0; SAILS_EINVAL: NULL; SAILS_ESTATE: there was one (logged). */
int res_claim(sails_res *res);

/* Of a claimed answer: the rest of it. Each gives 0, or what kept it from being made (res_fail). */
int res_answer_text(sails_res *res, struct str text, struct str type);
int res_answer_json(sails_res *res, json_t *value); /* NULL: an empty body of that type */
int res_fail(sails_res *res, int rc);

/* The same where the caller gave NULL and a value is needed: most likely one that could not be made. */
int res_fail_without_value(sails_res *res);

/* Whether this response writes JSON as json_value_write() does. */
bool res_writes_compact(sails_res *res);

/* Appends a value as this response writes JSON: for people outside production, over HTTP. 0,
 * SAILS_EJSON, SAILS_ENOMEM. */
int res_write_json(sails_res *res, struct buf *out, const json_t *value);

/* ---- res_view.c, res_named.c ---- */

/* The page of a file that views_find() gave, with these locals (taken; NULL: none). As sails_res_view(). */
int res_view_answer(sails_res *res, const char *file, json_t *locals);

/* The page of an error, "404", if the app has such a template: true, and *rc as above. It is claimed nowhere yet.
 * False: there is none, or it has failed (logged); `locals` has been taken. */
bool res_view_error(sails_res *res, unsigned status, const char *name, json_t *locals, int *rc);

/* 500, for a view that could not be made: a text, or an object, which only developers see (taken). */
int res_answer_view_error(sails_res *res, json_t *data);

/* Whether the client has the answer so far already: GET and HEAD of a success, see etag.h. */
bool res_is_fresh(sails_res *res);

#endif
