#include "admin/admin_failures.h"

#include <stdio.h>

enum {
    FREE_FAILURES = 5,
    BAR_MS = 60 * 1000, /* after those; doubled with each one more */
    BAR_DOUBLINGS = 4,
    FORGET_MS = 3600 * 1000
};

/* The place of a network, or where it is none ADMIN_FAILURES. */
static size_t find(const struct admin_failures *failures, const char *address)
{
    char text[NETWORK_SIZE];
    struct str network = network_of(str_from(address), text);
    size_t i = 0;

    while (i < ADMIN_FAILURES && !str_eq(str_from(failures->list[i].network), network)) {
        i++;
    }
    return i;
}

static struct admin_failure *oldest(struct admin_failures *failures)
{
    struct admin_failure *oldest = &failures->list[0];

    for (size_t i = 1; i < ADMIN_FAILURES; i++) {
        if (failures->list[i].last_ms < oldest->last_ms) {
            oldest = &failures->list[i];
        }
    }
    return oldest;
}

bool admin_failures_bar(const struct admin_failures *failures, const char *address, uint64_t now_ms)
{
    size_t i = find(failures, address);

    return i < ADMIN_FAILURES && now_ms < failures->list[i].barred_until_ms;
}

void admin_failures_count(struct admin_failures *failures, const char *address, uint64_t now_ms)
{
    size_t i = find(failures, address);
    struct admin_failure *failure = i < ADMIN_FAILURES ? &failures->list[i] : oldest(failures);

    if (i == ADMIN_FAILURES || failure->last_ms + FORGET_MS < now_ms) {
        char text[NETWORK_SIZE];
        struct str network = network_of(str_from(address), text);

        *failure = (struct admin_failure){0};
        snprintf(failure->network, sizeof(failure->network), "%.*s", (int)network.len, network.ptr);
    }
    failure->n++;
    failure->last_ms = now_ms;
    if (failure->n >= FREE_FAILURES) {
        unsigned doublings = failure->n - FREE_FAILURES;

        failure->barred_until_ms =
            now_ms + ((uint64_t)BAR_MS << (doublings < BAR_DOUBLINGS ? doublings : BAR_DOUBLINGS));
    }
}

void admin_failures_forget(struct admin_failures *failures, const char *address)
{
    size_t i = find(failures, address);

    if (i < ADMIN_FAILURES) {
        failures->list[i] = (struct admin_failure){0};
    }
}
