#include "base/base64.h"

#include "base/macros.h"

#include <assert.h>
#include <sails/err.h>

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Writes the characters of 1 or 2 bytes: one more than there are bytes. */
static char *write_rest(char *out, const char *alphabet, const uint8_t *at, size_t n)
{
    uint32_t bits = (uint32_t)at[0] << 16;

    if (n > 1) {
        bits |= (uint32_t)at[1] << 8;
    }
    for (size_t i = 0; i <= n; i++) {
        *out++ = alphabet[bits >> (18 - 6 * i) & 0x3f];
    }
    return out;
}

static char *write_groups(char *out, const char *alphabet, struct bytes b)
{
    size_t at = 0;

    for (; b.len - at >= 3; at += 3) {
        const uint8_t *three = b.ptr + at;

        out[0] = alphabet[three[0] >> 2];
        out[1] = alphabet[(three[0] << 4 & 0x30) | three[1] >> 4];
        out[2] = alphabet[(three[1] << 2 & 0x3c) | three[2] >> 6];
        out[3] = alphabet[three[2] & 0x3f];
        out += 4;
    }
    return at < b.len ? write_rest(out, alphabet, b.ptr + at, b.len - at) : out;
}

void base64_write(char *out, struct bytes b)
{
    char *end = write_groups(out, standard, b);

    for (size_t n = b.len % 3; n == 1 || n == 2; n++) {
        *end++ = '=';
    }
}

void base64_write_url(char *out, struct bytes b)
{
    write_groups(out, url_safe, b);
}

void base64_encode(struct buf *out, struct bytes b)
{
    size_t groups = b.len / 3 + (b.len % 3 != 0);
    size_t len = 0;

    if (groups == 0) {
        return;
    }
    if (!size_mul(groups, 4, &len) || !buf_reserve(out, len)) {
        out->failed = true;
        return;
    }
    base64_write(out->ptr + out->len, b);
    out->len += len;
}

/* What a character of either alphabet stands for; -1: it is of neither. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

/* Bits that have come and are not written yet: fewer than eight between two calls. */
struct bits {
    uint32_t value;
    unsigned n;
};

/* Adds six; writes a byte once there is one. `out` has room. */
static void take_six(struct bits *bits, int six, struct buf *out)
{
    bits->value = (bits->value << 6 | (uint32_t)six) & 0xfff;
    bits->n += 6;
    if (bits->n >= 8) {
        bits->n -= 8;
        out->ptr[out->len++] = (char)(bits->value >> bits->n & 0xff);
    }
}

static bool is_standard(char c)
{
    return value_of(c) >= 0 && c != '-' && c != '_';
}

int base64_decode(struct buf *out, struct str text)
{
    struct bits bits = {0};
    size_t before = out->len;
    size_t n_padding = 0;

    if (text.len % 4 != 0) {
        return SAILS_EINVAL;
    }
    while (n_padding < 2 && text.len > n_padding && text.ptr[text.len - 1 - n_padding] == '=') {
        n_padding++;
    }
    if (!buf_reserve(out, text.len / 4 * 3)) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < text.len - n_padding; i++) {
        if (!is_standard(text.ptr[i])) {
            out->len = before;
            return SAILS_EINVAL;
        }
        take_six(&bits, value_of(text.ptr[i]), out);
    }
    if ((bits.value & ((1U << bits.n) - 1)) != 0) {
        out->len = before; /* RFC 4648 section 3.5: the bits that pad are 0 */
        return SAILS_EINVAL;
    }
    return 0;
}

int base64_decode_lenient(struct buf *out, struct str text)
{
    struct bits bits = {0};

    if (!buf_reserve(out, text.len / 4 * 3 + 3)) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < text.len; i++) {
        int six = value_of(text.ptr[i]);

        if (six >= 0) {
            take_six(&bits, six, out);
        }
    }
    return 0;
}
