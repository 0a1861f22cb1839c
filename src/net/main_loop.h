/*
 * main_loop.h - a loop on the caller's own thread, that signals end.
 *
 * Purpose    A program that is nothing but a server with one worker needs no second thread: its main
 *            thread serves. (A process of one thread also costs the kernel less for each call that
 *            names a descriptor: bench/broadcast.c shows it.)
 * Ownership  main_loop_open() to main_loop_close(); the net that it runs is borrowed.
 * Threads    The thread that opened it.
 * Floor      net.
 *
 *     main_loop_open(); options.loop = main_loop_uv(); net_create(); net_start();
 *     main_loop_run(): serves until a signal, or net_stop() from elsewhere, has ended the net
 *     main_loop_close()
 */
#ifndef NET_MAIN_LOOP_H
#define NET_MAIN_LOOP_H

#include "net/net.h"

struct main_loop;

/*
 * SIGTERM and SIGINT wait from here on, so that none that comes before main_loop_run() is lost, or ends the
 * program the hard way. NULL: no memory, or no descriptors.
 */
struct main_loop *main_loop_open(void);

/* For net_options.loop. */
void *main_loop_uv(struct main_loop *loop);

/*
 * Runs until the net has stopped. The first SIGTERM or SIGINT calls on_signal, which is to call
 * net_stop(); from then on both are as they were before, so that a second one ends the program at once.
 */
void main_loop_run(struct main_loop *loop, struct net *net, void (*on_signal)(void *ctx),
                   void *ctx);

/* NULL is harmless. */
void main_loop_close(struct main_loop *loop);

#endif
