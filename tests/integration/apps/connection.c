/*
 * connection.c - what lies beneath a socket, the changes of rooms, and namespaces made while the app runs.
 *
 *     "/"   ack of "last"       [reason, error's name, close code] of the last socket that went
 *           "changes"           ack: what has happened to rooms since the last time: "join a", "create b"
 *           "join", "leave"     (room)
 *           "upgraded"          is emitted to a socket when its connection is a WebSocket
 *           "drained"           ack: whether anything has drained by now, for this socket
 *           "traffic"           ack: the traffic of the node
 *           "add"               (name): adds a namespace on a thread of its own; acks with the result
 *     what is added             has an "echo", a middleware that refuses {"token": "no"}, and is heard of as "made"
 */
#include "support/names.h"

#include <pthread.h>
#include <sails/sails.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static json_t *changes;
static json_t *last;
static sails_io *io;

/* ---- the end of a connection ---- */

static void on_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct sails_io_disconnect_details details = sails_io_socket_disconnect_details(socket);

    (void)ctx;
    pthread_mutex_lock(&lock);
    json_decref(last);
    last = json_pack("[s,o,i]", reason, result_of(details.err), (int)details.close_code);
    pthread_mutex_unlock(&lock);
}

static void on_last(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    pthread_mutex_lock(&lock);
    sails_io_event_ack(event, json_pack("[O?]", last));
    pthread_mutex_unlock(&lock);
}

/* ---- rooms ---- */

static void on_room(sails_io_namespace *nsp, enum sails_io_room_change change, const char *room,
                    sails_io_socket *socket, void *ctx)
{
    static const char *const words[] = {"create", "join", "leave", "delete"};
    bool is_own = socket != NULL ? strcmp(room, sails_io_socket_id(socket)) == 0
                                 : strlen(room) >= 20; /* no room of the tests' is so long */

    (void)nsp;
    (void)ctx;
    pthread_mutex_lock(&lock);
    json_array_append_new(changes, json_sprintf("%s %s", words[change], is_own ? "own" : room));
    pthread_mutex_unlock(&lock);
}

static void on_changes(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    pthread_mutex_lock(&lock);
    sails_io_event_ack(event, json_pack("[o]", changes));
    changes = json_array();
    pthread_mutex_unlock(&lock);
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, result_of(sails_io_socket_join(
                                  socket, json_string_value(sails_io_event_arg(event, 0)))));
}

static void on_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, result_of(sails_io_socket_leave(
                                  socket, json_string_value(sails_io_event_arg(event, 0)))));
}

/* ---- the connection while it lasts ---- */

static void on_upgrade(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "upgraded", json_string(sails_io_socket_transport(socket)), 0);
}

static void on_drain(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    /* Where the client polls, its next poll may be there or not. */
    if (sails_io_socket_is_writable(socket) ||
        strcmp(sails_io_socket_transport(socket), "polling") == 0) {
        sails_io_socket_set_data(socket, json_true());
    }
}

static void on_drained(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_pack("[O?]", sails_io_socket_data(socket)));
}

static void tell_traffic(int status, const struct sails_io_traffic *traffic, void *ctx)
{
    sails_io_ack_send(ctx, status < 0 ? result_of(status)
                                      : json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "connections",
                                                  (json_int_t)traffic->n_connections, "opened",
                                                  (json_int_t)traffic->n_opened, "closed",
                                                  (json_int_t)traffic->n_closed, "packetsIn",
                                                  (json_int_t)traffic->packets_in, "packetsOut",
                                                  (json_int_t)traffic->packets_out, "bytesIn",
                                                  (json_int_t)traffic->bytes_in, "bytesOut",
                                                  (json_int_t)traffic->bytes_out));
}

static void on_traffic(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_count_traffic(io, tell_traffic, sails_io_event_take_ack(event));
}

/* ---- namespaces made while the app runs ---- */

static void on_echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, json_incref(sails_io_event_args(event)));
}

static void check_token(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    const char *token = json_string_value(json_object_get(sails_io_socket_auth(socket), "token"));

    (void)ctx;
    if (token != NULL && strcmp(token, "no") == 0) {
        sails_io_next_refuse(next, "not you", NULL);
    } else {
        sails_io_next_accept(next);
    }
}

static void define(sails_io_namespace *nsp, void *ctx)
{
    (void)ctx;
    sails_io_use(nsp, check_token, NULL);
    sails_io_on(nsp, "echo", on_echo, NULL);
    sails_io_on_disconnect(nsp, on_disconnect, NULL);
}

struct addition {
    char name[64];
    int rc;
    int late_rc;
};

static void *add(void *ctx)
{
    struct addition *addition = ctx;

    addition->rc = sails_io_add_namespace(io, addition->name, define, NULL);
    /* Its listeners are closed now. */
    addition->late_rc = sails_io_on(sails_io_of(io, addition->name), "late", on_echo, NULL);
    return NULL;
}

static void on_add(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct addition addition = {.rc = -1};
    pthread_t thread;

    (void)socket;
    (void)ctx;
    snprintf(addition.name, sizeof(addition.name), "%s",
             json_string_value(sails_io_event_arg(event, 0)));
    if (pthread_create(&thread, NULL, add, &addition) == 0) {
        pthread_join(thread, NULL);
    }
    sails_io_event_ack(event,
                       json_pack("[o,o]", result_of(addition.rc), result_of(addition.late_rc)));
}

static void on_new_namespace(sails_io_namespace *nsp, void *ctx)
{
    sails_io_emit(ctx, NULL, "made", json_string(sails_io_namespace_name(nsp)));
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    sails_io_namespace *root = NULL;
    int rc = 0;

    io = sails_app_io(app);
    root = sails_io_of(io, "/");
    changes = json_array();
    sails_io_on_new_namespace(io, on_new_namespace, root);
    sails_io_on_disconnect(root, on_disconnect, NULL);
    sails_io_on_upgrade(root, on_upgrade, NULL);
    sails_io_on_drain(root, on_drain, NULL);
    sails_io_on_room_change(root, on_room, NULL);
    sails_io_on(root, "last", on_last, NULL);
    sails_io_on(root, "changes", on_changes, NULL);
    sails_io_on(root, "join", on_join, NULL);
    sails_io_on(root, "leave", on_leave, NULL);
    sails_io_on(root, "drained", on_drained, NULL);
    sails_io_on(root, "traffic", on_traffic, NULL);
    sails_io_on(root, "add", on_add, NULL);
    rc = sails_app_run(app, argc, argv);
    json_decref(changes);
    json_decref(last);
    return rc;
}
