#include "gate/socket_message.h"

#include "base/c_text.h"
#include "base/json_parse.h"
#include "base/json_value.h"

bool socket_message_is_truthy(const json_t *value)
{
    return value != NULL && !json_is_null(value) && !json_is_false(value) &&
           !(json_is_string(value) && json_string_length(value) == 0) &&
           !(json_is_number(value) && json_number_value(value) == 0);
}

void socket_message_deinit(struct socket_message *message)
{
    json_decref(message->headers);
    json_decref(message->data);
    json_decref(message->params);
    *message = (struct socket_message){0};
}

/* ---- from its text ---- */

/* Where the text of what counts in a message is; of a member that comes twice the last one's. */
struct parts {
    struct str url;
    struct str headers;
    struct str data;
    struct str params;
};

static struct str *part_named(struct parts *parts, struct str name)
{
    if (str_eq(name, STR("\"url\""))) {
        return &parts->url;
    }
    if (str_eq(name, STR("\"headers\""))) {
        return &parts->headers;
    }
    if (str_eq(name, STR("\"data\""))) {
        return &parts->data;
    }
    return str_eq(name, STR("\"params\"")) ? &parts->params : NULL;
}

static bool has_escapes(struct str literal)
{
    return str_find(literal, '\\') < literal.len;
}

/* Takes one character and the white space in front of it. */
static bool take_char(struct str *text, char c)
{
    struct str rest = str_from_offset(*text, json_text_space(*text));

    if (rest.len == 0 || rest.ptr[0] != c) {
        return false;
    }
    *text = str_from_offset(rest, 1);
    return true;
}

/* False: the argument is no object, not the only one, or has names that must be decoded. */
static bool find_parts(struct parts *parts, const struct sio_packet *packet)
{
    const char *end = packet->payload.ptr + packet->payload.len;
    const char *behind_name = packet->event.ptr + packet->event.len;
    struct str rest = {behind_name, (size_t)(end - behind_name)};
    struct str name, value;

    if (!take_char(&rest, ',') || !take_char(&rest, '{')) {
        return false;
    }
    while (json_text_next_member(&rest, &name, &value)) {
        struct str *part = part_named(parts, name);

        if (has_escapes(name)) {
            return false;
        }
        if (part != NULL) {
            *part = value;
        }
    }
    return take_char(&rest, '}') && take_char(&rest, ']');
}

static bool is_plain_url(struct str literal)
{
    return literal.len > 2 && literal.ptr[0] == '"' && !has_escapes(literal);
}

/* *value stays NULL where nothing is said. False: no memory. */
static bool make_value(json_t **value, struct str text)
{
    *value = text.len > 0 ? json_parse_valid(text) : NULL;
    return text.len == 0 || *value != NULL;
}

bool socket_message_read(struct socket_message *message, const sails_io_event *event)
{
    const struct sio_packet *packet = event->packet;
    struct parts parts = {0};

    if (packet->args != NULL || packet->n_attachments > 0 || packet->has_nul_name ||
        !find_parts(&parts, packet) || !is_plain_url(parts.url)) {
        return false;
    }
    if (str_eq(parts.headers, STR("{}"))) {
        parts.headers.len = 0; /* as nearly all say */
    }
    if (!make_value(&message->headers, parts.headers) || !make_value(&message->data, parts.data) ||
        !make_value(&message->params, parts.params)) {
        socket_message_deinit(message);
        return false;
    }
    message->url = (struct str){parts.url.ptr + 1, parts.url.len - 2};
    return true;
}

/* ---- from its value ---- */

void socket_message_read_value(struct socket_message *message, const json_t *value)
{
    const json_t *url = json_object_get(value, "url");

    if (c_text_of(url) != NULL && json_string_length(url) > 0) {
        message->url = json_value_text(url);
    }
    message->headers = json_incref(json_object_get(value, "headers"));
    message->data = json_incref(json_object_get(value, "data"));
    message->params = json_incref(json_object_get(value, "params"));
}

/* ---- the body ---- */

static bool keeps_array(enum http_method method)
{
    return method == HTTP_METHOD_POST || method == HTTP_METHOD_PUT || method == HTTP_METHOD_PATCH ||
           method == HTTP_METHOD_OPTIONS;
}

static void merge(json_t *body, json_t *from)
{
    size_t i = 0;
    json_t *value = NULL;
    char name[24];

    if (json_is_object(from)) {
        json_object_update(body, from);
    }
    json_array_foreach(from, i, value)
    {
        snprintf(name, sizeof(name), "%zu", i);
        json_object_set(body, name, value);
    }
}

/* An array stays one where bodies may be arrays; else params, then data. */
json_t *socket_message_make_body(const struct socket_message *message, enum http_method method)
{
    json_t *data = message->data;
    json_t *body = NULL;

    if ((json_is_array(data) && keeps_array(method)) ||
        (json_is_object(data) && message->params == NULL)) {
        return json_incref(data);
    }
    body = json_object();
    merge(body, message->params);
    merge(body, data);
    return body;
}
