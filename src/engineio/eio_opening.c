#include "engineio/eio_opening.h"

#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "engineio/eio_polling.h"
#include "engineio/eio_websocket.h"

#include <assert.h>
#include <sails/err.h>

/* I1  `x` is NULL once the client has gone, `server` once the server has. */
struct eio_decision {
    struct list in_server;
    struct eio_server *server;
    struct http_exchange *x;
    struct eio_query query;
};

static void decision_check(const struct eio_decision *d)
{
    assert(d->server != NULL ||
           d->x == NULL); /* I1: who has gone with the server asks for nothing */
    assert((d->server == NULL) == list_is_empty(&d->in_server));
    (void)d;
}

static bool is_upgrade(const struct eio_query *query)
{
    return query->transport == EIO_QUERY_WEBSOCKET;
}

/* ---- the open packet (engine-io 4.2) ---- */

static void write_open(struct buf *out, const struct eio_session *s, bool can_upgrade)
{
    const struct eio_options *options = s->server->options;

    buf_append_str(out, STR("{\"sid\":\""));
    buf_append_str(out, (struct str){s->id, ID_LEN});
    buf_append_str(out, STR("\",\"upgrades\":["));
    buf_append_str(out, can_upgrade ? STR("\"websocket\"") : STR(""));
    buf_append_str(out, STR("],\"pingInterval\":"));
    buf_append_u64(out, options->ping_interval_ms);
    buf_append_str(out, STR(",\"pingTimeout\":"));
    buf_append_u64(out, options->ping_timeout_ms);
    buf_append_str(out, STR(",\"maxPayload\":"));
    buf_append_u64(out, options->max_http_buffer_size);
    buf_append_char(out, '}');
}

/* ---- the cookie (engine-io 13) ---- */

static void write_attribute(struct buf *out, const char *name, const char *value)
{
    if (value != NULL) {
        buf_printf(out, "; %s=%s", name, value);
    }
}

static int add_cookie(struct http_exchange *x, const struct eio_cookie *cookie, const char *sid)
{
    struct buf out = {0};
    int rc = 0;

    if (cookie->name == NULL) {
        return 0;
    }
    buf_printf(&out, "%s=%s", cookie->name, sid);
    if (cookie->max_age_s >= 0) {
        buf_append_str(&out, STR("; Max-Age="));
        buf_append_u64(&out, (uint64_t)cookie->max_age_s);
    }
    write_attribute(&out, "Domain", cookie->domain);
    write_attribute(&out, "Path", cookie->path);
    buf_append_str(&out, cookie->http_only ? STR("; HttpOnly") : STR(""));
    buf_append_str(&out, cookie->secure ? STR("; Secure") : STR(""));
    write_attribute(&out, "SameSite", cookie->same_site);
    rc = buf_error(&out);
    if (rc == 0) {
        rc = http_add_header(x, STR("Set-Cookie"), buf_str(&out));
    }
    buf_deinit(&out);
    return rc;
}

/* ---- opening ---- */

static int open_polling(struct eio_session *s, struct http_exchange *x,
                        const struct eio_query *query)
{
    const struct eio_options *options = s->server->options;
    bool can_upgrade = options->allow_upgrades && (options->transports & EIO_ALLOW_WEBSOCKET) != 0;
    struct buf open = {0};
    int rc = 0;

    write_open(&open, s, can_upgrade);
    rc = buf_error(&open);
    if (rc == 0) {
        rc = eio_polling_create(s, query);
    }
    if (rc == 0) {
        rc = add_cookie(x, &options->cookie, s->id);
    }
    if (rc == 0) {
        rc = eio_polling_answer_handshake(s->polling, x, buf_str(&open));
    } else {
        http_drop(x);
    }
    buf_deinit(&open);
    return rc;
}

/* Open packet and initial packet; the websocket is the session's by now. */
static int send_first_packets(struct eio_session *s)
{
    struct buf open = {0};
    int rc = 0;

    write_open(&open, s, false);
    rc = buf_error(&open);
    if (rc == 0) {
        rc = eio_websocket_send_open(s->websocket, buf_str(&open));
    }
    if (rc == 0 && s->server->initial != NULL) {
        rc = eio_websocket_send(s->websocket, s->server->initial);
    }
    buf_deinit(&open);
    return rc;
}

static int open_websocket(struct eio_session *s, struct http_exchange *x,
                          const struct eio_query *query)
{
    struct eio_websocket *w = eio_websocket_accept(s->server, x, query->b64, true);
    int rc = 0;

    if (w == NULL) {
        return SAILS_ECLOSED;
    }
    w->session = s;
    s->websocket = w;
    rc = send_first_packets(s);
    if (rc < 0) {
        s->websocket = NULL;
        eio_websocket_close(w, 0);
    }
    return rc;
}

static bool is_supported(const struct eio_options *options, const struct eio_query *query)
{
    return (query->revision == 4 || options->allow_eio3) &&
           (query->names_revision || !options->require_revision);
}

/* The request may open a session (engine-io 3, from 5 on). */
static void open_session(struct eio_server *server, struct http_exchange *x,
                         const struct eio_query *query)
{
    struct eio_session *s = NULL;
    unsigned status = 0;
    int rc = 0;

    if (!is_supported(server->options, query)) {
        eio_answer_refuse(server, x, is_upgrade(query), EIO_UNSUPPORTED_VERSION, NULL);
        return;
    }
    if (server->is_shut_down) {
        eio_answer_refuse_status(x, is_upgrade(query), 503);
        return;
    }
    s = eio_session_create(server, x, query->revision);
    if (s == NULL) {
        http_drop(x);
        return;
    }
    status = eio_session_admit(s);
    if (status != 0) {
        eio_answer_refuse_status(x, is_upgrade(query), status);
        eio_session_destroy(s);
        return;
    }
    if (!eio_session_choose_id(s)) {
        eio_answer_refuse(server, x, is_upgrade(query), EIO_BAD_REQUEST, NULL);
        eio_session_destroy(s);
        return;
    }
    rc = is_upgrade(query) ? open_websocket(s, x, query) : open_polling(s, x, query);
    if (rc < 0) {
        eio_session_destroy(s);
        return;
    }
    eio_session_open(s);
}

/* ---- the decision ---- */

static void on_undecided_abort(struct http_exchange *x, int err)
{
    struct eio_decision *d = http_user(x);

    (void)err;
    d->x = NULL;
    decision_check(d);
}

static const struct http_exchange_events undecided_events = {.on_abort = on_undecided_abort};

void eio_opening_begin(struct eio_server *server, struct http_exchange *x,
                       const struct eio_query *query)
{
    struct eio_decision *d = NULL;

    if (server->events->on_request == NULL) {
        open_session(server, x, query);
        return;
    }
    d = mem_calloc(1, sizeof(*d));
    if (d == NULL) {
        http_drop(x);
        return;
    }
    *d = (struct eio_decision){.server = server, .x = x, .query = *query};
    list_append(&server->decisions, &d->in_server);
    http_accept(x, &undecided_events, d, server->options->max_http_buffer_size);
    server->events->on_request(server->ctx, http_request(x), http_link(x), d);
}

void eio_decide(struct eio_decision *d, bool allow, const char *message)
{
    decision_check(d);
    if (d->x != NULL && allow) {
        open_session(d->server, d->x, &d->query);
    } else if (d->x != NULL) {
        eio_answer_refuse(d->server, d->x, is_upgrade(&d->query), EIO_FORBIDDEN, message);
    }
    list_remove(&d->in_server);
    mem_free(d);
}

void eio_opening_forget_all(struct eio_server *server)
{
    while (!list_is_empty(&server->decisions)) {
        struct eio_decision *d =
            container_of(list_take_first(&server->decisions), struct eio_decision, in_server);

        if (d->x != NULL) {
            http_drop(d->x);
        }
        d->x = NULL;
        d->server = NULL;
        decision_check(d);
    }
}
