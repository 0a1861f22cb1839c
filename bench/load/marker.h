/*
 * marker.h - what a message says of itself: "~TOPIC.SEQ.NS." and then as many x as its size asks for.
 *
 * So whoever receives it knows which one it is, how old it is and whether it is whole, in whatever the server has
 * wrapped it: JSON, a URL, spaces. All of it are characters that neither JSON nor a URL writes otherwise.
 */
#ifndef BENCH_LOAD_MARKER_H
#define BENCH_LOAD_MARKER_H

#include "load/base.h"

#include <stdbool.h>

enum {
    MARKER_MAX = 64 /* bytes, without the padding */
};

struct marker {
    uint64_t topic; /* what has an order of its own */
    uint64_t seq;
    uint64_t due_ns; /* when it was sent, or was to be */
};

/* At least `size` bytes. */
void marker_append(struct pile *to, const struct marker *marker, size_t size);

/*
 * The first one of a text; false: there is none.
 *
 * @param size  bytes from its beginning to the last x
 */
bool marker_find(const char *text, size_t len, struct marker *marker, size_t *size);

/* How long it is when `size` is asked for. */
size_t marker_size(const struct marker *marker, size_t size);

#endif
