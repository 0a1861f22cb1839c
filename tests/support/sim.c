#include "support/sim.h"

#include "base/mem.h"

#include <sails/err.h>

static struct sim_link *sim_of(struct link *link)
{
    return container_of(link, struct sim_link, link);
}

static void fill_random(void *ctx, void *out, size_t len)
{
    struct sim *sim = ctx;

    chance_fill(&sim->chance, out, len);
}

void sim_init(struct sim *sim, uint64_t seed)
{
    *sim = (struct sim){.max_queue = 0};
    chance_init(&sim->chance, seed);
    sim->env.now_ms = 1000;
    sim->env.unix_ms = UINT64_C(1767225600000);
    sim->env.random = fill_random;
    sim->env.random_ctx = sim;
    sim->env.hash_key = (struct hash_key){seed, ~seed};
    deadline_set_init(&sim->env.deadlines);
    list_init(&sim->links);
}

static int sim_write(struct link *link, struct shared *data)
{
    struct sim_link *s = sim_of(link);

    if (s->ended || s->aborted || s->closed) {
        return SAILS_ECLOSED;
    }
    if (s->fail_write != 0) {
        int rc = s->fail_write;

        s->fail_write = 0;
        return rc;
    }
    if (s->blocked && s->sim->max_queue > 0 && s->queued + data->len > s->sim->max_queue) {
        s->aborted = true;
        s->close_err = SAILS_ESLOW;
        return SAILS_ESLOW;
    }
    buf_append(&s->out, data->data, data->len);
    if (s->blocked) {
        s->queued += data->len;
    } else {
        s->must_drain = true;
    }
    return 0;
}

static void sim_flush_apart(struct link *link)
{
    (void)link; /* what is written is there at once, and the test reads when it likes */
}

static void sim_end(struct link *link)
{
    sim_of(link)->ended = true;
}

static void sim_abort(struct link *link)
{
    struct sim_link *s = sim_of(link);

    s->aborted = true;
    s->queued = 0;
}

static void sim_pause(struct link *link, bool paused)
{
    sim_of(link)->paused = paused;
}

static size_t sim_queued(const struct link *link)
{
    return container_of(link, const struct sim_link, link)->queued;
}

static int sim_move(struct link *link, unsigned worker, struct bytes unread)
{
    struct sim_link *s = sim_of(link);

    if (worker > 63) {
        return SAILS_EINVAL;
    }
    s->moved_to = (int)worker;
    s->ended = true;
    buf_append(&s->unread, unread.ptr, unread.len);
    return 0;
}

static void sim_peer(const struct link *link, char out[64])
{
    (void)link;
    memcpy(out, "127.0.0.1", sizeof("127.0.0.1"));
}

static const struct link_ops sim_ops = {
    .write = sim_write,
    .flush_apart = sim_flush_apart,
    .end = sim_end,
    .abort = sim_abort,
    .pause = sim_pause,
    .queued = sim_queued,
    .move = sim_move,
    .peer = sim_peer,
};

struct sim_link *sim_connect(struct sim *sim)
{
    struct sim_link *s = mem_calloc(1, sizeof(*s));

    if (s == NULL) {
        return NULL;
    }
    s->link.ops = &sim_ops;
    s->sim = sim;
    s->moved_to = -1;
    list_append(&sim->links, &s->in_sim);
    return s;
}

static bool is_deaf(const struct sim_link *s)
{
    return s->ended || s->aborted || s->closed;
}

void sim_feed(struct sim_link *s, const void *data, size_t len, size_t step)
{
    const uint8_t *at = data;

    if (step == 0) {
        step = len;
    }
    while (len > 0 && !is_deaf(s)) {
        size_t n = len < step ? len : step;

        if (s->paused) {
            buf_append(&s->pending, at, len);
            return;
        }
        s->link.events->on_data(&s->link, (struct bytes){at, n});
        at += n;
        len -= n;
    }
}

void sim_feed_text(struct sim_link *s, const char *text)
{
    sim_feed(s, text, strlen(text), 0);
}

void sim_feed_end(struct sim_link *s)
{
    if (!is_deaf(s)) {
        s->link.events->on_end(&s->link);
    }
}

static void tell_close(struct sim_link *s)
{
    s->closed = true;
    s->link.events->on_close(&s->link, s->close_err);
}

void sim_break(struct sim_link *s, int err)
{
    if (!s->closed) {
        s->close_err = err;
        tell_close(s);
    }
}

void sim_unblock(struct sim_link *s)
{
    s->blocked = false;
    s->must_drain = s->must_drain || s->queued > 0;
    s->queued = 0;
}

static void run_link(struct sim_link *s)
{
    if (s->must_drain && !is_deaf(s)) {
        s->must_drain = false;
        if (s->link.events->on_drain != NULL) {
            s->link.events->on_drain(&s->link);
        }
    }
    if (!s->paused && s->pending.len > 0) {
        struct buf pending = s->pending;

        buf_init(&s->pending);
        sim_feed(s, pending.ptr, pending.len, 0);
        buf_deinit(&pending);
    }
    if ((s->ended || s->aborted) && !s->closed) {
        tell_close(s);
    }
}

void sim_run(struct sim *sim)
{
    list_each(node, &sim->links) {
        run_link(container_of(node, struct sim_link, in_sim));
    }
    deadlines_run(&sim->env.deadlines, sim->env.now_ms);
}

void sim_advance(struct sim *sim, uint64_t ms)
{
    uint64_t end = sim->env.now_ms + ms;

    sim_run(sim);
    for (;;) {
        uint64_t next = deadlines_next(&sim->env.deadlines);
        uint64_t to = next < end ? next : end;

        if (to > sim->env.now_ms) {
            sim->env.unix_ms += to - sim->env.now_ms;
            sim->env.now_ms = to;
        }
        sim_run(sim);
        if (next > end) {
            break;
        }
    }
    sim_run(sim);
}

const char *sim_take_text(struct sim_link *s)
{
    if (!buf_reserve(&s->out, 1)) {
        return "";
    }
    s->out.ptr[s->out.len] = '\0';
    s->out.len = 0;
    return s->out.ptr;
}

void sim_deinit(struct sim *sim)
{
    list_each(node, &sim->links) {
        struct sim_link *s = container_of(node, struct sim_link, in_sim);

        if (!s->closed && s->link.events != NULL) {
            s->close_err = 0;
            tell_close(s);
        }
    }
    while (!list_is_empty(&sim->links)) {
        struct sim_link *s = container_of(list_take_first(&sim->links), struct sim_link, in_sim);

        buf_deinit(&s->out);
        buf_deinit(&s->unread);
        buf_deinit(&s->pending);
        mem_free(s);
    }
}
