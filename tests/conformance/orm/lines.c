#include "lines.h"

#include "base/json_parse.h"
#include "base/json_write.h"

#include <errno.h>
#include <sails/err.h>
#include <unistd.h>

static struct buf input;    /* what has been read and not been handed out */
static size_t n_handed_out; /* of its first bytes: the line that was last seen, and its LF */

/* 1: there is more; 0: the end; -errno, SAILS_ENOMEM. */
static int receive(void)
{
    ssize_t n;

    if (!buf_reserve(&input, 65536)) {
        return SAILS_ENOMEM;
    }
    do {
        n = read(STDIN_FILENO, input.ptr + input.len, input.cap - input.len);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return -errno;
    }
    input.len += (size_t)n;
    return n > 0;
}

/* Forgets what there is of a line that is too long, up to its LF. */
static int skip_line(void)
{
    int rc = 1;

    while (rc > 0) {
        size_t end = str_find(buf_str(&input), '\n');
        if (end < input.len) {
            n_handed_out = end + 1;
            break;
        }
        buf_clear(&input);
        rc = receive();
    }
    return rc < 0 ? rc : SAILS_ETOOBIG;
}

int lines_read(struct str *line)
{
    size_t seen = 0; /* without an LF in it */

    buf_consume(&input, n_handed_out);
    n_handed_out = 0;
    for (;;) {
        size_t end = seen + str_find(str_from_offset(buf_str(&input), seen), '\n');

        if (end > LINE_MAX_BYTES) {
            return skip_line();
        }
        if (end < input.len) {
            *line = (struct str){input.ptr, end};
            n_handed_out = end + 1;
            return 1;
        }
        seen = input.len;
        int rc = receive();
        if (rc < 0 || (rc == 0 && input.len == 0)) {
            return rc;
        }
        if (rc == 0) {
            *line = buf_str(&input);
            n_handed_out = input.len;
            return 1;
        }
    }
}

int lines_read_json(json_t **value)
{
    static const struct json_limits limits = {.max_depth = LINE_MAX_DEPTH};
    struct str line = {0};
    int rc = lines_read(&line);

    if (rc <= 0) {
        return rc;
    }
    rc = json_parse(line, &limits, value);
    return rc < 0 ? rc : 1;
}

/* ---- writing ---- */

static void append_value(struct buf *out, const json_t *value);

static void append_text(struct buf *out, const char *text, size_t len)
{
    /* jansson holds nothing that is no UTF-8. */
    if (json_write_string(out, (struct str){text, len}) == SAILS_EJSON) {
        buf_append_str(out, STR("null"));
    }
}

static void append_list(struct buf *out, const json_t *list)
{
    size_t i;
    const json_t *item;

    buf_append_char(out, '[');
    json_array_foreach(list, i, item)
    {
        if (i > 0) {
            buf_append_char(out, ',');
        }
        append_value(out, item);
    }
    buf_append_char(out, ']');
}

static void append_dictionary(struct buf *out, json_t *dictionary)
{
    const char *key;
    size_t len;
    const json_t *item;
    bool is_first = true;

    buf_append_char(out, '{');
    json_object_keylen_foreach(dictionary, key, len, item)
    {
        if (!is_first) {
            buf_append_char(out, ',');
        }
        is_first = false;
        append_text(out, key, len);
        buf_append_char(out, ':');
        append_value(out, item);
    }
    buf_append_char(out, '}');
}

static void append_value(struct buf *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        append_dictionary(out, (json_t *)(uintptr_t)value); /* jansson's iterator is not const */
        break;
    case JSON_ARRAY:
        append_list(out, value);
        break;
    case JSON_STRING:
        append_text(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        json_write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        json_write_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        buf_append_str(out, json_is_null(value)   ? STR("null")
                            : json_is_true(value) ? STR("true")
                                                  : STR("false"));
        break;
    }
}

static void fail(const char *why)
{
    fprintf(stderr, "conformance-orm: %s\n", why);
    exit(1);
}

void lines_write(json_t *value)
{
    struct buf out = {0};
    size_t written = 0;

    if (value == NULL) {
        fail("out of memory");
    }
    append_value(&out, value);
    buf_append_char(&out, '\n');
    if (buf_error(&out) < 0) {
        fail("out of memory");
    }
    while (written < out.len) {
        ssize_t n = write(STDOUT_FILENO, out.ptr + written, out.len - written);
        if (n < 0 && errno != EINTR) {
            fail("standard output is closed");
        }
        written += n > 0 ? (size_t)n : 0;
    }
    buf_deinit(&out);
    json_decref(value);
}
