/**
 * @file sails/res.h
 * @brief Responses, over HTTP and over sockets.
 *
 * One set of functions for both. What only HTTP knows (types, tags, cookies, conditional requests)
 * is left out over a socket: there the answer is `{body, headers, statusCode}` in an ack, with the
 * headers that the action has set and without Set-Cookie.
 *
 * The answer is what the first of the functions sails_res_send*(), sails_res_json*(), sails_res_ok(),
 * ... sails_res_redirect*() gives. A body over HTTP has a weak ETag, and a GET or HEAD whose client
 * has that body already ("If-None-Match") is answered with 304 and no body.
 *
 * Ownership  JSON values are taken, also when it fails. Everything else is borrowed.
 * Threads    As sails/req.h, which also says how long `res` is valid: any, one at a time.
 * Errors     0 or a negative code of sails/err.h: SAILS_EINVAL: NULL; SAILS_ESTATE: answered already,
 *            in the same action, and the first answer stands; SAILS_ENOMEM, and other
 *            codes that the functions name: the answer could not be made, and is a 500 now.
 */
#ifndef SAILS_RES_H
#define SAILS_RES_H

#include <jansson.h>

#include <sails/cookie.h>
#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/** The request that it answers; as long as that. NULL for NULL. @see Express, res.req */
SAILS_API sails_req *sails_res_req(sails_res *res);

/* ---- the head ---- */

/** Sets the status of the answer that follows, 100 to 599. @see Sails reference, res.status() */
SAILS_API int sails_res_status(sails_res *res, unsigned status);

/** Sets a header of the answer that follows. SAILS_EINVAL also: a name that is no token, a value with a control
 *  character other than a tab or that is not UTF-8, and Transfer-Encoding, which is the connection's.
 *  @see res.set() */
SAILS_API int sails_res_set(sails_res *res, const char *name, const char *value);

/** A header that was set, by its name in any case; a view until the next change. NULL: there is none.
 *  @see res.get() */
SAILS_API const char *sails_res_get(const sails_res *res, const char *name);

/** Adds a value to a header: behind ", ", or as a header of its own for Set-Cookie. Errors as
 *  sails_res_set(). @see Express, res.append() */
SAILS_API int sails_res_append(sails_res *res, const char *name, const char *value);

/** Takes a header back. One that is not there is no error. @see Node, response.removeHeader() */
SAILS_API int sails_res_remove(sails_res *res, const char *name);

/** Names a request header ("Accept", "Accept, Origin") in Vary, once. @see Express, res.vary() */
SAILS_API int sails_res_vary(sails_res *res, const char *name);

/** Sets Content-Type: a media type, or the one of an extension ("json", ".png"); one that nobody
 *  knows is application/octet-stream. @see res.type() */
SAILS_API int sails_res_type(sails_res *res, const char *type);

/**
 * Makes the client keep the answer as a file: Content-Disposition, and Content-Type by the name's
 * extension. Names beyond ASCII go as RFC 6266 says.
 *
 * @param name  Of a path only the last part counts. NULL: the client finds a name.
 * @see   res.attachment()
 */
SAILS_API int sails_res_attachment(sails_res *res, const char *name);

/** Sets Location. What an address may not have is percent-encoded; "back" is the request's Referer,
 *  or "/". @see Express, res.location() */
SAILS_API int sails_res_location(sails_res *res, const char *url);

/* ---- cookies ---- */

/**
 * Sets a cookie. Over a socket it goes nowhere: an answer there has no cookies.
 *
 * @param value    Taken. Text, numbers and booleans as text; objects, lists and null as JSON.
 * @param options  NULL: as {0}.
 * @return 0; SAILS_EINVAL: NULL, or a name, domain, path, SameSite that cannot be; SAILS_ESTATE:
 *         answered, or signed in an app without session.secret; SAILS_ENOMEM.
 * @see    res.cookie()
 */
SAILS_API int sails_res_cookie(sails_res *res, const char *name, json_t *value,
                               const struct sails_cookie_options *options);

/** Makes the client forget a cookie: one of the same domain and path. Errors as sails_res_cookie().
 *  @see res.clearCookie() */
SAILS_API int sails_res_clear_cookie(sails_res *res, const char *name,
                                     const struct sails_cookie_options *options);

/* ---- bodies ---- */

/** Answers with text: over HTTP as text/html unless a type was set, as Sails; over a socket the text
 *  itself. NULL: no body. SAILS_EJSON also: over a socket, text that is not UTF-8. @see res.send() */
SAILS_API int sails_res_send(sails_res *res, const char *text);

/** Answers with bytes: over HTTP as application/octet-stream unless a type was set; over a socket as
 *  a binary value. @see res.send() of a Buffer */
SAILS_API int sails_res_send_bytes(sails_res *res, const void *data, size_t len);

/**
 * Answers with a value (taken) as `res.send()` of Sails does: text as sails_res_send(), binary values
 * as sails_res_send_bytes(), objects, lists and booleans as JSON. Over HTTP null is an empty body, and
 * a number from 100 to 599 a status with its name as body; over a socket both are themselves. NULL:
 * SAILS_EJSON, as sails_res_json().
 */
SAILS_API int sails_res_send_value(sails_res *res, json_t *value);

/** Answers with a JSON value (taken), indented outside production; over a socket with the value
 *  itself. SAILS_EJSON also: it holds text that is not UTF-8, or is NULL, as what json_pack() could not make:
 *  the answer is a 500 then, with a line in the log. @see res.json() */
SAILS_API int sails_res_json(sails_res *res, json_t *value);

/** As sails_res_json(), for pages of other origins: a call of the function that the query names as
 *  `callback`. Over a socket as sails_res_json(). @see res.jsonp() */
SAILS_API int sails_res_jsonp(sails_res *res, json_t *value);

/** Answers with a status and its name as body, or its number if it has none. @see res.sendStatus() */
SAILS_API int sails_res_send_status(sails_res *res, unsigned status);

/** One form of an answer, for sails_res_format(). */
struct sails_format {
    const char *type; /**< "json", "text/html"; "default": for whoever takes none of the others */
    sails_action answer; /**< gives it; Content-Type is set already */
};

/**
 * Gives the answer in the form that the client would rather have (Accept), the first one to a client
 * that does not say; 406 if it takes none and there is no "default".
 *
 * @param formats  `n` of them.
 * @return 0: one of them was called, or 406 is on its way; SAILS_EINVAL; SAILS_ESTATE.
 * @see    Express, res.format()
 */
SAILS_API int sails_res_format(sails_res *res, const struct sails_format *formats, size_t n);

/* ---- files and streams ---- */

/** How sails_res_send_file() sends. `{0}` or NULL: the path is the program's own, and not cached. */
struct sails_file_options {
    const char *root; /**< the path is below this folder, cannot leave it, and no part of it begins
                              with a dot: for names that clients choose. NULL: any path */
    uint64_t max_age_ms; /**< how long clients may keep it without asking */
};

/**
 * Answers with a file, read as fast as the client takes it. Over HTTP with a type by its extension,
 * Last-Modified, ETag; ranges and conditional requests are served. Headers that were set before stay.
 * Over a socket the content is one binary value, and 500 over 1 MiB.
 *
 * A file that is not there, or is none, is answered as sails_res_not_found(); one that cannot be read as
 * sails_res_fail(); with 503 where no descriptor, memory or thread is free for it. Symbolic links that lead to another folder are not followed.
 *
 * @param options  NULL: as {0}.
 * @return 0: the answer follows; SAILS_EINVAL, SAILS_ESTATE, SAILS_ENOMEM.
 * @see    Express, res.sendFile(); with sails_res_attachment(), res.download()
 */
SAILS_API int sails_res_send_file(sails_res *res, const char *path,
                                  const struct sails_file_options *options);

/** An answer that is given in pieces: from sails_res_begin() to sails_stream_end(). */
typedef struct sails_stream sails_stream;

/** Bytes that may wait in a stream: more than one worker's loop takes at a time, and little enough that
 *  a thousand slow clients fit into memory. */
#define SAILS_STREAM_MAX ((size_t)1024 * 1024)

/**
 * Tells that pieces are wanted. On the request's worker, and not after sails_stream_end().
 *
 * @param status  0: the head or what has been written is on its way, and more can be written;
 *                SAILS_ECLOSED: nobody will get it (the client has gone, or asked by HEAD): end it.
 */
typedef void (*sails_stream_cb)(sails_stream *stream, int status, void *ctx);

/**
 * Answers in pieces: over HTTP chunked, with the status and headers set so far and no ETag. Over a socket
 * they are collected and are the body, 1 MiB at the most, as text if they are UTF-8 and else as a binary
 * value.
 *
 * @param cb   NULL: nobody is told.
 * @param out  The stream, which must be ended in any case. `req` and `res` have been answered.
 * @return 0; SAILS_EINVAL, SAILS_ESTATE, SAILS_ENOMEM.
 * @see    Node, response.write()
 */
SAILS_API int sails_res_begin(sails_res *res, sails_stream_cb cb, void *ctx, sails_stream **out);

/**
 * Writes a piece, a copy of `len` bytes. Any thread, one at a time.
 *
 * @return 0; SAILS_ECLOSED: nobody will get it; SAILS_ESLOW: over SAILS_STREAM_MAX would wait: nothing
 *         was taken, and the callback tells when to go on; SAILS_EINVAL; SAILS_ENOMEM.
 */
SAILS_API int sails_stream_write(sails_stream *stream, const void *data, size_t len);

/** The end; the stream may not be used any more. NULL is harmless. */
SAILS_API void sails_stream_end(sails_stream *stream);

/* ---- the named answers ---- */

/**
 * A named answer of the program's own: as `api/responses/` of Sails. It answers as an action does, and may
 * fall back to the built-in answer of its name.
 *
 * @param data  What the answer was given; NULL: nothing. A view, during the call.
 */
typedef void (*sails_response)(sails_req *req, sails_res *res, json_t *data);

/**
 * Sets the answer of a name, for sails_res_respond() and for targets of routes ({"response": "name"}).
 * "ok", "badRequest", "forbidden", "notFound" and "serverError" take the place of the built-in ones
 * wherever these are given, by Sails itself as well: so 404 and 500 get an application's own face. Before
 * the lift. Runs on the thread that gives the answer.
 *
 * @return 0; SAILS_EINVAL: NULL, or an empty name; SAILS_ESTATE: lifted already; SAILS_ENOMEM.
 * @see    Sails documentation, "Custom responses"
 */
SAILS_API int sails_app_response(sails_app *app, const char *name, sails_response response);

/**
 * Gives the answer of that name.
 *
 * @param data  Taken; NULL: nothing.
 * @return As the others; SAILS_ENOENT: nobody has set one of that name, and nothing has been answered.
 * @see    Sails reference, res.<custom response>()
 */
SAILS_API int sails_res_respond(sails_res *res, const char *name, json_t *data);

/** 200 with the value (taken), or "OK". @see res.ok() */
SAILS_API int sails_res_ok(sails_res *res, json_t *data);

/** 400 with the value (taken), or "Bad Request". @see res.badRequest() */
SAILS_API int sails_res_bad_request(sails_res *res, json_t *data);

/** 403 "Forbidden". @see res.forbidden() */
SAILS_API int sails_res_forbidden(sails_res *res);

/** 404 "Not Found"; to a client that wants a page (sails_req_wants_json()) the view "404" (sails/view.h), if
 *  there is one. @see res.notFound() */
SAILS_API int sails_res_not_found(sails_res *res);

/**
 * 500 with the value (taken; not in production), or "Internal Server Error"; logged. A client that
 * wants a page gets the view "500", with the local `error` outside production; if there is none, JSON.
 *
 * @see res.serverError()
 */
SAILS_API int sails_res_server_error(sails_res *res, json_t *data);

/** As sails_res_server_error(), for what went wrong in words, which the client gets as text, and not
 *  in production. What `res.serverError(new Error(why))` is in Sails. */
SAILS_API int sails_res_fail(sails_res *res, const char *why);

/* ---- other addresses ---- */

/**
 * Sends the client to another address (see sails_res_location()): over HTTP with 302, whatever status
 * was set; over a socket with the status that was set, or 302.
 *
 * @see res.redirect()
 */
SAILS_API int sails_res_redirect(sails_res *res, const char *url);

/** As sails_res_redirect(), with a status of 300 to 399. */
SAILS_API int sails_res_redirect_status(sails_res *res, unsigned status, const char *url);

SAILS_END_DECLS

#endif
