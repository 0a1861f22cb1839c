/*
 * io.c - everything of sails/io.h, for the tests to drive.
 *
 * Each event of "/" names the call that it makes; the ack has its result. Calls that reach other
 * workers are acked when all workers have applied them, so that a test can go on from there.
 *
 *     /         events (below)
 *     /any      a listener of every event, and one of "x"
 *     /filter   keeps "blocked" from its listener
 *     /admin    asks for a token; refuses with message and data
 *     /never    refuses with a message
 *     /late     decides on another thread
 *     /dyn-*    dynamic namespaces
 *     /long     emits a text of 5 MB, between two short events, to who connects
 */
#include "support/names.h"

#include <pthread.h>
#include <sails/sails.h>
#include <stdlib.h>
#include <string.h>

/* An answer that waits for something, with what it will say. */
struct pending {
    sails_io_ack *ack;
    json_t *args;
};

static struct pending *pending_create(sails_io_event *event, json_t *args)
{
    struct pending *pending = malloc(sizeof(*pending));

    if (pending == NULL) {
        json_decref(args);
        return NULL;
    }
    *pending = (struct pending){.ack = sails_io_event_take_ack(event), .args = args};
    return pending;
}

static void pending_send(struct pending *pending)
{
    sails_io_ack_send(pending->ack, pending->args);
    free(pending);
}

/*
 * Runs `call` on a thread of its own, which is nobody's worker. Joined at once, so that no thread is
 * left when the app goes; what it has called for comes on a later turn all the same.
 */
static void on_own_thread(void *(*call)(void *ctx), void *ctx)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, call, ctx) == 0) {
        pthread_join(thread, NULL);
    }
}

/* The arguments from `first` on, as a list of their own. */
static json_t *args_from(sails_io_event *event, size_t first)
{
    json_t *args = json_array();

    for (size_t i = first; sails_io_event_arg(event, i) != NULL; i++) {
        json_array_append(args, sails_io_event_arg(event, i));
    }
    return args;
}

static const char *text_arg(sails_io_event *event, size_t index)
{
    return json_string_value(sails_io_event_arg(event, index));
}

/* ---- when all workers have applied what was called before ---- */

static void on_applied(int status, void *ctx)
{
    struct pending *pending = ctx;

    if (status < 0 && json_is_null(json_array_get(pending->args, 0))) {
        json_array_set_new(pending->args, 0, result_of(status));
    }
    pending_send(pending);
}

/*
 * Acks with the result of a call once every worker has applied it: operations of one thread are
 * applied in their order, and this one, which concerns nobody, comes behind it.
 */
static void ack_when_applied(sails_io_socket *socket, sails_io_event *event, int rc)
{
    struct pending *pending = pending_create(event, json_pack("[o]", result_of(rc)));
    struct sails_io_target nobody = {.to = SAILS_ROOMS("nobody is in here")};

    sails_io_sockets_leave(sails_io_socket_namespace(socket), &nobody, SAILS_ROOMS("nowhere"),
                           on_applied, pending);
}

/* ---- events and acks ---- */

static void on_echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "echo", json_incref(sails_io_event_args(event)), 0);
}

static void on_ack(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, json_incref(sails_io_event_args(event)));
}

static void on_ack_twice(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    int first = sails_io_event_ack(event, json_pack("[s]", "first"));
    int second = sails_io_event_ack(event, json_pack("[s]", "second"));

    (void)ctx;
    sails_io_socket_emit(socket, "acked", json_pack("[o,o]", result_of(first), result_of(second)),
                         0);
}

static void *send_late(void *ctx)
{
    pending_send(ctx);
    return NULL;
}

static void on_ack_later(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    on_own_thread(send_late, pending_create(event, args_from(event, 0)));
}

static void on_sync(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, NULL);
}

static void on_answer(sails_io_socket *socket, int status, json_t *args, void *ctx)
{
    struct pending *pending = ctx;

    (void)socket;
    json_array_append_new(pending->args, result_of(status));
    json_array_append(pending->args, args != NULL ? args : json_null());
    pending_send(pending);
}

/* (timeout, ...args): emits "question" with the arguments, acks with the result and the answer. */
static void on_ask(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    uint64_t timeout_ms = (uint64_t)json_integer_value(sails_io_event_arg(event, 0));
    json_t *args = args_from(event, 1);

    (void)ctx;
    sails_io_socket_emit_with_ack(socket, "question", args, timeout_ms, on_answer,
                                  pending_create(event, json_array()));
}

/* Lengths of binary arguments; null for others. */
static void on_sizes(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_t *sizes = json_array();

    (void)socket;
    (void)ctx;
    for (size_t i = 0; sails_io_event_arg(event, i) != NULL; i++) {
        const json_t *arg = sails_io_event_arg(event, i);
        size_t len = 0;

        sails_binary_data(arg, &len);
        json_array_append_new(sizes,
                              sails_is_binary(arg) ? json_integer((json_int_t)len) : json_null());
    }
    sails_io_event_ack(event, json_pack("[o]", sizes));
}

/* Emits binary at several depths. */
static void on_binary(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    static const unsigned char bytes[] = {0, 1, 2, 0xfe, 0xff};

    (void)event;
    (void)ctx;
    sails_io_socket_emit(socket, "binary",
                         json_pack("[o,{s:[i,o],s:o}]", sails_binary(bytes, sizeof(bytes)), "list",
                                   1, sails_binary(bytes, 2), "empty", sails_binary(NULL, 0)),
                         0);
}

/* (n): emits an event with n binary arguments, acks with the result. */
static void on_attachments(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_int_t n = json_integer_value(sails_io_event_arg(event, 0));
    json_t *args = json_array();

    (void)ctx;
    for (json_int_t i = 0; i < n; i++) {
        json_array_append_new(args, sails_binary("x", 1));
    }
    sails_io_event_ack(event, result_of(sails_io_socket_emit(socket, "attachments", args, 0)));
}

/* Two volatile events in one turn, then one that is not. */
static void on_volatile(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "volatile", json_pack("[i]", 1), SAILS_IO_VOLATILE);
    sails_io_socket_emit(socket, "volatile", json_pack("[i]", 2), SAILS_IO_VOLATILE);
    sails_io_event_ack(event, NULL);
}

/* ---- who a socket is ---- */

static void on_whoami(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(
        event, json_pack("[{s:s,s:s,s:b,s:b,s:O,s:s}]", "id", sails_io_socket_id(socket),
                         "transport", sails_io_socket_transport(socket), "connected",
                         sails_io_socket_is_connected(socket), "recovered",
                         sails_io_socket_is_recovered(socket), "auth", sails_io_socket_auth(socket),
                         "nsp", sails_io_namespace_name(sails_io_socket_namespace(socket))));
}

static void on_handshake(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_pack("[o]", sails_io_socket_handshake(socket)));
}

static void on_header(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event,
                       json_pack("[s?]", sails_io_socket_header(socket, text_arg(event, 0))));
}

static void on_set_data(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, result_of(sails_io_socket_set_data(
                                  socket, json_incref(sails_io_event_arg(event, 0)))));
}

static void on_get_data(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_pack("[O?]", sails_io_socket_data(socket)));
}

/* ---- rooms ---- */

static void ack_rooms(sails_io_socket *socket, sails_io_event *event)
{
    sails_io_event_ack(event, json_pack("[o]", sails_io_socket_rooms(socket)));
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    for (size_t i = 0; sails_io_event_arg(event, i) != NULL; i++) {
        sails_io_socket_join(socket, text_arg(event, i));
    }
    ack_rooms(socket, event);
}

static void on_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    for (size_t i = 0; sails_io_event_arg(event, i) != NULL; i++) {
        sails_io_socket_leave(socket, text_arg(event, i));
    }
    ack_rooms(socket, event);
}

static void on_rooms(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    ack_rooms(socket, event);
}

static void on_is_in(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_boolean(sails_io_socket_is_in(socket, text_arg(event, 0))));
}

/* ---- to many: (target, ...) ---- */

/* (target, event, args) */
static void on_emit(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct target target;
    int rc = sails_io_emit(sails_io_socket_namespace(socket),
                           target_of(&target, sails_io_event_arg(event, 0)), text_arg(event, 1),
                           json_incref(sails_io_event_arg(event, 2)));

    (void)ctx;
    ack_when_applied(socket, event, rc);
}

static void on_broadcast(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct target target;
    int rc =
        sails_io_socket_broadcast(socket, target_of(&target, sails_io_event_arg(event, 0)),
                                  text_arg(event, 1), json_incref(sails_io_event_arg(event, 2)));

    (void)ctx;
    ack_when_applied(socket, event, rc);
}

static void on_answers(int status, json_t *answers, void *ctx)
{
    struct pending *pending = ctx;

    json_array_append_new(pending->args, result_of(status));
    json_array_append(pending->args, answers);
    pending_send(pending);
}

/* (target, timeout, event, args): acks with the result and the answers. */
static void on_ask_all(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct target target;
    uint64_t timeout_ms = (uint64_t)json_integer_value(sails_io_event_arg(event, 1));
    struct pending *pending = pending_create(event, json_array());
    int rc = sails_io_emit_with_ack(sails_io_socket_namespace(socket),
                                    target_of(&target, sails_io_event_arg(event, 0)),
                                    text_arg(event, 2), json_incref(sails_io_event_arg(event, 3)),
                                    timeout_ms, on_answers, pending);

    (void)ctx;
    if (rc < 0) {
        on_answers(rc, json_null(), pending);
    }
}

static void on_fetched(int status, json_t *sockets, void *ctx)
{
    struct pending *pending = ctx;

    json_array_append(pending->args, status == 0 ? sockets : json_null());
    pending_send(pending);
}

static void on_fetch(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct target target;

    (void)ctx;
    sails_io_fetch_sockets(sails_io_socket_namespace(socket),
                           target_of(&target, sails_io_event_arg(event, 0)), on_fetched,
                           pending_create(event, json_array()));
}

/* (target, rooms) */
static void change_many(sails_io_socket *socket, sails_io_event *event,
                        int (*change)(sails_io_namespace *nsp, const struct sails_io_target *target,
                                      const char *const *rooms, sails_done_cb done, void *ctx))
{
    struct target target;
    struct names rooms;
    struct pending *pending = pending_create(event, json_pack("[n]"));
    int rc =
        change(sails_io_socket_namespace(socket), target_of(&target, sails_io_event_arg(event, 0)),
               names_of(&rooms, sails_io_event_arg(event, 1)), on_applied, pending);

    if (rc < 0) {
        on_applied(rc, pending);
    }
}

static void on_join_many(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    change_many(socket, event, sails_io_sockets_join);
}

static void on_leave_many(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    change_many(socket, event, sails_io_sockets_leave);
}

/* (target, close) */
static void on_disconnect_many(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct target target;

    (void)ctx;
    sails_io_disconnect_sockets(sails_io_socket_namespace(socket),
                                target_of(&target, sails_io_event_arg(event, 0)),
                                json_is_true(sails_io_event_arg(event, 1)), on_applied,
                                pending_create(event, json_pack("[n]")));
}

/* ---- other nodes' programs ---- */

static void on_list(int status, json_t *list, void *ctx)
{
    struct pending *pending = ctx;

    json_array_append_new(pending->args, result_of(status));
    json_array_append(pending->args, list);
    pending_send(pending);
}

/* Acks with the result and the names of all rooms. */
static void on_all_rooms(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_all_rooms(sails_io_socket_namespace(socket), 0, on_list,
                       pending_create(event, json_array()));
}

/* (event, args) */
static void on_server_emit(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, result_of(sails_io_server_side_emit(
                                  sails_io_socket_namespace(socket), text_arg(event, 0),
                                  json_incref(sails_io_event_arg(event, 1)))));
}

/* (event, args): acks with the result and the answers. */
static void on_server_ask(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_server_side_emit_with_ack(sails_io_socket_namespace(socket), text_arg(event, 0),
                                       json_incref(sails_io_event_arg(event, 1)), on_list,
                                       pending_create(event, json_array()));
}

/* Sockets of this node hear what its program heard; the answer is the first argument. */
static void on_server_event(sails_io_namespace *nsp, sails_io_server_event *event, void *ctx)
{
    struct sails_io_target here = {.flags = SAILS_IO_LOCAL};
    json_t *args = sails_io_server_event_args(event);

    (void)ctx;
    sails_io_emit(nsp, &here, "server-heard", json_incref(args));
    sails_io_server_ack_send(sails_io_server_event_take_ack(event),
                             json_incref(json_array_get(args, 0)));
}

/* ---- coming and going ---- */

static void on_connection(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(
        socket, "hello",
        json_pack("[s,o]", sails_io_socket_id(socket), sails_io_socket_rooms(socket)), 0);
}

/* Those in the room "watchers" hear who goes, why, and in which rooms it still is. */
static void tell_watchers(sails_io_socket *socket, const char *event, const char *reason)
{
    struct sails_io_target watchers = {.to = SAILS_ROOMS("watchers")};

    sails_io_emit(
        sails_io_socket_namespace(socket), &watchers, event,
        json_pack("[s,s,o]", sails_io_socket_id(socket), reason, sails_io_socket_rooms(socket)));
}

static void on_disconnecting(sails_io_socket *socket, const char *reason, void *ctx)
{
    (void)ctx;
    tell_watchers(socket, "going", reason);
}

static void on_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    (void)ctx;
    tell_watchers(socket, "gone", reason);
}

/* (close) */
static void on_kick(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_disconnect(socket, json_is_true(sails_io_event_arg(event, 0)));
}

/* ---- the other namespaces ---- */

static void on_any(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "any",
                         json_pack("[s,O]", sails_io_event_name(event), sails_io_event_args(event)),
                         0);
}

static void on_x(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    sails_io_socket_emit(socket, "x", NULL, 0);
}

static bool keep_blocked(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    if (strcmp(sails_io_event_name(event), "blocked") == 0) {
        sails_io_event_ack(event, json_pack("[s]", "not allowed"));
        return false;
    }
    return true;
}

static void ask_for_token(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    const char *token = json_string_value(json_object_get(sails_io_socket_auth(socket), "token"));

    (void)ctx;
    if (token == NULL || strcmp(token, "letmein") != 0) {
        sails_io_next_refuse(next, "not authorized", json_pack("{s:i}", "code", 7));
        return;
    }
    sails_io_socket_set_data(socket, json_pack("[s]", "first"));
    sails_io_next_accept(next);
}

static void come_second(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    (void)ctx;
    json_array_append_new(sails_io_socket_data(socket), json_string("second"));
    sails_io_next_accept(next);
}

static void refuse(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_next_refuse(next, "never", NULL);
}

static void *accept_late(void *next)
{
    sails_io_next_accept(next);
    return NULL;
}

static void decide_late(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    (void)socket;
    (void)ctx;
    on_own_thread(accept_late, next);
}

static bool is_dynamic(const char *name, json_t *auth, void *ctx)
{
    (void)auth;
    (void)ctx;
    return strncmp(name, "/dyn-", strlen("/dyn-")) == 0;
}

/* (text): to all namespaces of the parent. */
static void on_shout(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    ack_when_applied(socket, event, sails_io_emit(ctx, NULL, "shout", args_from(event, 0)));
}

/* ---- all together ---- */

static const struct {
    const char *event;
    sails_io_event_cb listener;
} listeners[] = {
    {"echo", on_echo},
    {"ack", on_ack},
    {"ack-twice", on_ack_twice},
    {"ack-later", on_ack_later},
    {"sync", on_sync},
    {"ask", on_ask},
    {"sizes", on_sizes},
    {"binary", on_binary},
    {"attachments", on_attachments},
    {"volatile", on_volatile},
    {"whoami", on_whoami},
    {"handshake", on_handshake},
    {"header", on_header},
    {"set-data", on_set_data},
    {"get-data", on_get_data},
    {"join", on_join},
    {"leave", on_leave},
    {"rooms", on_rooms},
    {"is-in", on_is_in},
    {"emit", on_emit},
    {"broadcast", on_broadcast},
    {"ask-all", on_ask_all},
    {"fetch", on_fetch},
    {"join-many", on_join_many},
    {"leave-many", on_leave_many},
    {"disconnect-many", on_disconnect_many},
    {"kick", on_kick},
    {"all-rooms", on_all_rooms},
    {"server-emit", on_server_emit},
    {"server-ask", on_server_ask},
};

static sails_io_namespace *with_listeners(sails_io_namespace *nsp)
{
    for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
        sails_io_on(nsp, listeners[i].event, listeners[i].listener, NULL);
    }
    sails_io_on_server_side_event(nsp, "tell", on_server_event, NULL);
    sails_io_on_connection(nsp, on_connection, NULL);
    sails_io_on_disconnecting(nsp, on_disconnecting, NULL);
    sails_io_on_disconnect(nsp, on_disconnect, NULL);
    return nsp;
}

/* ---- more than a queue may hold ---- */

static void send_long(sails_io_socket *socket, void *ctx)
{
    const size_t len = 5 * 1000 * 1000;
    char *text = malloc(len);

    (void)ctx;
    if (text != NULL) {
        memset(text, 'x', len);
        sails_io_socket_emit(socket, "before", NULL, 0);
        sails_io_socket_emit(socket, "long", json_stringn(text, len), 0);
        sails_io_socket_emit(socket, "behind", NULL, 0);
    }
    free(text);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    sails_io *io = sails_app_io(app);
    sails_io_namespace *any = sails_io_of(io, "/any");
    sails_io_namespace *long_one = sails_io_of(io, "/long");
    sails_io_namespace *filter = with_listeners(sails_io_of(io, "/filter"));
    sails_io_namespace *admin = with_listeners(sails_io_of(io, "admin"));
    sails_io_namespace *dynamic = with_listeners(sails_io_of_matching(io, is_dynamic, NULL));

    with_listeners(sails_io_of(io, "/"));
    sails_io_on_any(any, on_any, NULL);
    sails_io_on(any, "x", on_x, NULL);
    sails_io_on(any, "sync", on_sync, NULL);
    sails_io_use_event(filter, keep_blocked, NULL);
    sails_io_on(filter, "blocked", on_x, NULL);
    sails_io_use(admin, ask_for_token, NULL);
    sails_io_use(admin, come_second, NULL);
    sails_io_use(sails_io_of(io, "/never"), refuse, NULL);
    sails_io_use(with_listeners(sails_io_of(io, "/late")), decide_late, NULL);
    sails_io_on_connection(long_one, send_long, NULL);
    sails_io_on(long_one, "ack", on_ack, NULL);
    sails_io_on(dynamic, "shout", on_shout, dynamic);

    sails_app_set(app, "sockets.transports", json_pack("[s,s]", "polling", "websocket"));
    return sails_app_run(app, argc, argv);
}
