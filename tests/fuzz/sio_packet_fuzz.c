/*
 * One packet. What must hold of a decoded one: its parts are views into the text, its payload is
 * valid, its arguments can be taken out, and its head encodes to a packet that decodes the same.
 */
#include "base/json_text.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "socketio/sio_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sio_packet_limits limits = {.max_attachments = 10, .json = {.max_depth = 100}};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static bool is_view(struct str part, struct str text)
{
    return part.len == 0 || (part.ptr >= text.ptr && part.ptr + part.len <= text.ptr + text.len);
}

static void check_round_trip(const struct sio_packet *p)
{
    struct buf text = {0};
    struct sio_packet again;

    sio_packet_encode_head(&text, p->type, p->n_attachments, p->nsp, p->id);
    buf_append_str(&text, p->payload);
    require(sio_packet_decode(buf_str(&text), &limits, &again) == 0);
    require(again.type == p->type && again.id == p->id);
    require(again.n_attachments == p->n_attachments);
    require(str_eq(again.nsp, p->nsp) && str_eq(again.payload, p->payload));
    require(str_eq(again.event, p->event));
    buf_deinit(&text);
}

static void check_arguments(struct sio_packet *p)
{
    json_t *binary = json_value_binary("x", 1);
    json_t *attachments[10];
    struct buf text = {0};
    size_t n_found = 0;
    json_t *args = NULL;

    require(binary != NULL);
    for (size_t i = 0; i < 10; i++) {
        attachments[i] = binary;
    }
    p->attachments = p->n_attachments > 0 ? attachments : NULL;
    args = sio_packet_args(p, NULL);
    require(args != NULL || p->n_attachments > 0 || p->has_nul_name);
    if (args != NULL) {
        require(json_value_write_binary(&text, args, NULL, 0, &n_found) == 0);
        require(json_text_check(buf_str(&text), &limits.json) == 0);
        require(n_found == json_value_count_binary(args));
    }
    json_decref(args);
    json_decref(binary);
    buf_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct sio_packet p;
    char *name = NULL;

    if (sio_packet_decode(text, &limits, &p) < 0) {
        return 0;
    }
    require(str_eq(p.nsp, STR("/")) || is_view(p.nsp, text));
    require(is_view(p.payload, text) && is_view(p.event, p.payload));
    require(p.id >= -1 && p.id <= SIO_MAX_ACK_ID);
    require(p.n_attachments <= limits.max_attachments);
    require(p.payload.len == 0 || p.has_nul_name || json_text_check(p.payload, &limits.json) == 0);
    name = sio_packet_event_name(&p);
    require(name == NULL || !sio_packet_is_reserved(str_from(name)) || strlen(name) < p.event.len);
    mem_free(name);
    check_round_trip(&p);
    if (p.type != SIO_CONNECT && p.type != SIO_CONNECT_ERROR) {
        check_arguments(&p);
    }
    return 0;
}
