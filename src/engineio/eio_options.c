#include "engineio/eio.h"

/* Engine.IO's own defaults (engine-io 13), and a bound that it does not have. */
const struct eio_options eio_default_options = {
    .path = "/engine.io",
    .add_trailing_slash = true,
    .ping_interval_ms = 25000,
    .ping_timeout_ms = 20000,
    .upgrade_timeout_ms = 10000,
    .max_http_buffer_size = 1000000,
    .transports = EIO_ALLOW_POLLING | EIO_ALLOW_WEBSOCKET,
    .allow_upgrades = true,
    .http_compression = true,
    .http_compression_threshold = 1024,
    .deflate = {.threshold = 1024, .level = 6, .memory_level = 8},
    .cookie = {.max_age_s = -1},
    .destroy_upgrade = true,
    .destroy_upgrade_timeout_ms = 1000,
    /* Enough for a reader that is slow for a moment; a thousand of the hopeless take 4 GB. */
    .max_queued = 4 * 1024 * 1024,
};

const char *eio_reason_text(enum eio_reason reason)
{
    switch (reason) {
    case EIO_TRANSPORT_CLOSE:
        return "transport close";
    case EIO_TRANSPORT_ERROR:
        return "transport error";
    case EIO_PING_TIMEOUT:
        return "ping timeout";
    case EIO_PARSE_ERROR:
        return "parse error";
    case EIO_FORCED_CLOSE:
        return "forced close";
    }
    return "unknown";
}
