/*
 * tls.h - struct link on TLS on a TCP link.
 *
 * Purpose    Encrypts and decrypts between a TCP link and the protocol above it, which sees no
 *            difference but link->secure.
 * Ownership  A TLS link frees itself when the TCP link below it has closed.
 * Threads    The thread of the worker that has the TCP link; tls_discard(): any.
 * Floor      net.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "net/move.h"
#include "net/tls_context.h"

struct tcp_link;
struct loop;

/* Begins the handshake as the server; the net's on_link comes when it is done. A link whose
 * handshake fails or takes too long closes without a word to the protocols. */
void tls_accept(struct tls_context *context, struct tcp_link *below);

/* Goes on with what another worker's TLS link left behind, both taken; `decrypted` may be NULL. */
void tls_adopt(struct tcp_link *below, void *tls, struct unread *decrypted);

/* Frees what a TLS link left behind and nobody adopted. NULL is harmless. */
void tls_discard(void *tls);

/* For worker.c: the handshakes' time limit, and the end of those that are going on. */
void tls_links_init(struct loop *loop);
void tls_links_abort_handshakes(struct loop *loop);

#endif
