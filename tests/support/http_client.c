#include "support/http_client.h"

#include "support/cmocka.h"

#include <stdlib.h>

static bool send_text(struct tcp_client *client, struct buf *text)
{
    bool is_sent = buf_error(text) == 0 && tcp_client_send(client, text->ptr, text->len);

    buf_deinit(text);
    return is_sent;
}

bool http_client_send(struct tcp_client *client, const char *method, const char *target,
                      const char *headers, struct str body)
{
    struct buf text = {0};

    buf_printf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target, headers);
    if (body.ptr != NULL) {
        buf_printf(&text, "Content-Length: %zu\r\n", body.len);
    }
    buf_append_str(&text, STR("\r\n"));
    buf_append_str(&text, body);
    return send_text(client, &text);
}

/* Where the head ends, or 0. */
static size_t head_len(const struct buf *in)
{
    for (size_t i = 3; i < in->len; i++) {
        if (memcmp(in->ptr + i - 3, "\r\n\r\n", 4) == 0) {
            return i + 1;
        }
    }
    return 0;
}

struct str http_answer_header(const struct http_answer *answer, const char *name)
{
    struct str rest = buf_str(&answer->head);
    struct str line;

    while (str_take_part(&rest, '\n', &line)) {
        size_t colon = str_find(line, ':');

        if (str_eq_nocase((struct str){line.ptr, colon}, str_from(name)) && colon < line.len) {
            return str_trim(str_trim(
                (struct str){line.ptr + colon + 1,
                             line.len - colon - 1 - (line.ptr[line.len - 1] == '\r' ? 1 : 0)}));
        }
    }
    return (struct str){NULL, 0};
}

static bool receive_until(struct tcp_client *client, size_t len)
{
    while (client->in.len < len) {
        if (tcp_client_receive(client, TCP_CLIENT_PATIENCE_MS) != TCP_CLIENT_MORE) {
            return false;
        }
    }
    return true;
}

static void terminate(struct buf *text)
{
    buf_append_char(text, '\0');
    text->len--;
}

static bool take_head(struct tcp_client *client, struct http_answer *answer)
{
    uint64_t status = 0;
    size_t len = 0;

    while (len == 0) {
        len = head_len(&client->in);
        if (len == 0 && !receive_until(client, client->in.len + 1)) {
            return false;
        }
    }
    buf_append(&answer->head, client->in.ptr, len);
    terminate(&answer->head);
    buf_consume(&client->in, len);
    if (!str_starts_with(buf_str(&answer->head), STR("HTTP/1.1 ")) ||
        !str_to_u64((struct str){answer->head.ptr + 9, 3}, 999, &status)) {
        return false;
    }
    answer->status = (unsigned)status;
    return true;
}

/* A line "1a3f" with its CRLF, which says how many bytes follow. */
static bool take_chunk_size(struct tcp_client *client, size_t *size)
{
    size_t end = 0;

    while (str_find(buf_str(&client->in), '\n') == client->in.len) {
        if (!receive_until(client, client->in.len + 1)) {
            return false;
        }
    }
    end = str_find(buf_str(&client->in), '\n');
    *size = (size_t)strtoul(client->in.ptr, NULL, 16);
    buf_consume(&client->in, end + 1);
    return true;
}

/* Without trailers. */
static bool take_chunks(struct tcp_client *client, struct buf *body)
{
    size_t size = 0;

    do {
        if (!take_chunk_size(client, &size) || !receive_until(client, size + 2)) {
            return false;
        }
        buf_append(body, client->in.ptr, size);
        buf_consume(&client->in, size + 2);
    } while (size > 0);
    return true;
}

static bool take_body(struct tcp_client *client, struct http_answer *answer)
{
    struct str length = http_answer_header(answer, "content-length");
    uint64_t len = 0;

    if (str_eq(http_answer_header(answer, "transfer-encoding"), STR("chunked"))) {
        return take_chunks(client, &answer->body);
    }
    if (!str_to_u64(length, UINT32_MAX, &len) || !receive_until(client, (size_t)len)) {
        return false;
    }
    buf_append(&answer->body, client->in.ptr, (size_t)len);
    buf_consume(&client->in, (size_t)len);
    return true;
}

bool http_client_take(struct tcp_client *client, bool has_body, struct http_answer *answer)
{
    *answer = (struct http_answer){0};
    if (!take_head(client, answer)) {
        return false;
    }
    if (has_body && answer->status != 304 && answer->status != 204 && answer->status >= 200 &&
        !take_body(client, answer)) {
        return false;
    }
    terminate(&answer->body);
    return true;
}

bool http_client_ask(unsigned port, const char *method, const char *target, const char *headers,
                     struct str body, struct http_answer *answer)
{
    struct tcp_client client;
    bool is_answered = false;

    *answer = (struct http_answer){0};
    if (tcp_client_open(&client, port) &&
        http_client_send(&client, method, target, headers, body)) {
        is_answered = http_client_take(&client, strcmp(method, "HEAD") != 0, answer);
    }
    tcp_client_close(&client);
    return is_answered;
}

void http_answer_deinit(struct http_answer *answer)
{
    buf_deinit(&answer->head);
    buf_deinit(&answer->body);
}

void http_client_expect(unsigned port, const char *method, const char *target, const char *headers,
                        const char *body, unsigned want_status, const char *want_body)
{
    struct http_answer answer;
    struct str sent = body != NULL ? str_from(body) : (struct str){NULL, 0};

    if (!http_client_ask(port, method, target, headers, sent, &answer)) {
        fail_msg("%s %s: no answer", method, target);
    }
    if (answer.status != want_status) {
        fail_msg("%s %s: status %u, not %u; body: %s", method, target, answer.status, want_status,
                 answer.body.ptr);
    }
    if (want_body != NULL) {
        assert_string_equal(answer.body.ptr, want_body);
    }
    http_answer_deinit(&answer);
}
