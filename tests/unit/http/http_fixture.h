/*
 * http_fixture.h - a service for tests: what it does with a request is said by the path.
 *
 *     /now       answers at once             /wait      accepts, and lets the test answer
 *     /echo      answers with the body       /none      does nothing at all
 *     /head      answers with what it saw of the head
 *     /upgrade   takes the link              /move      moves to worker 3
 *     /drop      drops                       /raw       refuses with bytes of its own
 *     /begin     begins to stream, and lets the test go on
 *
 * What happens is written to `log`, one word after the other.
 */
#ifndef UNIT_HTTP_HTTP_FIXTURE_H
#define UNIT_HTTP_HTTP_FIXTURE_H

#include "base/mem.h"
#include "http/http.h"
#include "support/cmocka.h"
#include "support/sim.h"

#include <sails/err.h>

enum {
    FIXTURE_MAX_BODY = 16
};

struct fixture {
    struct sim sim;
    struct http_limits limits;
    struct http_service service;
    struct sim_link *link;
    struct buf log;
    struct buf body;
    struct http_exchange *waiting;
    struct link *upgraded;
    struct buf unread;
    size_t n_requests;
    size_t max_body;
};

static inline struct fixture *fixture_of(struct http_exchange *x)
{
    return http_user(x);
}

static inline void fixture_on_body(struct http_exchange *x, struct bytes piece)
{
    buf_append(&fixture_of(x)->body, piece.ptr, piece.len);
}

static inline void fixture_on_body_end(struct http_exchange *x)
{
    struct fixture *f = fixture_of(x);

    assert_true(http_body_has_ended(x));
    buf_append_str(&f->log, STR("end "));
    if (str_eq(http_request(x)->path, STR("/echo"))) {
        http_respond(x, 200, buf_bytes(&f->body));
        buf_clear(&f->body);
    }
}

static inline void fixture_on_abort(struct http_exchange *x, int err)
{
    struct fixture *f = fixture_of(x);

    buf_printf(&f->log, "abort(%s) ", sails_err_name(err));
    f->waiting = f->waiting == x ? NULL : f->waiting;
    assert_int_equal(http_respond(x, 200, (struct bytes){0}), SAILS_ESTATE);
    http_drop(x); /* nothing happens */
}

static inline void fixture_on_drain(struct http_exchange *x)
{
    buf_append_str(&fixture_of(x)->log, STR("drain "));
}

static const struct http_exchange_events fixture_events = {
    .on_body = fixture_on_body,
    .on_body_end = fixture_on_body_end,
    .on_abort = fixture_on_abort,
    .on_drain = fixture_on_drain,
};

static inline void fixture_describe(struct fixture *f, struct http_exchange *x)
{
    const struct http_request *r = http_request(x);
    struct buf text = {0};

    buf_printf(&text, "%.*s [%.*s] [%.*s]", STR_FMT(r->method_name), STR_FMT(r->path),
               STR_FMT(r->query));
    for (size_t i = 0; i < r->n_headers; i++) {
        buf_printf(&text, " %.*s=%.*s", STR_FMT(r->headers[i].name), STR_FMT(r->headers[i].value));
    }
    buf_append_str(&f->log, buf_str(&text));
    http_respond(x, 200, buf_bytes(&text));
    buf_deinit(&text);
}

static inline void fixture_upgrade(struct fixture *f, struct http_exchange *x)
{
    struct link *link = NULL;

    http_add_header(x, STR("Upgrade"), STR("test"));
    http_add_header(x, STR("Connection"), STR("Upgrade"));
    link = http_upgrade(x, &f->unread);
    if (link != NULL) {
        link->events = NULL;
        f->upgraded = link;
    } else {
        http_accept(x, &fixture_events, f, f->max_body);
    }
}

static inline void fixture_on_request(void *ctx, struct http_exchange *x)
{
    struct fixture *f = ctx;
    struct str path = http_request(x)->path;

    f->n_requests++;
    if (str_eq(path, STR("/now"))) {
        http_respond(x, 200, str_bytes(STR("now")));
    } else if (str_eq(path, STR("/echo"))) {
        http_accept(x, &fixture_events, f, f->max_body);
    } else if (str_eq(path, STR("/wait"))) {
        http_accept(x, &fixture_events, f, f->max_body);
        f->waiting = x;
    } else if (str_eq(path, STR("/begin"))) {
        http_accept(x, &fixture_events, f, f->max_body);
        http_begin(x, 200, UINT64_MAX);
        f->waiting = x;
    } else if (str_eq(path, STR("/upgrade"))) {
        fixture_upgrade(f, x);
    } else if (str_eq(path, STR("/move"))) {
        assert_true(http_move(x, 64) < 0); /* and nothing has changed */
        if (http_move(x, 3) < 0) {
            http_respond(x, 503, (struct bytes){0});
        }
    } else if (str_eq(path, STR("/drop"))) {
        http_drop(x);
    } else if (str_eq(path, STR("/raw"))) {
        http_refuse_raw(x, STR("HTTP/1.1 400 Bad Request\r\n\r\nno"));
    } else if (!str_eq(path, STR("/none"))) {
        fixture_describe(f, x);
    }
}

static inline void fixture_connect(struct fixture *f)
{
    f->link = sim_connect(&f->sim);
    assert_int_equal(http_conn_open(&f->service, &f->link->link), 0);
}

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.limits = http_default_limits, .max_body = FIXTURE_MAX_BODY};
    sim_init(&f->sim, 1);
    f->service = (struct http_service){
        .env = &f->sim.env, .limits = &f->limits, .on_request = fixture_on_request, .ctx = f};
    http_service_init(&f->service);
    fixture_connect(f);
}

static inline void fixture_deinit(struct fixture *f)
{
    sim_deinit(&f->sim);
    assert_true(list_is_empty(&f->service.conns));
    http_service_deinit(&f->service);
    buf_deinit(&f->log);
    buf_deinit(&f->body);
    buf_deinit(&f->unread);
}

/* Feeds and runs a turn; what came back, consumed. */
static inline const char *fixture_ask(struct fixture *f, const char *request, size_t step)
{
    sim_feed(f->link, request, strlen(request), step);
    sim_run(&f->sim);
    return sim_take_text(f->link);
}

/* The log as text, consumed by the next use. */
static inline const char *fixture_log(struct fixture *f)
{
    buf_append_char(&f->log, '\0');
    f->log.len = 0;
    return f->log.ptr;
}

/* The status of the response at the front of `text`, or 0. */
static inline unsigned status_in(const char *text)
{
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (unsigned)strtoul(text + 9, NULL, 10) : 0;
}

/* How often `part` is in `text`. */
static inline size_t count_of(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        n++;
    }
    return n;
}

#endif
