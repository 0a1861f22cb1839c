/*
 * SHA-1 by the interface of OpenSSL 1.1, which works on the caller's memory: every answer has a tag, and
 * the newer one allocates twice for each, which costs more than hashing a short body. A tag is no secret,
 * so nothing is lost if a provider does not get to see it.
 */
#define OPENSSL_API_COMPAT 10101

#include "web/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MAC *hmac;

static void look_up(void)
{
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

bool digest_sha1(uint8_t out[DIGEST_SHA1_LEN], struct bytes text)
{
    SHA_CTX context;

    return SHA1_Init(&context) == 1 &&
           SHA1_Update(&context, text.len > 0 ? (const void *)text.ptr : "", text.len) == 1 &&
           SHA1_Final(out, &context) == 1;
}

bool digest_hmac_sha256(uint8_t out[DIGEST_SHA256_LEN], struct str key, struct str text)
{
    char name[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *context = NULL;
    size_t len = 0;
    bool is_done = false;

    (void)pthread_once(&once, look_up);
    context = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;
    is_done =
        context != NULL &&
        EVP_MAC_init(context, (const uint8_t *)(key.len > 0 ? key.ptr : ""), key.len, params) ==
            1 &&
        EVP_MAC_update(context, (const uint8_t *)(text.len > 0 ? text.ptr : ""), text.len) == 1 &&
        EVP_MAC_final(context, out, &len, DIGEST_SHA256_LEN) == 1;
    EVP_MAC_CTX_free(context);
    return is_done && len == DIGEST_SHA256_LEN;
}
