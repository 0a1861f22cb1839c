/*
 * ws_offer.c
 *
 *      header    = extension *( "," extension )
 *      extension = token *( ";" param )            "permessage-deflate; server_max_window_bits=10"
 *      param     = token [ "=" ( token / quoted ) ]
 *
 * with optional white space around all of them (RFC 6455 section 9.1). A value in quotes must be a
 * token once they are gone, so a separator never hides in it.
 */
#include "websocket/ws_offer.h"

#include "websocket/ws_header.h"

#include <stdio.h>

/* 8 to 15, decimal, without a zero before it. */
static bool parse_bits(struct str value, uint8_t *bits)
{
    uint64_t number = 0;

    if (value.len == 0 || value.ptr[0] == '0' || !str_to_u64(value, WS_WINDOW_BITS_MAX, &number) ||
        number < WS_WINDOW_BITS_MIN) {
        return false;
    }
    *bits = (uint8_t)number;
    return true;
}

enum param {
    SERVER_NO_CONTEXT_TAKEOVER,
    CLIENT_NO_CONTEXT_TAKEOVER,
    SERVER_MAX_WINDOW_BITS,
    CLIENT_MAX_WINDOW_BITS,
    N_PARAMS
};

static const char *const param_names[N_PARAMS] = {
    [SERVER_NO_CONTEXT_TAKEOVER] = "server_no_context_takeover",
    [CLIENT_NO_CONTEXT_TAKEOVER] = "client_no_context_takeover",
    [SERVER_MAX_WINDOW_BITS] = "server_max_window_bits",
    [CLIENT_MAX_WINDOW_BITS] = "client_max_window_bits",
};

static enum param find_param(struct str name)
{
    size_t i = 0;

    while (i < N_PARAMS && !str_eq(name, str_from(param_names[i]))) {
        i++;
    }
    return (enum param)i;
}

/* An offer as far as it has been read. */
struct offer {
    struct ws_deflate_params params;
    bool has[N_PARAMS];
    bool is_usable;
};

/* `has_value`: "=" was there. False: the parameter makes the offer unusable. */
static bool apply_param(struct offer *offer, struct str name, bool has_value, struct str value)
{
    enum param param = find_param(name);

    if (param == N_PARAMS || offer->has[param]) {
        return false;
    }
    offer->has[param] = true;
    switch (param) {
    case SERVER_NO_CONTEXT_TAKEOVER:
        offer->params.server_no_context_takeover = true;
        return !has_value;
    case CLIENT_NO_CONTEXT_TAKEOVER:
        offer->params.client_no_context_takeover = true;
        return !has_value;
    case SERVER_MAX_WINDOW_BITS:
        return has_value && parse_bits(value, &offer->params.server_window_bits);
    case CLIENT_MAX_WINDOW_BITS:
        return !has_value || parse_bits(value, &offer->params.client_window_bits);
    case N_PARAMS:
        break;
    }
    return false;
}

/* Takes one extension with its parameters. False: the grammar is broken. */
static bool take_extension(struct str *rest, struct offer *offer)
{
    struct str name = {0};

    *offer = (struct offer){.params = {.is_agreed = true}};
    if (!ws_header_take_token(rest, &name)) {
        return false;
    }
    offer->is_usable = str_eq(name, STR("permessage-deflate"));
    while (ws_header_take_char(rest, ';')) {
        struct str param = {0};
        struct str value = {0};
        bool has_value = false;

        if (!ws_header_take_token(rest, &param)) {
            return false;
        }
        has_value = ws_header_take_char(rest, '=');
        if (has_value && !ws_header_take_value(rest, &value)) {
            return false;
        }
        if (offer->is_usable) {
            offer->is_usable = apply_param(offer, param, has_value, value);
        }
    }
    return rest->len == 0 || rest->ptr[0] == ',';
}

bool ws_offer_accept(struct str header, const struct ws_deflate_options *options,
                     struct ws_deflate_params *params)
{
    struct ws_deflate_params accepted = {0};

    /* To the end even where something is accepted: a broken header offers nothing. */
    do {
        struct offer offer = {0};

        if (!take_extension(&header, &offer)) {
            return false;
        }
        if (offer.is_usable && !accepted.is_agreed) {
            accepted = offer.params;
        }
    } while (ws_header_take_char(&header, ','));
    if (!accepted.is_agreed) {
        return false;
    }
    /* RFC 7692 section 7.1.1.2: a server may demand this unasked. */
    accepted.client_no_context_takeover |= options->client_no_context_takeover;
    *params = accepted;
    return true;
}

size_t ws_offer_answer(char out[WS_OFFER_ANSWER_MAX], const struct ws_deflate_params *params)
{
    char server_bits[40] = "";
    char client_bits[40] = "";

    if (params->server_window_bits > 0) {
        snprintf(server_bits, sizeof(server_bits), "; server_max_window_bits=%u",
                 params->server_window_bits);
    }
    if (params->client_window_bits > 0) {
        snprintf(client_bits, sizeof(client_bits), "; client_max_window_bits=%u",
                 params->client_window_bits);
    }
    return (size_t)snprintf(
        out, WS_OFFER_ANSWER_MAX, "permessage-deflate%s%s%s%s",
        params->server_no_context_takeover ? "; server_no_context_takeover" : "",
        params->client_no_context_takeover ? "; client_no_context_takeover" : "", server_bits,
        client_bits);
}
