/*
 * http_conn.h - inside src/http/: what connection, exchange and service know of each other.
 *
 * Purpose    The structs behind http.h, and the functions that the four files call across.
 * Ownership  A service lists its connections; a connection owns at most one exchange.
 * Threads    That worker's thread only.
 * Floor      http; uses base. Not for other floors: they include http.h.
 *
 *     http_service.c     limits in time, date, shutdown            1 : n connections
 *     http_conn.c        states, what is held, the link's events       1 : 0..1 exchange
 *     http_receive.c     the request as it arrives: its head, its body
 *     http_exchange.c    the service's side: accept, respond, stream, upgrade, move
 */
#ifndef HTTP_HTTP_CONN_H
#define HTTP_HTTP_CONN_H

#include "http/http_chunked.h"
#include "http/http_head.h"
#include "http/http_response.h"
#include "http/http_scan.h"

enum http_conn_state {
    HTTP_CONN_HEAD,   /* idle, or a head is arriving */
    HTTP_CONN_BODY,   /* a body is arriving; without an exchange it is thrown away */
    HTTP_CONN_ANSWER, /* the request is complete, its response is not */
    HTTP_CONN_FLUSH,  /* the response is complete, but still queued */
    HTTP_CONN_CLOSED  /* ended, aborted, moved or given away: only on_close can come */
};

struct http_conn {
    struct list in_service;
    struct http_service *service;
    struct link *link;
    struct http_exchange *exchange; /* the one that is being answered, or NULL */
    enum http_conn_state state;
    bool is_busy;        /* work is under way on `in`: nothing may start a request or free this */
    bool is_gone;        /* the link was given away while busy: freed when that work ends */
    bool has_ended;      /* the peer will send no more */
    bool is_paused;      /* the link, because too much is held, or the body is paused */
    bool is_body_paused; /* by its exchange; what comes is held */
    struct bytes in;     /* while busy: what is not yet taken of the bytes at hand */
    struct buf held;     /* pipelined bytes that wait for the exchange's end */
    size_t held_from;    /* how many of them are taken */
    struct buf head;     /* what has arrived of a head */
    struct http_scan scan;
    struct deadline deadline; /* in the service's queue that suits the state */

    enum http_framing framing; /* of the body that is arriving */
    uint64_t body_left;        /* of FRAMING_LENGTH */
    struct http_chunked chunked;
    size_t discarded;        /* bytes of a body that nobody wanted */
    uint64_t body_began_ms;  /* later by as long as it was paused */
    uint64_t body_paused_ms; /* while is_body_paused: since when */
    uint64_t body_seen;      /* bytes of it, without its coding */

    uint64_t written;      /* bytes given to the link, ever */
    uint64_t taken_before; /* how many of them the kernel had when the write deadline began */
};

enum http_exchange_state {
    HTTP_X_NEW,      /* in on_request: nothing has been done yet */
    HTTP_X_ACCEPTED, /* events are heard, the response may come */
    HTTP_X_BEGUN,    /* a streamed response has begun */
    HTTP_X_OVER      /* in on_abort: nothing can be done any more */
};

struct http_exchange {
    struct http_conn *conn;
    enum http_exchange_state state;
    const struct http_exchange_events *events; /* NULL: nobody listens */
    void *user;
    struct http_head head;
    struct buf fields;       /* of the response */
    bool has_framing_fields; /* among `fields`: http_fields_is_framing() */
    size_t max_body;
    size_t body_seen;
    bool is_too_big;                    /* the announced body is over max_body */
    bool keep_alive;                    /* once begun: what the response has said */
    enum http_response_framing framing; /* once begun */
    uint64_t left;                      /* once begun: bytes of FRAMING_LENGTH to come */
    struct http_header headers[];
};

/* ---- http_conn.c ---- */

/* Bytes received behind what has been taken. */
struct bytes http_conn_unread(const struct http_conn *conn);

/* Writes, counts, and watches that the peer takes it; as link_write, takes over `data` (NULL: no
 * memory). On errors the connection closes. */
int http_conn_write(struct http_conn *conn, struct shared *data);

/* The response is complete, the exchange is freed: goes on to the next request, or closes. */
void http_conn_answered(struct http_conn *conn, bool keep_alive);

/* http_pause(). */
void http_conn_pause_body(struct http_conn *conn, bool paused);

/* Closes: after what is queued (end), or now (abort). The exchange stays until on_close. */
void http_conn_end(struct http_conn *conn);
void http_conn_abort(struct http_conn *conn);

/* In the queue of the service that suits the state; instead of the one that runs. */
void http_conn_start_deadline(struct http_conn *conn, struct deadline_queue *queue);

/* A peer that reads nothing of what it asked for must not keep it in memory for ever. */
void http_conn_watch_writing(struct http_conn *conn);

/* The request and its response are complete: on to the next, once what is queued has left. */
void http_conn_go_on(struct http_conn *conn);

/* The link is another's from now on. */
void http_conn_give_away(struct http_conn *conn);

/* The service's deadlines, and its shutdown. */
void http_conn_on_header_due(struct deadline *deadline, void *ctx);
void http_conn_on_body_due(struct deadline *deadline, void *ctx);
void http_conn_on_keep_alive_due(struct deadline *deadline, void *ctx);
void http_conn_on_write_due(struct deadline *deadline, void *ctx);
void http_conn_on_resume_due(struct deadline *deadline, void *ctx);
void http_conn_drain(struct http_conn *conn);

/* ---- http_receive.c ---- */

/* In HEAD, and in BODY while it is not paused: takes of conn->in what belongs to it. */
void http_receive_head(struct http_conn *conn);
void http_receive_body(struct http_conn *conn);

/* Whether all of the request's body has arrived. */
bool http_receive_is_complete(const struct http_conn *conn);

/* Whether what is left of the request's body is little enough to be thrown away. */
bool http_receive_can_discard(const struct http_conn *conn);

/* ---- http_exchange.c ---- */

/* Takes the bytes of a complete head. NULL: no memory, and `head` is as it was. */
struct http_exchange *http_exchange_create(struct http_conn *conn, struct buf *head,
                                           size_t max_headers);
void http_exchange_destroy(struct http_exchange *x);

/* A refusal of the server's own making, on which the connection closes; no exchange is needed. */
void http_conn_refuse(struct http_conn *conn, struct http_exchange *x, unsigned status);

/* The end without a complete response: refuses with `status` unless one has begun (0: never),
 * closes, tells on_abort, frees. */
void http_exchange_fail(struct http_exchange *x, int err, unsigned status);

/* ---- http_service.c ---- */

/* The value of Date: 29 characters, valid until the next call. */
struct str http_service_date(struct http_service *service);

#endif
