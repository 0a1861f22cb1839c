#include "socketio/sio_packet.h"

#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"

#include <sails/err.h>

/* The longest reserved name, with every character written as \uXXXX, and two quotes. */
enum {
    LONGEST_RESERVED = sizeof("removeListener") - 1,
    LONGEST_RESERVED_LITERAL = 6 * LONGEST_RESERVED + 2
};

bool sio_packet_is_reserved(struct str name)
{
    static const struct str reserved[] = {
        {"connect", sizeof("connect") - 1},
        {"connect_error", sizeof("connect_error") - 1},
        {"disconnect", sizeof("disconnect") - 1},
        {"disconnecting", sizeof("disconnecting") - 1},
        {"newListener", sizeof("newListener") - 1},
        {"removeListener", sizeof("removeListener") - 1},
    };

    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (str_eq(name, reserved[i])) {
            return true;
        }
    }
    return false;
}

static bool is_binary_type(enum sio_packet_type type)
{
    return type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK;
}

static bool is_event_type(enum sio_packet_type type)
{
    return type == SIO_EVENT || type == SIO_BINARY_EVENT;
}

/* How many digits `text` begins with. */
static size_t count_digits(struct str text)
{
    size_t n = 0;

    while (n < text.len && char_is_digit(text.ptr[n])) {
        n++;
    }
    return n;
}

/* Takes "<count>-" (socket-io 2.1, step 2). */
static int take_attachments(struct str *text, size_t max, size_t *count)
{
    size_t digits = count_digits(*text);
    uint64_t n = 0;

    if (digits == text->len || text->ptr[digits] != '-') {
        return SAILS_EPROTO;
    }
    if (digits == 0 || !str_to_u64((struct str){text->ptr, digits}, UINT32_MAX, &n) || n == 0) {
        return SAILS_EPROTO;
    }
    if (n > max) {
        return SAILS_EPROTO;
    }
    *count = (size_t)n;
    *text = str_from_offset(*text, digits + 1);
    return 0;
}

static struct str take_namespace(struct str *text)
{
    struct str nsp = STR("/");
    size_t comma = 0;

    if (text->len == 0 || text->ptr[0] != '/') {
        return nsp;
    }
    comma = str_find(*text, ',');
    nsp = (struct str){text->ptr, comma};
    *text = str_from_offset(*text, comma < text->len ? comma + 1 : comma);
    return nsp;
}

static int take_id(struct str *text, int64_t *id)
{
    size_t digits = count_digits(*text);
    uint64_t n = 0;

    *id = -1;
    if (digits == 0) {
        return 0;
    }
    if (!str_to_u64((struct str){text->ptr, digits}, SIO_MAX_ACK_ID, &n)) {
        return SAILS_EPROTO;
    }
    *id = (int64_t)n;
    *text = str_from_offset(*text, digits);
    return 0;
}

/* Of a literal that may be written with escapes. */
static bool is_reserved_literal(struct str literal)
{
    char name[LONGEST_RESERVED_LITERAL];

    if (literal.len > sizeof(name)) {
        return false;
    }
    return sio_packet_is_reserved((struct str){name, json_text_decode(literal, name)});
}

/* The first element of an event's payload must be a number, or a name that is not reserved. */
static int find_event(struct str array, struct str *event)
{
    struct str rest = json_text_elements(array);

    if (!json_text_next(&rest, event)) {
        return SAILS_EJSON;
    }
    if (event->ptr[0] == '"') {
        if (json_text_has_nul(*event)) {
            return SAILS_EJSON; /* c_text.h */
        }
        return is_reserved_literal(*event) ? SAILS_EPROTO : 0;
    }
    return event->ptr[0] == '-' || count_digits(*event) > 0 ? 0 : SAILS_EJSON;
}

/* Socket-io 2.1, step 5. `first` is the payload's first character. */
static bool is_payload_of(enum sio_packet_type type, char first)
{
    switch (type) {
    case SIO_CONNECT:
        return first == '{';
    case SIO_DISCONNECT:
        return false;
    case SIO_EVENT:
    case SIO_ACK:
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK:
        return first == '[';
    case SIO_CONNECT_ERROR:
        return first == '{' || first == '"';
    }
    return false;
}

static int decode_payload(struct str text, const struct json_limits *limits,
                          struct sio_packet *packet)
{
    size_t space = json_text_space(text);
    int rc = 0;

    if (space == text.len || !is_payload_of(packet->type, text.ptr[space])) {
        return SAILS_EJSON;
    }
    rc = json_text_check(text, limits);
    if (rc == SAILS_EJSON && packet->type == SIO_EVENT) {
        struct json_limits lenient = *limits;

        lenient.allow_nul_names = true;
        rc = json_text_check(text, &lenient);
        packet->has_nul_name = rc == 0;
    }
    if (rc < 0) {
        return rc;
    }
    packet->payload = text;
    return is_event_type(packet->type) ? find_event(text, &packet->event) : 0;
}

int sio_packet_decode(struct str text, const struct sio_packet_limits *limits,
                      struct sio_packet *packet)
{
    struct sio_packet p = {.id = -1};
    int rc = 0;

    if (text.len == 0 || text.ptr[0] < '0' || text.ptr[0] > '6') {
        return SAILS_EPROTO;
    }
    p.type = (enum sio_packet_type)(text.ptr[0] - '0');
    text = str_from_offset(text, 1);
    if (is_binary_type(p.type)) {
        rc = take_attachments(&text, limits->max_attachments, &p.n_attachments);
    }
    if (rc == 0) {
        p.nsp = take_namespace(&text);
        rc = take_id(&text, &p.id);
    }
    if (rc == 0 && text.len > 0) {
        rc = decode_payload(text, &limits->json, &p);
    }
    if (rc == 0) {
        *packet = p;
    }
    return rc;
}

void sio_packet_encode_head(struct buf *out, enum sio_packet_type type, size_t n_attachments,
                            struct str nsp, int64_t id)
{
    buf_append_char(out, (char)('0' + (int)type));
    if (is_binary_type(type)) {
        buf_append_u64(out, n_attachments);
        buf_append_char(out, '-');
    }
    if (!str_eq(nsp, STR("/"))) {
        buf_append_str(out, nsp);
        buf_append_char(out, ',');
    }
    if (id >= 0) {
        buf_append_u64(out, (uint64_t)id);
    }
}

char *sio_packet_event_name(const struct sio_packet *packet)
{
    struct str event = packet->event;
    char *name = NULL;

    if (event.len == 0) {
        return NULL;
    }
    name = mem_strndup(event.ptr, event.len);
    if (name != NULL && event.ptr[0] == '"') {
        name[json_text_decode(event, name)] = '\0';
    }
    return name;
}

/* The elements behind the event's name; NULL: no memory. */
static json_t *parse_args(const struct sio_packet *packet)
{
    json_t *args = NULL;

    if (packet->payload.len == 0) {
        return json_array();
    }
    (void)json_parse_elements(packet->payload, is_event_type(packet->type) ? 1 : 0, &args);
    return args;
}

json_t *sio_packet_args(const struct sio_packet *packet, int *err)
{
    json_t *args = NULL;
    int rc = packet->has_nul_name ? SAILS_EJSON : SAILS_ENOMEM;

    if (packet->args != NULL) {
        return json_incref(packet->args);
    }
    args = packet->has_nul_name ? NULL : parse_args(packet);
    if (args != NULL) {
        rc = packet->n_attachments > 0 && packet->attachments != NULL
                 ? json_value_restore(&args, packet->attachments, packet->n_attachments)
                 : 0;
    }
    if (rc < 0) {
        json_decref(args);
        args = NULL;
    }
    if (rc < 0 && err != NULL) {
        *err = rc;
    }
    return args;
}
