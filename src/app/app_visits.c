#include "adapter/adapter_message.h"
#include "app/app.h"
#include "base/base64.h"
#include "base/mem.h"
#include "nodes/nodes_peers.h"

#include <assert.h>

/*
 * A request of another node's client, as a connection of our own that lives in memory: what came goes in, as
 * bytes, and what the engine writes is sent back when it ends the connection.
 *
 * I1  While `mail` is under way the visit is not freed.
 * I2  on_close comes once, and nothing after it.
 */

enum {
    ENVELOPE_MAX = 64 * 1024 /* of a message: what is beside the response, with room to spare */
};

struct app_visit {
    struct link link;
    struct mail mail;
    struct list in_worker;
    struct app_worker *w;
    struct buf out; /* the response */
    bool is_ended;  /* by HTTP: nothing more is written */
    bool is_posted; /* I1 */
    bool is_closed; /* I2 */
    char node[NODES_UID_MAX + 1];
    char id[32];
    char peer[64];
};

static void visit_check(const struct app_visit *visit)
{
    assert(!visit->is_posted || visit->is_ended);  /* I1 */
    assert(!visit->is_closed || visit->is_posted); /* I2: else it is freed */
    (void)visit;
}

static struct app_visit *of(const struct link *link)
{
    return container_of(link, struct app_visit, link);
}

static void say(const struct app_visit *visit, const char *what, const struct buf *response)
{
    struct nodes *nodes = &visit->w->app->cluster.nodes;
    char node[NODES_UID_MAX + 1];
    struct buf text = {0};
    json_t *message = NULL;

    nodes_peers_name(nodes, node);
    base64_encode(&text, response != NULL ? buf_bytes(response) : (struct bytes){NULL, 0});
    if (buf_error(&text) == 0) {
        message = json_pack("{s:s,s:s,s:s,s:s%}", "do", what, "node", node, "id", visit->id,
                            "response", text.len > 0 ? text.ptr : "", text.len);
    }
    if (message != NULL) {
        (void)nodes_peers_say(nodes, str_from(visit->node), message);
    }
    json_decref(message);
    buf_deinit(&text);
}

/* ---- the link ---- */

static int write_link(struct link *link, struct shared *data)
{
    struct app_visit *visit = of(link);
    struct bytes bytes = shared_bytes(data);

    if (visit->is_ended || visit->is_closed) {
        return SAILS_ECLOSED;
    }
    buf_append(&visit->out, bytes.ptr, bytes.len);
    return buf_error(&visit->out);
}

static void flush_apart(struct link *link)
{
    (void)link;
}

/* It is told on a later turn (link.h, I1). */
static void end(struct link *link)
{
    struct app_visit *visit = of(link);

    if (!visit->is_ended && !visit->is_closed) {
        visit->is_ended = true;
        visit->is_posted = true;
        worker_post(visit->w->worker, &visit->mail);
    }
}

static void abort_link(struct link *link)
{
    buf_clear(&of(link)->out);
    end(link);
}

static void pause_link(struct link *link, bool paused)
{
    (void)link; /* all that there is has come in one piece */
    (void)paused;
}

static size_t queued(const struct link *link)
{
    (void)link;
    return 0;
}

static int move(struct link *link, unsigned worker, struct bytes unread)
{
    (void)link;
    (void)worker;
    (void)unread;
    return SAILS_EINVAL;
}

static void peer(const struct link *link, char out[64])
{
    memcpy(out, of(link)->peer, 64);
}

static const struct link_ops visit_ops = {
    .write = write_link,
    .flush_apart = flush_apart,
    .end = end,
    .abort = abort_link,
    .pause = pause_link,
    .queued = queued,
    .move = move,
    .peer = peer,
};

bool app_visits_has(const struct link *link)
{
    return link->ops == &visit_ops;
}

/* ---- life ---- */

static void visit_free(struct app_visit *visit)
{
    buf_deinit(&visit->out);
    mem_free(visit);
}

static void close_visit(struct app_visit *visit, int err)
{
    assert(!visit->is_closed); /* I2 */
    visit->is_closed = true;
    list_remove(&visit->in_worker);
    visit->w->polls.n_visits--;
    visit->link.events->on_close(&visit->link, err);
    if (!visit->is_posted) {
        visit_free(visit);
    }
}

/* What the other node reads of one message, less base64 and what else is in it. */
static size_t max_answer(const struct sails_app *app)
{
    size_t max = (app_cluster_max_message(app) - ENVELOPE_MAX) / 4 * 3;

    return max < POLLS_ANSWER_MAX ? max : POLLS_ANSWER_MAX;
}

/* One that is too long is answered with nothing, so that nobody waits for it. */
static void say_answer(const struct app_visit *visit)
{
    const struct sails_app *app = visit->w->app;
    size_t max = max_answer(app);

    if (visit->out.len > max) {
        log_line(
            &app->log, LOG_WARN,
            "sockets.forwardPolling: a response of %zu bytes is for a client whose poll has come "
            "to another node, and more than %zu do not go there: its session ends. Let the "
            "balancer send a client to the same node always",
            visit->out.len, max);
    }
    say(visit, "answer", visit->out.len <= max ? &visit->out : NULL);
}

/* HTTP has ended it. */
static void deliver(struct worker *worker, struct mail *mail)
{
    struct app_visit *visit = container_of(mail, struct app_visit, mail);

    (void)worker;
    visit_check(visit);
    visit->is_posted = false;
    if (visit->is_closed) {
        visit_free(visit);
        return;
    }
    say_answer(visit);
    close_visit(visit, 0);
}

static bool copy_text(const json_t *message, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(message, name));
    size_t len = text != NULL ? strlen(text) : 0;

    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(out, text, len + 1);
    return true;
}

static struct app_visit *visit_create(struct app_worker *w, const json_t *message)
{
    struct app_visit *visit = mem_calloc(1, sizeof(*visit));

    if (visit == NULL) {
        return NULL;
    }
    visit->w = w;
    visit->link.ops = &visit_ops;
    visit->mail.deliver = deliver;
    if (!copy_text(message, "node", visit->node, sizeof(visit->node)) ||
        !copy_text(message, "id", visit->id, sizeof(visit->id)) ||
        !copy_text(message, "peer", visit->peer, sizeof(visit->peer)) ||
        http_conn_open(&w->http, &visit->link) < 0) {
        visit_free(visit);
        return NULL;
    }
    list_append(&w->polls.visits, &visit->in_worker);
    w->polls.n_visits++;
    return visit;
}

/* Whether this worker has the session, and takes requests of it. */
static bool has_session(const struct app_worker *w, const json_t *message)
{
    const struct eio_server *engine = io_worker_engine(w->app->io, w->worker);

    return !w->http.draining && w->polls.n_visits < POLLS_MAX &&
           eio_server_find(engine, adapter_message_text(message, "sid")) != NULL;
}

void app_visits_claim(struct app_worker *w, const json_t *message)
{
    struct app_visit asker = {.w = w};

    if (has_session(w, message) && copy_text(message, "node", asker.node, sizeof(asker.node)) &&
        copy_text(message, "id", asker.id, sizeof(asker.id))) {
        say(&asker, "mine", NULL);
    }
}

void app_visits_open(struct app_worker *w, const json_t *message)
{
    struct app_visit *visit = NULL;
    struct buf request = {0};

    if (!has_session(w, message)) {
        return;
    }
    if (base64_decode(&request, adapter_message_text(message, "request")) == 0 && request.len > 0) {
        visit = visit_create(w, message);
    }
    if (visit != NULL) {
        visit->link.events->on_data(&visit->link, buf_bytes(&request));
    }
    buf_deinit(&request);
}

/* Its client is gone. */
void app_visits_abort(struct app_worker *w, const json_t *message)
{
    list_each(node, &w->polls.visits) {
        struct app_visit *visit = container_of(node, struct app_visit, in_worker);

        if (str_eq(str_from(visit->node), adapter_message_text(message, "node")) &&
            str_eq(str_from(visit->id), adapter_message_text(message, "id"))) {
            close_visit(visit, SAILS_ECLOSED);
            return;
        }
    }
}

void app_visits_stop(struct app_worker *w)
{
    while (!list_is_empty(&w->polls.visits)) {
        close_visit(container_of(w->polls.visits.next, struct app_visit, in_worker), SAILS_ECLOSED);
    }
}
