/* sails-bench: see options.c for what it says of itself, and ../README.md for what it is used for. */
#include "load/report.h"

#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct options options;
    struct run *run = base_alloc(1, sizeof(*run));
    bool is_in_order = false;

    signal(SIGPIPE, SIG_IGN);
    options_read(&options, argc, argv);
    run_perform(run, &options);
    if (options.is_json) {
        report_write_json(run, stdout);
    } else {
        report_write(run, stdout);
    }
    is_in_order = run_is_in_order(run);
    run_deinit(run);
    free(run);
    return is_in_order ? BASE_IN_ORDER : BASE_FAULTS;
}
