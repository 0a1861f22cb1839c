#include "net/random.h"

#include <openssl/rand.h>

#include <limits.h>
#include <string.h>
#include <sys/random.h>

/*
 * OpenSSL's generator works in user space and is seeded by the kernel. Should it ever fail, the
 * kernel is asked itself, which cannot fail once the machine has booted: getrandom() is only
 * interrupted, or gives less than asked for.
 */
void random_bytes(void *out, size_t len)
{
    uint8_t *at = out;

    if (len <= INT_MAX && RAND_bytes(at, (int)len) == 1) {
        return;
    }
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
