#include "net/thread.h"

#include "base/macros.h"

#include <signal.h>
#include <stdio.h>

static void block_signals(sigset_t *before)
{
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t blocked;

    (void)sigfillset(&blocked);
    for (size_t i = 0; i < ARRAY_LEN(own_faults); i++) {
        (void)sigdelset(&blocked, own_faults[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &blocked, before);
}

int thread_start(pthread_t *thread, const char *name, void *(*run)(void *arg), void *arg)
{
    char short_name[16]; /* Linux takes no longer ones */
    sigset_t before;
    int rc = 0;

    block_signals(&before);
    rc = -pthread_create(thread, NULL, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) {
        (void)snprintf(short_name, sizeof(short_name), "%s", name);
        (void)pthread_setname_np(*thread, short_name);
    }
    return rc;
}
