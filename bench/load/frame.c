#include "load/frame.h"

#include <string.h>

enum {
    MASKED = 0x80,
    LAST = 0x80,
    HEAD_MAX = 14
};

static size_t read_length(const unsigned char *at, size_t n_bytes)
{
    size_t len = 0;

    for (size_t i = 0; i < n_bytes; i++) {
        len = len << 8 | at[i];
    }
    return len;
}

int frame_take(char *data, size_t len, struct frame *frame)
{
    const unsigned char *bytes = (const unsigned char *)data;
    size_t head = 2, payload = 0;

    if (len < 2) {
        return 0;
    }
    if ((bytes[0] & 0x70) != 0 || (bytes[1] & MASKED) != 0) {
        return -1; /* no extension was offered; a server does not mask */
    }
    payload = bytes[1];
    if (payload >= 126) {
        size_t n_bytes = payload == 126 ? 2 : 8;

        head += n_bytes;
        if (len < head) {
            return 0;
        }
        payload = read_length(bytes + 2, n_bytes);
    }
    if (len - head < payload) {
        return 0;
    }
    *frame = (struct frame){.is_last = (bytes[0] & LAST) != 0,
                            .opcode = (enum frame_opcode)(bytes[0] & 0x0f),
                            .payload = data + head,
                            .len = payload,
                            .used = head + payload};
    return 1;
}

void frame_append(struct pile *to, enum frame_opcode opcode, const char *payload, size_t len)
{
    unsigned char *at = (unsigned char *)pile_reserve(to, HEAD_MAX + len);
    size_t n_bytes = len < 126 ? 0 : len <= 0xffff ? 2 : 8;

    at[0] = (unsigned char)(LAST | opcode);
    at[1] = (unsigned char)(MASKED | (n_bytes == 0 ? len : n_bytes == 2 ? 126 : 127));
    for (size_t i = 0; i < n_bytes; i++) {
        at[2 + i] = (unsigned char)(len >> 8 * (n_bytes - 1 - i));
    }
    memset(at + 2 + n_bytes, 0, 4);
    if (len > 0) {
        memcpy(at + 6 + n_bytes, payload, len);
    }
    to->len += 6 + n_bytes + len;
}
