/*
 * ws_header.h - the grammar of the opening handshake's list headers (RFC 7230 section 3.2.6).
 *
 * Purpose    Take tokens and separators off a header's value.
 * Ownership  None.
 * Threads    Any.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_HEADER_H
#define WEBSOCKET_WS_HEADER_H

#include "base/str.h"

/* Takes `c`, with blanks before and behind it. False: it is not there; blanks may be gone. */
bool ws_header_take_char(struct str *rest, char c);

/* Takes a token with the blanks before it. False: there is none. */
bool ws_header_take_token(struct str *rest, struct str *token);

/* Takes a token, or a token in quotes. */
bool ws_header_take_value(struct str *rest, struct str *value);

/*
 * Whether `list` has at least one token, commas between them, and none twice, as
 * Sec-WebSocket-Protocol must be. *first gets the first one.
 */
bool ws_header_is_token_list(struct str list, struct str *first);

#endif
