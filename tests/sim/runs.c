#include "sim/runs.h"

#include "base/mem.h"

#include <jansson.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t current_seed;
static uint64_t (*steps)(void);

/* An assertion has failed, or a sanitizer has seen something. */
static void on_abort(int signal)
{
    (void)signal;
    printf("seed %" PRIu64 ", after %" PRIu64 " steps: aborted\n", current_seed, steps());
    (void)fflush(stdout);
}

/* What a sanitizer is to do where the environment does not say otherwise. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1:detect_leaks=0"; /* mem_live() tells of leaks */
}

void sim_trace(uint64_t now_ms, const char *format, va_list args)
{
    printf("%8llu ", (unsigned long long)now_ms);
    (void)vprintf(format, args);
    printf("\n");
}

int sim_runs(int argc, char **argv, sim_run run, uint64_t (*count_steps)(void))
{
    bool is_verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    char **numbers = argv + (is_verbose ? 2 : 1);
    int n_numbers = argc - (is_verbose ? 2 : 1);
    uint64_t first = n_numbers > 0 ? strtoull(numbers[0], NULL, 10) : 1;
    uint64_t count = n_numbers > 1 ? strtoull(numbers[1], NULL, 10) : 1;
    uint64_t n_bad = 0;

    steps = count_steps;
    json_set_alloc_funcs(mem_alloc, mem_free);
    (void)signal(SIGABRT, on_abort);
    for (uint64_t i = 0; i < count; i++) {
        const char *complaint = NULL;

        current_seed = first + i;
        complaint = run(current_seed, is_verbose);
        if (complaint[0] != '\0') {
            n_bad++;
            printf("seed %" PRIu64 ", after %" PRIu64 " steps: %s\n", current_seed, steps(),
                   complaint);
        }
    }
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", count - n_bad, n_bad);
    return n_bad > 0 ? 1 : 0;
}
