/*
 * What one request over a socket, and its answer, costs the server, against Sails in Node.js.
 *
 *     bench-requests <bench-server> <sails.js> [sockets] [requests] [rounds]    100, 5000, 9
 *
 * Each socket has one request under way. The two servers take turns, round by round, so that what else
 * happens on the machine happens to both; first without sessions, then with the default ones. CPU time,
 * user and system, of all threads.
 */
#include "swarm.h"

#include <stdio.h>

enum {
    ROUNDS_MAX = 99,
    WARM_UP = 4 /* rounds until Node.js has compiled what it runs */
};

/* As sails.io.js sends it. */
#define QUESTION                                                                                   \
    "420[\"get\",{\"method\":\"get\",\"headers\":{},\"data\":{},\"url\":\"/echo?v=1\"}]"
#define ANSWER "430[{\"body\":{\"v\":\"1\"},"

struct side {
    struct server server;
    struct swarm *swarm;
    double cost_us[ROUNDS_MAX];
};

static void side_start(struct side *side, const char *program, char *const *args, size_t sockets)
{
    side->server = server_start(program, args);
    side->swarm =
        swarm_connect_with(side->server.port, sockets, "&__sails_io_sdk_version=1.2.1", "");
}

static void side_stop(struct side *side)
{
    swarm_close(side->swarm);
    server_stop(&side->server);
}

static double measure(struct side *side, size_t requests)
{
    double before = process_cpu_us(side->server.pid);

    swarm_ask(side->swarm, QUESTION, ANSWER, requests);
    return (process_cpu_us(side->server.pid) - before) / (double)requests;
}

static void compare(const char *what, const char *const programs[2], char *const *args,
                    size_t sockets, size_t requests, size_t rounds, double bar)
{
    struct side ours, theirs;
    double ratios[ROUNDS_MAX];

    side_start(&ours, programs[0], args, sockets);
    side_start(&theirs, programs[1], args, sockets);
    for (size_t i = 0; i < WARM_UP; i++) {
        measure(&ours, requests);
        measure(&theirs, requests);
    }
    for (size_t i = 0; i < rounds; i++) {
        ours.cost_us[i] = measure(&ours, requests);
        theirs.cost_us[i] = measure(&theirs, requests);
        ratios[i] = ours.cost_us[i] / theirs.cost_us[i];
    }
    printf(
        "requests, %s: CPU for one round trip: server %.2f us, Sails in Node.js %.2f us (medians)\n",
        what, median(ours.cost_us, rounds), median(theirs.cost_us, rounds));
    printf("requests, %s: ratio %.4f (median of the rounds; the aim is at most %.4f)", what,
           median(ratios, rounds), bar);
    printf("; from %.4f to %.4f\n", ratios[0], ratios[rounds - 1]); /* sorted by now */
    side_stop(&ours);
    side_stop(&theirs);
}

int main(int argc, char **argv)
{
    size_t sockets = number_argument(argc, argv, 3, 100);
    size_t requests = number_argument(argc, argv, 4, 5000);
    size_t rounds = number_argument(argc, argv, 5, 9);
    static char off[] = "--session.enabled=false";
    char *const without[] = {off, NULL};

    if (argc < 3 || rounds > ROUNDS_MAX) {
        die("usage: %s <bench-server> <sails.js> [sockets] [requests] [rounds, at most %d]",
            argv[0], ROUNDS_MAX);
    }
    const char *const programs[] = {argv[1], argv[2]};

    printf("requests: %zu sockets, %zu x %zu requests\n", sockets, rounds, requests);
    compare("no sessions", programs, without, sockets, requests, rounds, 1.0 / 10);
    compare("sessions", programs, NULL, sockets, requests, rounds, 1.0 / 8);
    return 0;
}
