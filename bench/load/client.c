/*
 * A packet of Engine.IO is the same text in both transports: a frame of WebSocket, or a part of the body of an answer
 * or a POST. So everything from on_packet() upwards does not know which one it is.
 *
 * Polling: one GET is always under way on the first wire. Packets that are said while a POST is under way on the second
 * are collected in `message` and leave with the next one. The second wire is connected when it is first needed.
 */
#include "load/client.h"

#include "load/answer.h"
#include "load/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
    READ_SIZE = 16 * 1024,
    HEAD_SIZE = 1024,
    SLOW_BUFFER = 4096
};

static void fail(struct client *client, const char *why)
{
    if (client->state == CLIENT_CLOSED) {
        return;
    }
    client_close(client);
    client->events->on_closed(client->events->ctx, client, why);
}

static void say_on(struct client *client, struct wire *wire)
{
    client->events->on_said(client->events->ctx, wire);
}

/* ---- going out ---- */

static void poll_again(struct client *client)
{
    char head[HEAD_SIZE];
    int len =
        snprintf(head, sizeof(head),
                 "GET /socket.io/?EIO=%d&transport=polling%s%s%s%s HTTP/1.1\r\nHost: %s\r\n\r\n",
                 client->kind->protocol, client->kind->protocol == 3 ? "&b64=1" : "",
                 client->session[0] != '\0' ? "&sid=" : "", client->session, client->kind->query,
                 client->kind->to.host);

    pile_append(&client->wires[0].out, head, (size_t)len);
    say_on(client, &client->wires[0]);
}

/* The packets of `message` leave. */
static void post(struct client *client)
{
    struct wire *wire = &client->wires[1];
    char head[HEAD_SIZE];
    int len = snprintf(head, sizeof(head),
                       "POST /socket.io/?EIO=%d&transport=polling&sid=%s%s HTTP/1.1\r\nHost: %s\r\n"
                       "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: %zu\r\n\r\n",
                       client->kind->protocol, client->session, client->kind->query,
                       client->kind->to.host, client->message.len);

    if (wire->fd < 0) {
        wire_open(wire, client->epoll, &client->kind->to, client->index, 0);
    }
    pile_append(&wire->out, head, (size_t)len);
    pile_append(&wire->out, client->message.data, client->message.len);
    pile_drop(&client->message, client->message.len);
    client->is_posting = true;
    say_on(client, wire);
}

/* In a payload packets are divided by a character (revision 4), or have their length in front (3). */
static void append_to_payload(struct client *client, const char *packet, size_t len)
{
    char length[32];

    if (client->kind->protocol == 3) {
        snprintf(length, sizeof(length), "%zu:", len);
        pile_append_text(&client->message, length);
    } else if (client->message.len > 0) {
        pile_append_text(&client->message, "\x1e");
    }
    pile_append(&client->message, packet, len);
}

static void say_packet(struct client *client, const char *packet, size_t len)
{
    if (client->kind->transport == CLIENT_WEBSOCKET) {
        frame_append(&client->wires[0].out, FRAME_TEXT, packet, len);
        say_on(client, &client->wires[0]);
        return;
    }
    append_to_payload(client, packet, len);
    if (!client->is_posting) {
        post(client);
    }
}

void client_say(struct client *client, const char *packet, size_t len)
{
    if (client->state == CLIENT_JOINED) {
        say_packet(client, packet, len);
    }
}

void client_get(struct client *client, const char *path, size_t len)
{
    struct pile *out = &client->wires[0].out;

    if (client->state != CLIENT_JOINED) {
        return;
    }
    pile_append_text(out, "GET ");
    pile_append(out, path, len);
    pile_append_text(out, " HTTP/1.1\r\nHost: ");
    pile_append_text(out, client->kind->to.host);
    pile_append_text(out, "\r\n\r\n");
    say_on(client, &client->wires[0]);
}

void client_ping(struct client *client)
{
    if (client->state == CLIENT_JOINED && client->kind->transport != CLIENT_HTTP) {
        say_packet(client, "2", 1);
    }
}

/* ---- coming in ---- */

static void on_joined(struct client *client)
{
    client->state = CLIENT_JOINED;
    client->events->on_joined(client->events->ctx, client);
}

/* A text of the first level of a JSON object, whose values are plain; "" when it is not there. */
static void copy_field(char *to, size_t size, const char *text, size_t len, const char *name)
{
    const char *at = memmem(text, len, name, strlen(name));
    const char *end = at != NULL ? text + len : NULL;
    const char *stop = NULL;

    to[0] = '\0';
    at = at != NULL ? memchr(at + strlen(name), '"', (size_t)(end - at) - strlen(name)) : NULL;
    stop = at != NULL ? memchr(at + 1, '"', (size_t)(end - at) - 1) : NULL;
    if (stop != NULL && (size_t)(stop - at) < size) {
        memcpy(to, at + 1, (size_t)(stop - at) - 1);
        to[stop - at - 1] = '\0';
    }
}

static unsigned find_number(const char *text, size_t len, const char *name)
{
    const char *at = memmem(text, len, name, strlen(name));
    unsigned number = 0;

    for (at = at != NULL ? at + strlen(name) : NULL;
         at != NULL && at < text + len && (*at == ' ' || *at == ':'); at++) {
    }
    for (; at != NULL && at < text + len && *at >= '0' && *at <= '9' && number < 100000000; at++) {
        number = number * 10 + (unsigned)(*at - '0');
    }
    return number;
}

static void on_open(struct client *client, const char *text, size_t len)
{
    if (client->state != CLIENT_OPENING) {
        fail(client, "a second handshake");
        return;
    }
    client->state = CLIENT_JOINING;
    copy_field(client->session, sizeof(client->session), text, len, "\"sid\"");
    client->ping_ms = find_number(text, len, "\"pingInterval\"");
    if (client->session[0] == '\0') {
        fail(client, "a handshake without sid");
    } else if (client->kind->protocol == 3) {
        memcpy(client->id, client->session, sizeof(client->id)); /* and "/" is joined by itself */
    } else {
        say_packet(client, "40", 2);
    }
}

static void on_ack_text(struct client *client, const char *text, size_t len)
{
    uint64_t id = 0;

    for (; len > 0 && *text >= '0' && *text <= '9'; text++, len--) {
        id = id * 10 + (uint64_t)(*text - '0');
    }
    client->events->on_ack(client->events->ctx, client, id, text, len);
}

static void on_socketio(struct client *client, const char *text, size_t len)
{
    switch (len > 0 ? text[0] : '\0') {
    case '0':
        if (client->kind->protocol != 3) {
            copy_field(client->id, sizeof(client->id), text, len, "\"sid\"");
        }
        on_joined(client);
        break;
    case '2':
        client->events->on_event(client->events->ctx, client, text + 1, len - 1);
        break;
    case '3':
        on_ack_text(client, text + 1, len - 1);
        break;
    case '1':
        fail(client, "the server has disconnected the socket");
        break;
    case '4':
        fail(client, "the server has refused the namespace");
        break;
    default:
        fail(client, "a packet of Socket.IO that is unknown here");
        break;
    }
}

static void on_packet(struct client *client, const char *text, size_t len)
{
    switch (len > 0 ? text[0] : '\0') {
    case '0':
        on_open(client, text + 1, len - 1);
        break;
    case '1':
        fail(client, "the server has closed the session");
        break;
    case '2':
        say_packet(client, "3", 1);
        break;
    case '3':
    case '6':
        break;
    case '4':
        on_socketio(client, text + 1, len - 1);
        break;
    default:
        fail(client, "a packet of Engine.IO that is unknown here");
        break;
    }
}

/* ---- WebSocket ---- */

static void on_part(struct client *client, const struct frame *frame)
{
    bool is_alone = frame->is_last && frame->opcode != FRAME_CONTINUATION;

    if (is_alone) {
        on_packet(client, frame->payload, frame->len);
        return;
    }
    pile_append(&client->message, frame->payload, frame->len);
    if (frame->is_last) {
        struct pile message = client->message;

        client->message = (struct pile){0};
        on_packet(client, message.data, message.len);
        pile_free(&message);
    }
}

static void on_frame(struct client *client, const struct frame *frame)
{
    switch (frame->opcode) {
    case FRAME_CONTINUATION:
    case FRAME_TEXT:
        on_part(client, frame);
        break;
    case FRAME_PING:
        frame_append(&client->wires[0].out, FRAME_PONG, frame->payload, frame->len);
        say_on(client, &client->wires[0]);
        break;
    case FRAME_PONG:
        break;
    case FRAME_CLOSE:
        fail(client, "the server has closed the WebSocket");
        break;
    case FRAME_BINARY:
        fail(client, "a frame that is unknown here");
        break;
    }
}

static size_t take_frames(struct client *client, char *data, size_t len)
{
    struct frame frame;
    size_t used = 0;
    int rc = 1;

    while (rc == 1 && client->state != CLIENT_CLOSED) {
        rc = frame_take(data + used, len - used, &frame);
        if (rc == 1) {
            used += frame.used;
            on_frame(client, &frame);
        }
    }
    if (rc < 0) {
        fail(client, "that is no frame of WebSocket");
    }
    return used;
}

/* ---- HTTP ---- */

static const char *find_end(const char *at, const char *end)
{
    const char *found = memchr(at, '\x1e', (size_t)(end - at));

    return found != NULL ? found : end;
}

/* The body of an answer to a poll: packets. Lengths of revision 3 are of characters, which are bytes in what is sent here. */
static void take_payload(struct client *client, const char *at, size_t len)
{
    const char *end = at + len;

    while (at < end && client->state != CLIENT_CLOSED) {
        const char *stop = NULL;

        if (client->kind->protocol == 3) {
            char *colon = NULL;
            size_t n = strtoul(at, &colon, 10);

            if (colon == at || *colon != ':' || n > (size_t)(end - colon - 1)) {
                fail(client, "a payload without lengths");
                return;
            }
            at = colon + 1;
            stop = at + n;
        } else {
            stop = find_end(at, end);
        }
        on_packet(client, at, (size_t)(stop - at));
        at = client->kind->protocol == 3 ? stop : stop + 1;
    }
}

static void on_answer(struct client *client, struct wire *wire, const struct answer *answer)
{
    if (answer->status != (client->kind->transport == CLIENT_WEBSOCKET ? 101 : 200)) {
        fail(client, "an answer that is not the one wanted");
    } else if (client->kind->transport == CLIENT_WEBSOCKET) {
        client->is_upgraded = true;
    } else if (client->kind->transport == CLIENT_HTTP) {
        client->events->on_ack(client->events->ctx, client, client->n_answers++, answer->body,
                               answer->len);
    } else if (wire == &client->wires[0]) {
        take_payload(client, answer->body, answer->len);
        if (client->state != CLIENT_CLOSED) {
            poll_again(client);
        }
    } else {
        client->is_posting = false;
        if (client->message.len > 0) {
            post(client);
        }
    }
}

static size_t take_answers(struct client *client, struct wire *wire, char *data, size_t len)
{
    struct answer answer;
    size_t used = 0;
    int rc = 1;

    while (rc == 1 && used < len && client->state != CLIENT_CLOSED && !client->is_upgraded) {
        rc = answer_take(data + used, len - used, &answer);
        if (rc == 1) {
            used += answer.used;
            on_answer(client, wire, &answer);
        }
    }
    if (rc < 0) {
        fail(client, "that is no answer of HTTP");
    }
    return used;
}

void client_read(struct client *client, struct wire *wire, size_t most)
{
    bool is_open = wire_read(wire, most);
    struct pile in = wire->in;
    size_t used = 0;

    /* What is called from here may close the client, and the wire with it. */
    wire->in = (struct pile){0};
    if (!client->is_upgraded) {
        used = take_answers(client, wire, in.data, in.len);
    }
    if (client->is_upgraded && client->state != CLIENT_CLOSED) {
        used += take_frames(client, in.data + used, in.len - used);
    }
    if (client->state == CLIENT_CLOSED) {
        pile_free(&in);
        return;
    }
    pile_drop(&in, used);
    wire->in = in;
    if (!is_open) {
        fail(client, "the server has closed the connection");
    }
}

static void on_connected(struct client *client, struct wire *wire)
{
    wire->is_connected = true;
    if (client->kind->transport == CLIENT_HTTP) {
        on_joined(client);
    }
    say_on(client, wire);
}

void client_on_wire(struct client *client, struct wire *wire, uint32_t epoll_events)
{
    if (!wire->is_connected && (epoll_events & (EPOLLERR | EPOLLHUP)) != 0) {
        fail(client, wire_failure(wire));
        return;
    }
    if (!wire->is_connected && (epoll_events & EPOLLOUT) != 0) {
        on_connected(client, wire);
    } else if ((epoll_events & EPOLLOUT) != 0) {
        say_on(client, wire);
    }
    if (client->state != CLIENT_CLOSED && (epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        client_read(client, wire, READ_SIZE);
    }
}

/* ---- from and to the end ---- */

void client_open(struct client *client)
{
    const struct client_kind *kind = client->kind;
    char head[HEAD_SIZE];

    client->wires[0] = (struct wire){.fd = -1, .client = client};
    client->wires[1] = (struct wire){.fd = -1, .client = client};
    client->state = CLIENT_OPENING;
    client->opened_ns = base_now_ns();
    wire_open(&client->wires[0], client->epoll, &kind->to, client->index,
              client->is_slow ? SLOW_BUFFER : 0);
    if (kind->transport == CLIENT_POLLING) {
        poll_again(client);
    } else if (kind->transport == CLIENT_WEBSOCKET) {
        snprintf(head, sizeof(head),
                 "GET /socket.io/?EIO=%d&transport=websocket%s HTTP/1.1\r\nHost: %s\r\n"
                 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                 kind->protocol, kind->query, kind->to.host);
        pile_append_text(&client->wires[0].out, head);
    }
}

void client_close(struct client *client)
{
    client->state = CLIENT_CLOSED;
    wire_close(&client->wires[0]);
    wire_close(&client->wires[1]);
    pile_free(&client->message);
}
