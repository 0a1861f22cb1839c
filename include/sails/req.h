/**
 * @file sails/req.h
 * @brief Requests and responses, over HTTP and over sockets.
 *
 * One `req` and one `res` for both. A request over HTTP and one over a socket (`io.socket.get()` of a
 * Sails client, or an event `get`, `post`, ... of any Socket.IO client) reach the same action.
 *
 * Ownership  JSON values given to a response are taken, also when it fails. Views are valid until
 *            the request has been answered.
 * Threads    The action runs on the request's worker. It may answer at once, or keep `req` and `res`
 *            and answer later; answers (sails_res_*) and look-ups (sails_req_*) may then come from
 *            any thread, one at a time. Once it has been answered, neither may be used any more.
 * Errors     0 or a negative code of sails/err.h: SAILS_EINVAL: NULL; SAILS_ESTATE: answered
 *            already (by this thread: see above); SAILS_ENOMEM.
 */
#ifndef SAILS_REQ_H
#define SAILS_REQ_H

#include <jansson.h>

#include <sails/app.h>
#include <sails/err.h>
#include <sails/export.h>
#include <stdbool.h>

SAILS_BEGIN_DECLS

/**
 * Goes on with the next policy, and at last the action: what a policy, a hook or a function of a route
 * does that does not answer itself. Once, at once or later, from any thread. After the last function of
 * a route the next route that matches is asked.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: answered or proceeded already, or called by an action,
 *         which must answer itself: then the request has been answered with 500.
 * @see    Sails documentation, "Policies", proceed()
 */
SAILS_API int sails_req_proceed(sails_req *req);

/** The app that the request came to. */
SAILS_API sails_app *sails_req_app(const sails_req *req);

/** What sails_app_set_context() was given. */
SAILS_API void *sails_req_context(const sails_req *req);

/** "GET", "POST", ...; a view. @see Sails reference, req.method */
SAILS_API const char *sails_req_method(const sails_req *req);

/** The target as it was sent, "/a?x=1"; a view. @see req.url */
SAILS_API const char *sails_req_url(const sails_req *req);

/** The path part, not decoded; a view. @see req.path */
SAILS_API const char *sails_req_path(const sails_req *req);

/** Whether it came over a socket. @see req.isSocket */
SAILS_API bool sails_req_is_socket(const sails_req *req);

/** A header by its name in any case; a view. NULL: there is none. @see req.get() */
SAILS_API const char *sails_req_header(const sails_req *req, const char *name);

/** The peer's address as text; a view. @see req.ip */
SAILS_API const char *sails_req_ip(const sails_req *req);

/**
 * A parameter as text: of the path, else the body, else the query. Numbers, booleans and null of a
 * JSON body come as their JSON text, objects and arrays are NULL here (see sails_req_all_params()).
 *
 * @return A view; NULL: there is none.
 * @see    Sails reference, req.param()
 */
SAILS_API const char *sails_req_param(sails_req *req, const char *name);

/** As sails_req_param(), as a JSON value of any type; a view. */
SAILS_API json_t *sails_req_param_json(sails_req *req, const char *name);

/** All parameters in one object: path over body over query; a view. NULL: no memory.
 *  @see req.allParams() */
SAILS_API json_t *sails_req_all_params(sails_req *req);

/** The body: over HTTP parsed JSON or form fields; over a socket the message's data. NULL: none was
 *  sent over HTTP by GET, HEAD, OPTIONS. A view. @see req.body */
SAILS_API json_t *sails_req_body(const sails_req *req);

/**
 * A cookie: decoded text, or over "j:" the JSON value behind it. Of equal names the first counts.
 * Over a socket: of its handshake, as its browser sent it then.
 *
 * @return A view; NULL: there is none of that name, or an argument is NULL, or no memory.
 * @see    Sails reference, req.cookies
 */
SAILS_API json_t *sails_req_cookie(sails_req *req, const char *name);

/**
 * As sails_req_cookie(), for a cookie that this app (or another with its secret) has signed. JSON's
 * false: the signature is wrong. An app without a secret has no signed cookies.
 *
 * @see Sails reference, req.signedCookies
 */
SAILS_API json_t *sails_req_signed_cookie(sails_req *req, const char *name);

/** The query: over HTTP names with brackets nest, "a[b]=1"; over a socket they are flat, and a
 *  repeated name gives a list. Texts at its ends; a view. NULL: no memory. @see req.query */
SAILS_API json_t *sails_req_query(sails_req *req);

/** Sets the status of the answer that follows, 100 to 599. @see res.status() */
SAILS_API int sails_res_status(sails_res *res, unsigned status);

/** Sets a header of the answer that follows. SAILS_EINVAL also: a name or value that HTTP does not
 *  allow. @see res.set() */
SAILS_API int sails_res_set(sails_res *res, const char *name, const char *value);

/** Answers with a JSON value (taken); status 200 unless set. @see res.json() */
SAILS_API int sails_res_json(sails_res *res, json_t *value);

/** Answers with text: over HTTP as text/html, as Sails; over a socket the text itself. NULL: an empty
 *  body. @see res.send() */
SAILS_API int sails_res_send(sails_res *res, const char *text);

/** Answers with a status and its name as body. @see res.sendStatus() */
SAILS_API int sails_res_send_status(sails_res *res, unsigned status);

/** 200 with the value (taken), or "OK". @see res.ok() */
SAILS_API int sails_res_ok(sails_res *res, json_t *data);

/** 400 with the value (taken), or "Bad Request". @see res.badRequest() */
SAILS_API int sails_res_bad_request(sails_res *res, json_t *data);

/** 403 "Forbidden". @see res.forbidden() */
SAILS_API int sails_res_forbidden(sails_res *res);

/** 404 "Not Found". @see res.notFound() */
SAILS_API int sails_res_not_found(sails_res *res);

/** 500 with the value (taken; not in production), or "Internal Server Error"; logged.
 *  @see res.serverError() */
SAILS_API int sails_res_server_error(sails_res *res, json_t *data);

/** 302 (or the status set before) to another address. @see res.redirect() */
SAILS_API int sails_res_redirect(sails_res *res, const char *url);

SAILS_END_DECLS

#endif
