#include "request/limits.h"

#include "base/network.h"
#include "request/request.h"

static void limit_init(struct limit *limit, uint64_t per_second, struct env *env)
{
    uint64_t rate = per_second > 0 ? per_second : 1;

    limit->is_on = per_second > 0;
    atomic_init(&limit->n_refused, 0);
    rate_init(&limit->rate, &(struct rate_options){
                                .interval_us = rate < 1000000 ? 1000000 / rate : 1,
                                .burst = rate * LIMITS_BURST_S,
                                .max_keys = LIMITS_KEYS_MAX,
                                .hash_key = env->hash_key,
                            });
}

void limits_init(struct limits *limits, const struct limits_settings *settings, struct env *env)
{
    limit_init(&limits->requests_per_address, settings->requests_per_address, env);
    limit_init(&limits->requests_per_socket, settings->requests_per_socket, env);
    limit_init(&limits->messages_per_socket, settings->messages_per_socket, env);
}

void limits_deinit(struct limits *limits)
{
    rate_deinit(&limits->requests_per_address.rate);
    rate_deinit(&limits->requests_per_socket.rate);
    rate_deinit(&limits->messages_per_socket.rate);
}

/* 0, or microseconds. */
static uint64_t take(struct limit *limit, struct str key, uint64_t now_ms)
{
    uint64_t wait = limit->is_on ? rate_take(&limit->rate, key, now_ms * 1000) : 0;

    if (wait > 0) {
        atomic_fetch_add_explicit(&limit->n_refused, 1, memory_order_relaxed);
    }
    return wait;
}

unsigned limits_of_request(struct limits *limits, const struct sails_req *req)
{
    uint64_t now_ms = worker_env(req->worker)->now_ms;
    char text[NETWORK_SIZE];
    struct str network = network_of(str_from(req->ip), text);
    uint64_t wait = take(&limits->requests_per_address, network, now_ms);

    if (wait == 0 && req->socket.id != NULL) {
        wait = take(&limits->requests_per_socket, str_from(req->socket.id), now_ms);
    }
    return (unsigned)((wait + 999999) / 1000000);
}

/* What it says, and beside it what a JWR has: requests are messages, too. */
static json_t *make_rate_error(void)
{
    static const char message[] = "Too many messages: this one was not heard.";

    return json_pack("[{s:s, s:i, s:s, s:s, s:{}, s:i}]", "code", "E_TOO_MANY_MESSAGES", "status",
                     429, "message", message, "body", message, "headers", "statusCode", 429);
}

bool limits_hear(struct limits *limits, sails_io_socket *socket, sails_io_event *event,
                 uint64_t now_ms)
{
    json_t *error = NULL;

    if (take(&limits->messages_per_socket, str_from(sails_io_socket_id(socket)), now_ms) == 0) {
        return true;
    }
    error = make_rate_error();
    if (sails_io_event_wants_ack(event)) {
        sails_io_event_ack(event, error);
    } else {
        sails_io_socket_emit(socket, "sails:rateError", error, 0);
    }
    return false;
}
