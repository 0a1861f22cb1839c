#include "net/random.h"

#include <string.h>
#include <sys/random.h>

/*
 * The kernel's generator: a call of a microsecond, for which a pool waits a few dozen ids. OpenSSL's needs none, but setting
 * it up with all that it can is half of a program's start (bench/README.md, "Instructions").
 *
 * getrandom() cannot fail once the machine has booted: it is only interrupted, or gives less than asked for.
 */
void random_bytes(void *out, size_t len)
{
    uint8_t *at = out;

    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);

        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
}

void random_fill(void *pool, void *out, size_t len)
{
    struct random_pool *p = pool;
    uint8_t *at = NULL;

    if (len > sizeof(p->bytes)) {
        random_bytes(out, len);
        return;
    }
    if (p->left < len) {
        random_bytes(p->bytes, sizeof(p->bytes));
        p->left = sizeof(p->bytes);
    }
    at = p->bytes + sizeof(p->bytes) - p->left;
    memcpy(out, at, len);
    /* What has become an id is not left lying in memory for whoever can read it there. */
    memset(at, 0, len);
    p->left -= len;
}
