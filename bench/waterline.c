/*
 * What records cost a program over PostgreSQL, against Waterline in Node.js: the same calls, on databases of
 * their own in one server, round by round in turn.
 *
 *     bench-waterline <tests/support/database> <waterline.js> [rounds]     9 rounds
 *
 * CPU time, user and system, of all threads of the two programs; the server's is not in it.
 */
#include "base/macros.h"
#include "base/mem.h"
#include "records_world.h"
#include "swarm.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_UPS = 1000,
    WARM_UP = 3, /* rounds until Node.js has compiled what it runs */
    ROUNDS_MAX = 99
};

/* ---- a program at the other end of two pipes ---- */

struct peer {
    pid_t pid;
    FILE *to;
    FILE *from;
};

static struct peer peer_start(const char *const *argv)
{
    struct peer peer = {0};
    int in[2], out[2];

    if (pipe(in) != 0 || pipe(out) != 0) {
        die("pipe");
    }
    peer.pid = fork();
    if (peer.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        for (int fd = STDERR_FILENO + 1; fd < 256; fd++) {
            close(fd);
        }
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    peer.to = fdopen(in[1], "w");
    peer.from = fdopen(out[0], "r");
    return peer;
}

/* A line that it says, without its end. */
static void peer_hear(struct peer *peer, char *line, int size)
{
    if (fgets(line, size, peer->from) == NULL) {
        die("a program has ended");
    }
    line[strcspn(line, "\n")] = '\0';
}

static void peer_expect_done(struct peer *peer)
{
    char line[256];

    peer_hear(peer, line, sizeof(line));
    if (strcmp(line, "done") != 0) {
        die("not done: %s", line);
    }
}

static void peer_end(struct peer *peer)
{
    fclose(peer->to);
    fclose(peer->from);
    waitpid(peer->pid, NULL, 0);
}

/* ---- both sides ---- */

struct sides {
    struct records_world ours;
    struct peer waterline;
};

static void find_one(const struct records_world *w)
{
    records_world_find_one(w, LOOK_UPS);
}

static const struct call {
    const char *name;
    void (*ours)(const struct records_world *w);
    const char *theirs;
    double per;
} calls[] = {
    {"findOne by primary key", find_one, "findOne 1000", LOOK_UPS},
    {"createEach of 10000", records_world_create_each, "createEach 10000", NEW_RECORDS},
    {"find of 1000 with 10 children each", records_world_find, "find 1", PARENTS *(1 + CHILDREN)},
};

static double measure_ours(struct sides *sides, const struct call *call)
{
    double start = records_world_cpu_us();

    call->ours(&sides->ours);
    return records_world_cpu_us() - start;
}

static double measure_theirs(struct sides *sides, const struct call *call)
{
    double start = process_cpu_us(sides->waterline.pid);

    fprintf(sides->waterline.to, "%s\n", call->theirs);
    fflush(sides->waterline.to);
    peer_expect_done(&sides->waterline);
    return process_cpu_us(sides->waterline.pid) - start;
}

static void report(struct sides *sides, const struct call *call, size_t rounds)
{
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratios[ROUNDS_MAX];
    double ratio = 0;

    for (size_t i = 0; i < WARM_UP; i++) {
        measure_ours(sides, call);
        measure_theirs(sides, call);
    }
    for (size_t i = 0; i < rounds; i++) {
        ours[i] = measure_ours(sides, call);
        theirs[i] = measure_theirs(sides, call);
        ratios[i] = ours[i] / theirs[i];
    }
    ratio = median(ratios, rounds);
    printf("waterline: %s: CPU for one record: %.2f us, in Node.js %.2f us (medians)\n", call->name,
           median(ours, rounds) / call->per, median(theirs, rounds) / call->per);
    printf(
        "waterline: %s: ratio %.4f (median of the rounds; the aim is at most 0.1000); from %.4f to "
        "%.4f\n",
        call->name, ratio, ratios[0], ratios[rounds - 1]);
}

/* A database of one's own: "postgresql://.../postgres" with another name at its end. */
static void create_database(const struct records_world *w, const char *name)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "CREATE DATABASE %s", name);
    if (sails_native(w->db, NULL, sql, NULL, NULL, NULL) < 0) {
        die("%s: %s", sql, sails_db_error(w->db));
    }
}

static struct peer start_waterline(const char *program, const struct records_world *w,
                                   const char *url)
{
    char theirs[300];
    char *definitions = NULL;
    size_t len = (size_t)(strrchr(url, '/') + 1 - url);
    json_t *json = json_pack("{s:o,s:o}", "models", json_loads(records_world_models, 0, NULL),
                             "defaults", json_loads(records_world_defaults, 0, NULL));
    struct peer peer = {0};

    create_database(w, "waterline");
    snprintf(theirs, sizeof(theirs), "%.*swaterline", (int)len, url);
    definitions = json_dumps(json, JSON_COMPACT);
    peer = peer_start((const char *const[]){program, theirs, definitions, NULL});
    peer_expect_done(&peer);
    mem_free(definitions);
    json_decref(json);
    return peer;
}

int main(int argc, char **argv)
{
    size_t rounds = number_argument(argc, argv, 3, 9);
    struct sides sides;
    struct peer server;
    char url[256];

    if (argc < 3 || rounds == 0 || rounds > ROUNDS_MAX) {
        die("usage: %s <tests/support/database> <waterline.js> [rounds, at most %d]", argv[0],
            ROUNDS_MAX);
    }
    signal(SIGPIPE, SIG_IGN);
    server = peer_start((const char *const[]){argv[1], "postgresql", NULL});
    peer_hear(&server, url, sizeof(url));
    records_world_open(&sides.ours, url);
    sides.waterline = start_waterline(argv[2], &sides.ours, url);
    printf("waterline: PostgreSQL, %zu rounds\n", rounds);
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        report(&sides, &calls[i], rounds);
    }
    peer_end(&sides.waterline);
    records_world_close(&sides.ours);
    peer_end(&server);
    return 0;
}
