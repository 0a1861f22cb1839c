/**
 * @file sails/request.h
 * @brief Requests of the program to itself: `sails.request()` of Sails.
 *
 * They take the same way as those of clients, through session, hooks, policies and action, and need no connection: what
 * tests ask an app, and what one part of a program asks another.
 *
 *     static void tell(int status, json_t *jwr, void *ctx)
 *     {
 *         if (status == 0) {
 *             printf("%lld\n", json_integer_value(json_object_get(jwr, "statusCode")));
 *         }
 *     }
 *
 *     sails_app_request(app, "POST /users", json_pack("{s:s}", "name", "ann"), NULL, tell, NULL);
 *
 * Ownership  JSON values that are given are taken, also when it fails; those that come are views during the call.
 * Threads    Any. An app that is lifted.
 * Errors     0 or a negative code of sails/err.h; after an error nothing is asked. NULL: SAILS_EINVAL.
 */
#ifndef SAILS_REQUEST_H
#define SAILS_REQUEST_H

#include <jansson.h>

#include <sails/app.h>
#include <sails/export.h>

SAILS_BEGIN_DECLS

/**
 * Tells the answer. On a worker's thread; may call anything.
 *
 * @param status  0; SAILS_ECANCELED: the app was lowered before there was one.
 * @param jwr     {"statusCode": 200, "headers": {"content-type": ...}, "body": ...}; a body of JSON is the value,
 *                other text a string, none is left out. NULL with an error.
 */
typedef void (*sails_request_cb)(int status, json_t *jwr, void *ctx);

/**
 * Asks the app. It is no socket and has no address; who wants a session sends the header "cookie", and gets "set-cookie".
 *
 * @param address  "GET /users/7", or a path alone for GET; any method of HTTP.
 * @param data     The body, any JSON; NULL: none. Of GET, HEAD and DELETE an object becomes the query as well, in the
 *                 place of one in the address.
 * @param headers  An object of texts, in any case; NULL: none. "nosession": no session is made.
 * @return 0: `done` will be called, once, never before this has returned; SAILS_EINVAL: NULL, or not such an
 *         address; SAILS_ESTATE: not lifted; SAILS_ENOMEM.
 * @see    Sails documentation, "sails.request()"
 */
SAILS_API int sails_app_request(sails_app *app, const char *address, json_t *data, json_t *headers,
                                sails_request_cb done, void *ctx);

/**
 * The same, and waits for the answer. Not on a thread of the app's workers, which would have to give it:
 * SAILS_ESTATE.
 *
 * @param jwr  Gets a new reference to the answer; NULL: it is not wanted.
 * @return As sails_app_request(); SAILS_ECANCELED.
 */
SAILS_API int sails_app_request_wait(sails_app *app, const char *address, json_t *data,
                                     json_t *headers, json_t **jwr);

SAILS_END_DECLS

#endif
