#include "load/answer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    HEAD_MAX = 64 * 1024
};

/* The value of a header, at its first character; NULL: there is none. `name` is in lower case, with "\r\n" and ":". */
static const char *find_header(const char *head, const char *end, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = head; at + len <= end; at++) {
        at = memchr(at, '\r', (size_t)(end - at));
        if (at == NULL || at + len > end) {
            return NULL;
        }
        if (strncasecmp(at, name, len) == 0) {
            at += len;
            while (at < end && *at == ' ') {
                at++;
            }
            return at;
        }
    }
    return NULL;
}

/* The length of a chunk, and where its bytes begin; NULL: the line is not there yet, or is none. */
static char *chunk_begin(char *at, char *end, size_t *len)
{
    char *line_end = memmem(at, (size_t)(end - at), "\r\n", 2);
    char *stop = NULL;

    if (line_end == NULL) {
        return NULL;
    }
    *len = strtoul(at, &stop, 16);
    return stop > at && stop <= line_end ? line_end + 2 : NULL;
}

/* Where the chunked body ends; NULL: not here. With `to`, the chunks are put together there. */
static char *walk_chunks(char *at, char *end, char *to, size_t *total)
{
    size_t len = 1;

    *total = 0;
    while (len > 0) {
        at = chunk_begin(at, end, &len);
        if (at == NULL || (size_t)(end - at) < 2 || len > (size_t)(end - at) - 2) {
            return NULL;
        }
        if (to != NULL) {
            memmove(to + *total, at, len);
        }
        *total += len;
        at += len + 2; /* and the end of the line, of the last one that of the empty trailer */
    }
    return at;
}

static int take_body(char *head, char *body, char *end, struct answer *answer)
{
    const char *value = find_header(head, body, "\r\ncontent-length:");
    const char *coding = find_header(head, body, "\r\ntransfer-encoding:");
    char *after = NULL;

    answer->body = body;
    if (answer->status == 101 || answer->status == 204 || answer->status == 304) {
        answer->len = 0;
        after = body;
    } else if (coding != NULL && strncasecmp(coding, "chunked", 7) == 0) {
        after = walk_chunks(body, end, NULL, &answer->len);
        if (after != NULL) {
            walk_chunks(body, end, body, &answer->len);
        }
    } else if (value != NULL) {
        answer->len = strtoul(value, NULL, 10);
        after = answer->len <= (size_t)(end - body) ? body + answer->len : NULL;
    } else {
        return -1;
    }
    answer->used = after != NULL ? (size_t)(after - head) : 0;
    return after != NULL;
}

int answer_take(char *data, size_t len, struct answer *answer)
{
    static const char version[] = "HTTP/1.1 ";
    size_t seen = len < strlen(version) ? len : strlen(version);
    char *body = memmem(data, len, "\r\n\r\n", 4);
    struct answer found = {0};
    int rc = 0;

    if (memcmp(data, version, seen) != 0 || (body == NULL && len > HEAD_MAX)) {
        return -1;
    }
    if (body == NULL) {
        return 0;
    }
    found.status = (int)strtol(data + strlen(version), NULL, 10);
    rc = take_body(data, body + 4, data + len, &found);
    if (rc == 1) {
        *answer = found;
    }
    return rc;
}
