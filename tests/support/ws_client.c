#include "support/ws_client.h"

#include "support/client_frame.h"
#include "support/cmocka.h"
#include "support/http_client.h"

#include <stdio.h>

/* ---- frames ---- */

static bool send_frame(struct ws_client *client, uint8_t first, const void *data, size_t len)
{
    struct buf frame = {0};
    bool is_sent = false;

    client_frame_append(&frame, first, (struct bytes){data, len});
    is_sent = buf_error(&frame) == 0 && tcp_client_send(&client->tcp, frame.ptr, frame.len);
    buf_deinit(&frame);
    return is_sent;
}

bool ws_client_send(struct ws_client *client, const char *text)
{
    return send_frame(client, 0x81, text, strlen(text));
}

bool ws_client_send_binary(struct ws_client *client, const void *data, size_t len)
{
    struct buf message = {0};
    bool is_sent = false;

    if (client->protocol == 4) {
        buf_append_char(&message, 4); /* engine-io 6.2: the packet's type is a byte here */
    }
    buf_append(&message, data, len);
    is_sent = send_frame(client, 0x82, message.ptr, message.len);
    buf_deinit(&message);
    return is_sent;
}

/* The extent of the first whole frame that has been received: false, there is none yet. */
static bool find_frame(const struct buf *in, size_t *head, size_t *len)
{
    const uint8_t *bytes = (const uint8_t *)in->ptr;
    uint64_t value = 0;
    size_t n_more = 0;

    if (in->len < 2) {
        return false;
    }
    n_more = bytes[1] == 126 ? 2 : bytes[1] == 127 ? 8 : 0;
    *head = 2 + n_more;
    if (in->len < *head) {
        return false;
    }
    value = bytes[1];
    for (size_t i = 0; i < n_more; i++) {
        value = (i == 0 ? 0 : value << 8) | bytes[2 + i];
    }
    *len = (size_t)value;
    return in->len - *head >= *len;
}

/* Moves a whole frame from what was received to `frame`; its first byte. */
static uint8_t take_frame(struct ws_client *client, size_t head, size_t len)
{
    uint8_t first = (uint8_t)client->tcp.in.ptr[0];

    buf_clear(&client->frame);
    buf_append(&client->frame, client->tcp.in.ptr + head, len);
    buf_append_char(&client->frame, '\0');
    client->frame.len--;
    buf_consume(&client->tcp.in, head + len);
    return first;
}

static enum ws_client_frame on_close_frame(struct ws_client *client)
{
    const uint8_t *payload = (const uint8_t *)client->frame.ptr;

    client->close_code = client->frame.len >= 2 ? (unsigned)(payload[0] << 8 | payload[1]) : 0;
    send_frame(client, 0x88, client->frame.ptr, client->frame.len);
    return WS_CLIENT_CLOSE;
}

enum ws_client_frame ws_client_next(struct ws_client *client, int timeout_ms)
{
    for (;;) {
        size_t head = 0, len = 0;
        uint8_t first = 0;

        while (!find_frame(&client->tcp.in, &head, &len)) {
            enum tcp_client_result result = tcp_client_receive(&client->tcp, timeout_ms);

            if (result != TCP_CLIENT_MORE) {
                return result == TCP_CLIENT_END ? WS_CLIENT_END : WS_CLIENT_SILENCE;
            }
        }
        first = take_frame(client, head, len);
        if (first == 0x88) {
            return on_close_frame(client);
        }
        if (first == 0x82) {
            if (client->protocol == 4 && client->frame.len > 0) {
                buf_consume(&client->frame, 1);
                client->frame.ptr[client->frame.len] = '\0';
            }
            return WS_CLIENT_BINARY;
        }
        if (client->protocol == 5 && strcmp(client->frame.ptr, "2") == 0) {
            ws_client_send(client, "3");
            continue;
        }
        return WS_CLIENT_TEXT;
    }
}

/* ---- connecting ---- */

/* The text behind `name` up to the next quotation mark. */
static bool copy_value(const char *text, const char *name, char *out, size_t size)
{
    const char *found = strstr(text, name);
    size_t len = 0;

    if (found == NULL) {
        return false;
    }
    found += strlen(name);
    len = strcspn(found, "\"");
    snprintf(out, size, "%.*s", (int)len, found);
    return true;
}

bool ws_client_open_bare(struct ws_client *client, unsigned port, const char *target,
                         const char *headers)
{
    struct http_answer answer = {0};
    struct buf lines = {0};
    bool is_open = false;

    *client = (struct ws_client){.tcp.fd = -1, .protocol = 5};
    buf_printf(&lines,
               "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s",
               headers);
    buf_append_char(&lines, '\0');
    if (tcp_client_open(&client->tcp, port) &&
        http_client_send(&client->tcp, "GET", target, lines.ptr, (struct str){NULL, 0})) {
        is_open = http_client_take(&client->tcp, false, &answer) && answer.status == 101;
    }
    http_answer_deinit(&answer);
    buf_deinit(&lines);
    return is_open;
}

bool ws_client_open(struct ws_client *client, unsigned port, unsigned protocol, const char *query,
                    const char *headers)
{
    struct buf target = {0};
    bool is_open = false;

    buf_printf(&target, "/socket.io/?EIO=%d&transport=websocket%s", protocol == 4 ? 3 : 4, query);
    buf_append_char(&target, '\0');
    is_open = ws_client_open_bare(client, port, target.ptr, headers);
    client->protocol = protocol;
    if (is_open) {
        is_open = ws_client_next(client, TCP_CLIENT_PATIENCE_MS) == WS_CLIENT_TEXT &&
                  copy_value(client->frame.ptr, "0{\"sid\":\"", client->sid, sizeof(client->sid));
    }
    buf_deinit(&target);
    return is_open;
}

void ws_client_close(struct ws_client *client)
{
    tcp_client_close(&client->tcp);
    buf_deinit(&client->frame);
}

bool ws_client_join(struct ws_client *client, const char *nsp, const char *auth)
{
    bool is_root = strcmp(nsp, "/") == 0;
    struct buf packet = {0};
    bool is_sent = true;

    if (client->protocol == 5 || !is_root) {
        buf_printf(&packet, "40%s%s%s", is_root ? "" : nsp, is_root ? "" : ",", auth);
        buf_append_char(&packet, '\0');
        is_sent = ws_client_send(client, packet.ptr);
        buf_deinit(&packet);
    }
    if (!is_sent || ws_client_next(client, TCP_CLIENT_PATIENCE_MS) != WS_CLIENT_TEXT ||
        strncmp(client->frame.ptr, "40", 2) != 0) {
        return false;
    }
    if (client->protocol == 5) {
        return copy_value(client->frame.ptr, "\"sid\":\"", client->id, sizeof(client->id));
    }
    /* socket-io 6: clients of protocol 4 know their id by this rule */
    snprintf(client->id, sizeof(client->id), "%s%s%s", is_root ? "" : nsp, is_root ? "" : "#",
             client->sid);
    return true;
}

/* ---- expectations ---- */

static void expect_kind(struct ws_client *client, enum ws_client_frame want, const char *what)
{
    static const char *const names[] = {"text", "binary", "Close", "end", "silence"};
    enum ws_client_frame kind = ws_client_next(client, TCP_CLIENT_PATIENCE_MS);

    if (kind != want) {
        fail_msg("expected %s, got %s: %s", what, names[kind],
                 kind == WS_CLIENT_TEXT ? client->frame.ptr : "");
    }
}

void ws_client_expect_in(struct ws_client *client, unsigned port, unsigned protocol)
{
    if (!ws_client_open(client, port, protocol, "", "") || !ws_client_join(client, "/", "")) {
        fail_msg("could not join /: %s", client->frame.len > 0 ? client->frame.ptr : "");
    }
}

void ws_client_expect(struct ws_client *client, const char *text)
{
    expect_kind(client, WS_CLIENT_TEXT, text);
    assert_string_equal(client->frame.ptr, text);
}

void ws_client_expect_start(struct ws_client *client, const char *start)
{
    expect_kind(client, WS_CLIENT_TEXT, start);
    if (strncmp(client->frame.ptr, start, strlen(start)) != 0) {
        fail_msg("expected %s..., got %s", start, client->frame.ptr);
    }
}

void ws_client_expect_binary(struct ws_client *client, const void *data, size_t len)
{
    expect_kind(client, WS_CLIENT_BINARY, "binary");
    assert_int_equal(client->frame.len, len);
    assert_memory_equal(client->frame.ptr, data, len);
}

void ws_client_expect_answer(struct ws_client *client, const char *sent, const char *text)
{
    assert_true(ws_client_send(client, sent));
    ws_client_expect(client, text);
}

void ws_client_expect_close(struct ws_client *client)
{
    expect_kind(client, WS_CLIENT_CLOSE, "Close");
}
