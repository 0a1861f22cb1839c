/*
 * stage.h - an app whose listeners note what they hear, for this floor's tests.
 */
#ifndef TESTS_UNIT_IO_STAGE_H
#define TESTS_UNIT_IO_STAGE_H

#include "support/live_app.h"

struct stage {
    struct live live;
    struct told told;
    char notes[2048]; /* what listeners heard: "any x;on x;" */
    sails_io_ack *held;
};

static UNUSED void note(struct stage *stage, const char *kind, const char *what)
{
    snprintf(stage->notes + strlen(stage->notes), sizeof(stage->notes) - strlen(stage->notes),
             "%s %s;", kind, what);
}

static UNUSED void expect_notes(struct stage *stage, const char *want)
{
    assert_string_equal(stage->notes, want);
    stage->notes[0] = '\0';
}

static UNUSED void stage_init(struct stage *stage, int workers)
{
    *stage = (struct stage){.held = NULL};
    told_init(&stage->told);
    live_init(&stage->live, workers);
}

static UNUSED void stage_end(struct stage *stage)
{
    live_end(&stage->live);
}

#endif
