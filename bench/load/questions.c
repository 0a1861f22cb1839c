/*
 * Questions: each connection asks and gets its own answer, `outstanding` of them at a time, the next as soon as one has
 * come; or, with a rate, each when it is due, by connections in turn.
 *
 * The id of an ack is the number of its question on that connection, so that an answer says itself which one it is.
 *
 * I1  Of asker: its next question minus those that were answered or passed over is what is under way.
 */
#include "load/marker.h"
#include "load/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_NS = 1000000000,
    UNDER_WAY_MAX =
        1024 /* of one connection, with a rate: beyond it questions wait, and count from when they were due */
};

struct asker {
    uint64_t next;
    uint64_t *due_ns; /* of those under way, by number */
};

struct questions {
    struct run *run;
    struct asker *askers;
    uint64_t *dues;
    size_t ring;
    struct pile words;
};

static void write_echo(struct pile *to, const struct marker *marker, size_t size)
{
    char head[64];

    snprintf(head, sizeof(head), "42%llu[\"echo\",\"", (unsigned long long)marker->seq);
    pile_append_text(to, head);
    marker_append(to, marker, size);
    pile_append_text(to, "\"]");
}

static void write_request(struct pile *to, const struct marker *marker, size_t size)
{
    char head[128];

    snprintf(head, sizeof(head),
             "42%llu[\"get\",{\"method\":\"get\",\"headers\":{},\"data\":{},\"url\":\"/echo?v=",
             (unsigned long long)marker->seq);
    pile_append_text(to, head);
    marker_append(to, marker, size);
    pile_append_text(to, "\"}]");
}

static void write_join_or_leave(struct pile *to, const struct marker *marker)
{
    char text[128];

    snprintf(text, sizeof(text), "42%llu[\"%s\",\"room%llu\"]", (unsigned long long)marker->seq,
             marker->seq % 2 == 0 ? "join" : "leave", (unsigned long long)marker->topic);
    pile_append_text(to, text);
}

static void ask(struct questions *questions, struct client *client, uint64_t due_ns)
{
    struct run *run = questions->run;
    const struct options *options = run->options;
    struct asker *asker = &questions->askers[client->index];
    struct marker marker = {client->index, asker->next, due_ns};
    struct pile *words = &questions->words;

    words->len = 0;
    asker->due_ns[asker->next % questions->ring] = due_ns;
    asker->next++;
    run->issued++;
    switch (options->scenario->words) {
    case SCENARIO_GET:
        client_get(client, options->path, strlen(options->path));
        return;
    case SCENARIO_REQUEST:
        write_request(words, &marker, options->size);
        break;
    case SCENARIO_JOIN_LEAVE:
        write_join_or_leave(words, &marker);
        break;
    default:
        write_echo(words, &marker, options->size);
        break;
    }
    client_say(client, words->data, words->len);
}

static uint64_t under_way(const struct questions *questions, size_t index)
{
    return questions->askers[index].next - questions->run->orders[index].next;
}

static bool has_marker(const struct run *run)
{
    return run->options->scenario->words == SCENARIO_ECHO ||
           run->options->scenario->words == SCENARIO_REQUEST;
}

/* Whether the answer has in it what was asked. */
static bool is_whole(const struct run *run, size_t index, uint64_t id, const char *text, size_t len)
{
    struct marker marker;
    size_t size = 0;

    if (!has_marker(run)) {
        return len > 0;
    }
    return marker_find(text, len, &marker, &size) && marker.topic == index && marker.seq == id &&
           size == marker_size(&marker, run->options->size);
}

static void on_ack(void *ctx, struct client *client, uint64_t id, const char *text, size_t len)
{
    struct questions *questions = ctx;
    struct run *run = questions->run;
    struct asker *asker = &questions->askers[client->index];
    struct order *order = &run->orders[client->index];
    bool is_old = id < order->next;

    if (id >= asker->next || !is_whole(run, client->index, id, text, len)) {
        run->damaged++;
    }
    if (id >= asker->next) {
        return;
    }
    run->settled += order_see(order, id, &run->faults);
    if (is_old) {
        return; /* it was settled when it was passed over */
    }
    run_count(run, asker->due_ns[id % questions->ring]);
    run->settled++;
    if (run->options->rate == 0) {
        while (run->issued < run->goal &&
               under_way(questions, client->index) < run->options->outstanding) {
            ask(questions, client, base_now_ns());
        }
    }
}

static void on_event(void *ctx, struct client *client, const char *text, size_t len)
{
    struct questions *questions = ctx;

    (void)client;
    (void)text;
    (void)len;
    questions->run->damaged++; /* nobody publishes here */
}

/* What is due is asked. Returns when the next one is. */
static uint64_t ask_what_is_due(struct questions *questions)
{
    struct run *run = questions->run;
    uint64_t now = base_now_ns();

    while (run->issued < run->goal && run_due_ns(run, run->issued) <= now) {
        size_t index = run->issued % run->options->connections;

        if (under_way(questions, index) >= questions->ring) {
            return now + SECOND_NS / 1000;
        }
        ask(questions, &run->engine.clients[index], run_due_ns(run, run->issued));
    }
    return run->issued < run->goal ? run_due_ns(run, run->issued) : now + SECOND_NS;
}

static void begin(struct questions *questions)
{
    struct run *run = questions->run;

    for (size_t k = 0; k < run->options->outstanding && run->options->rate == 0; k++) {
        for (size_t i = 0; i < run->options->connections && run->issued < run->goal; i++) {
            ask(questions, &run->engine.clients[i], base_now_ns());
        }
    }
}

/* Asks `n` and waits for the answers; what is missing when nothing comes any more is lost. */
static void perform(struct questions *questions, uint64_t n)
{
    struct run *run = questions->run;

    run_begin_phase(run, n);
    begin(questions);
    while (run->settled < run->goal && !run_is_stalled(run)) {
        uint64_t due = run->options->rate > 0 ? ask_what_is_due(questions) : 0;

        engine_turn(&run->engine, run_wait_ns(run, due));
    }
    run_end_phase(run);
    for (size_t i = 0; i < run->options->connections; i++) {
        order_end(&run->orders[i], questions->askers[i].next, &run->faults);
    }
}

void questions_perform(struct run *run)
{
    const struct options *options = run->options;
    struct questions questions = {.run = run};
    const struct client_events events = {.on_event = on_event, .on_ack = on_ack, .ctx = &questions};

    questions.ring = options->rate > 0 ? UNDER_WAY_MAX : options->outstanding;
    questions.askers = base_alloc(options->connections, sizeof(*questions.askers));
    questions.dues = base_alloc(options->connections * questions.ring, sizeof(uint64_t));
    for (size_t i = 0; i < options->connections; i++) {
        questions.askers[i].due_ns = questions.dues + i * questions.ring;
    }
    run->n_orders = options->connections;
    run->orders = base_alloc(run->n_orders, sizeof(*run->orders));
    engine_init(&run->engine, &options->kind, options->connections, &events);
    engine_connect(&run->engine, options->connections, options->at_once,
                   options->patience_s * SECOND_NS);
    run->connected = measure_take(options->pids, options->n_pids);
    perform(&questions, options->warm_up);
    run_forget_phase(run);
    perform(&questions, options->count);
    free(questions.askers);
    free(questions.dues);
    pile_free(&questions.words);
}
