#include "websocket/ws_service.h"

#include "websocket/ws.h"

enum {
    /* What one read of a socket brings fits; longer messages are rare enough to pay themselves. */
    SCRATCH_KEEP_MAX = 64 * 1024
};

const struct ws_options ws_default_options = {
    .max_message = 1000 * 1000,
    .max_fragments = 16 * 1024,
    .deflate_options = {.threshold = 1024, .level = 6, .memory_level = 8},
    .close_timeout_ms = 30 * 1000,
};

void ws_service_init(struct ws_service *service, struct env *env, const struct ws_options *options)
{
    *service = (struct ws_service){.env = env, .options = options};
    deadline_queue_init(&service->close_deadlines, &env->deadlines, options->close_timeout_ms,
                        ws_conn_on_close_timeout, NULL);
    deadline_queue_init(&service->later, &env->deadlines, 0, ws_conn_on_later, NULL);
}

void ws_service_deinit(struct ws_service *service)
{
    deadline_queue_deinit(&service->close_deadlines);
    deadline_queue_deinit(&service->later);
    buf_deinit(&service->scratch);
    ws_inflater_destroy(service->spare_inflater);
    for (size_t i = 0; i <= WS_WINDOW_BITS_MAX; i++) {
        ws_deflater_destroy(service->deflaters[i]);
    }
}

struct buf ws_service_take_scratch(struct ws_service *service)
{
    struct buf scratch = service->scratch;

    buf_init(&service->scratch);
    return scratch;
}

void ws_service_give_scratch(struct ws_service *service, struct buf scratch)
{
    if (service->scratch.ptr != NULL || scratch.cap > SCRATCH_KEEP_MAX) {
        buf_deinit(&scratch);
        return;
    }
    buf_clear(&scratch);
    service->scratch = scratch;
}

struct ws_inflater *ws_service_take_inflater(struct ws_service *service,
                                             const struct ws_deflate_params *params)
{
    struct ws_inflater *spare = service->spare_inflater;

    if (params->client_no_context_takeover && spare != NULL) {
        service->spare_inflater = NULL;
        return spare;
    }
    /* One that goes round must do for every window. */
    return ws_inflater_create(params->client_window_bits > 0 && !params->client_no_context_takeover
                                  ? params->client_window_bits
                                  : WS_WINDOW_BITS_MAX);
}

void ws_service_give_inflater(struct ws_service *service, struct ws_inflater *inflater)
{
    if (inflater == NULL || service->spare_inflater != NULL) {
        ws_inflater_destroy(inflater);
        return;
    }
    ws_inflater_reset(inflater);
    service->spare_inflater = inflater;
}

struct ws_deflater *ws_service_deflater(struct ws_service *service, unsigned window_bits)
{
    struct ws_deflater **deflater = &service->deflaters[window_bits];

    if (*deflater == NULL) {
        *deflater = ws_deflater_create(&service->options->deflate_options, window_bits);
    }
    return *deflater;
}
