/*
 * What the automatic API over a model costs the server: one record, a list of 30, a new record, over HTTP with connections
 * that stay open; one record over sockets; a new record that 100 watch. Against Sails in Node.js with sails-disk, and against
 * PocketBase where it is given. And a change that 1,000 hear of, against a broadcast of as many bytes to them.
 *
 *     bench-blueprints <bench-server> <sails.js> [connections] [requests] [rounds] [pocketbase]    50, 5000, 9
 *
 * 1,000 records of a name and an age; ours are in SQLite, in a file, with `synchronous: "normal"`, which is what PocketBase
 * has: a commit does not wait for the disk. The servers take turns, round by round. CPU time, user and system. Production,
 * no sessions.
 */
#include "crowd.h"
#include "swarm.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROUNDS_MAX = 99,
    N_RECORDS = 1000
};

#define HEAD(line) line " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
#define CREATE                                                                                     \
    HEAD("POST /user")                                                                             \
    "Content-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"name\":\"ann\",\"age\":7}"

/* The record that is asked for over and over: PocketBase's keys are 15 letters (bench/pocketbase.mjs). */
#define POCKETBASE_RECORDS "/api/collections/user/records"
#define POCKETBASE_KEY     "benchbenchbench"
#define POCKETBASE_CREATE                                                                          \
    HEAD("POST " POCKETBASE_RECORDS)                                                               \
    "Content-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"name\":\"ann\",\"age\":7}"

static const struct {
    const char *what;
    struct question question;
    struct question of_pocketbase;
} rows[] = {
    {"GET /user/1",
     {HEAD("GET /user/1") "\r\n", NULL},
     {HEAD("GET " POCKETBASE_RECORDS "/" POCKETBASE_KEY) "\r\n", NULL}},
    {"GET /user (30)",
     {HEAD("GET /user") "\r\n", "["},
     {HEAD("GET " POCKETBASE_RECORDS "?perPage=30") "\r\n", NULL}},
    {"POST /user", {CREATE, NULL}, {POCKETBASE_CREATE, NULL}},
};

static const struct question create = {CREATE, NULL};
static const struct question create_in_pocketbase = {POCKETBASE_CREATE, NULL};

struct side {
    const char *name;
    double aim; /* of the ratio */
    struct server server;
    struct crowd *crowd;
    double cost_us[ROUNDS_MAX];
};

static void side_start(struct side *side, const char *name, double aim, const char *program,
                       const struct question *first, size_t n)
{
    static char production[] = "--environment=production";
    static char origins[] = "--sockets.onlyAllowOrigins=http://127.0.0.1";
    static char off[] = "--session.enabled=false";
    static char patient[] = "--http.keepAliveTimeout=600000"; /* Node.js takes its time */
    static char others[] = "--sockets.allowMissingOrigin=true";
    char *const args[] = {production, origins, others, off, patient, NULL};

    side->name = name;
    side->aim = aim;
    side->server = server_start(program, args);
    side->crowd = crowd_connect(side->server.port, n);
    crowd_ask(side->crowd, first, N_RECORDS);
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

static void tell(const char *what, struct side *ours, struct side *theirs, double aim,
                 double *ratios, size_t rounds)
{
    printf("blueprints, %s: CPU for one request: server %.2f us, %s %.2f us (medians)\n", what,
           median(ours->cost_us, rounds), theirs->name, median(theirs->cost_us, rounds));
    printf("blueprints, %s: ratio %.4f (median of the rounds; the aim is at most %.4f)", what,
           median(ratios, rounds), aim);
    printf("; from %.4f to %.4f\n", ratios[0], ratios[rounds - 1]); /* sorted by now */
}

static void compare(const char *what, const struct question *question, struct side *ours,
                    const struct question *of_theirs, struct side *theirs, size_t requests,
                    size_t rounds)
{
    double ratios[ROUNDS_MAX];

    measure(ours, question, requests);
    measure(theirs, of_theirs, requests);
    for (size_t i = 0; i < rounds; i++) {
        ours->cost_us[i] = measure(ours, question, requests);
        theirs->cost_us[i] = measure(theirs, of_theirs, requests);
        ratios[i] = ours->cost_us[i] / theirs->cost_us[i];
    }
    tell(what, ours, theirs, theirs->aim, ratios, rounds);
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
    tell("io.socket.get /user/1", ours, theirs, theirs->aim, ratios, rounds);
    swarm_close(of_ours);
    swarm_close(of_theirs);
}

/* ---- who hears of it ---- */

/* One request after the other; before the next one all have heard of it. CPU time for one. */
static double measure_heard(struct side *side, struct crowd *asking,
                            const struct question *question, struct swarm *listeners,
                            const char *prefix, size_t n, size_t times)
{
    double before = process_cpu_us(side->server.pid);

    for (size_t i = 0; i < times; i++) {
        crowd_ask(asking, question, 1);
        swarm_await(listeners, prefix, n);
    }
    return (process_cpu_us(side->server.pid) - before) / (double)times;
}

static void compare_watchers(struct side *ours, struct side *theirs, size_t times, size_t rounds)
{
    enum {
        N = 100
    };
    struct swarm *of_ours = swarm_connect(ours->server.port, N);
    struct swarm *of_theirs =
        swarm_connect_with(theirs->server.port, N, "&__sails_io_sdk_version=1.2.1", "");
    struct crowd *to_ours = crowd_connect(ours->server.port, 1);
    struct crowd *to_theirs = crowd_connect(theirs->server.port, 1);
    double ratios[ROUNDS_MAX];

    swarm_ask(of_ours, "421[\"get\",{\"url\":\"/user\"}]", "431[", N);
    swarm_ask(of_theirs, "421[\"get\",{\"url\":\"/user\"}]", "431[", N);
    for (size_t i = 0; i < rounds; i++) {
        ours->cost_us[i] = measure_heard(ours, to_ours, &create, of_ours, "42[\"user\"", N, times);
        theirs->cost_us[i] =
            measure_heard(theirs, to_theirs, &create, of_theirs, "42[\"user\"", N, times);
        ratios[i] = ours->cost_us[i] / theirs->cost_us[i];
    }
    tell("POST /user with 100 watchers", ours, theirs, 0.1, ratios, rounds);
    crowd_close(to_ours);
    crowd_close(to_theirs);
    swarm_close(of_ours);
    swarm_close(of_theirs);
}

#define PATCH_BODY "{\"name\":\"bea\",\"age\":8}"

/* As many bytes as the message of such a change has, to room1. */
#define BROADCAST_BODY                                                                                  \
    "{\"verb\":\"updated\",\"data\":{\"name\":\"bea\",\"age\":8,\"id\":1,\"updatedAt\":1700000000000}," \
    "\"id\":1,\"previous\":{\"createdAt\":1700000000000,\"updatedAt\":1700000000000,\"id\":1,"          \
    "\"name\":\"bea\",\"age\":8}}"

static const char *request_with(char *out, size_t size, const char *line, const char *body)
{
    snprintf(out, size,
             "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             line, strlen(body), body);
    return out;
}

static void compare_subscribers(struct side *ours, size_t n, size_t times, size_t rounds)
{
    struct swarm *swarm = swarm_connect(ours->server.port, n);
    struct crowd *asking = crowd_connect(ours->server.port, 1);
    char patch_text[512], plain_text[512];
    struct question patch = {request_with(patch_text, 512, "PATCH /user/1", PATCH_BODY), NULL};
    struct question plain = {request_with(plain_text, 512, "POST /broadcast", BROADCAST_BODY),
                             NULL};
    double patch_us[ROUNDS_MAX], plain_us[ROUNDS_MAX], ratios[ROUNDS_MAX];

    swarm_ask(swarm, "421[\"get\",{\"url\":\"/user/1\"}]", "431[", n);
    swarm_ask(swarm, "421[\"get\",{\"url\":\"/join?room=room1\"}]", "431[", n);
    for (size_t i = 0; i < rounds; i++) {
        patch_us[i] =
            measure_heard(ours, asking, &patch, swarm, "42[\"user\"", n, times) / (double)n;
        plain_us[i] =
            measure_heard(ours, asking, &plain, swarm, "42[\"broadcast\"", n, times) / (double)n;
        ratios[i] = patch_us[i] / plain_us[i];
    }
    printf(
        "blueprints, PATCH /user/1 with %zu subscribers: CPU for one delivered message: %.2f us, "
        "of a broadcast %.2f us (medians)\n",
        n, median(patch_us, rounds), median(plain_us, rounds));
    printf("blueprints, PATCH /user/1 with %zu subscribers: ratio %.3f (median of the rounds; the "
           "aim is at most 1.3)",
           n, median(ratios, rounds));
    printf("; from %.3f to %.3f\n", ratios[0], ratios[rounds - 1]);
    crowd_close(asking);
    swarm_close(swarm);
}

/* ---- all of it ---- */

static void compare_rows(struct side *ours, struct side *theirs, bool is_pocketbase,
                         size_t requests, size_t rounds)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        compare(rows[i].what, &rows[i].question, ours,
                is_pocketbase ? &rows[i].of_pocketbase : &rows[i].question, theirs, requests,
                rounds);
    }
}

static void side_stop(struct side *side)
{
    crowd_close(side->crowd);
    server_stop(&side->server);
}

int main(int argc, char **argv)
{
    size_t n = number_argument(argc, argv, 3, 50);
    size_t requests = number_argument(argc, argv, 4, 5000);
    size_t rounds = number_argument(argc, argv, 5, 9);
    char folder[] = "/tmp/bench-blueprints-XXXXXX";
    char url[128];
    struct side ours, theirs, third;

    if (argc < 3 || rounds > ROUNDS_MAX || mkdtemp(folder) == NULL) {
        die("usage: %s <bench-server> <sails.js> [connections] [requests] [rounds, at most %d] "
            "[pocketbase]",
            argv[0], ROUNDS_MAX);
    }
    snprintf(url, sizeof(url), "sqlite:%s/records.sqlite", folder);
    setenv("ALLOW_UNSAFE_MIGRATIONS", "yes", 1); /* of an empty database */
    setenv("BENCH_MODELS", url, 1); /* the servers have models then, and ours keeps them there */
    side_start(&ours, "server", 1, argv[1], &create, n);
    side_start(&theirs, "Sails in Node.js", 1.0 / 30, argv[2], &create, n);
    printf("blueprints: %zu connections, %zu x %zu requests\n", n, rounds, requests);
    compare_rows(&ours, &theirs, false, requests, rounds);
    compare_sockets(&ours, &theirs, n, requests, rounds);
    compare_watchers(&ours, &theirs, requests / 20 + 1, rounds);
    compare_subscribers(&ours, 1000, requests / 100 + 1, rounds);
    side_stop(&theirs);
    if (argc > 6) {
        side_start(&third, "PocketBase", 1.0 / 5, argv[6], &create_in_pocketbase, n);
        compare_rows(&ours, &third, true, requests, rounds);
        side_stop(&third);
    }
    side_stop(&ours);
    return 0;
}
