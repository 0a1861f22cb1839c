/*
 * app_polls.h - a polling request that a balancer has brought to the wrong node.
 *
 * Purpose    It is taken through Redis to the node that has its session, and so is the response back. Among
 *            nodes in C: those in Node do not know of it.
 * Ownership  struct app_polls lies in its worker.
 * Threads    The worker's own, but for app_polls_receive(): worker 0.
 * Floor      app; uses nodes, io, engineio, http, base.
 *
 *     client --request--> this node -- who has the session? --> all nodes in C
 *                            |  <------------ "mine" ---------- the owner: app_visits.c
 *                            |  ------------ request ---------> the owner
 *     client <--response-----+  <----------- response --------- the owner
 *
 * Every wait has a limit, and what is not answered in time is answered as an unknown session is, so that
 * the client begins anew.
 */
#ifndef APP_APP_POLLS_H
#define APP_APP_POLLS_H

#include "base/deadline.h"
#include "http/http.h"

#include <jansson.h>

struct app_worker;
struct sails_app;

enum {
    POLLS_MAX = 1000,                   /* of one worker that are elsewhere; and as many visits */
    POLLS_BYTES_MAX = 16 * 1024 * 1024, /* of their bodies */
    POLLS_BODY_MAX = 1024 * 1024, /* of one of them: what nodes say to each other waits behind it */
    POLLS_ANSWER_MAX =
        8 * 1024 * 1024,  /* of a response: in base64 it leaves room in what waits for Redis */
    POLLS_CLAIM_MS = 2000 /* until the owner has said so */
};

struct app_polls {
    struct list asked; /* struct app_poll */
    size_t n_asked;
    size_t n_bytes;
    uint64_t last_id;
    struct deadline_queue claims;
    struct deadline_queue answers;
    struct list visits; /* struct app_visit */
    size_t n_visits;
};

void app_polls_start(struct app_worker *w);
void app_polls_drain(struct app_worker *w);
void app_polls_stop(struct app_worker *w);

/* For a polling request of a session that no worker of this node has; ctx: the app. True: it is taken. */
bool app_polls_take(void *ctx, struct http_exchange *x, struct str sid);

/* What another node says; taken. */
void app_polls_receive(struct sails_app *app, json_t *message);

/* ---- app_visits.c: requests of other nodes' clients ---- */

/* In a turn of a worker: "who", "poll" and "gone". */
void app_visits_claim(struct app_worker *w, const json_t *message);
void app_visits_open(struct app_worker *w, const json_t *message);
void app_visits_abort(struct app_worker *w, const json_t *message);
void app_visits_stop(struct app_worker *w);

/* Whether the link is that of a visit. */
bool app_visits_has(const struct link *link);

#endif
