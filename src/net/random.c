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
static void generate(uint8_t *out, size_t len)
{
    if (len <= INT_MAX && RAND_bytes(out, (int)len) == 1) {
        return;
    }
    while (len > 0) {
        ssize_t n = getrandom(out, len, 0);

        if (n > 0) {
            out += n;
            len -= (size_t)n;
        }
    }
}

void random_fill(void *pool, void *out, size_t len)
{
    struct random_pool *p = pool;
    uint8_t *at = NULL;

    if (len > sizeof(p->bytes)) {
        generate(out, len);
        return;
    }
    if (p->left < len) {
        generate(p->bytes, sizeof(p->bytes));
        p->left = sizeof(p->bytes);
    }
    at = p->bytes + sizeof(p->bytes) - p->left;
    memcpy(out, at, len);
    /* What has become an id is not left lying in memory for whoever can read it there. */
    memset(at, 0, len);
    p->left -= len;
}
