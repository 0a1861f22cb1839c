#include "net/redis_tls.h"

#include "base/mem.h"
#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <assert.h>
#include <limits.h>
#include <sails/err.h>

/*
 * OpenSSL works on two buffers of memory: `in` has what came from the wire, `out` what is to go there. What
 * is written before the handshake is done waits in `early`.
 */

struct redis_tls_context {
    SSL_CTX *ssl;
};

struct redis_tls {
    SSL *ssl; /* owns both BIOs */
    BIO *in;
    BIO *out;
    struct buf early;
};

/* ---- the context ---- */

static int load(SSL_CTX *ssl, const struct redis_tls_options *options, const struct log *log)
{
    int ok = options->ca_file != NULL ? SSL_CTX_load_verify_file(ssl, options->ca_file)
                                      : SSL_CTX_set_default_verify_paths(ssl);

    if (ok != 1) {
        return tls_context_log_failure(log, "TLS to Redis", "cannot use the authorities",
                                       options->ca_file);
    }
    if (options->cert_file == NULL) {
        return 0;
    }
    if (SSL_CTX_use_certificate_chain_file(ssl, options->cert_file) != 1) {
        return tls_context_log_failure(log, "TLS to Redis", "cannot use the certificate",
                                       options->cert_file);
    }
    if (options->key_file == NULL ||
        SSL_CTX_use_PrivateKey_file(ssl, options->key_file, SSL_FILETYPE_PEM) != 1) {
        return tls_context_log_failure(log, "TLS to Redis", "cannot use the key",
                                       options->key_file);
    }
    return 0;
}

int redis_tls_context_create(const struct redis_tls_options *options, const struct log *log,
                             struct redis_tls_context **out)
{
    struct redis_tls_context *context = mem_calloc(1, sizeof(*context));
    int rc = SAILS_ENOMEM;

    if (context == NULL) {
        return rc;
    }
    ERR_clear_error();
    context->ssl = SSL_CTX_new(TLS_client_method());
    if (context->ssl != NULL) {
        (void)SSL_CTX_set_min_proto_version(context->ssl, TLS1_2_VERSION);
        SSL_CTX_set_verify(context->ssl,
                           options->trusts_anybody ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
        rc = load(context->ssl, options, log);
    }
    if (rc < 0) {
        redis_tls_context_destroy(context);
        return rc;
    }
    *out = context;
    return 0;
}

void redis_tls_context_destroy(struct redis_tls_context *context)
{
    if (context != NULL) {
        SSL_CTX_free(context->ssl);
        mem_free(context);
    }
}

/* ---- sessions ---- */

static bool is_address(const char *host)
{
    struct in6_addr address;

    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

/* RFC 6066 section 3. False: no memory. */
static bool send_name(SSL *ssl, const char *host)
{
    /* The text is read only; the interface has lost its const. */
    union {
        const char *text;
        void *argument;
    } name = {host};

    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.argument) ==
           1;
}

/* Whom the certificate must be for. False: no memory. */
static bool expect_host(SSL *ssl, const char *host)
{
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    }
    return SSL_set1_host(ssl, host) == 1 && send_name(ssl, host);
}

struct redis_tls *redis_tls_create(struct redis_tls_context *context, const char *host)
{
    struct redis_tls *tls = mem_calloc(1, sizeof(*tls));
    struct buf nothing = {0}; /* comes before the handshake */

    if (tls == NULL) {
        return NULL;
    }
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    tls->ssl = SSL_new(context->ssl);
    if (tls->in == NULL || tls->out == NULL || tls->ssl == NULL) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        redis_tls_destroy(tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_connect_state(tls->ssl);
    if (!expect_host(tls->ssl, host) ||
        redis_tls_feed(tls, (struct bytes){NULL, 0}, &nothing) < 0) {
        redis_tls_destroy(tls);
        return NULL;
    }
    return tls;
}

void redis_tls_destroy(struct redis_tls *tls)
{
    if (tls != NULL) {
        SSL_free(tls->ssl);
        buf_deinit(&tls->early);
        mem_free(tls);
    }
}

/* Whether OpenSSL only waits for more from the wire. */
static bool is_waiting(const struct redis_tls *tls, int rc)
{
    return SSL_get_error(tls->ssl, rc) == SSL_ERROR_WANT_READ;
}

static int end(void)
{
    ERR_clear_error();
    return SAILS_ETLS;
}

/* Memory takes all of it, in pieces of what OpenSSL's lengths can say. */
static int write_all(struct redis_tls *tls, struct bytes plain)
{
    while (plain.len > 0) {
        int len = plain.len < INT_MAX ? (int)plain.len : INT_MAX;
        int n = SSL_write(tls->ssl, plain.ptr, len);

        if (n <= 0) {
            return end();
        }
        plain = bytes_from_offset(plain, (size_t)n);
    }
    return 0;
}

int redis_tls_write(struct redis_tls *tls, struct bytes plain)
{
    if (SSL_is_init_finished(tls->ssl)) {
        return write_all(tls, plain);
    }
    buf_append_str(&tls->early, bytes_str(plain));
    return buf_error(&tls->early);
}

/* The handshake, and then what has waited for it. */
static int go_on(struct redis_tls *tls)
{
    int rc = 0;

    if (SSL_is_init_finished(tls->ssl)) {
        return 0;
    }
    rc = SSL_do_handshake(tls->ssl);
    if (rc != 1) {
        return is_waiting(tls, rc) ? 0 : end();
    }
    rc = write_all(tls, buf_bytes(&tls->early));
    buf_deinit(&tls->early);
    buf_init(&tls->early);
    return rc;
}

static int read_all(struct redis_tls *tls, struct buf *plain)
{
    char piece[4096];
    int n = 0;

    do {
        n = SSL_read(tls->ssl, piece, sizeof(piece));
        if (n > 0) {
            buf_append(plain, piece, (size_t)n);
        }
    } while (n > 0);
    if (!is_waiting(tls, n) && SSL_get_error(tls->ssl, n) != SSL_ERROR_ZERO_RETURN) {
        return end();
    }
    return buf_error(plain);
}

int redis_tls_feed(struct redis_tls *tls, struct bytes wire, struct buf *plain)
{
    int rc = 0;

    assert(wire.len <= INT_MAX);
    if (wire.len > 0 && BIO_write(tls->in, wire.ptr, (int)wire.len) != (int)wire.len) {
        return SAILS_ENOMEM;
    }
    rc = go_on(tls);
    return rc == 0 && SSL_is_init_finished(tls->ssl) ? read_all(tls, plain) : rc;
}

int redis_tls_take(struct redis_tls *tls, struct buf *wire)
{
    char piece[4096];
    int n = 0;

    while ((n = BIO_read(tls->out, piece, sizeof(piece))) > 0) {
        buf_append(wire, piece, (size_t)n);
    }
    return buf_error(wire);
}
