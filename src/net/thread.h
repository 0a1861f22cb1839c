/*
 * thread.h - threads of our own.
 *
 * Purpose    One way to begin one: with the program's signals kept away from it.
 * Ownership  The caller joins it.
 * Threads    Any.
 * Floor      net.
 */
#ifndef NET_THREAD_H
#define NET_THREAD_H

#include <pthread.h>

/*
 * Runs `run` on a new thread, for which pthread_join() waits. The program's signals are for its own
 * threads: a handler that runs on one of ours would interrupt it, and could not know it. Those that a
 * thread causes itself stay unblocked. `name`: for debuggers, cut after 15 bytes; borrowed until it
 * returns. 0; -EAGAIN, ...: the system gives no thread.
 */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *arg), void *arg);

#endif
