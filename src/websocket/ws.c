/*
 * ws.c
 *
 *              ws_conn_close()                  Close of the peer, time limit, end of the link
 *      OPEN --------------------> CLOSING ------------------------------------------> CLOSED
 *        |                                                                              ^
 *        +---- Close of the peer (echoed), a violation (Close with its code), ----------+
 *              no memory, end of the link
 *
 * CLOSED waits for the link's on_close, and passes it on.
 *
 * I1  After a Close was sent nothing is written; after one was received nothing is read.
 * I2  While bytes are read `intake` may change, but is not freed before on_close or their end.
 * I3  The deadline runs while the intake has unread bytes (queue `later`), or in CLOSING.
 * I4  Outside of a message `inflater` is only kept for the client's context.
 */
#include "websocket/ws.h"

#include "base/mem.h"
#include "websocket/ws_intake.h"

#include <assert.h>
#include <sails/err.h>

/* One kilobyte is the budget of an idle connection with all of its floors. */
static_assert(sizeof(struct ws_conn) <= 80, "an idle connection has grown");

enum {
    /* A frame with a short length: head of two bytes. */
    CONTROL_FRAME_MAX = 2 + WS_CONTROL_MAX
};

static int write_control(struct ws_conn *ws, enum ws_opcode opcode, struct bytes payload)
{
    uint8_t head[WS_HEAD_MAX] = {0};
    uint8_t frame[CONTROL_FRAME_MAX] = {0};
    size_t head_len = ws_frame_write_head(head, opcode, false, payload.len);

    assert(payload.len <= WS_CONTROL_MAX);
    memcpy(frame, head, head_len);
    if (payload.len > 0) {
        memcpy(frame + head_len, payload.ptr, payload.len);
    }
    return link_write_copy(ws->link, (struct bytes){frame, head_len + payload.len});
}

/* `code` 0: an empty one. */
static int write_close(struct ws_conn *ws, unsigned code)
{
    uint8_t payload[2] = {(uint8_t)(code >> 8), (uint8_t)(code & 0xff)};

    return write_control(ws, WS_CLOSE, (struct bytes){payload, code == 0 ? 0 : sizeof(payload)});
}

static void set_result(struct ws_conn *ws, unsigned code, int err)
{
    ws->close_code = (uint16_t)code;
    ws->err = err;
}

/* What is queued still goes out. */
static void end_link(struct ws_conn *ws)
{
    ws->state = WS_CLOSED;
    deadline_stop(&ws->deadline);
    link_end(ws->link);
}

static void drop_link(struct ws_conn *ws)
{
    ws->state = WS_CLOSED;
    deadline_stop(&ws->deadline);
    link_abort(ws->link);
}

/* The link does not take what must be said. */
static void give_up(struct ws_conn *ws, int err)
{
    set_result(ws, WS_CLOSE_ABNORMAL, err);
    drop_link(ws);
}

/* RFC 6455 section 7.1.7. Who has sent its Close already only ends. */
static void fail_connection(struct ws_conn *ws, unsigned code, int err)
{
    if (ws->state == WS_OPEN) {
        int rc = write_close(ws, code);

        if (rc < 0) {
            give_up(ws, rc);
            return;
        }
        set_result(ws, code, err);
    }
    end_link(ws);
}

/* ---- what comes in ---- */

/* Section 5.5.1: the answer has the same code (and reason), then the server closes the link. */
static void on_close_frame(struct ws_conn *ws, struct bytes payload)
{
    unsigned code = 0;
    int rc = ws_close_parse(payload, &code);

    if (rc < 0) {
        fail_connection(ws, ws_close_code_of(rc), rc);
        return;
    }
    if (ws->state == WS_OPEN) {
        rc = write_control(ws, WS_CLOSE, payload);
        if (rc < 0) {
            give_up(ws, rc);
            return;
        }
    }
    set_result(ws, code, 0);
    end_link(ws);
}

/*
 * Every ping is answered (section 5.5.3 would allow fewer). Pongs that the peer does not read count
 * against the link's bound like everything else.
 */
static void on_ping(struct ws_conn *ws, struct bytes payload)
{
    int rc = 0;

    if (ws->state != WS_OPEN) {
        return; /* I1 */
    }
    rc = write_control(ws, WS_PONG, payload);
    if (rc < 0) {
        give_up(ws, rc);
    }
}

static void on_control_chunk(struct ws_conn *ws, struct ws_intake *in, const struct ws_chunk *chunk)
{
    struct bytes payload = {0};

    ws_intake_add_control(in, chunk);
    if (!chunk->ends_frame) {
        return;
    }
    payload = (struct bytes){in->control, in->control_len};
    if (chunk->opcode == WS_CLOSE) {
        on_close_frame(ws, payload);
    } else if (chunk->opcode == WS_PING) {
        on_ping(ws, payload);
    }
}

static int add_deflated(struct ws_conn *ws, struct ws_intake *in, const struct ws_chunk *chunk)
{
    size_t max = ws->service->options->max_message;
    int rc = 0;

    if (ws->inflater == NULL) {
        ws->inflater = ws_service_take_inflater(ws->service, &ws->deflate);
        if (ws->inflater == NULL) {
            return SAILS_ENOMEM;
        }
    }
    rc = ws_intake_add_deflated(in, chunk, ws->inflater, max);
    if (rc == 0 && chunk->fin && chunk->ends_frame) {
        rc = ws_inflater_finish(ws->inflater, &in->message, max);
    }
    return rc;
}

/* Adds the chunk, and checks what it added: SAILS_EUTF8 comes with the first impossible byte. */
static int add_data(struct ws_conn *ws, struct ws_intake *in, const struct ws_chunk *chunk)
{
    size_t before = in->message.len;
    int rc = chunk->is_deflated ? add_deflated(ws, in, chunk) : ws_intake_add_plain(in, chunk);

    if (rc == 0 && !in->is_binary &&
        !utf8_check_feed(&in->utf8, bytes_from_offset(buf_bytes(&in->message), before))) {
        rc = SAILS_EUTF8;
    }
    return rc;
}

static void release_inflater(struct ws_conn *ws)
{
    if (ws->deflate.client_no_context_takeover) {
        ws_service_give_inflater(ws->service, ws->inflater);
        ws->inflater = NULL; /* I4 */
    }
}

static void on_message_end(struct ws_conn *ws, struct ws_intake *in)
{
    if (!in->is_binary && !utf8_check_is_whole(&in->utf8)) {
        fail_connection(ws, WS_CLOSE_INVALID_DATA, SAILS_EUTF8);
        return;
    }
    release_inflater(ws);
    ws->events->on_message(ws, in->is_binary, buf_bytes(&in->message));
    buf_clear(&in->message);
}

static void begin_message(struct ws_intake *in, enum ws_opcode opcode)
{
    in->is_binary = opcode == WS_BINARY;
    in->utf8 = (struct utf8_check){0};
    in->n_fragments = 0;
}

static void on_data_chunk(struct ws_conn *ws, struct ws_intake *in, const struct ws_chunk *chunk)
{
    size_t max_fragments = ws->service->options->max_fragments;
    int rc = 0;

    if (ws->state != WS_OPEN) {
        return; /* websocket 5.2: data is discarded until the peer's Close */
    }
    if (chunk->begins_frame) {
        if (chunk->opcode != WS_CONTINUATION) {
            begin_message(in, chunk->opcode);
        }
        in->n_fragments++;
    }
    if (max_fragments > 0 && in->n_fragments > max_fragments) {
        fail_connection(ws, WS_CLOSE_POLICY, SAILS_ETOOBIG);
        return;
    }
    rc = add_data(ws, in, chunk);
    if (rc < 0) {
        fail_connection(ws, ws_close_code_of(rc), rc);
    } else if (chunk->fin && chunk->ends_frame) {
        on_message_end(ws, in);
    }
}

static void read_frames(struct ws_conn *ws, struct ws_intake *in, struct bytes data)
{
    struct ws_rules rules = {
        .max_message = ws->service->options->max_message,
        .has_deflate = ws->deflate.is_agreed,
    };
    struct ws_chunk chunk = {0};

    while (ws->state != WS_CLOSED) {
        int rc = ws_decoder_next(&in->decoder, &rules, &data, &chunk);

        if (rc == 0) {
            return;
        }
        if (rc < 0) {
            fail_connection(ws, ws_close_code_of(rc), rc);
        } else if (ws_opcode_is_control(chunk.opcode)) {
            on_control_chunk(ws, in, &chunk);
        } else {
            on_data_chunk(ws, in, &chunk);
        }
    }
}

static bool has_unread(const struct ws_conn *ws)
{
    return ws->intake != NULL && ws->intake->unread.len > 0;
}

static void conn_check(const struct ws_conn *ws)
{
    bool is_limited = ws->state == WS_CLOSING || (ws->state == WS_OPEN && has_unread(ws));

    assert(deadline_is_running(&ws->deadline) == is_limited); /* I3 */
    assert(ws->state == WS_CLOSED || ws->intake != NULL || ws->inflater == NULL ||
           !ws->deflate.client_no_context_takeover); /* I4 */
    (void)is_limited;
}

static void drop_intake(struct ws_conn *ws)
{
    ws_intake_destroy(ws->intake, ws->service->options->budget);
    ws->intake = NULL;
}

/* What is kept until the next read counts against the budget of all connections. */
static void settle(struct ws_conn *ws)
{
    struct ws_intake *in = ws->intake;

    if (in != NULL &&
        !byte_budget_set(ws->service->options->budget, &in->charged, in->message.cap)) {
        drop_intake(ws);
        fail_connection(ws, WS_CLOSE_TRY_AGAIN_LATER, SAILS_EOVERLOAD);
    }
    conn_check(ws);
}

/* Between messages: all is put together on the stack and in the service's scratch memory. */
static void read_from_idle(struct ws_conn *ws, struct bytes data)
{
    struct ws_intake in;

    ws_intake_init(&in, ws_service_take_scratch(ws->service));
    read_frames(ws, &in, data);
    if (ws->state != WS_CLOSED && !ws_intake_is_idle(&in)) {
        ws->intake = ws_intake_create_copy(&in);
        if (ws->intake == NULL) {
            fail_connection(ws, ws_close_code_of(SAILS_ENOMEM), SAILS_ENOMEM);
        }
    }
    ws_service_give_scratch(ws->service, in.message);
}

static void read_on(struct ws_conn *ws, struct bytes data)
{
    read_frames(ws, ws->intake, data);
    if (ws_intake_is_idle(ws->intake)) {
        drop_intake(ws);
    }
}

static void read_bytes(struct ws_conn *ws, struct bytes data)
{
    if (ws->intake == NULL) {
        read_from_idle(ws, data);
    } else {
        read_on(ws, data);
    }
    settle(ws);
}

static void await_close(struct ws_conn *ws)
{
    deadline_start(&ws->deadline, &ws->service->close_deadlines, ws->service->env->now_ms);
}

/* What came behind the handshake, before anything that comes later. */
static void read_unread(struct ws_conn *ws)
{
    struct buf unread = {0};

    if (!has_unread(ws)) {
        return;
    }
    unread = ws->intake->unread;
    buf_init(&ws->intake->unread);
    deadline_stop(&ws->deadline);
    if (ws->state == WS_CLOSING) {
        await_close(ws); /* I3 */
    }
    read_bytes(ws, buf_bytes(&unread));
    buf_deinit(&unread);
}

void ws_conn_on_later(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    read_unread(container_of(deadline, struct ws_conn, deadline));
}

void ws_conn_on_close_timeout(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    drop_link(container_of(deadline, struct ws_conn, deadline));
}

/* ---- the link's events ---- */

static void on_link_data(struct link *link, struct bytes data)
{
    struct ws_conn *ws = link->user;

    read_unread(ws);
    if (ws->state != WS_CLOSED) {
        read_bytes(ws, data);
    }
}

/* Section 7.1.5: an end without a Close is 1006, which is what the result says already. */
static void on_link_end(struct link *link)
{
    struct ws_conn *ws = link->user;

    read_unread(ws);
    if (ws->state != WS_CLOSED) {
        end_link(ws);
    }
}

static void on_link_close(struct link *link, int err)
{
    struct ws_conn *ws = link->user;

    /* Where the link broke by itself, its reason is the better one. */
    if (ws->state == WS_OPEN && err < 0) {
        ws->err = err;
    }
    ws->state = WS_CLOSED;
    deadline_stop(&ws->deadline);
    drop_intake(ws);
    ws_inflater_destroy(ws->inflater);
    ws->inflater = NULL;
    ws->events->on_close(ws, ws->close_code, ws->err);
}

static void on_link_drain(struct link *link)
{
    struct ws_conn *ws = link->user;

    if (ws->state == WS_OPEN && ws->events->on_drain != NULL) {
        ws->events->on_drain(ws);
    }
}

static const struct link_events link_events = {
    .on_data = on_link_data,
    .on_drain = on_link_drain,
    .on_end = on_link_end,
    .on_close = on_link_close,
};

/* ---- for the owner ---- */

void ws_conn_begin(struct ws_conn *ws, struct ws_service *service, struct link *link,
                   const struct ws_deflate_params *params, const struct ws_events *events)
{
    *ws = (struct ws_conn){
        .link = link,
        .service = service,
        .events = events,
        .deflate = *params,
        .state = WS_OPEN,
        .close_code = WS_CLOSE_ABNORMAL,
        .err = SAILS_ECLOSED,
    };
    link->events = &link_events;
    link->user = ws;
}

int ws_conn_accept(struct ws_conn *ws, struct ws_service *service, struct http_exchange *x,
                   const struct ws_events *events)
{
    struct ws_deflate_params params = {0};
    struct ws_intake *intake = mem_calloc(1, sizeof(*intake));
    struct link *link = NULL;
    int rc = SAILS_ENOMEM;

    /* What can fail comes before the upgrade: behind it there is nobody who could be told. */
    if (intake == NULL) {
        goto out;
    }
    rc = ws_handshake_answer(x, service->options, &params);
    if (rc < 0) {
        goto out;
    }
    link = http_upgrade(x, &intake->unread);
    if (link == NULL) {
        rc = SAILS_ECLOSED;
        goto out;
    }

    ws_conn_begin(ws, service, link, &params, events);
    if (intake->unread.len > 0) {
        ws->intake = intake;
        intake = NULL;
        deadline_start(&ws->deadline, &service->later, service->env->now_ms);
    }

out:
    ws_intake_destroy(intake, service->options->budget);
    if (rc < 0) {
        http_drop(x);
    }
    return rc;
}

static bool wants_deflated(const struct ws_conn *ws, const struct ws_message *message)
{
    return ws->deflate.is_agreed && message->may_compress &&
           ws_message_payload(message).len >= ws->service->options->deflate_options.threshold;
}

/*
 * The compressed frame, to be released; NULL: no memory. The one that the message shares has matches
 * up to 32 KiB back, so a peer with a smaller window gets one of its own.
 */
static struct shared *make_deflated(struct ws_conn *ws, struct ws_message *message)
{
    unsigned bits =
        ws->deflate.server_window_bits > 0 ? ws->deflate.server_window_bits : WS_WINDOW_BITS_MAX;
    struct ws_deflater *deflater = ws_service_deflater(ws->service, bits);
    struct shared *frame = NULL;

    if (deflater == NULL) {
        return NULL;
    }
    if (bits < WS_WINDOW_BITS_MAX) {
        return ws_deflater_frame(deflater, message->is_binary, ws_message_payload(message));
    }
    frame = ws_message_deflated(message, deflater);
    return frame != NULL ? shared_retain(frame) : NULL;
}

int ws_conn_send(struct ws_conn *ws, struct ws_message *message)
{
    struct shared *deflated = NULL;
    int rc = 0;

    if (ws->state != WS_OPEN) {
        return SAILS_ECLOSED;
    }
    if (wants_deflated(ws, message)) {
        deflated = make_deflated(ws, message);
    }
    /* Without memory for compressing: any message may go out plain (RFC 7692 section 6). */
    rc = link_write(ws->link, deflated != NULL ? deflated : message->frame);
    shared_release(deflated);
    return rc;
}

void ws_conn_close(struct ws_conn *ws, unsigned code)
{
    int rc = 0;

    assert(code == 0 || ws_close_code_is_valid(code));
    if (ws->state != WS_OPEN) {
        return;
    }
    rc = write_close(ws, code);
    if (rc < 0) {
        give_up(ws, rc);
        return;
    }
    ws->state = WS_CLOSING;
    set_result(ws, WS_CLOSE_ABNORMAL, 0);
    if (!has_unread(ws)) {
        await_close(ws); /* I3 */
    }
}

bool ws_conn_is_writable(const struct ws_conn *ws)
{
    return ws->state == WS_OPEN && link_queued(ws->link) == 0;
}
