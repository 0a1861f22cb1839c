#include "net/loop.h"

#include "world.h"

#include <pthread.h>

/* ---- mail ---- */

enum {
    N_WORKERS = 3,
    N_POSTERS = 3,
    N_LETTERS = 5000,
    N_HOPS = 2000
};

struct letter {
    struct mail mail;
    unsigned poster;
    unsigned number;
    struct inbox *inbox;
};

/* What one worker has got; its thread only, until net_join(). */
struct inbox {
    struct world *world;
    unsigned worker;
    unsigned next[N_POSTERS]; /* the number that each poster's next letter must have */
};

static void read_letter(struct worker *worker, struct mail *mail)
{
    struct letter *letter = container_of(mail, struct letter, mail);

    worker_assert_thread(worker);
    must(worker_index(worker) == letter->inbox->worker);
    must(letter->number == letter->inbox->next[letter->poster]++);
    mem_free(letter);
}

struct poster {
    struct world *world;
    struct inbox *inboxes;
    unsigned index;
};

static void *post_letters(void *arg)
{
    struct poster *poster = arg;

    must(worker_current(net_pool(poster->world->net)) == NULL);
    for (unsigned n = 0; n < N_LETTERS; n++) {
        for (unsigned w = 0; w < N_WORKERS; w++) {
            struct letter *letter = mem_alloc(sizeof(*letter));

            must(letter != NULL);
            *letter = (struct letter){.mail = {.deliver = read_letter},
                                      .poster = poster->index,
                                      .number = n,
                                      .inbox = &poster->inboxes[w]};
            worker_post(net_worker(poster->world->net, w), &letter->mail);
        }
    }
    return NULL;
}

/* While letters come the net is stopped: those that nobody reads are read by net_join(). */
static void every_letter_is_delivered_once_and_in_order(bool stop_early)
{
    struct world world;
    struct inbox inboxes[N_WORKERS];
    struct poster posters[N_POSTERS];
    pthread_t threads[N_POSTERS];

    world_init(&world);
    world.options.workers = N_WORKERS;
    world_start(&world);
    for (unsigned i = 0; i < N_WORKERS; i++) {
        inboxes[i] = (struct inbox){.world = &world, .worker = i};
    }
    for (unsigned i = 0; i < N_POSTERS; i++) {
        posters[i] = (struct poster){&world, inboxes, i};
        assert_int_equal(pthread_create(&threads[i], NULL, post_letters, &posters[i]), 0);
    }
    if (stop_early) {
        net_stop(world.net, 0);
    }
    for (unsigned i = 0; i < N_POSTERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    net_stop(world.net, 0);
    net_join(world.net);
    for (unsigned w = 0; w < N_WORKERS; w++) {
        for (unsigned p = 0; p < N_POSTERS; p++) {
            assert_int_equal(inboxes[w].next[p], N_LETTERS);
        }
    }
    world_stop(&world);
}

static void mail_from_many_threads_is_delivered_once_and_in_order(void **state)
{
    (void)state;
    every_letter_is_delivered_once_and_in_order(false);
}

static void mail_to_workers_that_stop_meanwhile_is_delivered_all_the_same(void **state)
{
    (void)state;
    every_letter_is_delivered_once_and_in_order(true);
}

struct hopper {
    struct mail mail;
    struct world *world;
    unsigned hops;
};

static void hop(struct worker *worker, struct mail *mail)
{
    struct hopper *hopper = container_of(mail, struct hopper, mail);

    worker_assert_thread(worker);
    hopper->hops++;
    if (hopper->hops == N_HOPS) {
        (void)sem_post(&hopper->world->told);
        return;
    }
    worker_post(worker->pool->workers[(worker_index(worker) + hopper->hops % 2) % N_WORKERS], mail);
}

static void mail_goes_from_worker_to_worker_and_to_oneself(void **state)
{
    struct world world;
    struct hopper hoppers[50];

    (void)state;
    world_init(&world);
    world.options.workers = N_WORKERS;
    world_start(&world);
    for (size_t i = 0; i < ARRAY_LEN(hoppers); i++) {
        hoppers[i] = (struct hopper){.mail = {.deliver = hop}, .world = &world};
        worker_post(net_worker(world.net, 0), &hoppers[i].mail);
    }
    for (size_t i = 0; i < ARRAY_LEN(hoppers); i++) {
        world_wait(&world);
    }
    world_stop(&world);
}

static void note_thread(struct worker *worker, struct mail *mail)
{
    struct hopper *hopper = container_of(mail, struct hopper, mail);

    must(worker_is_current(worker));
    must(!worker_is_running(worker));
    hopper->hops++;
}

static void mail_to_a_net_that_never_ran_is_delivered_by_its_end(void **state)
{
    struct world world;
    struct hopper hopper = {.mail = {.deliver = note_thread}};

    (void)state;
    world_init(&world);
    assert_int_equal(net_create(&world.options, &world_events, &world, &world.net), 0);
    worker_post(net_worker(world.net, 0), &hopper.mail);
    net_join(world.net);
    assert_int_equal(hopper.hops, 0);
    net_destroy(world.net);
    assert_int_equal(hopper.hops, 1);
}

/* ---- time ---- */

struct alarm {
    struct world *world;
    struct worker *worker;
    struct deadline_queue queues[3];
    struct deadline deadlines[3];
    uint64_t due_ms[3];
};

static void ring(struct deadline *deadline, void *ctx)
{
    struct alarm *alarm = ctx;
    struct env *env = worker_env(alarm->worker);
    ptrdiff_t i = deadline - alarm->deadlines;

    worker_assert_thread(alarm->worker);
    must(env->now_ms >= alarm->due_ms[i]);
    must(env->now_ms < alarm->due_ms[i] + 5000);
    must(env->unix_ms > UINT64_C(1700000000000));
    (void)sem_post(&alarm->world->told);
}

static void set_alarms(struct world *world, struct worker *worker, void *arg)
{
    static const uint64_t lengths_ms[] = {40, 5, 0};
    struct alarm *alarm = arg;
    struct env *env = worker_env(worker);

    alarm->world = world;
    alarm->worker = worker;
    for (size_t i = 0; i < ARRAY_LEN(lengths_ms); i++) {
        deadline_queue_init(&alarm->queues[i], &env->deadlines, lengths_ms[i], ring, alarm);
        alarm->due_ms[i] = env->now_ms + lengths_ms[i];
        deadline_start(&alarm->deadlines[i], &alarm->queues[i], env->now_ms);
    }
}

static void remove_alarms(struct world *world, struct worker *worker, void *arg)
{
    struct alarm *alarm = arg;

    (void)world;
    (void)worker;
    for (size_t i = 0; i < ARRAY_LEN(alarm->queues); i++) {
        must(!deadline_is_running(&alarm->deadlines[i]));
        deadline_queue_deinit(&alarm->queues[i]);
    }
}

static void deadlines_ring_neither_early_nor_never(void **state)
{
    struct world world;
    struct alarm alarm = {0};

    (void)state;
    world_init(&world);
    world_start(&world);
    for (int round = 0; round < 3; round++) {
        world_do(&world, 0, set_alarms, &alarm);
        for (int i = 0; i < 3; i++) {
            world_wait(&world);
        }
        world_do(&world, 0, remove_alarms, &alarm);
    }
    world_stop(&world);
}

/* ---- chance ---- */

static void draw(struct world *world, struct worker *worker, void *arg)
{
    struct env *env = worker_env(worker);
    uint8_t large[1024] = {0};
    uint8_t(*out)[16] = arg;
    bool all_zero = true;

    (void)world;
    for (int i = 0; i < 100; i++) {
        env->random(env->random_ctx, out[i], sizeof(out[i]));
    }
    env->random(env->random_ctx, large, sizeof(large));
    for (size_t i = sizeof(large) - 16; i < sizeof(large); i++) {
        all_zero = all_zero && large[i] == 0;
    }
    must(!all_zero);
}

static void chance_does_not_repeat_itself(void **state)
{
    struct world world;
    static uint8_t drawn[200][16];

    (void)state;
    world_init(&world);
    world.options.workers = 2;
    world_start(&world);
    world_do(&world, 0, draw, drawn);
    world_do(&world, 1, draw, drawn + 100);
    assert_memory_not_equal(&net_worker(world.net, 0)->env.hash_key,
                            &net_worker(world.net, 1)->env.hash_key, sizeof(struct hash_key));
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(drawn[i], drawn[j], 16);
        }
    }
    world_stop(&world);
}

/* ---- writing from anywhere ---- */

struct embedder {
    struct world world;
    uv_loop_t loop;
    uv_check_t check;
    uv_prepare_t prepare;
    struct link *to_greet; /* in the next callback of the embedding program */
    bool in_prepare;
};

static void greet_later(struct world *world, struct worker *worker, struct link *link)
{
    struct embedder *embedder = container_of(world, struct embedder, world);

    (void)worker;
    embedder->to_greet = link;
}

static void greet_now(struct embedder *embedder)
{
    if (embedder->to_greet != NULL) {
        must(link_write_copy(embedder->to_greet, str_bytes(STR("hello"))) == 0);
        embedder->to_greet = NULL;
    }
}

static void on_check(uv_check_t *check)
{
    struct embedder *embedder = check->data;

    if (!embedder->in_prepare) {
        greet_now(embedder);
    }
}

/* Started after the net's own, this one may run after it: then the loop is about to block. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct embedder *embedder = prepare->data;

    if (embedder->in_prepare) {
        greet_now(embedder);
    }
}

static void *expect_greeting(void *arg)
{
    struct embedder *embedder = arg;
    int fd = client_connect(net_port(embedder->world.net));

    client_expect(fd, "hello");
    (void)close(fd);
    net_stop(embedder->world.net, 0);
    return NULL;
}

static void on_embedder_drain(struct world *world, struct worker *worker)
{
    struct embedder *embedder = container_of(world, struct embedder, world);

    (void)worker;
    uv_close((uv_handle_t *)&embedder->check, NULL);
    uv_close((uv_handle_t *)&embedder->prepare, NULL);
}

static void what_an_embedding_programs_own_callback_writes_leaves_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct embedder embedder = {.in_prepare = i % 2 == 0};
        struct world *world = &embedder.world;
        pthread_t client;

        world_init(world);
        assert_int_equal(uv_loop_init(&embedder.loop), 0);
        (void)uv_check_init(&embedder.loop, &embedder.check);
        (void)uv_prepare_init(&embedder.loop, &embedder.prepare);
        embedder.check.data = &embedder;
        embedder.prepare.data = &embedder;
        if (i < 2) { /* before and after the net's own handles */
            (void)uv_prepare_start(&embedder.prepare, on_prepare);
        }
        world->options.loop = &embedder.loop;
        world->greet = greet_later;
        world->drain = on_embedder_drain;
        world_start(world);
        (void)uv_check_start(&embedder.check, on_check);
        (void)uv_prepare_start(&embedder.prepare, on_prepare);
        assert_int_equal(pthread_create(&client, NULL, expect_greeting, &embedder), 0);
        assert_int_equal(uv_run(&embedder.loop, UV_RUN_DEFAULT), 0);
        (void)pthread_join(client, NULL);
        net_join(world->net);
        assert_int_equal(uv_loop_close(&embedder.loop), 0);
        world_stop(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_from_many_threads_is_delivered_once_and_in_order),
        cmocka_unit_test(mail_to_workers_that_stop_meanwhile_is_delivered_all_the_same),
        cmocka_unit_test(mail_goes_from_worker_to_worker_and_to_oneself),
        cmocka_unit_test(mail_to_a_net_that_never_ran_is_delivered_by_its_end),
        cmocka_unit_test(deadlines_ring_neither_early_nor_never),
        cmocka_unit_test(chance_does_not_repeat_itself),
        cmocka_unit_test(what_an_embedding_programs_own_callback_writes_leaves_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
