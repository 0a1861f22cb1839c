/*
 * ws_offer.h - negotiating permessage-deflate (RFC 7692 sections 5 and 7.1).
 *
 * Purpose    A client's offers in, what was agreed upon out, as values and as a header.
 * Ownership  None.
 * Threads    Any.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_OFFER_H
#define WEBSOCKET_WS_OFFER_H

#include "websocket/ws_deflate.h"

/* {0}: messages are not compressed. */
struct ws_deflate_params {
    bool is_agreed;
    bool server_no_context_takeover; /* as asked for; we never take over a context anyway */
    bool client_no_context_takeover;
    uint8_t server_window_bits; /* 8 to 15; 0: the client did not limit ours, which is then 15 */
    uint8_t client_window_bits; /* 8 to 15; 0: the client did not limit its own */
};

enum {
    /* All parameters at once, and a NUL. */
    WS_OFFER_ANSWER_MAX = 160
};

/*
 * The first offer of a Sec-WebSocket-Extensions header that can be accepted. Offers with a parameter
 * that is unknown, twice there or has a bad value are declined, and so are other extensions. A header
 * that breaks the grammar (RFC 6455 section 9.1) offers nothing. False: nothing was accepted.
 */
bool ws_offer_accept(struct str header, const struct ws_deflate_options *options,
                     struct ws_deflate_params *params);

/* Writes the header's value that answers what was agreed; gives its length. */
size_t ws_offer_answer(char out[WS_OFFER_ANSWER_MAX], const struct ws_deflate_params *params);

#endif
