#include "actions/target.h"

#include "base/mem.h"

#include <sails/err.h>

int request_target_init(struct request_target *target, sails_action function, void *ctx)
{
    struct request_step *step = mem_calloc(1, sizeof(*step));

    if (step == NULL) {
        return SAILS_ENOMEM;
    }
    *step = (struct request_step){.kind = STEP_FUNCTION, .function = function, .ctx = ctx};
    *target = (struct request_target){.steps = step, .n_steps = 1};
    return 0;
}

void request_target_deinit(struct request_target *target)
{
    for (size_t i = 0; i < target->n_steps; i++) {
        mem_free(target->steps[i].text);
        buf_deinit(&target->steps[i].page);
    }
    mem_free(target->steps);
    json_decref(target->options);
}
