/*
 * sim_kept.h - what the simulated broker keeps under keys.
 */
#ifndef SIM_KEPT_H
#define SIM_KEPT_H

#include "sim/sim_bus.h"

struct sim_kept {
    struct list in_broker;
    struct buf key; /* both end with a NUL */
    struct buf value;
};

/* NULL: there is nothing. */
struct sim_kept *sim_kept_find(const struct sim_broker *broker, struct str key);

/* In place of what was there. */
void sim_kept_put(struct sim_broker *broker, struct str key, struct str value);
void sim_kept_destroy(struct sim_kept *kept);

#endif
