#include "cli/cli_stopgap.h"

#include "base/buf.h"
#include "base/html.h"
#include "base/macros.h"
#include "cli/cli_file.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Only who develops sees it, and only until a file is mended: one request a connection, the beginning of its head, one
 * answer that the kernel takes at once. After it the connection is read to its end, for what a client still sends
 * would take the answer away from it.
 */

/* The application's own answer to it: src/app/app_dev.c. */
static const char state_address[] = "GET /__sails_dev";

/* The first byte of whoever wants TLS, and would take an answer without it for an attack. */
#define TLS_HANDSHAKE 0x16

static const char page_begin[] =
    "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>503 Service Unavailable</title>\n"
    "<style>body{background:#300;color:#fdd;margin:2em}pre{font:14px/1.4 monospace;"
    "white-space:pre-wrap}</style></head>\n<body><pre>";
static const char page_end[] =
    "</pre>\n<script>\n"
    "function ask() {\n"
    "  fetch('/__sails_dev', { cache: 'no-store' })\n"
    "    .then(function (answer) { return answer.headers.has('Retry-After') ? answer.json() : null })\n"
    "    .then(function (state) {\n"
    "      if (!state) { location.reload() }\n"
    "      document.querySelector('pre').textContent = state.problem\n"
    "    })\n"
    "    .catch(function () {})\n"
    "    .then(function () { setTimeout(ask, 300) })\n"
    "}\nask()\n</script></body></html>\n";

/* ---- answers ---- */

static bool has_said(const struct cli_stopgap_visitor *visitor, struct str text)
{
    return memmem(visitor->head, visitor->len, text.ptr, text.len) != NULL;
}

static bool wants_page(const struct cli_stopgap_visitor *visitor)
{
    return has_said(visitor, STR("text/html"));
}

static bool asks_for_state(const struct cli_stopgap_visitor *visitor)
{
    size_t len = sizeof(state_address) - 1;

    return visitor->len > len && memcmp(visitor->head, state_address, len) == 0 &&
           visitor->head[len] == ' ';
}

/* `state`: what the file of the pages holds. */
static void append_body(struct buf *out, const struct cli_stopgap_visitor *visitor,
                        struct str state)
{
    json_t *json = json_loadb(state.ptr != NULL ? state.ptr : "", state.len, 0, NULL);
    struct str problem = str_from(json_string_value(json_object_get(json, "problem")));

    if (asks_for_state(visitor)) {
        buf_append_str(out, state);
    } else if (wants_page(visitor)) {
        buf_append(out, page_begin, sizeof(page_begin) - 1);
        html_append_text(out, problem);
        buf_append(out, page_end, sizeof(page_end) - 1);
    } else {
        buf_append_str(out, problem);
        buf_append_char(out, '\n');
    }
    json_decref(json);
}

/* Pages that the application has sent read the state whatever the status is; ours see by Retry-After who answers. */
static void append_answer(struct buf *out, const struct cli_stopgap_visitor *visitor,
                          const struct cli_pages *pages)
{
    const char *type = asks_for_state(visitor) ? "application/json"
                       : wants_page(visitor)   ? "text/html"
                                               : "text/plain";
    struct buf state = {0};
    struct buf body = {0};

    (void)cli_file_read(pages->path, &state); /* nothing is said then */
    append_body(&body, visitor, buf_str(&state));
    buf_printf(out,
               "HTTP/1.1 503 Service Unavailable\r\nContent-Type: %s; charset=utf-8\r\n"
               "Content-Length: %zu\r\nCache-Control: no-store\r\nRetry-After: 1\r\n"
               "Connection: close\r\n\r\n",
               type, body.len);
    buf_append_str(out, buf_str(&body));
    buf_deinit(&body);
    buf_deinit(&state);
}

static void answer(struct cli_stopgap_visitor *visitor, const struct cli_pages *pages)
{
    struct buf out = {0};

    if (visitor->head[0] != TLS_HANDSHAKE) {
        append_answer(&out, visitor, pages);
        if (buf_error(&out) == 0) {
            (void)send(visitor->fd, out.ptr, out.len, MSG_NOSIGNAL);
        }
    }
    (void)shutdown(visitor->fd, SHUT_WR);
    visitor->is_answered = true;
    buf_deinit(&out);
}

/* ---- connections ---- */

static void part(struct cli_stopgap_visitor *visitor)
{
    if (visitor->fd >= 0) {
        (void)close(visitor->fd); /* epoll forgets it */
        visitor->fd = -1;
    }
}

static void accept_one(struct cli_stopgap *stopgap, int fd)
{
    struct cli_stopgap_visitor *visitor = &stopgap->visitors[stopgap->oldest];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)stopgap->oldest};

    part(visitor);
    *visitor = (struct cli_stopgap_visitor){.fd = fd};
    stopgap->oldest = (stopgap->oldest + 1) % CLI_STOPGAP_CONNECTIONS;
    if (epoll_ctl(stopgap->fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        part(visitor);
    }
}

static void hear(struct cli_stopgap_visitor *visitor, const struct cli_pages *pages)
{
    char unread[2048];
    bool is_heard = visitor->is_answered;
    char *into = is_heard ? unread : visitor->head + visitor->len;
    size_t room = is_heard ? sizeof(unread) : sizeof(visitor->head) - visitor->len;
    ssize_t n = visitor->fd >= 0 ? recv(visitor->fd, into, room, MSG_DONTWAIT) : -1;

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        part(visitor);
    } else if (n > 0 && !is_heard) {
        visitor->len += (size_t)n;
        if (visitor->len == sizeof(visitor->head) || visitor->head[0] == TLS_HANDSHAKE ||
            has_said(visitor, STR("\r\n\r\n"))) {
            answer(visitor, pages);
        }
    }
}

/* ---- all of it ---- */

int cli_stopgap_open(struct cli_stopgap *stopgap)
{
    *stopgap = (struct cli_stopgap){.fd = epoll_create1(EPOLL_CLOEXEC), .socket = -1};
    for (size_t i = 0; i < ARRAY_LEN(stopgap->visitors); i++) {
        stopgap->visitors[i].fd = -1;
    }
    return stopgap->fd >= 0 ? 0 : -errno;
}

void cli_stopgap_close(struct cli_stopgap *stopgap)
{
    if (stopgap->fd >= 0) {
        cli_stopgap_end(stopgap);
        (void)close(stopgap->fd);
        stopgap->fd = -1;
    }
}

void cli_stopgap_begin(struct cli_stopgap *stopgap, int socket)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = CLI_STOPGAP_CONNECTIONS};

    if (stopgap->socket < 0 && epoll_ctl(stopgap->fd, EPOLL_CTL_ADD, socket, &event) == 0) {
        stopgap->socket = socket;
    }
}

void cli_stopgap_end(struct cli_stopgap *stopgap)
{
    if (stopgap->socket < 0) {
        return;
    }
    (void)epoll_ctl(stopgap->fd, EPOLL_CTL_DEL, stopgap->socket, NULL);
    stopgap->socket = -1;
    for (size_t i = 0; i < ARRAY_LEN(stopgap->visitors); i++) {
        part(&stopgap->visitors[i]);
    }
}

void cli_stopgap_take(struct cli_stopgap *stopgap, const struct cli_pages *pages)
{
    struct epoll_event events[CLI_STOPGAP_CONNECTIONS];
    int n = stopgap->socket >= 0 ? epoll_wait(stopgap->fd, events, ARRAY_LEN(events), 0) : 0;

    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 < CLI_STOPGAP_CONNECTIONS) {
            hear(&stopgap->visitors[events[i].data.u32], pages);
        } else {
            int fd = accept4(stopgap->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

            if (fd >= 0) {
                accept_one(stopgap, fd);
            }
        }
    }
}
