/*
 * A whole connection: the first byte says how the rest is cut, the rest is what the peer sends. A
 * small service does by the path all that a service can do. What must hold: nothing crashes or
 * leaks, every request gets at most one answer, and every connection comes to its end.
 */
#include "http/http.h"

#include <assert.h>
#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct env env;
    struct link link;
    struct http_service service;
    struct http_exchange *waiting;
    struct http_exchange *held_up; /* its body is paused */
    bool paused;
    bool closing;
    bool given_away;
    size_t queued;
};

static struct world *world_of(struct link *link)
{
    return container_of(link, struct world, link);
}

static int on_write(struct link *link, struct shared *data)
{
    struct world *w = world_of(link);

    if (w->closing) {
        return SAILS_ECLOSED;
    }
    w->queued += data->len;
    return 0;
}

static void on_close_asked(struct link *link)
{
    world_of(link)->closing = true;
}

static void on_pause(struct link *link, bool paused)
{
    world_of(link)->paused = paused;
}

static size_t on_queued(const struct link *link)
{
    return container_of(link, const struct world, link)->queued;
}

static int on_move(struct link *link, unsigned worker, struct bytes unread)
{
    (void)unread;
    if (worker > 63) {
        return SAILS_EINVAL;
    }
    world_of(link)->closing = true;
    return 0;
}

static void tell_peer(const struct link *link, char out[64])
{
    (void)link;
    out[0] = '\0';
}

static void flush_apart(struct link *link)
{
    (void)link; /* what is written is there at once */
}

static const struct link_ops ops = {
    .flush_apart = flush_apart,
    .write = on_write,
    .end = on_close_asked,
    .abort = on_close_asked,
    .pause = on_pause,
    .queued = on_queued,
    .move = on_move,
    .peer = tell_peer,
};

static void on_body(struct http_exchange *x, struct bytes piece)
{
    struct world *w = http_user(x);

    assert(w->held_up == NULL);
    if (piece.ptr[0] == 'p' || piece.ptr[0] == 'q') {
        w->held_up = x;
        http_pause(x, true);
    }
    if (piece.ptr[0] == '!' || piece.ptr[0] == 'q') {
        w->held_up = NULL;
        http_respond(x, 403, piece);
    }
}

static void on_body_end(struct http_exchange *x)
{
    struct world *w = http_user(x);

    assert(w->held_up == NULL);
    if (http_request(x)->method == HTTP_METHOD_PUT) {
        w->waiting = x;
    } else {
        http_respond(x, 200, str_bytes(http_request(x)->path));
    }
}

static void on_abort(struct http_exchange *x, int err)
{
    struct world *w = http_user(x);

    (void)err;
    w->waiting = NULL;
    w->held_up = NULL;
}

static const struct http_exchange_events events = {
    .on_body = on_body, .on_body_end = on_body_end, .on_abort = on_abort};

static void upgrade(struct world *w, struct http_exchange *x)
{
    struct buf unread = {0};

    if (http_upgrade(x, &unread) != NULL) {
        w->given_away = true;
        buf_deinit(&unread);
    } else {
        http_drop(x);
    }
}

static void stream(struct http_exchange *x)
{
    struct shared *piece = shared_copy(str_bytes(http_request(x)->target));

    assert(piece != NULL);
    http_begin(x, 200, UINT64_MAX);
    http_write(x, piece);
    http_end(x);
    shared_release(piece);
}

static void on_request(void *ctx, struct http_exchange *x)
{
    struct world *w = ctx;
    const struct http_request *r = http_request(x);
    char kind = r->path.len > 1 ? r->path.ptr[1] : ' ';

    assert(r->method_name.len > 0 && r->target.len > 0 && r->path.len > 0);
    for (size_t i = 0; i < r->n_headers; i++) {
        assert(r->headers[i].name.len > 0);
        (void)http_add_header(x, r->headers[i].name, r->headers[i].value);
    }
    if (kind == 'u') {
        upgrade(w, x);
    } else if (kind == 's') {
        stream(x);
    } else if (kind == 'n') {
        http_respond(x, 204, (struct bytes){NULL, 0});
    } else if (kind == 'd') {
        http_drop(x);
    } else if (kind == 'm') {
        if (http_move(x, 3) < 0) {
            http_refuse_raw(x, STR("no"));
        }
    } else if (kind != '0') {
        http_accept(x, &events, w, 64);
    }
}

/* What a loop does between two reads. */
static void turn(struct world *w)
{
    if (w->waiting != NULL) {
        struct http_exchange *x = w->waiting;

        w->waiting = NULL;
        http_respond(x, 200, str_bytes(STR("later")));
    }
    while (w->held_up != NULL) {
        http_pause(w->held_up, false);
        w->held_up = NULL;
        deadlines_run(&w->env.deadlines, w->env.now_ms);
    }
    deadlines_run(&w->env.deadlines, w->env.now_ms); /* of a body that was paused and answered */
    while (w->queued > 0 && !w->closing && !w->given_away) {
        w->queued = 0;
        w->link.events->on_drain(&w->link);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_limits limits = http_default_limits;
    struct world w = {.link = {.ops = &ops}};
    size_t step = size > 0 && data[0] > 0 ? data[0] : 4096;

    limits.max_head = 512;
    limits.max_target = 128;
    deadline_set_init(&w.env.deadlines);
    w.service = (struct http_service){
        .env = &w.env, .limits = &limits, .on_request = on_request, .ctx = &w};
    http_service_init(&w.service);
    assert(http_conn_open(&w.service, &w.link) == 0);
    for (size_t at = 1; at < size && !w.closing && !w.given_away && !w.paused; at += step) {
        size_t n = size - at < step ? size - at : step;

        w.link.events->on_data(&w.link, (struct bytes){data + at, n});
        if (!w.given_away) {
            turn(&w);
        }
    }
    if (!w.given_away && !w.closing) {
        w.link.events->on_end(&w.link);
    }
    if (!w.given_away && !w.closing) {
        w.env.now_ms += 1000000;
        deadlines_run(&w.env.deadlines, w.env.now_ms);
    }
    if (!w.given_away) {
        w.closing = true;
        w.link.events->on_close(&w.link, 0);
    }
    assert(list_is_empty(&w.service.conns));
    http_service_deinit(&w.service);
    return 0;
}
