#include "websocket/ws_intake.h"

#include "base/mem.h"
#include "websocket/ws_inflate.h"

#include <assert.h>

enum {
    /* Compressed bytes are unmasked in portions on the stack; a multiple of the mask's length. */
    UNMASK_PORTION = 4096
};

struct ws_intake *ws_intake_create_copy(const struct ws_intake *in)
{
    struct ws_intake *copy = mem_alloc(sizeof(*copy));
    struct buf message = {0};

    if (copy == NULL) {
        return NULL;
    }
    if (in->message.len > 0) {
        buf_append_str(&message, buf_str(&in->message));
        if (buf_error(&message) < 0) {
            mem_free(copy);
            return NULL;
        }
    }
    *copy = *in;
    copy->message = message;
    return copy;
}

void ws_intake_destroy(struct ws_intake *in, struct byte_budget *budget)
{
    if (in == NULL) {
        return;
    }
    byte_budget_set(budget, &in->charged, 0);
    buf_deinit(&in->message);
    buf_deinit(&in->unread);
    mem_free(in);
}

void ws_intake_add_control(struct ws_intake *in, const struct ws_chunk *chunk)
{
    if (chunk->begins_frame) {
        in->control_len = 0;
    }
    assert(chunk->masked.len <= sizeof(in->control) - in->control_len);
    ws_frame_unmask(in->control + in->control_len, chunk->masked, chunk->mask);
    in->control_len = (uint8_t)(in->control_len + chunk->masked.len);
}

int ws_intake_add_plain(struct ws_intake *in, const struct ws_chunk *chunk)
{
    if (chunk->masked.len > 0) {
        buf_reserve(&in->message, chunk->masked.len);
        if (buf_error(&in->message) == 0) {
            ws_frame_unmask((uint8_t *)in->message.ptr + in->message.len, chunk->masked,
                            chunk->mask);
            in->message.len += chunk->masked.len;
        }
    }
    return buf_error(&in->message);
}

int ws_intake_add_deflated(struct ws_intake *in, const struct ws_chunk *chunk,
                           struct ws_inflater *inflater, size_t max)
{
    struct bytes rest = chunk->masked;
    int rc = 0;

    while (rc == 0 && rest.len > 0) {
        uint8_t portion[UNMASK_PORTION];
        size_t n = rest.len < sizeof(portion) ? rest.len : sizeof(portion);

        ws_frame_unmask(portion, (struct bytes){rest.ptr, n}, chunk->mask);
        rc = ws_inflater_feed(inflater, (struct bytes){portion, n}, &in->message, max);
        rest = bytes_from_offset(rest, n);
    }
    return rc;
}
