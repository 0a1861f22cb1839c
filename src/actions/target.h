/*
 * target.h - what a route leads to.
 *
 * Purpose    The target of a route as the router keeps it: steps that run one after the other, and the
 *            options of the route.
 * Ownership  A target owns its steps, texts and JSON; functions and definitions of actions are
 *            borrowed.
 * Threads    Made before the lift, by one thread; then read by any.
 * Floor      actions; uses base.
 *
 *     [{"policy": "isLoggedIn"}, {"action": "user/find", "cors": true}]
 *      step 0: STEP_FUNCTION     step 1: STEP_ACTION, options
 */
#ifndef ACTIONS_TARGET_H
#define ACTIONS_TARGET_H

#include "base/buf.h"
#include "schema/inputs.h"
#include "web/cors.h"

#include <jansson.h>

#include <sails/inputs.h>

enum request_step_kind {
    STEP_FUNCTION, /* a policy, or a function of the route: may proceed */
    STEP_ACTION,   /* a registered action, whose inputs are checked: must not proceed */
    STEP_REDIRECT,
    STEP_STATUS,
    STEP_VIEW,
    STEP_RESPONSE /* a named answer, "notFound" */
};

struct request_step {
    enum request_step_kind kind;
    sails_action function; /* of STEP_FUNCTION and STEP_ACTION */
    void *ctx;             /* of the function; NULL: the app's */
    const char
        *policy;     /* which refuses if it answers; borrowed from the registry. NULL: it is none */
    bool may_wait;   /* of STEP_ACTION: on a thread of its own kind */
    char *text;      /* an address, a file, a name */
    struct buf page; /* of STEP_VIEW: what is in the file; empty where it is a template, */
    const char *view; /* whose name this is, in `text`: "pages/home.ejs". NULL: it is none */
    unsigned status;  /* of STEP_REDIRECT (0: 302) and STEP_STATUS */
};

/* What a route says of itself; without a word the app's setting counts. */
enum request_csrf {
    REQUEST_CSRF_UNSET,
    REQUEST_CSRF_ON,
    REQUEST_CSRF_OFF
};

enum request_cors {
    REQUEST_CORS_UNSET,
    REQUEST_CORS_OFF,
    REQUEST_CORS_OWN
};

struct request_target {
    struct request_step *steps;
    size_t n_steps;
    json_t *options;                    /* req.options; NULL: none */
    const char *identity;               /* of its action; NULL: it has none */
    const struct sails_action_def *def; /* of its action; NULL: it has none */
    const struct inputs *inputs;        /* borrowed, of its action; NULL: it declares none */
    const json_t *cache; /* view of `options`: ms that an answer may be kept; NULL: says nothing */
    enum request_csrf csrf;
    enum request_cors cors_kind;
    struct cors_settings cors; /* views of `options`; where it is REQUEST_CORS_OWN */
};

/* One step: a function. 0, SAILS_ENOMEM. */
int request_target_init(struct request_target *target, sails_action function, void *ctx);

/* {0} is harmless. */
void request_target_deinit(struct request_target *target);

#endif
