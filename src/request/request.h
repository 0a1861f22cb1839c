/*
 * request.h - requests and responses inside: what sails/req.h hides.
 *
 * Purpose    One req and one res, whichever way the request came; a transport at its end sends the
 *            answer.
 * Ownership  A request owns itself from request_run() on, and is freed when its answer has been sent, at the
 *            latest with its app. The application holds it until then.
 * Threads    Made, run, sent and freed on its worker's thread; answered by any thread, once.
 * Floor      request; uses io, net, http, base.
 *
 *     HTTP exchange --request_http--+                          +-- transport->send: HTTP response
 *                                   +--> router --> action --> res
 *     event "get"  --request_socket-+                          +-- transport->send: JWR in an ack
 */
#ifndef REQUEST_REQUEST_H
#define REQUEST_REQUEST_H

#include "actions/target.h"
#include "base/deadline_ladder.h"
#include "base/job.h"
#include "base/list.h"
#include "base/worker.h"
#include "io/io_ref.h"
#include "request/error_pages.h"
#include "request/limits.h"
#include "request/request_session.h"
#include "request/responses.h"
#include "router/router.h"
#include "session/session_known.h"
#include "web/cors.h"
#include "web/header_list.h"
#include "web/trust_proxy.h"

#include <sails/req.h>

struct models;
struct locale;
struct locales;
struct request_virtual;
struct views;
struct request_wait;

/* What the requests of one worker share. */
struct request_worker {
    const struct request_service *service;
    struct worker *worker;
    struct deadline_queue unanswered;     /* requestTimeout */
    struct deadline_ladder unanswered_by; /* sails_req_set_timeout() */
    struct list requests;                 /* those that run */
    struct limits limits;
    struct session_known known; /* cookies that its clients have sent before */
};

/* Settings; borrowed texts live as long as the app's configuration. */
struct request_options {
    bool is_production;
    bool compresses;            /* answers over HTTP */
    bool logs_access;           /* a line for each answer */
    bool is_sdk_needed;         /* sockets whose client tells no version may not ask */
    bool send_status_code;      /* in JWRs */
    bool send_response_headers; /* in JWRs */
    bool cors_all_routes;
    bool csrf;
    uint64_t timeout_ms;    /* for an answer; 0: any */
    size_t max_body;        /* of an HTTP request that is parsed: 1 MB, as Sails */
    size_t max_body_values; /* of JSON in it */
    const char *upload_dir; /* where files are received, if nobody says otherwise */
    const char *
        dev_script; /* of pages with a reason, while the application is being written; NULL: it is not */
    uint64_t max_upload; /* bytes of an upload, and of files that nobody wants */
    struct limits_settings limits;
};

/* What all requests of an app share. */
struct request_service {
    struct request_options options;
    struct sails_app *app;
    void *context;
    struct router before; /* asked first: routes of hooks */
    struct router router; /* targets: struct request_target */
    struct router after;  /* asked where no route of `router` matches */
    struct router last;   /* then: routes of hooks */
    const struct log *log;
    struct sails_io *io;
    const char *secret; /* of signed cookies; NULL: none */
    struct session_settings sessions;
    struct cors_settings cors;
    struct responses responses;
    const struct request_step *request_hooks; /* before every route: functions */
    size_t n_request_hooks;
    struct job_pool *waiting;       /* threads of actions that may wait */
    struct models *models;          /* NULL: the app has none */
    struct request_worker *workers; /* by index */
    size_t n_workers;
    struct trust_proxy trust; /* whose X-Forwarded-... count */
    struct error_pages pages; /* for people */
    struct views *views;      /* NULL: the app has none */
    json_t *view_locals;      /* what `views.locals` says; NULL: nothing */
    json_t *view_sails;       /* `sails` in templates */
    struct locales *locales;  /* never NULL; {0} before the lift */
};

enum request_body_kind {
    REQUEST_NO_BODY,    /* of a JWR: no `body` member */
    REQUEST_TEXT_BODY,  /* `text` */
    REQUEST_JSON_BODY,  /* `json` */
    REQUEST_SOURCE_BODY /* `source`; over HTTP only */
};

/* A body that comes in pieces: res_file.c, res_stream.c. On the request's worker. */
struct res_source {
    /* Gives the response that begins with this status; the headers are added. Takes source and `x`. */
    void (*send)(struct res_source *source, struct http_exchange *x, unsigned status);
    /* There is nobody to send it to. Takes the source. */
    void (*drop)(struct res_source *source);
};

struct sails_res {
    unsigned status; /* 0: not set */
    struct header_list headers;
    enum request_body_kind kind;
    struct buf text;
    json_t *json;
    json_t *locals;            /* for templates; NULL: none */
    struct res_source *source; /* NULL: none; with another kind of body it goes with the request */
    bool is_answered;
    bool is_responding; /* a named answer of the program's has it */
};

struct request_transport {
    bool is_socket;
    bool is_virtual; /* and there is no socket: sails_app_request() */
    /* Sends req->res to whoever asked. */
    void (*send)(struct sails_req *req);
    /* Nobody has answered in time: answers 503 by itself; send() is not called any more. */
    void (*expire)(struct sails_req *req);
    /* The Cookie header that names the session; NULL: none. */
    const char *(*session_cookie)(struct sails_req *req);
    /* "sails.sid=...": the connection's session from now on. NULL: the client keeps it. */
    void (*keep_session)(struct sails_req *req, struct str pair);
    /* Frees what the transport keeps in the request. */
    void (*release)(struct sails_req *req);
};

/* The way of a request: request_run.c. */
enum request_phase {
    REQUEST_ARRIVING, /* its body is */
    REQUEST_LIMITS,
    REQUEST_LOAD, /* its session */
    REQUEST_LOADED,
    REQUEST_ROUTE,
    REQUEST_CORS,
    REQUEST_CSRF,
    REQUEST_HOOKS,
    REQUEST_STEPS, /* policies and functions of its route */
    REQUEST_NEXT_ROUTE,
    REQUEST_ACTION, /* the last step, which answers */
    REQUEST_SAVE,   /* its session */
    REQUEST_ANSWER,
    REQUEST_PHASES /* how many there are */
};

enum request_said {
    REQUEST_SAID_NOTHING,
    REQUEST_SAID_PROCEED,
    REQUEST_SAID_ANSWER
};

/* Who may be looking at what a request says: request_timeout.c. */
enum request_views {
    REQUEST_VIEWS_HERE,      /* its worker only */
    REQUEST_VIEWS_ELSEWHERE, /* another thread: they stay until it has been answered */
    REQUEST_VIEWS_GONE       /* its time is over: there are none */
};

struct sails_req {
    struct mail mail;
    struct list in_worker; /* request_worker.requests */
    const struct request_service *service;
    struct worker *worker;
    uint64_t begun_ms; /* by the worker's clock */
    uint64_t begun_unix_ms;
    const struct request_transport *transport;
    struct http_exchange *exchange; /* HTTP; NULL: not HTTP, or gone */
    sails_io_ack *ack;              /* socket; NULL: none is wanted */
    struct request_virtual *asker;  /* the program; NULL: it is not */
    struct io_ref socket;           /* who asked; HTTP: refers to nothing */
    enum http_method method;
    const char *url;  /* lies behind the request, as the next; both NUL-terminated */
    const char *path; /* of the URL, without query */
    struct str query_text;
    struct header_list headers; /* names in lower case */
    char ip[64];                /* the client's; behind a proxy that is trusted, what that says */
    json_t *ips;        /* addresses that proxies have passed on, the client's first; NULL: none */
    bool believes_peer; /* X-Forwarded-Proto and -Host count */
    bool is_secure;     /* it came over TLS */
    struct buf raw_body;
    size_t body_charged; /* to io->messages */
    struct form *form;   /* the body is one, or uploads were asked for; else NULL */
    json_t *body;        /* NULL: none */
    json_t *params;      /* of the route */
    json_t *query;       /* NULL: not parsed yet */
    json_t *all_params;  /* NULL: not merged yet */
    json_t *cookies;     /* NULL: not parsed yet, as the next */
    json_t *signed_cookies;
    json_t *texts;               /* views that sails_req_param() gave out */
    json_t *derived;             /* views that req_client.c gave out */
    json_t *translations;        /* views that req_locale.c gave out; an array */
    const struct locale *locale; /* NULL: not chosen yet, or there are none */
    json_t *inputs;              /* that its action declares; NULL: not read, or none */
    struct request_session session;
    atomic_int views;                      /* enum request_views */
    uint64_t timeout_ms;                   /* the time limit in force; 0: none */
    struct deadline deadline;              /* for the answer */
    void (*resume)(struct sails_req *req); /* what goes on when `mail` arrives */
    enum router_verdict verdict;
    unsigned methods;                    /* of the path, where it is ROUTER_OPTIONS */
    unsigned n_routers_done;             /* of the service's four: their routes have been asked */
    const struct route *route;           /* the last one that was found; NULL: none */
    const struct request_target *target; /* its target; NULL: no route is left */
    enum request_phase phase;
    size_t n_hooks_done, n_steps_done;
    void *context;             /* of the function that has it; NULL: the app's */
    bool is_expired;           /* its time is over, and the client has been told */
    bool is_in_call;           /* the worker is in a phase, or in a call of the application */
    enum request_said said;    /* in that call, to be heard when it returns */
    bool is_waiting;           /* the application has it, and has not said anything */
    struct request_wait *wait; /* an action that may wait is running; NULL: none */
    struct sails_res res;
};

/* A request with nothing in it yet. `url` is copied. NULL: no memory. */
struct sails_req *request_create(const struct request_service *service, struct worker *worker,
                                 const struct request_transport *transport, enum http_method method,
                                 struct str url);

/* `ip` is the peer's: who asks, by the addresses that proxies say (req_client.c). `forwarded_for`:
 * X-Forwarded-For of the connection. */
void request_set_client(struct sails_req *req, struct str forwarded_for);

/* Before it has been answered: as if it had never come. */
void request_destroy(struct sails_req *req);

/* Answers by a step that is no function: target_answer.c. */
void request_target_answer(const struct request_step *step, sails_res *res);

/* Adds the Cache-Control that the route's option `cache` asks for, to a success over HTTP that has none. */
void request_target_add_cache(struct sails_req *req);

/* Takes it through its phases; on its worker. It may be gone afterwards. */
void request_run(struct sails_req *req);

/* The phase that waits is over: the next one's turn. From any thread. */
void request_proceed(struct sails_req *req);

/*
 * Asserts, while a phase is about to begin:
 *
 * I1  Only its worker moves it.
 * I2  It has begun, and is in one phase of the table.
 * I3  It has a route from REQUEST_ROUTE on, and a target only with one.
 * I4  It has taken no more steps than its target has; an action is one.
 * I5  Every hook has had it before the steps of a route.
 * I6  It is answered if and only if it is being saved and sent.
 * I7  Nothing of it runs on a thread that may wait.
 */
void request_check(const struct sails_req *req);

/*
 * Around a call of the application that has the request already, on its worker: what it answers in the
 * call is sent when it returns, and what it lets proceed goes on then. `req` may be gone after
 * request_leave().
 */
void request_enter(struct sails_req *req);
void request_leave(struct sails_req *req);

/* Goes on with `next` on the request's worker: at once if it is the caller, else by mail. */
void request_resume(struct sails_req *req, void (*next)(struct sails_req *req));

struct request_worker *request_worker_of(const struct sails_req *req);

/* ---- request_timeout.c ---- */

/* Starts the time limit again, from now. On its worker. */
void request_restart_timeout(struct sails_req *req);

/*
 * Before a look at what the request says, from any thread. False: `req` is NULL. What is read then stays until
 * it has been answered, if its time was not over before: then there is nothing.
 */
bool request_reads(const struct sails_req *req);

/* Frees what the request says, but for its URL and who has asked: no thread is looking. */
void request_views_deinit(struct sails_req *req);

/* Counts what the body has become among all messages, for as long as the request says it. False: there is no room
 * for it (SAILS_EOVERLOAD). */
bool request_charge_body(struct sails_req *req);

/* As far as it may go, of a request whose time is over. On its worker. */
void request_drop_views(struct sails_req *req);

/* Before and after a worker serves requests. */
void request_worker_start(const struct request_service *service, struct worker *worker);
void request_worker_stop(const struct request_service *service, struct worker *worker);

/* Frees `workers`, with the requests that nobody has answered; when the workers' threads are gone. */
void request_service_deinit(struct request_service *service);

/* The answer is complete in req->res: sends it, now or by mail. */
int request_answer(struct sails_req *req);

/* "GET"; "OTHER" for those without a name of their own. */
const char *request_method_name(enum http_method method);

/* Reads the inputs that the action of req->target declares. False: they are not as they should be, and
 * it was answered. */
bool request_read_inputs(struct sails_req *req);

/* ---- the two ways in ---- */

extern const struct request_transport request_http_transport; /* request_http_answer.c */

/* Whether a route answers it: if not, it may be for a file. */
bool request_http_has_route(const struct request_service *service, const struct http_exchange *x);

/* Takes the exchange, and answers it: where there is no route, with 404. */
void request_http_handle(const struct request_service *service, struct worker *worker,
                         struct http_exchange *x);

/* The same for an exchange that somebody has accepted already. */
void request_http_take_over(const struct request_service *service, struct worker *worker,
                            struct http_exchange *x);

/* Adds the headers that security.cors has for all routes to an answer that no route gives: a file. */
void request_http_add_cors(const struct request_service *service, struct http_exchange *x);

/* Whether a socket's handshake has said that it wants no session. */
bool request_socket_has_no_session(sails_io_socket *socket);

/* Limits the messages of all sockets. Before the lift. */
void request_socket_limit(const struct request_service *service);

/* Sets the listeners for the seven events of virtual requests. Before the lift. 0, SAILS_ENOMEM. */
int request_socket_listen(const struct request_service *service);

#endif
