/*
 * address.h - addresses of listeners and peers.
 *
 * Purpose    From a host's name to a socket address, and from a peer's address to 16 bytes and text.
 * Ownership  None.
 * Threads    Any.
 * Floor      net.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/str.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    ADDRESS_TEXT_SIZE = 64 /* longest text and NUL; the size that link_ops.peer promises */
};

struct address {
    struct sockaddr_storage storage;
    socklen_t len;
};

/* An IPv6 address, or an IPv4 address mapped into one (RFC 4291 section 2.5.5.2). */
struct peer_address {
    uint8_t bytes[16];
};

/* All addresses of the machine: "::" or, of family AF_INET, "0.0.0.0". */
void address_any(int family, unsigned port, struct address *out);

/*
 * An address as text, or a name, of which the first address counts. Blocks while it asks for the
 * name. 0; SAILS_ENOENT: nobody knows it; SAILS_ENOMEM.
 */
int address_resolve(const char *host, unsigned port, struct address *out);

/* As address_resolve(), for the first `max` addresses, in the order in which to try them. */
int address_resolve_all(const char *host, unsigned port, struct address *out, size_t max,
                        size_t *count);

/* The port of an IPv4 or IPv6 address, else 0. */
unsigned address_port(const struct address *address);

/* All zeros for a family that is neither IPv4 nor IPv6. */
struct peer_address peer_address_from(const struct sockaddr_storage *storage);

/* The other way round; all zeros for what is no address. */
struct peer_address peer_address_read(struct str text);

/* "127.0.0.1" also for one that came in on an IPv6 socket: it is the same peer. */
void peer_address_text(const struct peer_address *peer, char out[ADDRESS_TEXT_SIZE]);

#endif
