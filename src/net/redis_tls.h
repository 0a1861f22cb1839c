/*
 * redis_tls.h - TLS to a Redis server, without the socket.
 *
 * Purpose    What redis_stream.c and redis_sync.c put between their socket and the protocol: bytes of
 *            the wire in and out, plain ones on the other side.
 * Ownership  The context outlives its sessions.
 * Threads    One thread at a time; the context: any.
 * Floor      net.
 */
#ifndef NET_REDIS_TLS_H
#define NET_REDIS_TLS_H

#include "base/buf.h"
#include "base/log.h"

struct redis_tls;
struct redis_tls_context;

struct redis_tls_options {
    bool is_on;
    bool trusts_anybody;   /* the server's certificate is not looked at */
    const char *ca_file;   /* PEM; NULL: the authorities that the system trusts */
    const char *cert_file; /* PEM, our own; NULL: none */
    const char *key_file;  /* PEM, of that */
};

/* Reads the files. 0; SAILS_ETLS: the log has been told why; SAILS_ENOMEM. */
int redis_tls_context_create(const struct redis_tls_options *options, const struct log *log,
                             struct redis_tls_context **out);
void redis_tls_context_destroy(struct redis_tls_context *context); /* NULL is harmless */

/* A session with a server of that name or address, whose certificate must be for it. NULL: no memory. */
struct redis_tls *redis_tls_create(struct redis_tls_context *context, const char *host);
void redis_tls_destroy(struct redis_tls *tls); /* NULL is harmless */

/* Plain bytes to be sent, now or when the handshake is done. 0; SAILS_ETLS; SAILS_ENOMEM. */
int redis_tls_write(struct redis_tls *tls, struct bytes plain);

/* What came: appends what it says to `plain`. 0; SAILS_ETLS; SAILS_ENOMEM. */
int redis_tls_feed(struct redis_tls *tls, struct bytes wire, struct buf *plain);

/* Appends what is to go out, which all of these may have made. 0; SAILS_ENOMEM. */
int redis_tls_take(struct redis_tls *tls, struct buf *wire);

#endif
