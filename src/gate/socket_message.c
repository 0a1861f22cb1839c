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

/* Where a value of the message belongs; NULL: it does not count. */
static json_t **slot_of(struct socket_message *message, struct str name)
{
    if (str_eq(name, STR("\"headers\""))) {
        return &message->headers;
    }
    if (str_eq(name, STR("\"data\""))) {
        return &message->data;
    }
    return str_eq(name, STR("\"params\"")) ? &message->params : NULL;
}

static bool has_escapes(struct str literal)
{
    return str_find(literal, '\\') < literal.len;
}

static bool is_plain_url(struct str literal)
{
    return literal.len > 2 && literal.ptr[0] == '"' && !has_escapes(literal);
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

/* The value behind `name`; of a member that comes twice the last one's. False: no memory. */
static bool take_member(struct socket_message *message, struct str *rest, struct str name,
                        struct str *url)
{
    json_t **slot = slot_of(message, name);
    struct str value;

    if (slot != NULL) {
        json_decref(*slot);
        *slot = NULL;
    }
    if (slot != NULL && !(slot == &message->headers && str_starts_with(*rest, STR("{}")))) {
        *slot = json_parse_next(rest);
        return *slot != NULL;
    }
    json_text_take_value(rest, &value);
    if (str_eq(name, STR("\"url\""))) {
        *url = value;
    }
    return true;
}

/* Behind the brace. False: a name must be decoded; no memory. */
static bool take_members(struct socket_message *message, struct str *rest, struct str *url)
{
    struct str name;

    while (json_text_next_name(rest, &name)) {
        if (has_escapes(name) || !take_member(message, rest, name, url)) {
            return false;
        }
    }
    return true;
}

bool socket_message_read(struct socket_message *message, const sails_io_event *event)
{
    const struct sio_packet *packet = event->packet;
    struct str rest = {0};
    struct str url = {0};

    if (packet->args != NULL || packet->n_attachments > 0 || packet->has_nul_name) {
        return false;
    }
    rest = str_from_offset(packet->payload,
                           (size_t)(packet->event.ptr + packet->event.len - packet->payload.ptr));
    if (take_char(&rest, ',') && take_char(&rest, '{') && take_members(message, &rest, &url) &&
        take_char(&rest, '}') && take_char(&rest, ']') && is_plain_url(url)) {
        message->url = (struct str){url.ptr + 1, url.len - 2};
        return true;
    }
    socket_message_deinit(message);
    return false;
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
