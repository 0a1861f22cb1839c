/*
 * builtin.h - the actions that every app has.
 *
 * Purpose    What Sails brings along: the script that gives a page of another origin its session
 *            cookie, and the action that grants CSRF tokens.
 * Ownership  None.
 * Threads    As any action.
 * Floor      request.
 */
#ifndef REQUEST_BUILTIN_H
#define REQUEST_BUILTIN_H

#include <sails/types.h>
#include <stdbool.h>

/* GET /__getcookie (sails-sockets 5): a script; its answer sets the session's cookie. */
void builtin_get_cookie(sails_req *req, sails_res *res);

/* Writes a token of the request's session (CSRF_TOKEN_LEN and a NUL), "" where there is none to give. False: no
 * memory. Any thread that has the request. */
bool builtin_make_csrf_token(sails_req *req, char *token);

/* The action "security/grant-csrf-token" (request-response 10). */
void builtin_grant_csrf_token(sails_req *req, sails_res *res);

#endif
