/*
 * lines.h - what one thread says, line by line, for the test's thread to hear.
 *
 * A line stays where it is until LINES_MAX others have come, so that nobody reads what is being
 * written. Nobody waits longer than LINES_PATIENCE_S.
 */
#ifndef SUPPORT_LINES_H
#define SUPPORT_LINES_H

#include "base/log.h"
#include "support/cmocka.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

enum {
    LINES_MAX = 64,
    LINES_SIZE = 200,
    LINES_PATIENCE_S = 20
};

struct lines {
    sem_t said;
    unsigned n_said; /* the speaker's */
    unsigned n_heard;
    char text[LINES_MAX][LINES_SIZE];
};

static inline void lines_init(struct lines *lines)
{
    lines->n_said = 0;
    lines->n_heard = 0;
    assert_int_equal(sem_init(&lines->said, 0, 0), 0);
}

static inline void lines_say(struct lines *lines, const char *text)
{
    (void)snprintf(lines->text[lines->n_said++ % LINES_MAX], LINES_SIZE, "%s", text);
    (void)sem_post(&lines->said);
}

/* struct log's write; ctx: the lines. */
static inline void lines_log(void *ctx, enum log_level level, const char *text)
{
    (void)level;
    lines_say(ctx, text);
}

static inline void lines_wait(sem_t *sem)
{
    struct timespec limit;

    (void)clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += LINES_PATIENCE_S;
    while (sem_timedwait(sem, &limit) != 0) {
        assert_int_equal(errno, EINTR);
    }
}

/* Waits for the next line. */
static inline const char *lines_next(struct lines *lines)
{
    lines_wait(&lines->said);
    return lines->text[lines->n_heard++ % LINES_MAX];
}

/* ... which has `text` in it. */
static inline void lines_expect(struct lines *lines, const char *text)
{
    const char *line = lines_next(lines);

    if (strstr(line, text) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", line, text);
    }
}

static inline void lines_expect_silence(struct lines *lines)
{
    assert_int_equal(sem_trywait(&lines->said), -1);
}

#endif
