/*
 * What the automatic API over a model costs the server, against Sails in Node.js with sails-disk: one record, a list of
 * 30, a new record; over HTTP with connections that stay open, and one record over sockets.
 *
 *     bench-blueprints <bench-server> <sails.js> [connections] [requests] [rounds]    50, 5000, 9
 *
 * 1,000 records of a name and an age; ours are in SQLite, in a file. The two servers take turns, round by round. CPU time,
 * user and system. Production, no sessions.
 */
#include "crowd.h"
#include "swarm.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ROUNDS_MAX = 99,
    N_RECORDS = 1000
};

#define HEAD(line) line " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
#define CREATE                                                                                     \
    HEAD("POST /user")                                                                             \
    "Content-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"name\":\"ann\",\"age\":7}"

static const struct {
    const char *what;
    struct question question;
} rows[] = {
    {"GET /user/1", {HEAD("GET /user/1") "\r\n", NULL}},
    {"GET /user (30)", {HEAD("GET /user") "\r\n", "["}},
    {"POST /user", {CREATE, NULL}},
};

struct side {
    struct server server;
    struct crowd *crowd;
    double cost_us[ROUNDS_MAX];
};

static void side_start(struct side *side, const char *program, size_t n)
{
    static char production[] = "--environment=production";
    static char origins[] = "--sockets.onlyAllowOrigins=http://127.0.0.1";
    static char off[] = "--session.enabled=false";
    static char patient[] = "--http.keepAliveTimeout=600000"; /* Node.js takes its time */
    static char others[] = "--sockets.allowMissingOrigin=true";
    char *const args[] = {production, origins, others, off, patient, NULL};
    static const struct question create = {CREATE, NULL};

    side->server = server_start(program, args);
    side->crowd = crowd_connect(side->server.port, n);
    crowd_ask(side->crowd, &create, N_RECORDS);
}

static double measure(struct side *side, const struct question *question, size_t requests)
{
    double before = process_cpu_us(side->server.pid);

    crowd_ask(side->crowd, question, requests);
    return (process_cpu_us(side->server.pid) - before) / (double)requests;
}

static double measure_sockets(struct side *side, struct swarm *swarm, size_t requests)
{
    double before = process_cpu_us(side->server.pid);

    swarm_ask(swarm, "421[\"get\",{\"url\":\"/user/1\"}]", "431[", requests);
    return (process_cpu_us(side->server.pid) - before) / (double)requests;
}

static void tell(const char *what, struct side *ours, struct side *theirs, double *ratios,
                 size_t rounds)
{
    printf(
        "blueprints, %s: CPU for one request: server %.2f us, Sails in Node.js %.2f us (medians)\n",
        what, median(ours->cost_us, rounds), median(theirs->cost_us, rounds));
    printf("blueprints, %s: ratio %.4f (median of the rounds; the aim is at most %.4f)", what,
           median(ratios, rounds), 1.0 / 30);
    printf("; from %.4f to %.4f\n", ratios[0], ratios[rounds - 1]); /* sorted by now */
}

static void compare(const char *what, const struct question *question, struct side *ours,
                    struct side *theirs, size_t requests, size_t rounds)
{
    double ratios[ROUNDS_MAX];

    measure(ours, question, requests);
    measure(theirs, question, requests);
    for (size_t i = 0; i < rounds; i++) {
        ours->cost_us[i] = measure(ours, question, requests);
        theirs->cost_us[i] = measure(theirs, question, requests);
        ratios[i] = ours->cost_us[i] / theirs->cost_us[i];
    }
    tell(what, ours, theirs, ratios, rounds);
}

static void compare_sockets(struct side *ours, struct side *theirs, size_t n, size_t requests,
                            size_t rounds)
{
    struct swarm *of_ours = swarm_connect(ours->server.port, n);
    struct swarm *of_theirs =
        swarm_connect_with(theirs->server.port, n, "&__sails_io_sdk_version=1.2.1", "");
    double ratios[ROUNDS_MAX];

    measure_sockets(ours, of_ours, requests);
    measure_sockets(theirs, of_theirs, requests);
    for (size_t i = 0; i < rounds; i++) {
        ours->cost_us[i] = measure_sockets(ours, of_ours, requests);
        theirs->cost_us[i] = measure_sockets(theirs, of_theirs, requests);
        ratios[i] = ours->cost_us[i] / theirs->cost_us[i];
    }
    tell("io.socket.get /user/1", ours, theirs, ratios, rounds);
    swarm_close(of_ours);
    swarm_close(of_theirs);
}

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 3, 50);
    size_t requests = number_argument(argc, argv, 4, 5000);
    size_t rounds = number_argument(argc, argv, 5, 9);
    char folder[] = "/tmp/bench-blueprints-XXXXXX";
    char url[128];
    struct side ours, theirs;

    if (argc < 3 || rounds > ROUNDS_MAX || mkdtemp(folder) == NULL) {
        die("usage: %s <bench-server> <sails.js> [connections] [requests] [rounds, at most %d]",
            argv[0], ROUNDS_MAX);
    }
    snprintf(url, sizeof(url), "sqlite:%s/records.sqlite", folder);
    setenv("ALLOW_UNSAFE_MIGRATIONS", "yes", 1); /* of an empty database */
    setenv("BENCH_MODELS", url, 1); /* both servers have models then, and ours keeps them there */
    side_start(&ours, argv[1], n);
    side_start(&theirs, argv[2], n);
    printf("blueprints: %zu connections, %zu x %zu requests\n", n, rounds, requests);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        compare(rows[i].what, &rows[i].question, &ours, &theirs, requests, rounds);
    }
    compare_sockets(&ours, &theirs, n, requests, rounds);
    crowd_close(ours.crowd);
    crowd_close(theirs.crowd);
    server_stop(&ours.server);
    server_stop(&theirs.server);
    return 0;
}
