/*
 * What it costs that a query does not block: findOne() from a worker with a callback, the next one behind each
 * answer, against the same calls one after the other on a thread that may wait; SQLite in memory.
 *
 *     bench-queries [rounds]     9 rounds
 *
 * CPU time of this process, kernel included: a query goes to a thread and comes back, which wakes two.
 */
#include "swarm.h"

#include <pthread.h>
#include <sails/sails.h>
#include <stdio.h>
#include <time.h>

enum {
    QUERIES = 5000,
    RECORDS = 1000,
    ROUNDS_MAX = 99
};

static const char person[] = "{\"attributes\": {\"name\": {\"type\": \"string\"},"
                             " \"email\": {\"type\": \"string\"}, \"age\": \"number\"}}";
static const char defaults[] = "{\"migrate\": \"drop\", \"attributes\":"
                               " {\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}";

struct bench {
    sails_app *app;
    int left; /* queries of a round that are still to be asked; the worker's */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int is_done; /* the round */
};

static void must(int rc, const char *what)
{
    if (rc < 0) {
        die("%s: %s", what, sails_strerror(rc));
    }
}

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* ---- with a callback ---- */

static void answered(int status, json_t *value, void *ctx);

static void ask(struct bench *b)
{
    must(sails_find_one_async(b->app, "person", json_integer(b->left % RECORDS + 1), NULL, answered,
                              b),
         "sails_find_one_async");
}

static void answered(int status, json_t *value, void *ctx)
{
    struct bench *b = ctx;

    must(status, "findOne");
    json_decref(value);
    if (--b->left > 0) {
        ask(b);
        return;
    }
    pthread_mutex_lock(&b->lock);
    b->is_done = 1;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

static double measure_async(struct bench *b)
{
    double start = cpu_us();

    b->left = QUERIES;
    b->is_done = 0;
    ask(b);
    pthread_mutex_lock(&b->lock);
    while (!b->is_done) {
        pthread_cond_wait(&b->changed, &b->lock);
    }
    pthread_mutex_unlock(&b->lock);
    return (cpu_us() - start) / QUERIES;
}

/* ---- in a straight line ---- */

static double measure_blocking(struct bench *b)
{
    sails_db *db = NULL;
    double start = cpu_us();

    for (int i = 0; i < QUERIES; i++) {
        json_t *record = NULL;

        must(sails_app_lease(b->app, &db), "sails_app_lease");
        must(sails_find_one(db, "person", json_integer(i % RECORDS + 1), NULL, &record), "findOne");
        json_decref(record);
        sails_app_release(b->app, db);
    }
    return (cpu_us() - start) / QUERIES;
}

/* ---- an app ---- */

static void fill(sails_app *app)
{
    sails_db *db = NULL;
    json_t *list = json_array();

    for (int i = 0; i < RECORDS; i++) {
        json_array_append_new(list, json_pack("{s:s,s:s,s:i}", "name", "Ada", "email",
                                              "ada@example.com", "age", i % 90));
    }
    must(sails_app_lease(app, &db), "sails_app_lease");
    must(sails_create_each(db, "person", list, NULL, NULL), "createEach");
    sails_app_release(app, db);
}

static void lift(struct bench *b)
{
    b->app = sails_app_create();
    sails_app_set(b->app, "port", json_integer(0));
    sails_app_set(b->app, "log.level", json_string("error"));
    sails_app_set(b->app, "datastores", json_pack("{s:{s:s}}", "default", "url", ":memory:"));
    sails_app_set(b->app, "models", json_loads(defaults, 0, NULL));
    sails_app_model(b->app, "Person", json_loads(person, 0, NULL));
    must(sails_app_lift(b->app), "sails_app_lift");
    fill(b->app);
}

int main(int argc, char **argv)
{
    size_t rounds = number_argument(argc, argv, 1, 9);
    double async[ROUNDS_MAX], blocking[ROUNDS_MAX], more[ROUNDS_MAX];
    struct bench b = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    double difference = 0;

    if (rounds == 0 || rounds > ROUNDS_MAX) {
        die("rounds: 1 to %d", (int)ROUNDS_MAX);
    }
    lift(&b);
    (void)measure_async(&b);
    (void)measure_blocking(&b);
    for (size_t i = 0; i < rounds; i++) {
        async[i] = measure_async(&b);
        blocking[i] = measure_blocking(&b);
        more[i] = async[i] - blocking[i];
    }
    difference = median(more, rounds);
    printf(
        "queries: findOne by primary key: CPU: asynchronous %.2f us, blocking %.2f us (medians)\n",
        median(async, rounds), median(blocking, rounds));
    printf("queries: asynchronous costs %.2f us more (median of the rounds; the aim is at most 15);"
           " from %.2f to %.2f\n",
           difference, more[0], more[rounds - 1]);
    sails_app_lower(b.app);
    sails_app_destroy(b.app);
    return 0;
}
