#include "load/marker.h"

#include <stdio.h>
#include <string.h>

static size_t write_head(char *to, const struct marker *marker)
{
    return (size_t)snprintf(to, MARKER_MAX, "~%llu.%llu.%llu.", (unsigned long long)marker->topic,
                            (unsigned long long)marker->seq, (unsigned long long)marker->due_ns);
}

size_t marker_size(const struct marker *marker, size_t size)
{
    char head[MARKER_MAX];
    size_t len = write_head(head, marker);

    return len < size ? size : len;
}

void marker_append(struct pile *to, const struct marker *marker, size_t size)
{
    char *at = pile_reserve(to, size > MARKER_MAX ? size : MARKER_MAX);
    size_t len = write_head(at, marker);

    if (len < size) {
        memset(at + len, 'x', size - len);
        len = size;
    }
    to->len += len;
}

/* A number and the point behind it. */
static const char *read_number(const char *at, const char *end, uint64_t *number)
{
    const char *begin = at;

    *number = 0;
    while (at < end && *at >= '0' && *at <= '9' && at - begin < 19) {
        *number = *number * 10 + (uint64_t)(*at++ - '0');
    }
    return at > begin && at < end && *at == '.' ? at + 1 : NULL;
}

bool marker_find(const char *text, size_t len, struct marker *marker, size_t *size)
{
    const char *end = text + len;
    const char *begin = memchr(text, '~', len);
    const char *at = begin;
    uint64_t *parts[] = {&marker->topic, &marker->seq, &marker->due_ns};

    if (begin == NULL) {
        return false;
    }
    at++;
    for (size_t i = 0; i < 3 && at != NULL; i++) {
        at = read_number(at, end, parts[i]);
    }
    if (at == NULL) {
        return false;
    }
    while (at < end && *at == 'x') {
        at++;
    }
    *size = (size_t)(at - begin);
    return true;
}
