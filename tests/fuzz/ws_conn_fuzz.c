/*
 * A connection that reads the fuzzer's bytes. The first byte chooses what was agreed upon and how
 * the rest is cut; every message is echoed, and must be UTF-8 where it claims to be text.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "websocket/ws.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MAX_MESSAGE = 4096,
    QUEUE_MAX = 64 * 1024
};

/* A link that swallows what is written, up to a bound, and remembers that it was ended. */
struct sink {
    struct link link;
    size_t written;
    bool ended;
};

static struct sink *sink_of(struct link *link)
{
    return container_of(link, struct sink, link);
}

static int sink_write(struct link *link, struct shared *data)
{
    struct sink *sink = sink_of(link);

    if (sink->ended) {
        return SAILS_ECLOSED;
    }
    if (sink->written + data->len > QUEUE_MAX) {
        return SAILS_ESLOW;
    }
    sink->written += data->len;
    return 0;
}

static void sink_end(struct link *link)
{
    sink_of(link)->ended = true;
}

static size_t sink_queued(const struct link *link)
{
    return container_of(link, const struct sink, link)->written;
}

static void flush_apart(struct link *link)
{
    (void)link; /* what is written is there at once */
}

static const struct link_ops sink_ops = {
    .flush_apart = flush_apart,
    .write = sink_write,
    .end = sink_end,
    .abort = sink_end,
    .queued = sink_queued,
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static void on_message(struct ws_conn *ws, bool is_binary, struct bytes message)
{
    struct ws_message *m = ws_message_create(is_binary, (struct bytes){0}, message, true);

    require(message.len <= MAX_MESSAGE);
    require(is_binary || utf8_is_valid(message));
    if (m != NULL) {
        ws_conn_send(ws, m);
    }
    ws_message_release(m);
    if (message.len == 3) {
        ws_conn_close(ws, 1000);
    }
}

static void on_close(struct ws_conn *ws, unsigned code, int err)
{
    (void)err;
    require(code == WS_CLOSE_ABNORMAL || code == WS_CLOSE_NO_STATUS ||
            ws_close_code_is_valid(code));
    require(ws->intake == NULL && ws->inflater == NULL);
}

static const struct ws_events events = {.on_message = on_message, .on_close = on_close};

static struct ws_deflate_params params_of(uint8_t choice)
{
    return (struct ws_deflate_params){
        .is_agreed = (choice & 1) != 0,
        .client_no_context_takeover = (choice & 2) != 0,
        .server_window_bits = (choice & 4) != 0 ? 9 : 0,
        .client_window_bits = (choice & 8) != 0 ? 10 : 0,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ws_options options = ws_default_options;
    struct env env = {0};
    struct ws_service service;
    struct ws_deflate_params params;
    struct sink sink = {.link.ops = &sink_ops};
    struct ws_conn ws;
    size_t step = 0;

    if (size == 0) {
        return 0;
    }
    options.max_message = MAX_MESSAGE;
    options.max_fragments = 16;
    options.deflate_options.threshold = 8;
    params = params_of(data[0]);
    step = (size_t)(data[0] >> 4) + 1; /* 16 means whole */
    deadline_set_init(&env.deadlines);
    ws_service_init(&service, &env, &options);
    ws_conn_begin(&ws, &service, &sink.link, &params, &events);

    for (size_t at = 1; at < size && !sink.ended;) {
        size_t n = step == 16 || size - at < step ? size - at : step;

        sink.link.events->on_data(&sink.link, (struct bytes){data + at, n});
        at += n;
    }
    if (!sink.ended) {
        sink.link.events->on_end(&sink.link);
    }
    sink.link.events->on_close(&sink.link, 0);
    ws_service_deinit(&service);
    return 0;
}
