/*
 *   OPENING --open--> OPEN --close()--> CLOSING --end--> CLOSED --later turn--> freed
 *                      |                                   ^
 *                      +------------ end ------------------+
 *
 * I1  A session is in the server's table until it is CLOSED, and freed on a later turn than that, so
 *     whoever called the floor above may go on to look at it when the call returns.
 * I2  Exactly one of polling and websocket is set while OPEN or CLOSING. While CLOSED there is no websocket,
 *     and polling has ended.
 * I3  `deadline` runs in every state but OPENING: nothing lives without a time limit. CLOSING lasts as
 *     long as closings at most, and no longer than the heartbeat would have let the session live: a
 *     client that does not even poll has gone.
 */
#include "engineio/eio_session.h"

#include "base/mem.h"
#include "engineio/eio_polling.h"
#include "engineio/eio_websocket.h"

#include <assert.h>
#include <sails/err.h>

/* One kilobyte is the budget of an idle connection with all of its floors. */
static_assert(sizeof(struct eio_session) + sizeof(struct eio_websocket) <= 200,
              "an idle session has grown");

static void enter_table(struct eio_session *s)
{
    map_insert(&s->server->sessions, &s->by_id,
               hash_str(s->server->env->hash_key, (struct str){s->id, ID_LEN}));
}

struct eio_session *eio_session_create(struct eio_server *server, struct http_exchange *x,
                                       unsigned revision)
{
    struct env *env = server->env;
    struct eio_session *s = mem_calloc(1, sizeof(*s));

    if (s == NULL) {
        return NULL;
    }
    s->handshake =
        eio_handshake_create(&server->commons, http_request(x), http_link(x), env->unix_ms);
    if (s->handshake == NULL) {
        mem_free(s);
        return NULL;
    }
    s->server = server;
    s->revision = (uint8_t)revision;
    id_make(env, s->id);
    enter_table(s);
    server->n_sessions_alive++;
    return s;
}

bool eio_session_choose_id(struct eio_session *s)
{
    struct eio_server *server = s->server;
    bool is_right = true;

    if (server->events->on_id != NULL) {
        map_remove(&server->sessions, &s->by_id);
        is_right = server->events->on_id(server->ctx, server, s->handshake, s->id);
        assert(!is_right || id_worker((struct str){s->id, ID_LEN}) == (int)server->env->worker);
        assert(!is_right || eio_server_find(server, (struct str){s->id, ID_LEN}) == NULL);
        enter_table(s);
    }
    return is_right;
}

unsigned eio_session_admit(struct eio_session *s)
{
    const struct eio_server *server = s->server;
    unsigned status =
        server->events->on_admit != NULL ? server->events->on_admit(server->ctx, s->handshake) : 0;

    s->is_admitted = status == 0;
    return status;
}

static void leave(struct eio_session *s)
{
    const struct eio_server *server = s->server;

    if (s->is_admitted && server->events->on_leave != NULL) {
        server->events->on_leave(server->ctx, s->handshake);
    }
    s->is_admitted = false;
}

void eio_session_destroy(struct eio_session *s)
{
    leave(s);
    if (s->state != EIO_STATE_CLOSED) {
        map_remove(&s->server->sessions, &s->by_id);
    }
    deadline_stop(&s->deadline);
    eio_polling_destroy(s->polling);
    eio_handshake_destroy(s->handshake);
    s->server->n_sessions_alive--;
    mem_free(s);
}

static void session_check(const struct eio_session *s)
{
    bool has_one = (s->polling != NULL) != (s->websocket != NULL);

    assert(s->state == EIO_STATE_OPENING || s->state == EIO_STATE_CLOSED || has_one); /* I2 */
    assert(s->state != EIO_STATE_CLOSED || s->websocket == NULL);                     /* I2 */
    assert(s->state == EIO_STATE_OPENING || deadline_is_running(&s->deadline));       /* I3 */
    (void)has_one;
}

/* ---- heartbeat (engine-io 9) ---- */

static void wait_in(struct eio_session *s, struct deadline_queue *queue)
{
    deadline_start(&s->deadline, queue, s->server->env->now_ms);
}

static void start_heartbeat(struct eio_session *s)
{
    s->awaits_pong = false;
    wait_in(s, s->revision == 4 ? &s->server->pings : &s->server->windows);
}

static void start_waiting_for_pong(struct eio_session *s)
{
    s->awaits_pong = true;
    s->has_grace = true;
    wait_in(s, &s->server->pongs);
}

/* A client that sends is alive though its pong may be stuck behind what it sends; but only once a
 * ping, or sending alone would keep it alive for ever. */
static void grant_grace(struct eio_session *s)
{
    if (s->awaits_pong && s->has_grace) {
        s->has_grace = false;
        wait_in(s, &s->server->pongs);
    }
}

static void send_bare(struct eio_session *s, enum eio_packet_type type)
{
    int rc = s->websocket != NULL ? eio_websocket_send_bare(s->websocket, type)
                                  : eio_polling_push(s->polling, type, NULL);

    if (rc < 0) {
        eio_session_end_later(s, EIO_TRANSPORT_ERROR, rc);
    } else {
        s->server->traffic.packets_out++;
    }
}

/* Revision 4: the server pings, and only pongs come back. Revision 3: the other way round. */
static void on_heartbeat(struct eio_session *s, enum eio_packet_type type)
{
    if (type != (s->revision == 4 ? EIO_PONG : EIO_PING)) {
        eio_session_end(s, EIO_TRANSPORT_ERROR, SAILS_EPROTO);
        return;
    }
    start_heartbeat(s);
    if (type == EIO_PING) {
        send_bare(s, EIO_PONG);
    }
}

/* ---- life ---- */

void eio_session_open(struct eio_session *s)
{
    assert(s->state == EIO_STATE_OPENING);
    s->state = EIO_STATE_OPEN;
    start_heartbeat(s);
    session_check(s);
    s->server->traffic.n_opened++;
    s->server->traffic.n_polling += s->polling != NULL ? 1 : 0;
    s->server->events->on_open(s->server->ctx, s);
}

void eio_session_receive(struct eio_session *s, const struct eio_packet *packet)
{
    const struct eio_events *events = s->server->events;

    session_check(s);
    if (s->state != EIO_STATE_OPEN) {
        return;
    }
    s->server->traffic.packets_in++;
    s->server->traffic.bytes_in += packet->data.len;
    if (packet->type != EIO_PONG) {
        grant_grace(s);
    }
    switch (packet->type) {
    case EIO_PING:
    case EIO_PONG:
        on_heartbeat(s, packet->type);
        break;
    case EIO_MESSAGE:
        events->on_message(s->server->ctx, s, packet->is_binary, packet->data);
        break;
    case EIO_CLOSE:
        eio_session_end(s, EIO_TRANSPORT_CLOSE, 0);
        break;
    case EIO_OPEN:
    case EIO_UPGRADE:
    case EIO_NOOP:
        break; /* engine-io 5: ignored */
    }
}

/* For what is not refused with a word of its own, an empty Close as the reference's (engine-io 11.3). */
static unsigned close_code_of(int detail)
{
    return detail == SAILS_ETOOBIG || detail == SAILS_EOVERLOAD ? ws_close_code_of(detail) : 0;
}

static void let_go_of_transports(struct eio_session *s)
{
    struct eio_websocket *websocket = s->websocket;

    s->websocket = NULL;
    if (websocket != NULL) {
        eio_websocket_close(websocket, close_code_of(s->detail));
    }
    if (s->polling != NULL) {
        eio_polling_end(s->polling);
    }
}

void eio_session_end(struct eio_session *s, enum eio_reason reason, int detail)
{
    bool was_open = s->state != EIO_STATE_OPENING;

    if (s->state == EIO_STATE_CLOSED) {
        return;
    }
    if (s->state == EIO_STATE_CLOSING) {
        reason = (enum eio_reason)s->reason;
        detail = s->detail;
    }
    s->state = EIO_STATE_CLOSED;
    map_remove(&s->server->sessions, &s->by_id);
    leave(s);
    wait_in(s, &s->server->endings);
    let_go_of_transports(s);
    session_check(s);
    if (was_open) {
        s->server->traffic.n_closed[reason]++;
        s->server->traffic.n_polling -= s->polling != NULL ? 1 : 0;
    }
    s->server->events->on_close(s->server->ctx, s, reason, detail);
}

static void set_closing(struct eio_session *s, enum eio_reason reason, int detail)
{
    s->state = EIO_STATE_CLOSING;
    s->reason = (uint8_t)reason;
    s->detail = detail;
}

void eio_session_end_later(struct eio_session *s, enum eio_reason reason, int detail)
{
    if (s->state != EIO_STATE_OPEN) {
        return;
    }
    set_closing(s, reason, detail);
    wait_in(s, &s->server->endings);
    session_check(s);
}

void eio_session_switch(struct eio_session *s, struct eio_websocket *websocket)
{
    struct eio_polling *polling = s->polling;

    s->websocket = websocket;
    s->polling = NULL;
    s->server->traffic.n_polling--;
    eio_polling_move_queue(polling, websocket);
    eio_polling_destroy(polling);
    if (s->state == EIO_STATE_CLOSING) {
        eio_session_end(s, EIO_FORCED_CLOSE, 0);
    } else if (s->revision == 3) {
        start_heartbeat(s); /* engine-io 9.3: the whole window */
    } else if (s->awaits_pong) {
        start_waiting_for_pong(s);
    }
    session_check(s);
    if (s->state == EIO_STATE_OPEN && s->server->events->on_upgrade != NULL) {
        s->server->events->on_upgrade(s->server->ctx, s);
    }
}

void eio_session_drained(struct eio_session *s)
{
    if (s->state == EIO_STATE_OPEN && s->server->events->on_drain != NULL) {
        s->server->events->on_drain(s->server->ctx, s);
    }
}

/* ---- sending ---- */

static int send_message(struct eio_session *s, struct eio_message *message)
{
    int rc = s->websocket != NULL ? eio_websocket_send(s->websocket, message)
                                  : eio_polling_push(s->polling, EIO_MESSAGE, message);

    if (rc == SAILS_ESLOW) {
        eio_session_end_later(s, EIO_TRANSPORT_ERROR, rc);
    }
    if (rc == 0) {
        s->server->traffic.packets_out++;
        s->server->traffic.bytes_out += eio_message_data(message).len;
    }
    return rc;
}

int eio_session_send(struct eio_session *s, struct eio_message *message)
{
    return s->state == EIO_STATE_OPEN ? send_message(s, message) : SAILS_ECLOSED;
}

int eio_session_send_last(struct eio_session *s, struct eio_message *message)
{
    bool is_closing = s->state == EIO_STATE_CLOSING && s->reason == EIO_FORCED_CLOSE;

    return s->state == EIO_STATE_OPEN || is_closing ? send_message(s, message) : SAILS_ECLOSED;
}

bool eio_session_has_room(const struct eio_session *s, const struct eio_load *more)
{
    return s->polling == NULL || eio_polling_has_room(s->polling, more);
}

bool eio_session_is_writable(const struct eio_session *s)
{
    if (s->state != EIO_STATE_OPEN) {
        return false;
    }
    if (s->websocket != NULL) {
        return eio_websocket_is_writable(s->websocket);
    }
    /* A poll that already has something to answer is as good as answered (socket-io 27). */
    return eio_polling_is_pending(s->polling) && eio_polling_is_empty(s->polling);
}

/* ---- closing (engine-io 11.3) ---- */

bool eio_session_closes_at_once(const struct eio_session *s)
{
    return s->polling == NULL ||
           (eio_polling_is_pending(s->polling) && eio_polling_is_empty(s->polling));
}

/* How long the session lives if nothing comes from its client any more. */
static uint64_t heartbeat_left(const struct eio_session *s)
{
    uint64_t due = s->deadline.due_ms - s->server->env->now_ms;
    bool is_pinged = s->revision == 3 || s->awaits_pong;

    return is_pinged ? due : due + s->server->pongs.length_ms;
}

/* Nobody polls just now: the heartbeat goes on, if it ends before the time limit of closings. */
static void wait_for_poll(struct eio_session *s)
{
    if (heartbeat_left(s) >= s->server->closings.length_ms) {
        wait_in(s, &s->server->closings);
    }
}

static void begin_closing(struct eio_session *s, bool discard, int detail)
{
    if (s->state == EIO_STATE_CLOSED) {
        return;
    }
    if (discard && s->polling != NULL) {
        eio_polling_discard(s->polling);
    }
    if (s->state == EIO_STATE_OPEN) {
        bool at_once = discard || eio_session_closes_at_once(s);

        set_closing(s, EIO_FORCED_CLOSE, detail);
        if (at_once) {
            wait_in(s, &s->server->endings);
        } else {
            wait_for_poll(s);
        }
    } else if (discard) {
        wait_in(s, &s->server->endings);
    }
}

void eio_session_close(struct eio_session *s, bool discard)
{
    begin_closing(s, discard, 0);
}

void eio_session_refuse(struct eio_session *s, int err)
{
    begin_closing(s, false, err);
}

/* ---- what others ask ---- */

const char *eio_session_id(const struct eio_session *s)
{
    return s->id;
}

unsigned eio_session_revision(const struct eio_session *s)
{
    return s->revision;
}

enum eio_transport eio_session_transport(const struct eio_session *s)
{
    return s->polling != NULL ? EIO_POLLING : EIO_WEBSOCKET;
}

bool eio_session_is_open(const struct eio_session *s)
{
    return s->state == EIO_STATE_OPEN;
}

unsigned eio_session_close_code(const struct eio_session *s)
{
    return s->close_code;
}

struct eio_handshake *eio_session_handshake(const struct eio_session *s)
{
    return s->handshake;
}

void eio_session_set_user(struct eio_session *s, void *user)
{
    s->user = user;
}

void *eio_session_user(const struct eio_session *s)
{
    return s->user;
}

/* ---- deadlines ---- */

static struct eio_session *session_of(struct deadline *deadline)
{
    return container_of(deadline, struct eio_session, deadline);
}

static void on_ping_due(struct deadline *deadline, void *ctx)
{
    struct eio_session *s = session_of(deadline);

    (void)ctx;
    start_waiting_for_pong(s);
    if (s->state == EIO_STATE_OPEN) {
        send_bare(s, EIO_PING);
    }
}

static void on_heartbeat_missing(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    eio_session_end(session_of(deadline), EIO_PING_TIMEOUT, SAILS_ETIMEOUT);
}

/* Nobody came to fetch the close: dropped silently (engine-io 11.3). */
static void on_closing_due(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    eio_session_end(session_of(deadline), EIO_FORCED_CLOSE, 0);
}

static void on_ending_due(struct deadline *deadline, void *ctx)
{
    struct eio_session *s = session_of(deadline);

    (void)ctx;
    if (s->state == EIO_STATE_CLOSED) {
        eio_session_destroy(s);
        return;
    }
    if (s->polling != NULL && s->reason == EIO_FORCED_CLOSE) {
        eio_polling_say_last(s->polling);
    }
    eio_session_end(s, EIO_FORCED_CLOSE, 0);
}

void eio_session_init_queues(struct eio_server *server)
{
    enum {
        CLOSE_TIMEOUT_MS = 30000 /* engine-io 13 */
    };
    const struct eio_options *options = server->options;
    struct deadline_set *set = &server->env->deadlines;

    deadline_queue_init(&server->pings, set, options->ping_interval_ms, on_ping_due, server);
    deadline_queue_init(&server->pongs, set, options->ping_timeout_ms, on_heartbeat_missing,
                        server);
    deadline_queue_init(&server->windows, set, options->ping_interval_ms + options->ping_timeout_ms,
                        on_heartbeat_missing, server);
    deadline_queue_init(&server->closings, set, CLOSE_TIMEOUT_MS, on_closing_due, server);
    deadline_queue_init(&server->endings, set, 0, on_ending_due, server);
}
