/*
 * answer.h - answers of HTTP/1.1 as a client reads them: a status, and a body with a length or in chunks.
 */
#ifndef BENCH_LOAD_ANSWER_H
#define BENCH_LOAD_ANSWER_H

#include <stddef.h>

struct answer {
    int status;
    char *body; /* a view of the input, chunks put together */
    size_t len;
    size_t used; /* bytes of all of it */
};

/*
 * 1: whole; 0: there is more to come, and nothing has changed; -1: that is no such answer. One that ends with its
 * connection is none. Of 101, what follows the head is not its body.
 */
int answer_take(char *data, size_t len, struct answer *answer);

#endif
