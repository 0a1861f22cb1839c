#include "app/app_polls.h"

#include "adapter/adapter_message.h"
#include "app/app.h"
#include "base/base64.h"
#include "base/ids.h"
#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "nodes/nodes_peers.h"

#include <assert.h>
#include <inttypes.h>

/*
 *   asked --body_end--> {"do":"who"} --"mine"--> {"do":"poll"} --"answer"--> answered
 *     |                      |  claim limit           |  answer limit
 *     +-- client gone        +------------------------+-----> as an unknown session
 *
 * I1  A poll is in its worker's list as long as its exchange is there.
 * I2  The request itself goes to its owner only: all nodes hear of an id that anybody may have made up, and
 *     of nothing else.
 */

struct app_poll {
    struct list in_worker;
    struct app_worker *w;
    struct http_exchange *x;
    struct deadline limit;
    uint64_t id;
    struct buf request; /* as it is said on: head and body */
    size_t n_counted;   /* bytes of the body that are counted */
    bool is_asked;
    char owner[NODES_UID_MAX + 1]; /* "": nobody has said yet */
    char sid[ID_LEN + 1];
};

static void poll_check(const struct app_poll *poll)
{
    const struct app_polls *polls = &poll->w->polls;

    assert(polls->n_asked > 0 && !list_is_empty(&polls->asked)); /* I1 */
    assert(polls->n_bytes >= poll->n_counted);
    assert(poll->owner[0] == '\0' || poll->is_asked); /* I2 */
    assert(poll->is_asked == deadline_is_running(&poll->limit));
    (void)polls;
}

static struct nodes *nodes_of(const struct app_poll *poll)
{
    return &poll->w->app->cluster.nodes;
}

static void poll_destroy(struct app_poll *poll)
{
    deadline_stop(&poll->limit);
    list_remove(&poll->in_worker);
    poll->w->polls.n_asked--;
    poll->w->polls.n_bytes -= poll->n_counted;
    buf_deinit(&poll->request);
    mem_free(poll);
}

/* As a session that nobody knows (engine-io 3). */
static void refuse(struct app_poll *poll)
{
    struct http_exchange *x = poll->x;
    struct app_worker *w = poll->w;

    poll_destroy(poll);
    eio_answer_refuse(io_worker_engine(w->app->io, w->worker), x, false, EIO_UNKNOWN_SID, NULL);
}

/* ---- the request ---- */

/* What concerns this connection only, or is said anew. */
static bool is_own_header(struct str name)
{
    static const char *const names[] = {"connection", "content-length", "transfer-encoding",
                                        "expect",     "keep-alive",     "upgrade",
                                        "date"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(name, str_from(names[i]))) {
            return true;
        }
    }
    return false;
}

static void write_head(struct buf *out, const struct http_request *request, size_t body_len)
{
    buf_append_str(out, request->method_name);
    buf_append_char(out, ' ');
    buf_append_str(out, request->target);
    buf_append_str(out, STR(" HTTP/1.1\r\n"));
    for (size_t i = 0; i < request->n_headers; i++) {
        const struct http_header *header = &request->headers[i];

        if (!is_own_header(header->name)) {
            buf_append_str(out, header->name);
            buf_append_str(out, STR(": "));
            buf_append_str(out, header->value);
            buf_append_str(out, STR("\r\n"));
        }
    }
    buf_printf(out, "connection: close\r\ncontent-length: %zu\r\n\r\n", body_len);
}

/* {"do", "node", "id", "sid"}. NULL: no memory. */
static json_t *describe(const struct app_poll *poll, const char *what)
{
    char node[NODES_UID_MAX + 1];
    char id[32];

    nodes_peers_name(nodes_of(poll), node);
    (void)snprintf(id, sizeof(id), "%u.%" PRIu64, worker_index(poll->w->worker), poll->id);
    return json_pack("{s:s,s:s,s:s,s:s}", "do", what, "node", node, "id", id, "sid", poll->sid);
}

/* The same, with "peer" and "request". */
static json_t *describe_whole(const struct app_poll *poll)
{
    const struct link *link = http_link(poll->x);
    json_t *message = describe(poll, "poll");
    struct buf whole = {0};
    struct buf text = {0};
    char peer[64];
    bool is_whole = false;

    link->ops->peer(link, peer);
    write_head(&whole, http_request(poll->x), poll->request.len);
    buf_append_str(&whole, buf_str(&poll->request));
    if (buf_error(&whole) == 0) {
        base64_encode(&text, buf_bytes(&whole));
    }
    is_whole = buf_error(&whole) == 0 && buf_error(&text) == 0 &&
               json_object_set_new(message, "peer", json_string(peer)) == 0 &&
               json_object_set_new(message, "request", json_stringn(text.ptr, text.len)) == 0;
    buf_deinit(&whole);
    buf_deinit(&text);
    if (!is_whole) {
        json_decref(message);
        return NULL;
    }
    return message;
}

/* Takes the message. `to`: a node; "": all. */
static int say(const struct app_poll *poll, const char *to, json_t *message)
{
    int rc =
        message != NULL ? nodes_peers_say(nodes_of(poll), str_from(to), message) : SAILS_ENOMEM;

    json_decref(message);
    return rc;
}

static void on_body(struct http_exchange *x, struct bytes piece)
{
    struct app_poll *poll = http_user(x);
    struct app_polls *polls = &poll->w->polls;

    buf_append(&poll->request, piece.ptr, piece.len);
    poll->n_counted += piece.len;
    polls->n_bytes += piece.len;
    if (polls->n_bytes > POLLS_BYTES_MAX || buf_error(&poll->request) < 0) {
        refuse(poll);
    }
}

static void on_body_end(struct http_exchange *x)
{
    struct app_poll *poll = http_user(x);

    if (say(poll, "", describe(poll, "who")) < 0) {
        refuse(poll);
        return;
    }
    poll->is_asked = true;
    deadline_start(&poll->limit, &poll->w->polls.claims, worker_env(poll->w->worker)->now_ms);
    poll_check(poll);
}

/* Its owner should not wait for it any more. */
static void say_gone(const struct app_poll *poll)
{
    if (poll->owner[0] != '\0') {
        (void)say(poll, poll->owner, describe(poll, "gone"));
    }
}

static void on_abort(struct http_exchange *x, int err)
{
    struct app_poll *poll = http_user(x);

    (void)err;
    poll_check(poll);
    if (poll->is_asked) {
        say_gone(poll);
    }
    poll_destroy(poll);
}

static const struct http_exchange_events poll_events = {
    .on_body = on_body,
    .on_body_end = on_body_end,
    .on_abort = on_abort,
};

/* As HTTP/1.1, which is how it is said on, it would be refused. */
static bool lacks_host(const struct http_request *request)
{
    return request->is_http_1_0 && http_header(request, STR("host")).ptr == NULL;
}

static bool may_take(const struct app_worker *w, const struct http_exchange *x, struct str sid)
{
    const struct http_request *request = http_request(x);

    return w->app->cluster.is_on && nodes_is_up(&w->app->cluster.nodes) &&
           w->polls.n_asked < POLLS_MAX && sid.len == ID_LEN && id_worker(sid) >= 0 &&
           (request->method == HTTP_METHOD_GET || request->method == HTTP_METHOD_POST) &&
           !lacks_host(request) && !app_visits_has(http_link(x));
}

bool app_polls_take(void *ctx, struct http_exchange *x, struct str sid)
{
    struct sails_app *app = ctx;
    struct app_worker *w = &app->workers[http_env(x)->worker];
    struct app_poll *poll = may_take(w, x, sid) ? mem_calloc(1, sizeof(*poll)) : NULL;
    size_t max_body = app->io->options.engine.max_http_buffer_size;

    if (poll == NULL) {
        return false;
    }
    poll->w = w;
    poll->x = x;
    poll->id = ++w->polls.last_id;
    memcpy(poll->sid, sid.ptr, sid.len);
    list_append(&w->polls.asked, &poll->in_worker);
    w->polls.n_asked++;
    http_accept(x, &poll_events, poll, max_body < POLLS_BODY_MAX ? max_body : POLLS_BODY_MAX);
    return true;
}

/* ---- the response ---- */

static bool has_field(struct str fields, struct str name)
{
    struct str line = {NULL, 0};

    while (str_take_part(&fields, '\n', &line)) {
        if (str_eq_nocase((struct str){line.ptr, str_find(line, ':')}, name)) {
            return true;
        }
    }
    return false;
}

/* "Name: value"; false: it is no header. The first of a name replaces ours, those behind it (cookies) are
 * further ones. */
static bool add_header(struct http_exchange *x, struct str before, struct str line)
{
    int (*put)(struct http_exchange * x, struct str name, struct str value) = http_set_header;
    size_t colon = str_find(line, ':');
    struct str name = {line.ptr, colon};

    if (colon == line.len) {
        return false;
    }
    if (has_field(before, name)) {
        put = http_add_header;
    }
    return is_own_header(name) || put(x, name, str_trim(str_from_offset(line, colon + 1))) == 0;
}

/* The head as our own server writes it: "HTTP/1.1 200 OK", headers. The status; 0: it is none. */
static unsigned add_head(struct http_exchange *x, struct str head)
{
    struct str line = {NULL, 0};
    struct str fields = {NULL, 0};
    uint64_t status = 0;

    if (!str_take_part(&head, '\n', &line) || line.len < 12 ||
        !str_starts_with(line, STR("HTTP/1.1 ")) ||
        !str_to_u64((struct str){line.ptr + 9, 3}, 599, &status) || status < 200) {
        return 0;
    }
    fields = head;
    while (str_take_part(&head, '\n', &line)) {
        struct str before = {fields.ptr, (size_t)(line.ptr - fields.ptr)};

        line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r' ? 1 : 0;
        if (line.len > 0 && !add_header(x, before, line)) {
            return 0;
        }
    }
    return (unsigned)status;
}

static size_t find_body(struct str response)
{
    for (size_t i = 0; i + 4 <= response.len; i++) {
        if (memcmp(response.ptr + i, "\r\n\r\n", 4) == 0) {
            return i + 4;
        }
    }
    return 0;
}

static void answer(struct app_poll *poll, struct str text)
{
    struct http_exchange *x = poll->x;
    struct buf response = {0};
    struct str all = {NULL, 0};
    size_t body = 0;
    unsigned status = 0;

    if (base64_decode(&response, text) == 0) {
        all = buf_str(&response);
        body = find_body(all);
        status = body > 0 ? add_head(x, (struct str){all.ptr, body - 2}) : 0;
    }
    if (status == 0) {
        refuse(poll);
    } else {
        poll_destroy(poll);
        (void)http_respond(x, status, str_bytes(str_from_offset(all, body)));
    }
    buf_deinit(&response);
}

/* ---- what the nodes say ---- */

static struct app_poll *find(struct app_worker *w, uint64_t id)
{
    list_each(node, &w->polls.asked) {
        struct app_poll *poll = container_of(node, struct app_poll, in_worker);

        if (poll->id == id && poll->is_asked) {
            return poll;
        }
    }
    return NULL;
}

/* Its owner gets the request. */
static void pass_on(struct app_poll *poll, struct str owner)
{
    memcpy(poll->owner, owner.ptr, owner.len);
    if (say(poll, poll->owner, describe_whole(poll)) < 0) {
        refuse(poll);
    } else {
        deadline_start(&poll->limit, &poll->w->polls.answers, worker_env(poll->w->worker)->now_ms);
    }
}

/* "mine", "answer". */
static void hear(struct app_worker *w, const json_t *message, uint64_t id)
{
    struct app_poll *poll = find(w, id);
    struct str owner = adapter_message_text(message, "node");

    if (poll == NULL || owner.len == 0 || owner.len > NODES_UID_MAX) {
        return;
    }
    poll_check(poll);
    if (poll->owner[0] == '\0') {
        pass_on(poll, owner);
    } else if (str_eq(adapter_message_text(message, "do"), STR("answer")) &&
               str_eq(owner, str_from(poll->owner))) {
        answer(poll, adapter_message_text(message, "response"));
    }
}

struct errand {
    struct mail mail;
    struct app_worker *w;
    json_t *message;
    uint64_t id; /* of a poll of ours */
};

static void deliver(struct worker *worker, struct mail *mail)
{
    struct errand *errand = container_of(mail, struct errand, mail);
    struct str what = adapter_message_text(errand->message, "do");

    if (!worker_is_running(worker)) {
        /* nobody is there any more */
    } else if (str_eq(what, STR("who"))) {
        app_visits_claim(errand->w, errand->message);
    } else if (str_eq(what, STR("poll"))) {
        app_visits_open(errand->w, errand->message);
    } else if (str_eq(what, STR("gone"))) {
        app_visits_abort(errand->w, errand->message);
    } else {
        hear(errand->w, errand->message, errand->id);
    }
    json_decref(errand->message);
    mem_free(errand);
}

/* Whose worker it is for, and the number of the poll: of a session's id, or of "3.17". -1: nobody's. */
static int read_worker(const json_t *message, uint64_t *id)
{
    struct str what = adapter_message_text(message, "do");
    struct str text = adapter_message_text(message, "id");
    size_t dot = str_find(text, '.');
    uint64_t worker = 0;

    if (str_eq(what, STR("who")) || str_eq(what, STR("poll")) || str_eq(what, STR("gone"))) {
        return id_worker(adapter_message_text(message, "sid"));
    }
    return dot < text.len && str_to_u64((struct str){text.ptr, dot}, WORKERS_MAX, &worker) &&
                   str_to_u64(str_from_offset(text, dot + 1), UINT64_MAX, id)
               ? (int)worker
               : -1;
}

void app_polls_receive(struct sails_app *app, json_t *message)
{
    uint64_t id = 0;
    int worker = read_worker(message, &id);
    struct errand *errand = NULL;

    if (worker >= 0 && (unsigned)worker < app->pool->count) {
        errand = mem_alloc(sizeof(*errand));
    }
    if (errand == NULL) {
        json_decref(message);
        return;
    }
    *errand = (struct errand){
        .mail.deliver = deliver, .w = &app->workers[worker], .message = message, .id = id};
    worker_call(app->pool->workers[worker], &errand->mail);
}

/* ---- the worker ---- */

static void on_limit(struct deadline *deadline, void *ctx)
{
    struct app_poll *poll = container_of(deadline, struct app_poll, limit);

    (void)ctx;
    say_gone(poll);
    refuse(poll);
}

void app_polls_start(struct app_worker *w)
{
    const struct eio_options *engine = &w->app->io->options.engine;
    struct deadline_set *deadlines = &worker_env(w->worker)->deadlines;

    w->polls = (struct app_polls){.n_asked = 0};
    list_init(&w->polls.asked);
    list_init(&w->polls.visits);
    deadline_queue_init(&w->polls.claims, deadlines, POLLS_CLAIM_MS, on_limit, w);
    /* A poll is answered with a ping at the latest. */
    deadline_queue_init(&w->polls.answers, deadlines,
                        engine->ping_interval_ms + engine->ping_timeout_ms, on_limit, w);
}

/* Their clients come again, and to another node. */
void app_polls_drain(struct app_worker *w)
{
    while (!list_is_empty(&w->polls.asked)) {
        struct app_poll *poll = container_of(w->polls.asked.next, struct app_poll, in_worker);
        struct http_exchange *x = poll->x;

        if (poll->is_asked) {
            say_gone(poll);
        }
        poll_destroy(poll);
        eio_answer_refuse_status(x, false, 503);
    }
}

void app_polls_stop(struct app_worker *w)
{
    assert(list_is_empty(&w->polls.asked)); /* their links are gone */
    app_visits_stop(w);
    deadline_queue_deinit(&w->polls.claims);
    deadline_queue_deinit(&w->polls.answers);
}
