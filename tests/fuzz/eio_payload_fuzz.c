/*
 * The three payload decoders. The first byte chooses the form, the rest is a body. What must hold:
 * packets are views into what was there, text is UTF-8, and a payload that is made of the decoded
 * packets decodes to the same ones.
 */
#include "base/utf8.h"
#include "engineio/eio_payload.h"
#include "engineio/eio_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static void check_packet(const struct eio_packet *packet)
{
    require((unsigned)packet->type < EIO_N_PACKET_TYPES);
    require(packet->is_binary || utf8_is_valid(packet->data));
}

/* Decodes, and writes the packets down as a payload again. */
static int rewrite(struct buf *out, enum eio_payload_form form, struct bytes body)
{
    struct eio_payload_decoder decoder;
    struct eio_packet packet;
    size_t n = 0;
    int rc = eio_payload_init(&decoder, form, body);

    require(rc == 0);
    while ((rc = eio_payload_next(&decoder, &packet)) == 1) {
        check_packet(&packet);
        eio_payload_append(out, form, n == 0, &packet);
        n++;
    }
    require(eio_payload_next(&decoder, &packet) == 0);
    eio_payload_deinit(&decoder);
    return rc;
}

static void check_jsonp(struct bytes form)
{
    struct buf payload = {0};
    struct buf script = {0};

    if (eio_text_unwrap_jsonp(&payload, bytes_str(form))) {
        eio_text_wrap_jsonp(&script, STR("0"), buf_str(&payload));
        require(memchr(script.ptr, '\n', script.len) == NULL);
    }
    buf_deinit(&payload);
    buf_deinit(&script);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once = {0};
    struct buf twice = {0};
    struct bytes body = {data + 1, size - 1};
    enum eio_payload_form form = EIO_PAYLOAD_V4;

    if (size == 0) {
        return 0;
    }
    if (data[0] % 4 == 3) {
        check_jsonp(body);
        return 0;
    }
    form = (enum eio_payload_form)(data[0] % 4);
    rewrite(&once, form, body);
    if (once.len > 0) {
        require(rewrite(&twice, form, buf_bytes(&once)) == 0);
        require(once.len == twice.len && memcmp(once.ptr, twice.ptr, once.len) == 0);
    }
    buf_deinit(&once);
    buf_deinit(&twice);
    return 0;
}
