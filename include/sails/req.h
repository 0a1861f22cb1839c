/**
 * @file sails/req.h
 * @brief Requests, over HTTP and over sockets; their responses are in sails/res.h.
 *
 * One `req` and one `res` for both. A request over HTTP and one over a socket (`io.socket.get()` of a
 * Sails client, or an event `get`, `post`, ... of any Socket.IO client) reach the same action.
 *
 * Ownership  JSON values given to a response are taken, also when it fails. `req` and `res` are valid until
 *            the request has been answered or dropped: by the action (a policy, a hook, what sails_req_work()
 *            calls) while it runs, until it returns, for then the answer is sent; later, or by another thread,
 *            until that call. At the latest until the app is destroyed. Views are valid until then or until
 *            the time for the answer is over (`requestTimeout`), whichever is first: the client gets 503
 *            then, what the request said is freed, look-ups find nothing, and an answer goes nowhere. Not so
 *            while another thread is looking at it: from the first look-up on another thread on, and while
 *            an action that may wait runs, views stay until it is answered.
 * Threads    The action runs on the request's worker. It may answer at once, or keep `req` and `res`
 *            and answer later; answers (sails_res_*) and look-ups (sails_req_*) may then come from
 *            any thread, one at a time.
 * Errors     0 or a negative code of sails/err.h: SAILS_EINVAL: NULL; SAILS_ESTATE: answered
 *            already, in the same action; SAILS_ENOMEM.
 */
#ifndef SAILS_REQ_H
#define SAILS_REQ_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/**
 * Gives this request another time for its answer than `requestTimeout`, from now on. Only by an action, a policy or
 * a hook, before it returns.
 *
 * @param timeout_ms  Rounded up by at most an eighth; 0: it may take any time.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: answered, or called later or on another thread.
 * @see    Sails reference, req.setTimeout()
 */
SAILS_API int sails_req_set_timeout(sails_req *req, uint64_t timeout_ms);

/**
 * Gives up a request that nobody is going to answer: the client gets 503, if it has not got it for the
 * time already. An answer as the others: nothing of the request may be used any more.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: answered or dropped already; SAILS_ENOMEM.
 */
SAILS_API int sails_req_drop(sails_req *req);

/** When the request came, in ms since 1970. 0 for NULL. @see req._startTime */
SAILS_API uint64_t sails_req_start_time(const sails_req *req);

/** The app that the request came to. */
SAILS_API sails_app *sails_req_app(const sails_req *req);

/** What the function that has the request was registered with: the `ctx` of a route (struct sails_route_def), an action
 *  (struct sails_action_def), a policy, middleware or hook; where that is NULL, what sails_app_set_context() was
 *  given. */
SAILS_API void *sails_req_context(const sails_req *req);

/** Its answer; as long as the request. NULL for NULL. @see sails_res_req() */
SAILS_API sails_res *sails_req_res(sails_req *req);

/** "GET", "POST", ...; a view. @see Sails reference, req.method */
SAILS_API const char *sails_req_method(const sails_req *req);

/** The target as it was sent, "/a?x=1"; a view. @see req.url, req.originalUrl */
SAILS_API const char *sails_req_url(const sails_req *req);

/** The path part, not decoded; a view. @see req.path */
SAILS_API const char *sails_req_path(const sails_req *req);

/** Whether the path is most likely that of a file, "/js/app.js": there is a dot within its last part, neither in front nor at
 *  the end. False for NULL. @see Sails reference, sails.LOOKS_LIKE_ASSET_RX */
SAILS_API bool sails_req_looks_like_asset(const sails_req *req);

/** A header by its name in any case ("Referer" and "Referrer" are one); a view. NULL: there is none. It
 *  is UTF-8: a value that was sent as something else is read as ISO-8859-1, byte by byte, as by Node.
 *  @see req.get(), req.header() */
SAILS_API const char *sails_req_header(const sails_req *req, const char *name);

/** The options of the route: what its target says beside the action; a view. NULL: there are none.
 *  @see req.options */
SAILS_API json_t *sails_req_options(const sails_req *req);

/* ---- who asks ---- */

/** Whether it came over a socket. @see req.isSocket */
SAILS_API bool sails_req_is_socket(const sails_req *req);

/** "socket.io" for a request over a socket, else NULL. @see req.transport */
SAILS_API const char *sails_req_transport(const sails_req *req);

/** The id of the socket that asks; a view. NULL: not over a socket. @see req.socket.id */
SAILS_API const char *sails_req_socket_id(const sails_req *req);

/**
 * The client's address as text; a view. The peer's, or as far as `http.trustProxy` allows the one that
 * X-Forwarded-For names; over a socket that of its handshake.
 *
 * @see req.ip
 */
SAILS_API const char *sails_req_ip(const sails_req *req);

/** The addresses of X-Forwarded-For that are believed, the client's first; a view. An empty list
 *  without `http.trustProxy`. NULL: no memory. @see req.ips */
SAILS_API json_t *sails_req_ips(sails_req *req);

/* ---- the address it wrote ---- */

/** "http", "https" (from X-Forwarded-Proto, if the proxy is trusted), or "ws" over a socket; a view.
 *  @see req.protocol */
SAILS_API const char *sails_req_protocol(sails_req *req);

/** Whether the protocol is https. @see req.secure */
SAILS_API bool sails_req_secure(sails_req *req);

/** The host without a port, from Host (or X-Forwarded-Host, if the proxy is trusted); a view. NULL:
 *  the client named none, which over sockets is the rule. @see req.hostname, req.host */
SAILS_API const char *sails_req_hostname(sails_req *req);

/** The labels of the host in front of its last two, the nearest first: ["bar", "foo"] of
 *  foo.bar.example.com; a view. Of an address none. NULL: no memory. @see req.subdomains */
SAILS_API json_t *sails_req_subdomains(sails_req *req);

/** The port of Host, else 443 or 80 by the protocol. @see req.port */
SAILS_API unsigned sails_req_port(sails_req *req);

/** "http://example.com:1337"; a view. Without a host "ws://could.not.determine.host", as Sails. NULL:
 *  no memory. @see req.baseUrl */
SAILS_API const char *sails_req_base_url(sails_req *req);

/* ---- what it takes, and has ---- */

/** A list for the functions below: `SAILS_ANY_OF("json", "html")`. */
#define SAILS_ANY_OF(...) SAILS_LIST_OF_TEXTS(__VA_ARGS__)

/**
 * Which of several types the client would rather have, by Accept; without one the first.
 *
 * @param types  Media types or extensions ("html", "image/png"); ends with NULL: see SAILS_ANY_OF.
 * @return One of `types`; NULL: it takes none, or an argument is NULL.
 * @see    req.accepts()
 */
SAILS_API const char *sails_req_accepts(const sails_req *req, const char *const *types);

/** As sails_req_accepts(), for Accept-Charset. @see req.acceptsCharsets() */
SAILS_API const char *sails_req_accepts_charsets(const sails_req *req, const char *const *charsets);

/** As sails_req_accepts(), for Accept-Encoding; without one only "identity" is taken.
 *  @see Express, req.acceptsEncodings() */
SAILS_API const char *sails_req_accepts_encodings(const sails_req *req,
                                                  const char *const *encodings);

/** As sails_req_accepts(), for Accept-Language. @see req.acceptsLanguages() */
SAILS_API const char *sails_req_accepts_languages(const sails_req *req,
                                                  const char *const *languages);

/** Which of several types the body has: "json", "text/html", "text/" with an asterisk, "multipart",
 *  "urlencoded", "+json". NULL: none of them, or no body. @see req.is() */
SAILS_API const char *sails_req_is(const sails_req *req, const char *const *types);

/** Whether "X-Requested-With: XMLHttpRequest" was sent. @see req.xhr */
SAILS_API bool sails_req_xhr(const sails_req *req);

/** Whether Accept has "html" in it. @see req.explicitlyAcceptsHTML */
SAILS_API bool sails_req_explicitly_accepts_html(const sails_req *req);

/** Whether the client is a program and not a person's browser: it came over a socket, by
 *  XMLHttpRequest, does not ask for HTML, sends JSON, or the route's option wantsJSON says so.
 *  @see req.wantsJSON */
SAILS_API bool sails_req_wants_json(const sails_req *req);

/** Whether the client has the answer so far (its status, ETag, Last-Modified) already: a GET or HEAD
 *  that would be answered with 304. @see req.fresh */
SAILS_API bool sails_req_fresh(sails_req *req);

/** The contrary. @see req.stale */
SAILS_API bool sails_req_stale(sails_req *req);

/* ---- what it brings ---- */

/**
 * A parameter as text: of the path, else the body, else the query. Numbers, booleans and null of a
 * JSON body come as their JSON text, objects and arrays are NULL here (see sails_req_all_params()).
 *
 * @return A view; NULL: there is none, or it is a text with a NUL in it, which is no C string.
 * @see    Sails reference, req.param()
 */
SAILS_API const char *sails_req_param(sails_req *req, const char *name);

/** As sails_req_param(), as a JSON value of any type; a view. */
SAILS_API json_t *sails_req_param_json(sails_req *req, const char *name);

/** The path's parameter of that name alone ("/user/:id"), decoded; a view. NULL: there is none.
 *  @see Sails reference, req.params */
SAILS_API const char *sails_req_path_param(sails_req *req, const char *name);

/** The body's member of that name alone, as text: see sails_req_param(). @see req.body */
SAILS_API const char *sails_req_body_param(sails_req *req, const char *name);

/** The query's value of that name alone, as text: see sails_req_param(). @see req.query */
SAILS_API const char *sails_req_query_param(sails_req *req, const char *name);

/** All parameters in one object: path over body over query; a view. NULL: no memory.
 *  @see req.allParams() */
SAILS_API json_t *sails_req_all_params(sails_req *req);

/** The body: over HTTP parsed JSON or form fields; over a socket the message's data. NULL: none was
 *  sent over HTTP by GET, HEAD, OPTIONS. A view. @see req.body */
SAILS_API json_t *sails_req_body(const sails_req *req);

/**
 * The body as it came over HTTP, whatever its content type, for signatures and for what is no JSON: at most
 * `http.maxBodySize` bytes (a longer one is answered with 400 before there is a request). With another type
 * than JSON and forms sails_req_body() is {} then, if the text is no JSON.
 *
 * @param len  Its length; NULL: nobody wants to know.
 * @return Bytes, a view, with a NUL behind them. NULL: there is none: an empty one, a request over a socket or
 *         by GET, HEAD, OPTIONS, a multipart form (sails/upload.h); or NULL.
 * @see    body-parser, raw()
 */
SAILS_API const void *sails_req_raw_body(const sails_req *req, size_t *len);

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

/**
 * A connection to the app's databases, for the calls of sails/db.h: in an action that may wait (`may_wait` of struct
 * sails_action_def), on its thread, until it returns. It waits for a connection for `orm.leaseTimeout`. A transaction
 * that is left open is rolled back.
 *
 * @return NULL: not in such an action, or the app has no models, or no connection was free in time (logged).
 */
SAILS_API sails_db *sails_req_db(sails_req *req);

/** Work for a request, on a thread of the pool of actions that may wait (`jobs.threads`). It may look at `req`, and use
 *  sails_req_db(); what it has to say it says by `ctx`. */
typedef void (*sails_req_work_cb)(sails_req *req, void *ctx);

/**
 * The work is done: on the request's worker, and as in an action, so that it answers (or, of a policy, proceeds),
 * or asks for more work. It is called for whatever has become of the request: when the time for the answer is
 * over, look-ups find nothing and the answer goes nowhere.
 *
 * @param status  0; SAILS_ECANCELED: the app is being lowered, and the work has not been done.
 */
typedef void (*sails_req_done_cb)(sails_req *req, sails_res *res, int status, void *ctx);

/**
 * Runs `work` on a thread that it may block, and then `done`. Until then the request is theirs: the caller
 * returns, and does not answer. Only on the request's worker: in an action, policy or hook, or in `done`.
 *
 * @return 0: `done` will be called, once; SAILS_EBUSY: as much waits as may (`jobs.maxWaiting`); SAILS_ESTATE:
 *         answered, at work already, on another thread, or the app is being lowered; SAILS_EINVAL: NULL;
 *         SAILS_ENOMEM. After an error nothing is called, and the caller answers.
 * @see    sails_app_work()
 */
SAILS_API int sails_req_work(sails_req *req, sails_req_work_cb work, sails_req_done_cb done,
                             void *ctx);

SAILS_END_DECLS

#include <sails/res.h>

#endif
