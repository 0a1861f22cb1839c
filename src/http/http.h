/*
 * http.h - HTTP/1.1 for a server: one connection, its requests, their responses.
 *
 * Purpose    Turns the bytes of a link into exchanges (a request and its response), one after the
 *            other, and refuses whatever is malformed, oversized, slow or smuggled.
 * Ownership  An http_conn owns itself from http_conn_open() on and frees itself when its link
 *            closes or is handed on. An exchange belongs to its connection: see its events.
 * Threads    That worker's thread only.
 * Floor      http; uses base.
 *
 *     link --on_data--> http_conn --on_request--> the service: engine, router, ...
 *                           ^                         |
 *                           +---- http_respond() -----+
 *
 * Pipelined requests are answered strictly one after the other: the next one is parsed when the
 * response to the one before is complete and the link's queue is empty again, so a client that
 * pipelines and never reads holds no more than the bound of a queue (engine-io 18a). Meanwhile the
 * connection goes on watching for the end of the link, so that a pending poll notices it.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/buf.h"
#include "base/env.h"
#include "base/link.h"
#include "http/http_header.h"

enum http_method {
    HTTP_METHOD_GET,
    HTTP_METHOD_HEAD,
    HTTP_METHOD_POST,
    HTTP_METHOD_PUT,
    HTTP_METHOD_PATCH,
    HTTP_METHOD_DELETE,
    HTTP_METHOD_OPTIONS,
    HTTP_METHOD_OTHER /* any other that http_parse.c knows; its name is in the request */
};

/* The head of a request. Views into the exchange: valid as long as it is. */
struct http_request {
    enum http_method method;
    struct str method_name; /* upper case, "GET" */
    struct str target;      /* as sent: "/a%20b?x=1" */
    struct str path;        /* up to '?', not decoded; of an absolute-form target only its path */
    struct str query;       /* behind '?', without it; empty if none */
    const struct http_header *headers;
    size_t n_headers;
    bool has_body;   /* a Content-Length above 0, or chunked */
    bool is_upgrade; /* "Connection: upgrade" and an Upgrade header */
    bool is_http_1_0;
};

struct http_conn;
struct http_exchange;

/* Time limits in ms, sizes in bytes. */
struct http_limits {
    /* Request line and headers together: over it 431, and over 80 KiB whatever is set here. */
    size_t max_head;
    /* Over it: 414. */
    size_t max_target;
    /* Number of headers; over it: 431. */
    size_t max_headers;
    /* From the first byte (or the connection) to the end of the head: 408. */
    uint64_t header_timeout_ms;
    /* Without any byte of the body: 408. Without any byte of a response taken by the peer: closed. */
    uint64_t body_timeout_ms;
    /* For a body from its head to its end, pauses of http_pause() apart: 408. One that has come with
     * body_min_rate bytes a second or more may take longer. 0: any time. */
    uint64_t body_total_ms;
    uint64_t body_min_rate;
    /* Idle between requests: closed silently. */
    uint64_t keep_alive_ms;
};

/* 16 KiB as Node and nginx; 8 KiB target; 100 headers; 60 s, 30 s, 5 s (Node's keep-alive, and its
 * headersTimeout); 300 s in all as Node's requestTimeout, and 500 bytes a second as Apache's. */
extern const struct http_limits http_default_limits;

/*
 * What stands above the connections of one worker. One for all of its connections, and outlives
 * them.
 */
struct http_service {
    struct env *env;
    const struct http_limits *limits;
    /*
     * The head of a request is complete. Must end in one of: http_accept() (now, and the response
     * later), a response, http_upgrade(), http_move(), http_drop(). One that has done nothing by
     * the time that it returns has been answered with 500.
     */
    void (*on_request)(void *ctx, struct http_exchange *x);
    void *ctx;

    /* The rest is http_service_init()'s. */
    struct list conns; /* all open http_conn */
    struct deadline_queue header_deadlines, body_deadlines, keep_alive_deadlines, write_deadlines;
    struct deadline_queue resume_deadlines;
    bool draining;
    uint64_t date_s; /* the second that `date` tells */
    char date[30];
};

/* Prepares what is marked as its own; env, limits, on_request and ctx are filled in before. */
void http_service_init(struct http_service *service);

/* No connection may be open any more. */
void http_service_deinit(struct http_service *service);

/*
 * From now on idle connections are closed, and every response closes its connection, but for those
 * whose client has sent further requests already: these are answered first.
 */
void http_service_drain(struct http_service *service);

/* What an exchange tells whoever accepted it. */
struct http_exchange_events {
    /* A piece of the body, borrowed. NULL: the body is read and thrown away. */
    void (*on_body)(struct http_exchange *x, struct bytes piece);
    /* The body is complete (at once, on a later turn, where there is none). May be NULL. */
    void (*on_body_end)(struct http_exchange *x);
    /*
     * The end without a complete response, and the last event: the connection is gone
     * (SAILS_ECLOSED), the body broke the protocol (SAILS_EPROTO), was over the limit
     * (SAILS_ETOOBIG) or too slow (SAILS_ETIMEOUT); in the last three cases 400, 413 or 408 has
     * been answered unless a response had begun. `x` is gone once this returns.
     */
    void (*on_abort)(struct http_exchange *x, int err);
    /* A streamed response's queue is empty: more can be written. May be NULL. */
    void (*on_drain)(struct http_exchange *x);
};

/* The connection that `link` begins with. 0 or SAILS_ENOMEM (the caller still has the link). */
int http_conn_open(struct http_service *service, struct link *link);

/* The request. */
const struct http_request *http_request(const struct http_exchange *x);

/*
 * A header's value by a name in lower case; {NULL, 0} if there is none. A view, as the request.
 * Each name is in the request once: what came in several lines is joined by ", " (Cookie by "; "),
 * and of Host, Content-Type and others that make no sense twice the first one counts, as in Node.
 */
struct str http_header(const struct http_request *request, struct str name);

struct link *http_link(const struct http_exchange *x);
struct env *http_env(const struct http_exchange *x);

/* Who accepted the exchange. */
void *http_user(const struct http_exchange *x);

/*
 * Takes the exchange on: events come from now on, and the response may come at any later time. At
 * most `max_body` bytes of body (after the transfer coding): more is answered with 413, checked
 * against Content-Length at once. Also sends "100 Continue" where the client waits for it.
 */
void http_accept(struct http_exchange *x, const struct http_exchange_events *events, void *user,
                 size_t max_body);

/* Other events and user from now on; the body goes on where it was: see http_body_has_ended(). */
void http_set_events(struct http_exchange *x, const struct http_exchange_events *events,
                     void *user);

/*
 * Holds the body up, or lets it go on, on a later turn; in between neither on_body nor on_body_end
 * comes, and the peer is slowed down by TCP. A paused body has no time limit: who pauses sees to
 * it that it ends. Also inside of on_body. A body that has ended, or was never there, stays as it is;
 * a response ends the pause by itself.
 */
void http_pause(struct http_exchange *x, bool paused);

/* Whether on_body_end has come, or there is no body and it comes as soon as on_request returns. */
bool http_body_has_ended(const struct http_exchange *x);

/*
 * Adds a header to whatever response this exchange gets, the automatic refusals included (so CORS
 * headers are on errors, too). Names keep their spelling; a second one of the same name adds a
 * line. Date replaces the automatic one; "Connection: close" closes; else Connection counts for an
 * upgrade only; Content-Length counts only where there is no body (HEAD, 204, 304).
 * 0; SAILS_EINVAL: a name that is no token, Transfer-Encoding, or a value with a control character;
 * SAILS_ENOMEM.
 */
int http_add_header(struct http_exchange *x, struct str name, struct str value);

/* Adds "Name: value\r\n" lines that the caller has written, with nothing in them that came from outside: they are not
 * checked. 0, SAILS_ENOMEM. */
int http_add_lines(struct http_exchange *x, struct str lines);

/* Replaces the headers of that name (case does not matter); errors as above. */
int http_set_header(struct http_exchange *x, struct str name, struct str value);

/*
 * The whole response: status line, headers, Content-Length, body (left out for HEAD, 204 and 304).
 * Afterwards `x` is gone and no event comes; what is left of the request's body is read and thrown
 * away. May be called from on_request, any event but on_abort, or later.
 * 0; SAILS_ESTATE: a response has begun, and nothing has changed; SAILS_ENOMEM, SAILS_ESLOW, ...: as
 * link_write, the connection closes and `x` is gone, too.
 */
int http_respond(struct http_exchange *x, unsigned status, struct bytes body);

/*
 * A response in pieces: with `length` as Content-Length, or (UINT64_MAX) chunked; to a client of
 * HTTP/1.0 the end of the connection is the end of the body. Then pieces, then the end. Errors as
 * http_respond(), but `x` stays until on_abort (http_begin, http_write), and SAILS_EINVAL: a piece
 * over the announced length, or an end before it, which closes the connection.
 * After http_end() `x` is gone, whatever it returns, unless that is SAILS_ESTATE: not begun.
 */
int http_begin(struct http_exchange *x, unsigned status, uint64_t length);
int http_write(struct http_exchange *x, struct shared *piece);
int http_end(struct http_exchange *x);

/*
 * Leaves HTTP: sends the 101 with the headers added so far (Upgrade and Connection, too, are the
 * caller's to add), frees the connection and the exchange, and gives the link away. *unread gets
 * the bytes that the client sent behind its request, in a copy that the caller frees (deinit).
 * NULL: memory is out, the peer or the link has ended, a body is still arriving, or a response has
 * begun; the exchange is as it was, or gone with on_abort later.
 */
struct link *http_upgrade(struct http_exchange *x, struct buf *unread);

/* Gives the connection, this request included, to another worker; as link's move. Only from
 * on_request, before anything else was done. On 0 the exchange is gone; on an error nothing has changed. */
int http_move(struct http_exchange *x, unsigned worker);

/* Closes the connection without a (further) response. The exchange is gone, without on_abort. */
void http_drop(struct http_exchange *x);

/*
 * As http_drop, but writes `raw` (a whole response of the caller's own making, or nothing) before
 * an orderly close. For refused upgrades, whose exact bytes the specification gives.
 */
void http_refuse_raw(struct http_exchange *x, struct str raw);

/* "Not Found" for 404; "Unknown" for what nobody has named. */
const char *http_status_text(unsigned status);

#endif
