#include "engineio/eio_text.h"

#include "base/utf8.h"
#include "http/url.h"

#include <sails/err.h>

#define REPLACEMENT STR("\xef\xbf\xbd") /* U+FFFD */

/*
 * The check refuses the first byte that cannot belong to the character that has begun. What came of
 * the character before it is one malformed sequence, and the byte itself may begin the next one.
 */
void eio_text_repair(struct buf *out, struct bytes text)
{
    struct utf8_check check = {0};
    size_t start = 0;
    size_t at = 0;

    while (at < text.len) {
        if (utf8_check_feed(&check, (struct bytes){text.ptr + at, 1})) {
            at++;
            if (utf8_check_is_whole(&check)) {
                buf_append(out, text.ptr + start, at - start);
                start = at;
            }
            continue;
        }
        buf_append_str(out, REPLACEMENT);
        at = at > start ? at : at + 1;
        start = at;
        check = (struct utf8_check){0};
    }
    if (start < text.len) {
        buf_append_str(out, REPLACEMENT);
    }
}

static bool is_surrogate(struct bytes text)
{
    return text.len >= 3 && text.ptr[0] == 0xed && text.ptr[1] >= 0xa0 && text.ptr[1] <= 0xbf &&
           (text.ptr[2] & 0xc0) == 0x80;
}

int eio_text_repair_surrogates(struct buf *out, struct bytes text)
{
    struct buf all = {0};
    int rc = 0;

    while (text.len > 0) {
        bool replace = is_surrogate(text);

        buf_append(&all, replace ? REPLACEMENT.ptr : (const char *)text.ptr, replace ? 3 : 1);
        text = bytes_from_offset(text, replace ? 3 : 1);
    }
    if (buf_error(&all) != 0) {
        out->failed = true;
    } else if (!utf8_is_valid(buf_bytes(&all))) {
        rc = SAILS_EPROTO;
    } else {
        buf_append_str(out, buf_str(&all));
    }
    buf_deinit(&all);
    return rc;
}

/* The letter behind the backslash for characters that have one in JSON, or 0. */
static char short_escape(char c)
{
    switch (c) {
    case '"':
        return '"';
    case '\\':
        return '\\';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

/* U+2028 or U+2029. */
static bool is_line_separator(struct str rest)
{
    return rest.len >= 3 && memcmp(rest.ptr, "\xe2\x80", 2) == 0 &&
           ((uint8_t)rest.ptr[2] == 0xa8 || (uint8_t)rest.ptr[2] == 0xa9);
}

void eio_text_append_json(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        char escape = short_escape(c);

        if (escape != '\0') {
            buf_append_char(out, '\\');
            buf_append_char(out, escape);
        } else if ((uint8_t)c < 0x20) {
            buf_printf(out, "\\u%04x", (unsigned)(uint8_t)c);
        } else if (is_line_separator(str_from_offset(text, i))) {
            buf_printf(out, "\\u%04x", (uint8_t)text.ptr[i + 2] == 0xa8 ? 0x2028U : 0x2029U);
            i += 2;
        } else {
            buf_append_char(out, c);
        }
    }
}

void eio_text_wrap_jsonp(struct buf *out, struct str index, struct str payload)
{
    buf_append_str(out, STR("___eio["));
    buf_append_str(out, index);
    buf_append_str(out, STR("](\""));
    eio_text_append_json(out, payload);
    buf_append_str(out, STR("\");"));
}

/*
 * The client has written line feeds as \n, and what was \n before as \\n, so that no browser
 * changes line ends in the form's text area. A run of backslashes before an n loses one; a run of
 * one is a line feed.
 */
static void unescape_newlines(struct buf *out, struct str text)
{
    size_t run = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == 'n' && run == 1) {
            out->len--;
            c = '\n';
        } else if (c == 'n' && run > 1) {
            out->len--;
        }
        run = c == '\\' ? run + 1 : 0;
        buf_append_char(out, c);
        if (out->failed) {
            return; /* the length that was taken back above is of bytes that are there */
        }
    }
}

/* Counts the fields named `d`, and gives the last one, raw. */
static size_t find_fields(struct str form, struct str *raw)
{
    struct str name = {0};
    struct str value = {0};
    size_t n = 0;

    while (url_take_pair(&form, &name, &value)) {
        if (str_eq(name, STR("d"))) {
            *raw = value;
            n++;
        }
    }
    return n;
}

bool eio_text_unwrap_jsonp(struct buf *out, struct str form)
{
    struct str raw = {0};
    struct buf decoded = {0};
    bool ok = false;

    if (find_fields(form, &raw) != 1) {
        return false;
    }
    ok = url_decode(&decoded, raw, true, false) == 0;
    if (ok) {
        unescape_newlines(out, buf_str(&decoded));
        ok = !out->failed;
    }
    buf_deinit(&decoded);
    return ok;
}
