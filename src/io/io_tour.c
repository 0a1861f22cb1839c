#include "io/io_tour.h"

#include <assert.h>

static void go_on(struct io_tour *tour);

static void deliver(struct worker *worker, struct mail *mail)
{
    struct io_tour *tour = container_of(mail, struct io_tour, mail);

    if (!worker_is_running(worker)) {
        tour->end(tour, SAILS_ECLOSED);
    } else if (tour->visit(tour, worker) || tour->n_left == 0) {
        tour->end(tour, 0);
    } else {
        tour->at++;
        go_on(tour);
    }
}

static void go_on(struct io_tour *tour)
{
    tour->n_left--;
    tour->mail.deliver = deliver;
    worker_post(tour->io->cluster.pool->workers[tour->at], &tour->mail);
}

void io_tour_begin(struct io_tour *tour)
{
    tour->at = 0;
    tour->n_left = tour->io->cluster.pool->count;
    go_on(tour);
}

void io_tour_begin_at(struct io_tour *tour, unsigned worker)
{
    assert(worker < tour->io->cluster.pool->count);
    tour->at = worker;
    tour->n_left = 1;
    go_on(tour);
}
