/*
 * utf8.c
 *
 * What may follow depends on the character's first byte only, and of the bytes behind it only the
 * first has a range of its own (RFC 3629 section 4):
 *
 *      00-7F                        E0 A0-BF 80-BF       F0 90-BF 80-BF 80-BF
 *      C2-DF 80-BF                  ED 80-9F 80-BF       F1-F3 80-BF 80-BF 80-BF
 *      E1-EC, EE, EF 80-BF 80-BF                         F4 80-8F 80-BF 80-BF
 *
 * So "how many are missing, and between what is the next" is the whole state, and overlong forms,
 * surrogates and what is above U+10FFFF fall at their first or second byte.
 */
#include "base/utf8.h"

enum {
    CONTINUATION_LOW = 0x80,
    CONTINUATION_HIGH = 0xbf
};

static uint64_t load(const uint8_t *at)
{
    uint64_t word = 0;

    memcpy(&word, at, sizeof(word));
    return word;
}

/* Bytes of ASCII at the beginning, eight at a time; the last few are left to the caller. */
static size_t skip_ascii(const uint8_t *at, size_t len)
{
    size_t done = 0;

    while (len - done >= sizeof(uint64_t)) {
        if ((load(at + done) & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        done += sizeof(uint64_t);
    }
    return done;
}

/* In words, the last of which overlaps the one before. */
static bool is_ascii(const uint8_t *at, size_t len)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t all = 0;

    if (len < sizeof(uint64_t)) {
        for (size_t i = 0; i < len; i++) {
            all |= at[i];
        }
        return (all & tops) == 0;
    }
    for (size_t i = 0; i < len - sizeof(uint64_t); i += sizeof(uint64_t)) {
        all |= load(at + i);
    }
    return ((all | load(at + len - sizeof(uint64_t))) & tops) == 0;
}

static bool begin_character(struct utf8_check *check, uint8_t first)
{
    *check = (struct utf8_check){.low = CONTINUATION_LOW, .high = CONTINUATION_HIGH};
    if (first < 0x80) {
        return true;
    }
    if (first < 0xc2 || first > 0xf4) {
        return false;
    }
    check->missing = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first == 0xe0) {
        check->low = 0xa0; /* else it would fit into two bytes */
    } else if (first == 0xed) {
        check->high = 0x9f; /* above are the surrogates */
    } else if (first == 0xf0) {
        check->low = 0x90; /* else it would fit into three bytes */
    } else if (first == 0xf4) {
        check->high = 0x8f; /* above is more than U+10FFFF */
    }
    return true;
}

static bool continue_character(struct utf8_check *check, uint8_t next)
{
    if (next < check->low || next > check->high) {
        return false;
    }
    check->missing--;
    check->low = CONTINUATION_LOW;
    check->high = CONTINUATION_HIGH;
    return true;
}

bool utf8_check_feed(struct utf8_check *check, struct bytes piece)
{
    struct utf8_check state = *check; /* in registers */
    bool is_valid = true;

    if (state.missing == 0 && is_ascii(piece.ptr, piece.len)) {
        return true;
    }
    for (size_t at = 0; at < piece.len && is_valid;) {
        if (state.missing > 0) {
            is_valid = continue_character(&state, piece.ptr[at++]);
            continue;
        }
        at += skip_ascii(piece.ptr + at, piece.len - at);
        if (at < piece.len) {
            is_valid = begin_character(&state, piece.ptr[at++]);
        }
    }
    *check = state;
    return is_valid;
}

bool utf8_is_valid(struct bytes text)
{
    struct utf8_check check = {0};

    return utf8_check_feed(&check, text) && utf8_check_is_whole(&check);
}

void utf8_append_any(struct buf *out, struct str bytes)
{
    if (utf8_is_valid(str_bytes(bytes))) {
        buf_append_str(out, bytes);
        return;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = (uint8_t)bytes.ptr[i];

        if (c >= 0x80) {
            buf_append_char(out, (char)(0xc0 | c >> 6));
            c = 0x80 | (c & 0x3f);
        }
        buf_append_char(out, (char)c);
    }
}

struct str utf8_cut(struct str text, size_t max)
{
    size_t len = text.len;

    if (len > max) {
        len = max;
        while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    return (struct str){text.ptr, len};
}

size_t utf8_utf16_len(struct str text)
{
    size_t units = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = (uint8_t)text.ptr[i];

        /* Each character has one byte that is no continuation; those of four bytes are a pair. */
        units += (size_t)((byte & 0xc0) != 0x80) + (size_t)(byte >= 0xf0);
    }
    return units;
}
