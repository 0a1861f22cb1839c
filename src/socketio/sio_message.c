#include "socketio/sio_message.h"

#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/json_write.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/msgpack_value.h"
#include "base/utf8.h"
#include "socketio/sio_msgpack.h"

#include <sails/err.h>

enum {
    DEFAULT_MAX_ATTACHMENTS = 10 /* what clients accept (socket-io 3) */
};

/* The text and the attachments of a message under construction. */
struct draft {
    struct buf text;
    struct bytes *found;
    size_t n_found;
    size_t n_binary;
};

static void draft_deinit(struct draft *d)
{
    buf_deinit(&d->text);
    mem_free(d->found);
}

/* A message without parts yet. */
static struct sio_message *allocate(size_t n_parts)
{
    size_t size = 0;
    struct sio_message *m = NULL;

    if (!size_mul(n_parts, sizeof(m->parts[0]), &size) || !size_add(size, sizeof(*m), &size)) {
        return NULL;
    }
    m = mem_alloc(size);
    if (m != NULL) {
        atomic_init(&m->refs, 1);
        m->n_parts = 0;
        m->mark = 0;
    }
    return m;
}

static bool add_part(struct sio_message *m, bool is_binary, struct bytes data,
                     const struct sio_message_options *options)
{
    struct eio_message *part =
        eio_message_create(is_binary, data, !options->no_compress, !options->no_v3);

    if (part == NULL) {
        return false;
    }
    m->parts[m->n_parts++] = part;
    return true;
}

/* A value that is in the arguments twice is sent twice, but made and kept once. */
static bool add_attachment(struct sio_message *m, const struct draft *d, size_t at,
                           const struct sio_message_options *options)
{
    for (size_t i = 0; i < at; i++) {
        if (d->found[i].ptr == d->found[at].ptr && d->found[i].len == d->found[at].len) {
            m->parts[m->n_parts++] = eio_message_retain(m->parts[1 + i]);
            return true;
        }
    }
    return add_part(m, true, d->found[at], options);
}

static int finish(const struct draft *d, const struct sio_message_options *options,
                  struct sio_message **out)
{
    struct sio_message *m = buf_error(&d->text) == 0 ? allocate(1 + d->n_found) : NULL;
    bool done = m != NULL && add_part(m, false, buf_bytes(&d->text), options);

    for (size_t i = 0; i < d->n_found && done; i++) {
        done = add_attachment(m, d, i, options);
    }
    if (!done) {
        sio_message_release(m);
        return SAILS_ENOMEM;
    }
    *out = m;
    return 0;
}

/* Room for the attachments, whose number the head names before the first of them is written. */
static int prepare_attachments(struct draft *d, size_t max)
{
    if (d->n_found > (max > 0 ? max : DEFAULT_MAX_ATTACHMENTS)) {
        return SAILS_ETOOBIG;
    }
    d->n_binary = d->n_found;
    d->found = mem_calloc(d->n_binary, sizeof(*d->found));
    return d->found != NULL ? 0 : SAILS_ENOMEM;
}

static int write_string_argument(struct draft *d, const char **separator, const char *text)
{
    if (text == NULL) {
        return 0;
    }
    buf_append_str(&d->text, str_from(*separator));
    *separator = ",";
    return json_write_string(&d->text, str_from(text));
}

static int write_payload(struct draft *d, const char *event, json_t *args, const char *offset)
{
    const char *separator = "";
    int rc = 0;

    buf_append_char(&d->text, '[');
    rc = write_string_argument(d, &separator, event);
    for (size_t i = 0; i < json_array_size(args) && rc == 0; i++) {
        buf_append_str(&d->text, str_from(separator));
        separator = ",";
        rc = json_value_write_binary(&d->text, json_array_get(args, i), d->found, d->n_binary,
                                     &d->n_found);
    }
    if (rc == 0) {
        rc = write_string_argument(d, &separator, offset);
    }
    buf_append_char(&d->text, ']');
    return rc;
}

static enum sio_packet_type type_of(const char *event, size_t n_binary)
{
    if (event != NULL) {
        return n_binary > 0 ? SIO_BINARY_EVENT : SIO_EVENT;
    }
    return n_binary > 0 ? SIO_BINARY_ACK : SIO_ACK;
}

/* ---- as MessagePack ---- */

static int create_msgpack(enum sio_packet_type type, struct str nsp, int64_t id, json_t *data,
                          const struct sio_message_options *options, struct sio_message **out)
{
    struct buf packed = {0};
    struct sio_message *m = NULL;
    int rc = sio_msgpack_encode(&packed, type, nsp, data, id);

    if (rc == 0) {
        m = allocate(1);
        rc = m != NULL && add_part(m, true, buf_bytes(&packed), options) ? 0 : SAILS_ENOMEM;
    }
    buf_deinit(&packed);
    if (rc < 0) {
        sio_message_release(m);
        return rc;
    }
    *out = m;
    return 0;
}

/* [event, ...args, offset]; NULL: no memory. */
static json_t *data_of(const char *event, json_t *args, const char *offset)
{
    json_t *data = json_array();
    bool done = data != NULL;

    if (done && event != NULL) {
        done = json_array_append_new(data, json_stringn_nocheck(event, strlen(event))) == 0;
    }
    if (done && args != NULL) {
        done = json_array_extend(data, args) == 0;
    }
    if (done && offset != NULL) {
        done = json_array_append_new(data, json_string(offset)) == 0;
    }
    if (!done) {
        json_decref(data);
        return NULL;
    }
    return data;
}

static int create_packed(struct str nsp, const char *event, json_t *args, const char *offset,
                         int64_t id, const struct sio_message_options *options,
                         struct sio_message **out)
{
    bool is_text = event == NULL || utf8_is_valid(str_bytes(str_from(event)));
    json_t *data = is_text ? data_of(event, args, offset) : NULL;
    int rc = data != NULL
                 ? create_msgpack(event != NULL ? SIO_EVENT : SIO_ACK, nsp, id, data, options, out)
                 : SAILS_ENOMEM;

    json_decref(data);
    return is_text ? rc : SAILS_EJSON;
}

/* What was to be sent as text, as a value. */
static int create_packed_raw(enum sio_packet_type type, struct str nsp, int64_t id,
                             struct str payload, const struct sio_message_options *options,
                             struct sio_message **out)
{
    static const struct json_limits any = {.max_depth = MSGPACK_DEPTH_MAX};
    json_t *data = NULL;
    int rc = payload.len > 0 ? json_parse(payload, &any, &data) : 0;

    if (rc == 0) {
        rc = create_msgpack(type, nsp, id, data, options, out);
    }
    json_decref(data);
    return rc;
}

/* ---- making one ---- */

static int write_packet(struct draft *d, struct str nsp, const char *event, json_t *args,
                        const char *offset, int64_t id)
{
    buf_clear(&d->text);
    d->n_found = 0;
    sio_packet_encode_head(&d->text, type_of(event, d->n_binary), d->n_binary, nsp, id);
    return write_payload(d, event, args, offset);
}

int sio_message_create(struct str nsp, const char *event, json_t *args, const char *offset,
                       int64_t id, const struct sio_message_options *options,
                       struct sio_message **out)
{
    struct draft d = {0};
    int rc = 0;

    if (args != NULL && !json_is_array(args)) {
        return SAILS_EINVAL;
    }
    if (event != NULL && sio_packet_is_reserved(str_from(event))) {
        return SAILS_ERESERVED;
    }
    if (options->parser == SIO_PARSER_MSGPACK) {
        return create_packed(nsp, event, args, offset, id, options, out);
    }
    rc = write_packet(&d, nsp, event, args, offset, id);
    if (rc == 0 && d.n_found > 0) { /* seldom: then its head is another one */
        rc = prepare_attachments(&d, options->max_attachments);
        rc = rc == 0 ? write_packet(&d, nsp, event, args, offset, id) : rc;
    }
    if (rc == 0) {
        rc = finish(&d, options, out);
    }
    draft_deinit(&d);
    return rc;
}

int sio_message_create_raw(enum sio_packet_type type, struct str nsp, int64_t id,
                           struct str payload, const struct sio_message_options *options,
                           struct sio_message **out)
{
    struct draft d = {0};
    int rc = 0;

    if (options->parser == SIO_PARSER_MSGPACK) {
        return create_packed_raw(type, nsp, id, payload, options, out);
    }
    sio_packet_encode_head(&d.text, type, 0, nsp, id);
    buf_append_str(&d.text, payload);
    rc = finish(&d, options, out);
    draft_deinit(&d);
    return rc;
}

int sio_message_send(struct sio_message *m, struct eio_session *session,
                     int (*send)(struct eio_session *session, struct eio_message *message))
{
    for (size_t i = 0; i < m->n_parts; i++) {
        int rc = send(session, m->parts[i]);

        if (rc < 0 && i > 0) {
            eio_session_close(session, true); /* half a packet would make nonsense of the next */
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

struct sio_message *sio_message_retain(struct sio_message *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void sio_message_release(struct sio_message *m)
{
    if (m == NULL || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) > 1) {
        return;
    }
    for (size_t i = 0; i < m->n_parts; i++) {
        eio_message_release(m->parts[i]);
    }
    mem_free(m);
}
