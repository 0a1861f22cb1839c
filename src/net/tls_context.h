/*
 * tls_context.h - what all TLS connections of a net share: keys, and rules.
 *
 * Purpose    Certificate, key and policy, loaded and checked once, before anything runs.
 * Ownership  The net's. Connections that use it must be gone before it is destroyed.
 * Threads    Never changes once it is created: any thread.
 * Floor      net.
 */
#ifndef NET_TLS_CONTEXT_H
#define NET_TLS_CONTEXT_H

#include "net/net.h"

#include <openssl/ssl.h>

struct tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *bio; /* what connections read from and write to (tls.c) */
};

/* Reads the files and checks that they belong together. 0; SAILS_ENOMEM; SAILS_ETLS: `log` has
 * been told why. */
int tls_context_create(const struct net_tls *files, const struct log *log,
                       struct tls_context **out);

/* NULL is harmless. */
void tls_context_destroy(struct tls_context *context);

/* Logs what OpenSSL complains of ("TLS: cannot use the key key.pem: ..."); `file` may be NULL. SAILS_ETLS. */
int tls_context_log_failure(const struct log *log, const char *where, const char *what,
                            const char *file);

/* The caller frees it with BIO_meth_free(). NULL: no memory. */
BIO_METHOD *tls_bio_method(void);

#endif
