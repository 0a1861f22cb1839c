/*
 * network.h - which addresses count as one.
 *
 * Purpose    Limits for an address: an IPv6 network of 64 bits is one subscriber's, who has as many
 *            addresses in it as it likes (RFC 6177, RFC 8981), so that they count as one.
 * Ownership  A view, or the caller's memory.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include "base/str.h"

enum {
    NETWORK_SIZE = 32 /* of its text and a NUL: "2001:db8:abcd:1234::/64" */
};

/* The same for 16 bytes of an address: 8 of them are clear, unless it is an IPv4 address that is
 * mapped into one of IPv6 ("::ffff:192.0.2.1"). */
void network_mask(uint8_t address[16]);

/*
 * "2001:db8:0:1::/64" for an IPv6 address; the address itself for one of IPv4, also if it is written as
 * a mapped one; the text itself for what is no address.
 */
struct str network_of(struct str address, char out[NETWORK_SIZE]);

#endif
