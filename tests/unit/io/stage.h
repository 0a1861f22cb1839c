/*
 * stage.h - an app whose listeners note what they hear, for this floor's tests.
 */
#ifndef TESTS_UNIT_IO_STAGE_H
#define TESTS_UNIT_IO_STAGE_H

#include "support/live_app.h"

struct stage {
    struct live live;
    struct told told;
    pthread_mutex_t lock;
    char notes[2048]; /* what listeners heard: "any x;on x;" */
    sails_io_ack *held;
};

static UNUSED void note(struct stage *stage, const char *kind, const char *what)
{
    pthread_mutex_lock(&stage->lock);
    snprintf(stage->notes + strlen(stage->notes), sizeof(stage->notes) - strlen(stage->notes),
             "%s %s;", kind, what);
    pthread_mutex_unlock(&stage->lock);
}

static UNUSED void expect_notes(struct stage *stage, const char *want)
{
    pthread_mutex_lock(&stage->lock);
    assert_string_equal(stage->notes, want);
    stage->notes[0] = '\0';
    pthread_mutex_unlock(&stage->lock);
}

static UNUSED void stage_init(struct stage *stage, int workers)
{
    *stage = (struct stage){.held = NULL};
    pthread_mutex_init(&stage->lock, NULL);
    told_init(&stage->told);
    live_init(&stage->live, workers);
}

static UNUSED void stage_end(struct stage *stage)
{
    live_end(&stage->live);
    pthread_mutex_destroy(&stage->lock);
}

#endif
