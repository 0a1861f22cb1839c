/*
 * io_tour.h - a question to one worker after the other.
 *
 * Purpose    What is asked seldom and changes nothing: how many sockets, which rooms, a function with one
 *            socket. One piece of mail goes round; nothing is counted, and nobody waits.
 * Ownership  A tour lies in what it asks for, which its end frees.
 * Threads    io_tour_begin(): any. The rest in turns of the workers, never before that has returned.
 * Floor      io; uses base.
 *
 *     io_tour_begin() --mail--> worker 0: visit() --mail--> worker 1: visit() --> ... --> end()
 */
#ifndef IO_IO_TOUR_H
#define IO_IO_TOUR_H

#include "io/io.h"

struct io_tour {
    struct mail mail;
    struct sails_io *io;
    unsigned at; /* the worker that it is with */
    unsigned n_left;
    /* True: it has found what it wanted, and ends here. */
    bool (*visit)(struct io_tour *tour, struct worker *worker);
    /* 0: it has been with all, or has ended; SAILS_ECLOSED: the app is being lowered. Frees it. */
    void (*end)(struct io_tour *tour, int status);
};

/* Sends it to all workers from the first on; `io`, `visit` and `end` are set. The io is open. */
void io_tour_begin(struct io_tour *tour);

/* Sends it to one worker alone. */
void io_tour_begin_at(struct io_tour *tour, unsigned worker);

#endif
