/*
 * Publications: somebody emits `tell` to a room, and all who are in it are to hear it, once, in the order of the room.
 *
 * Number g of all belongs to room g % rooms and is number g / rooms there. `outstanding` of them are under way at a
 * time, or, with a rate, each is sent when it is due. Of each it is counted how many have yet to hear it, in a ring by g.
 *
 * Members of room r are the `members` clients from first_of(r) on; the first of them emits, but where a room is one
 * client (its id), the one half of all further on.
 *
 * I1  n_under_way is the number of publications whose `missing` is above 0.
 * I2  Who reads slowly is in no `missing`, so that the others are not held up.
 */
#include "load/marker.h"
#include "load/run.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SECOND_NS = 1000000000,
    RING =
        65536, /* under way at most; a publication that finds it full waits, and counts from when it was due */
    JOINS_AT_A_TIME = 2000,
    SLOW_TURN_NS = 50000000,
    SLOW_BYTES = 3277 /* 64 KiB a second */
};

struct publications {
    struct run *run;
    uint64_t next; /* number of all phases */
    uint64_t n_under_way;
    uint32_t *missing;
    size_t n_slow;
    uint64_t n_joins;
    uint64_t slow_read_ns;
    struct pile words;
};

static bool is_direct(const struct run *run)
{
    return run->options->scenario->words == SCENARIO_DIRECT;
}

static size_t first_of(const struct run *run, uint64_t room)
{
    const struct options *options = run->options;
    uint64_t step = is_direct(run) ? 1 : options->rooms == 1 ? 0 : options->members;

    return (size_t)(room * step % options->connections);
}

static struct client *speaker_of(const struct run *run, uint64_t room)
{
    size_t n = run->options->connections;

    return &run->engine.clients[(first_of(run, room) + (is_direct(run) ? n / 2 : 0)) % n];
}

static void write_room(const struct run *run, uint64_t room, char *to, size_t size)
{
    if (is_direct(run)) {
        snprintf(to, size, "%s", run->engine.clients[first_of(run, room)].id);
    } else {
        snprintf(to, size, "room%llu", (unsigned long long)room + 1);
    }
}

/* ---- a publication ---- */

static void publish(struct publications *publications, uint64_t due_ns)
{
    struct run *run = publications->run;
    const struct options *options = run->options;
    uint64_t g = publications->next++;
    struct marker marker = {g % options->rooms, g / options->rooms, due_ns};
    struct client *speaker = speaker_of(run, marker.topic);
    char room[80], head[128];

    publications->words.len = 0;
    write_room(run, marker.topic, room, sizeof(room));
    snprintf(head, sizeof(head), "42[\"tell\",\"%s\",\"", room);
    pile_append_text(&publications->words, head);
    marker_append(&publications->words, &marker, options->size);
    pile_append_text(&publications->words, "\"]");
    publications->missing[g % RING] = (uint32_t)(options->members - publications->n_slow);
    publications->n_under_way++;
    run->issued++;
    client_say(speaker, publications->words.data, publications->words.len);
}

/* As many as may be under way, in bursts: the next one has room for all of it. */
static void publish_more(struct publications *publications)
{
    struct run *run = publications->run;
    const struct options *options = run->options;

    while (options->rate == 0 && run->issued < run->goal &&
           publications->n_under_way + options->burst <= options->outstanding) {
        uint64_t now = base_now_ns();

        for (size_t i = 0; i < options->burst && run->issued < run->goal; i++) {
            publish(publications, now);
        }
    }
}

static uint64_t publish_what_is_due(struct publications *publications)
{
    struct run *run = publications->run;
    uint64_t now = base_now_ns();

    while (run->issued < run->goal && run_due_ns(run, run->issued) <= now) {
        if (publications->n_under_way + 1 >= RING) {
            return now + SECOND_NS / 1000;
        }
        publish(publications, run_due_ns(run, run->issued));
    }
    return run->issued < run->goal ? run_due_ns(run, run->issued) : now + SECOND_NS;
}

/* One of those who were to hear it has, or never will. */
static void settle(struct publications *publications, uint64_t room, uint64_t seq)
{
    uint64_t g = seq * publications->run->options->rooms + room;
    uint32_t *missing = &publications->missing[g % RING];

    if (g < publications->next && publications->next - g <= RING && *missing > 0 &&
        --*missing == 0) {
        publications->n_under_way--;
        publications->run->settled++;
    }
}

/* ---- what comes ---- */

static void on_event(void *ctx, struct client *client, const char *text, size_t len)
{
    struct publications *publications = ctx;
    struct run *run = publications->run;
    const struct options *options = run->options;
    struct marker marker;
    struct order *order = NULL;
    size_t size = 0, member = 0;
    uint64_t passed_over = 0, before = 0;

    if (!marker_find(text, len, &marker, &size) || marker.topic >= options->rooms ||
        size != marker_size(&marker, options->size) ||
        marker.seq * options->rooms + marker.topic >= publications->next) {
        run->damaged++;
        return;
    }
    member =
        (client->index + options->connections - first_of(run, marker.topic)) % options->connections;
    if (member >= options->members) {
        run->damaged++; /* it is not in that room */
        return;
    }
    order = &run->orders[marker.topic * options->members + member];
    before = order->next;
    passed_over = order_see(order, marker.seq, &run->faults);
    if (client->is_slow || marker.seq < before) {
        return;
    }
    for (uint64_t i = 0; i < passed_over; i++) {
        settle(publications, marker.topic, before + i);
    }
    settle(publications, marker.topic, marker.seq);
    run_count(run, marker.due_ns);
    publish_more(publications);
}

static void on_ack(void *ctx, struct client *client, uint64_t id, const char *text, size_t len)
{
    struct publications *publications = ctx;

    (void)client;
    (void)id;
    (void)text;
    (void)len;
    publications->n_joins++;
    publications->run->progress_ns = base_now_ns();
}

static void on_closed(void *ctx, struct client *client, const char *why)
{
    struct publications *publications = ctx;

    (void)why;
    if (client->is_slow) {
        publications->run->slow_closed++;
    }
}

/* ---- from the first to the last ---- */

static void join_rooms(struct publications *publications)
{
    struct run *run = publications->run;
    const struct options *options = run->options;
    uint64_t n = options->rooms * options->members, asked = 0;

    run->progress_ns = base_now_ns();
    while (publications->n_joins < n && !is_direct(run)) {
        for (; asked < n && asked - publications->n_joins < JOINS_AT_A_TIME; asked++) {
            uint64_t room = asked / options->members;
            size_t at = (first_of(run, room) + asked % options->members) % options->connections;
            char text[128], name[80];
            int len = 0;

            write_room(run, room, name, sizeof(name));
            len = snprintf(text, sizeof(text), "42%llu[\"join\",\"%s\"]", (unsigned long long)asked,
                           name);
            client_say(&run->engine.clients[at], text, (size_t)len);
        }
        engine_turn(&run->engine, SECOND_NS);
        if (run_is_stalled(run)) {
            base_end("of %llu acks of the event join %llu have come", (unsigned long long)n,
                     (unsigned long long)publications->n_joins);
        }
    }
}

static void read_slowly(struct publications *publications)
{
    uint64_t now = base_now_ns();

    if (publications->n_slow > 0 && now - publications->slow_read_ns >= SLOW_TURN_NS) {
        publications->slow_read_ns = now;
        engine_read_slowly(&publications->run->engine, SLOW_BYTES);
    }
}

static void perform(struct publications *publications, uint64_t n)
{
    struct run *run = publications->run;

    run_begin_phase(run, n);
    publish_more(publications);
    while (run->settled < run->goal && !run_is_stalled(run)) {
        uint64_t due = run->options->rate > 0 ? publish_what_is_due(publications) : 0;
        uint64_t wait = run_wait_ns(run, due);

        engine_turn(&run->engine,
                    publications->n_slow > 0 && wait > SLOW_TURN_NS ? SLOW_TURN_NS : wait);
        read_slowly(publications);
    }
    run_end_phase(run);
}

static uint64_t n_sent_to(const struct publications *publications, uint64_t room)
{
    uint64_t rooms = publications->run->options->rooms;

    return publications->next / rooms + (room < publications->next % rooms ? 1 : 0);
}

static bool is_open(const struct publications *publications, uint64_t room, size_t member)
{
    const struct run *run = publications->run;
    size_t at = (first_of(run, room) + member) % run->options->connections;

    return run->engine.clients[at].state == CLIENT_JOINED;
}

/* Whether somebody who is still connected has not heard all. */
static bool is_somebody_behind(const struct publications *publications)
{
    const struct options *options = publications->run->options;

    for (uint64_t i = 0; i < publications->run->n_orders; i++) {
        uint64_t room = i / options->members;

        if (publications->run->orders[i].next < n_sent_to(publications, room) &&
            is_open(publications, room, i % options->members)) {
            return true;
        }
    }
    return false;
}

/* Those who read slowly now read what is left; then what has not come is lost, but of those who were closed for it. */
static void end(struct publications *publications)
{
    struct run *run = publications->run;
    const struct options *options = run->options;

    for (size_t i = 0; i < publications->n_slow; i++) {
        wire_pause(&run->engine.clients[options->connections - 1 - i].wires[0], false);
    }
    run->engine.heard_ns = base_now_ns();
    while (publications->n_slow > 0 && is_somebody_behind(publications) &&
           base_now_ns() - run->engine.heard_ns < options->patience_s * SECOND_NS) {
        engine_turn(&run->engine, SECOND_NS);
    }
    for (uint64_t i = 0; i < run->n_orders; i++) {
        uint64_t room = i / options->members;
        size_t at = (first_of(run, room) + i % options->members) % options->connections;

        if (is_open(publications, room, i % options->members) || !run->engine.clients[at].is_slow) {
            order_end(&run->orders[i], n_sent_to(publications, room), &run->faults);
        }
    }
}

void publications_perform(struct run *run)
{
    const struct options *options = run->options;
    struct publications publications = {.run = run};
    const struct client_events events = {
        .on_event = on_event, .on_ack = on_ack, .on_closed = on_closed, .ctx = &publications};

    publications.missing = base_alloc(RING, sizeof(*publications.missing));
    publications.n_slow = options->connections * options->slow / 100;
    run->n_orders = options->rooms * options->members;
    run->orders = base_alloc(run->n_orders, sizeof(*run->orders));
    engine_init(&run->engine, &options->kind, options->connections, &events);
    for (size_t i = 0; i < publications.n_slow; i++) {
        run->engine.clients[options->connections - 1 - i].is_slow = true;
    }
    engine_connect(&run->engine, options->connections, options->at_once,
                   options->patience_s * SECOND_NS);
    join_rooms(&publications);
    run->connected = measure_take(options->pids, options->n_pids);
    for (size_t i = 0; i < publications.n_slow; i++) {
        wire_pause(&run->engine.clients[options->connections - 1 - i].wires[0], true);
    }
    perform(&publications, options->warm_up);
    run_forget_phase(run);
    perform(&publications, options->count);
    end(&publications);
    free(publications.missing);
    pile_free(&publications.words);
}
