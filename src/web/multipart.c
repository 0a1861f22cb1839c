#include "web/multipart.h"

#include "base/macros.h"
#include "web/multipart_head.h"

#include <assert.h>
#include <sails/err.h>

/*
 *                  +-----------------------------------------+
 *                  v                                         |
 *  PREAMBLE --> TAIL --CRLF--> HEAD --blank line--> IN_FIELD, IN_FILE, IN_NOTHING
 *                  |
 *                  +--"--"--> OVER
 *
 * A delimiter is CR LF "--" boundary. The first one may stand at the very beginning, as if a line end
 * had been there: so matching begins with two bytes matched. As the boundary has no CR, a delimiter
 * cannot begin within another one's beginning: where a match breaks off, what was matched is content,
 * and the delimiter itself spells it. Nothing has to be kept back.
 *
 * I1  matched < delimiter_len between calls.
 * I2  n_text <= limits->text: all is counted but files, and delimiters, of which there are few.
 */

const struct multipart_limits multipart_default_limits = {
    .n_parts = 1000,
    .head = 8 * 1024,
    .name = 255,
    .value = 1000 * 1000,
    .text = 1000 * 1000,
};

static int fail_with(struct multipart *m, int err)
{
    m->error = err;
    return err;
}

static int count_text(struct multipart *m, size_t n)
{
    if (n > m->limits->text - m->n_text) {
        return fail_with(m, SAILS_ETOOBIG);
    }
    m->n_text += n;
    return 0;
}

/* ---- the boundary ---- */

static bool is_boundary(struct str boundary)
{
    for (size_t i = 0; i < boundary.len; i++) {
        if (boundary.ptr[i] < 0x20 || boundary.ptr[i] > 0x7e) {
            return false;
        }
    }
    return boundary.len > 0 && boundary.len <= MULTIPART_BOUNDARY_MAX;
}

int multipart_init(struct multipart *m, struct str content_type,
                   const struct multipart_limits *limits)
{
    struct str rest = content_type;
    struct str name = {NULL, 0};
    struct buf value = {0};
    bool is_found = false;
    bool ok = true;
    int rc = 0;

    *m = (struct multipart){.limits = limits, .matched = 2};
    while (!is_found && multipart_head_take_param(&rest, &name, &value, &ok)) {
        is_found = str_eq_nocase(name, STR("boundary"));
    }
    rc = buf_error(&value);
    if (rc == 0 && (!ok || !is_found || !is_boundary(buf_str(&value)))) {
        rc = SAILS_EPROTO;
    }
    if (rc == 0) {
        memcpy(m->delimiter, "\r\n--", 4);
        memcpy(m->delimiter + 4, value.ptr, value.len);
        m->delimiter_len = 4 + value.len;
    }
    buf_deinit(&value);
    return rc;
}

void multipart_deinit(struct multipart *m)
{
    buf_deinit(&m->head);
    buf_deinit(&m->name);
    buf_deinit(&m->value);
    buf_deinit(&m->filename);
    buf_deinit(&m->type);
}

bool multipart_is_over(const struct multipart *m)
{
    return m->state == MULTIPART_OVER;
}

/* ---- content, up to a delimiter ---- */

/* How many bytes `in` and the delimiter have in common, from `matched` of the latter on. */
static size_t common_len(const struct multipart *m, struct bytes in)
{
    size_t n = 0;

    while (n < in.len && m->matched + n < m->delimiter_len &&
           in.ptr[n] == (uint8_t)m->delimiter[m->matched + n]) {
        n++;
    }
    return n;
}

/* Offset of the first byte with which a delimiter begins, or may begin; or the length. */
static size_t find_delimiter(const struct multipart *m, struct bytes in)
{
    size_t at = 0;

    while (at < in.len) {
        const uint8_t *cr = memchr(in.ptr + at, '\r', in.len - at);
        size_t n = 0;

        if (cr == NULL) {
            return in.len;
        }
        at = (size_t)(cr - in.ptr);
        n = common_len(m, bytes_from_offset(in, at));
        if (n == m->delimiter_len || at + n == in.len) {
            return at;
        }
        at += n;
    }
    return in.len;
}

/* Takes content into *content, or some of a delimiter. True: the delimiter is whole. */
static bool take_content(struct multipart *m, struct bytes *in, struct bytes *content)
{
    size_t n = 0;

    *content = (struct bytes){NULL, 0};
    if (m->matched == 0) {
        n = find_delimiter(m, *in);
        *content = (struct bytes){in->ptr, n};
        *in = bytes_from_offset(*in, n);
        if (n > 0) {
            return false;
        }
    }
    n = common_len(m, *in);
    m->matched += n;
    *in = bytes_from_offset(*in, n);
    if (m->matched == m->delimiter_len) {
        m->matched = 0; /* I1 */
        return true;
    }
    if (in->len > 0) {
        *content = (struct bytes){(const uint8_t *)m->delimiter, m->matched};
        m->matched = 0;
    }
    return false;
}

/* ---- the states ---- */

static int on_preamble(struct multipart *m, struct bytes *in)
{
    size_t before = in->len;
    struct bytes ignored;

    if (take_content(m, in, &ignored)) {
        m->state = MULTIPART_TAIL;
    }
    return count_text(m, before - in->len);
}

/* Behind a delimiter: blanks (section 5.1.1: transport padding), and a line end or "--". */
static int on_tail(struct multipart *m, struct bytes *in)
{
    uint8_t c = in->ptr[0];

    *in = bytes_from_offset(*in, 1);
    switch (m->state) {
    case MULTIPART_TAIL_LF:
        buf_clear(&m->head);
        m->state = MULTIPART_HEAD;
        return c == '\n' ? count_text(m, 1) : fail_with(m, SAILS_EPROTO);
    case MULTIPART_TAIL_HYPHEN:
        m->state = MULTIPART_OVER;
        return c == '-' ? 0 : fail_with(m, SAILS_EPROTO);
    default:
        break;
    }
    if (c == '\r') {
        m->state = MULTIPART_TAIL_LF;
    } else if (c == '-') {
        m->state = MULTIPART_TAIL_HYPHEN;
    } else if (c != ' ' && c != '\t') {
        return fail_with(m, SAILS_EPROTO);
    }
    return count_text(m, 1);
}

/* ---- the head of a part ---- */

/* A form whose field for a file was left empty sends a file without a name: it is none. */
static int begin_part(struct multipart *m, struct multipart_event *event)
{
    bool is_file = false;
    int rc = multipart_head_read(m, &is_file);

    m->n_parts++;
    if (rc == 0 && (m->n_parts > m->limits->n_parts || m->name.len > m->limits->name ||
                    m->filename.len > m->limits->name)) {
        rc = SAILS_ETOOBIG;
    }
    if (rc < 0) {
        return fail_with(m, rc);
    }
    buf_clear(&m->value);
    if (!is_file) {
        m->state = MULTIPART_IN_FIELD;
    } else if (m->filename.len == 0) {
        m->state = MULTIPART_IN_NOTHING;
    } else {
        m->state = MULTIPART_IN_FILE;
        *event = (struct multipart_event){.kind = MULTIPART_FILE,
                                          .name = buf_str(&m->name),
                                          .filename = buf_str(&m->filename),
                                          .type = buf_str(&m->type)};
    }
    return 0;
}

static bool is_head_whole(const struct buf *head)
{
    return (head->len == 2 && memcmp(head->ptr, "\r\n", 2) == 0) ||
           (head->len >= 4 && memcmp(head->ptr + head->len - 4, "\r\n\r\n", 4) == 0);
}

static int on_head(struct multipart *m, struct bytes *in, struct multipart_event *event)
{
    while (in->len > 0) {
        buf_append_char(&m->head, (char)in->ptr[0]);
        *in = bytes_from_offset(*in, 1);
        if (m->head.len > m->limits->head) {
            return fail_with(m, SAILS_ETOOBIG);
        }
        if (buf_error(&m->head) < 0) {
            return fail_with(m, SAILS_ENOMEM);
        }
        if (is_head_whole(&m->head)) {
            return count_text(m, m->head.len) < 0 ? m->error : begin_part(m, event);
        }
    }
    return 0;
}

/* ---- contents ---- */

static int on_field(struct multipart *m, struct bytes *in, struct multipart_event *event)
{
    struct bytes content;
    bool is_whole = take_content(m, in, &content);

    if (content.len > m->limits->value - m->value.len) {
        return fail_with(m, SAILS_ETOOBIG);
    }
    buf_append(&m->value, content.ptr, content.len);
    if (count_text(m, content.len) < 0) {
        return m->error;
    }
    if (buf_error(&m->value) < 0) {
        return fail_with(m, SAILS_ENOMEM);
    }
    if (is_whole) {
        m->state = MULTIPART_TAIL;
        *event = (struct multipart_event){
            .kind = MULTIPART_FIELD, .name = buf_str(&m->name), .value = buf_str(&m->value)};
    }
    return 0;
}

static int on_file(struct multipart *m, struct bytes *in, struct multipart_event *event)
{
    struct bytes content;

    if (take_content(m, in, &content)) {
        m->state = MULTIPART_TAIL;
        event->kind = MULTIPART_FILE_END;
    } else if (content.len > 0) {
        event->kind = MULTIPART_DATA;
        event->data = content;
    }
    return 0;
}

static int on_nothing(struct multipart *m, struct bytes *in)
{
    struct bytes content;

    if (take_content(m, in, &content)) {
        m->state = MULTIPART_TAIL;
    }
    return count_text(m, content.len);
}

static int on_epilogue(struct multipart *m, struct bytes *in)
{
    size_t n = in->len;

    *in = (struct bytes){NULL, 0};
    return count_text(m, n);
}

/* One step; it may be without an event. */
static int step(struct multipart *m, struct bytes *in, struct multipart_event *event)
{
    switch (m->state) {
    case MULTIPART_PREAMBLE:
        return on_preamble(m, in);
    case MULTIPART_TAIL:
    case MULTIPART_TAIL_LF:
    case MULTIPART_TAIL_HYPHEN: {
        int rc = on_tail(m, in);

        if (rc == 0 && m->state == MULTIPART_OVER) {
            event->kind = MULTIPART_END;
        }
        return rc;
    }
    case MULTIPART_HEAD:
        return on_head(m, in, event);
    case MULTIPART_IN_FIELD:
        return on_field(m, in, event);
    case MULTIPART_IN_FILE:
        return on_file(m, in, event);
    case MULTIPART_IN_NOTHING:
        return on_nothing(m, in);
    case MULTIPART_OVER:
        return on_epilogue(m, in);
    }
    return 0;
}

static void multipart_check(const struct multipart *m)
{
    assert(m->matched < m->delimiter_len || m->error != 0); /* I1 */
    assert(m->n_text <= m->limits->text);                   /* I2 */
    (void)m;
}

int multipart_next(struct multipart *m, struct bytes *in, struct multipart_event *event)
{
    *event = (struct multipart_event){.kind = MULTIPART_MORE};
    while (m->error == 0 && in->len > 0 && event->kind == MULTIPART_MORE) {
        (void)step(m, in, event);
    }
    multipart_check(m);
    return m->error;
}
