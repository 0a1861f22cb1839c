#include "net/net.h"
#include "net/random.h"

#include <time.h>

static uint64_t unix_ms(void *ctx)
{
    struct timespec now = {0};

    (void)ctx;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* a clock that every system has: cannot fail */
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    random_bytes(out, len);
}

const struct machine net_machine = {
    .unix_ms = unix_ms,
    .random = fill,
};
