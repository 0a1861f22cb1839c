#include "net/tls_context.h"

#include "base/macros.h"
#include "base/mem.h"

#include <openssl/err.h>

#include <errno.h>
#include <limits.h>
#include <sails/err.h>
#include <unistd.h>

/* Forward secrecy and authenticated encryption only; those of TLS 1.3 are all of that kind. */
static const char ciphers_tls12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

static const unsigned char http11[] = "http/1.1";

/* Tickets of one server are of no use to another; the name is all that has to differ. */
static const unsigned char session_context[] = "sails";

int tls_context_log_failure(const struct log *log, const char *where, const char *what,
                            const char *file)
{
    char why[256] = "no reason given";
    unsigned long code = ERR_peek_last_error();

    if (code != 0) {
        ERR_error_string_n(code, why, sizeof(why));
    }
    ERR_clear_error();
    log_line(log, LOG_ERROR, "%s: %s %s: %s", where, what, file != NULL ? file : "", why);
    return SAILS_ETLS;
}

/*
 * RFC 7301: of what the client offers we speak HTTP/1.1. A client that offers other things only is
 * refused with no_application_protocol, instead of being answered in a language it did not ask for.
 */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *ctx)
{
    (void)ssl;
    (void)ctx;
    for (unsigned at = 0; at < in_len && in[at] < in_len - at; at += 1U + in[at]) {
        if (in[at] == sizeof(http11) - 1 && memcmp(in + at + 1, http11, in[at]) == 0) {
            *out = in + at + 1;
            *out_len = in[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Without this OpenSSL would ask on the terminal, and the server would hang. */
static int give_passphrase(char *out, int size, int is_writing, void *passphrase)
{
    struct str text = str_from(passphrase);

    (void)is_writing;
    if (text.len == 0 || text.len > INT_MAX || (int)text.len > size) {
        return -1;
    }
    memcpy(out, text.ptr, text.len);
    return (int)text.len;
}

static void set_policy(SSL_CTX *ssl)
{
    (void)SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    (void)SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION |
                                       SSL_OP_NO_COMPRESSION | SSL_OP_PRIORITIZE_CHACHA);
    /* An idle connection keeps no buffers: 32 KiB less for each. */
    (void)SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    /* Sessions live in the clients' tickets, not in a table here that all workers would lock. */
    (void)SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_session_id_context(ssl, session_context, sizeof(session_context) - 1);
    (void)SSL_CTX_set_num_tickets(ssl, 1);
    SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, NULL);
}

/* OpenSSL says that of a file in its own words, of which few know what they mean. */
static int check_file(const struct log *log, const char *what, const char *file)
{
    int rc = 0;

    if (file != NULL && access(file, R_OK) != 0) {
        rc = -errno;
        log_line(log, LOG_ERROR, "TLS: the %s %s cannot be read: %s (%s)", what, file,
                 sails_strerror(rc), sails_err_name(rc));
    }
    return rc < 0 ? SAILS_ETLS : 0;
}

static int check_files(const struct net_tls *files, const struct log *log)
{
    int rc = check_file(log, "certificate (ssl.cert)", files->cert_file);

    rc = rc == 0 ? check_file(log, "key (ssl.key)", files->key_file) : rc;
    return rc == 0 ? check_file(log, "authorities (ssl.ca)", files->ca_file) : rc;
}

static int load_key(SSL_CTX *ssl, const struct net_tls *files, const struct log *log)
{
    /* The text is read only; the interface has lost its const. */
    union {
        const char *text;
        void *userdata;
    } passphrase = {files->passphrase};
    int ok = 0;

    if (SSL_CTX_use_certificate_chain_file(ssl, files->cert_file) != 1) {
        return tls_context_log_failure(log, "TLS", "cannot use the certificate", files->cert_file);
    }
    SSL_CTX_set_default_passwd_cb(ssl, give_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, passphrase.userdata);
    ok = SSL_CTX_use_PrivateKey_file(ssl, files->key_file, SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
    if (ok != 1) {
        return tls_context_log_failure(log, "TLS", "cannot use the key", files->key_file);
    }
    /* Two of one kind have been found out above; this finds a key of another kind. */
    if (SSL_CTX_check_private_key(ssl) != 1) {
        return tls_context_log_failure(log, "TLS", "the key does not belong to the certificate",
                                       files->cert_file);
    }
    return 0;
}

static int load_authorities(SSL_CTX *ssl, const struct net_tls *files, const struct log *log)
{
    if (files->ca_file != NULL && SSL_CTX_load_verify_file(ssl, files->ca_file) != 1) {
        return tls_context_log_failure(log, "TLS", "cannot use the authorities", files->ca_file);
    }
    if (files->request_cert) {
        SSL_CTX_set_client_CA_list(ssl, SSL_load_client_CA_file(files->ca_file));
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return 0;
}

static int set_ciphers(SSL_CTX *ssl, const struct log *log)
{
    return SSL_CTX_set_cipher_list(ssl, ciphers_tls12) == 1
               ? 0
               : tls_context_log_failure(log, "TLS", "this OpenSSL has none of the ciphers",
                                         ciphers_tls12);
}

int tls_context_create(const struct net_tls *files, const struct log *log, struct tls_context **out)
{
    struct tls_context *context = mem_calloc(1, sizeof(*context));
    int rc = 0;

    if (context == NULL) {
        return SAILS_ENOMEM;
    }
    ERR_clear_error();
    context->bio = tls_bio_method();
    context->ssl = SSL_CTX_new(TLS_server_method());
    if (context->bio == NULL || context->ssl == NULL) {
        rc = SAILS_ENOMEM;
        goto out;
    }
    set_policy(context->ssl);
    rc = set_ciphers(context->ssl, log);
    if (rc == 0) {
        rc = check_files(files, log);
    }
    if (rc == 0) {
        rc = load_key(context->ssl, files, log);
    }
    if (rc == 0) {
        rc = load_authorities(context->ssl, files, log);
    }
    if (rc == 0) {
        *out = context;
        context = NULL;
    }

out:
    tls_context_destroy(context);
    return rc;
}

void tls_context_destroy(struct tls_context *context)
{
    if (context == NULL) {
        return;
    }
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->bio);
    mem_free(context);
}
