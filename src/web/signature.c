#include "web/signature.h"

#include "base/base64.h"
#include "web/digest.h"

#include <openssl/crypto.h>

#include <sails/err.h>

enum {
    SIGNATURE_LEN = 43 /* base64 without its '=' */
};

static int make_signature(char out[BASE64_LEN(DIGEST_SHA256_LEN)], struct str value,
                          struct str secret)
{
    uint8_t digest[DIGEST_SHA256_LEN];

    if (!digest_hmac_sha256(digest, secret, value)) {
        return SAILS_ENOMEM;
    }
    base64_write(out, (struct bytes){digest, sizeof(digest)});
    return 0;
}

int signature_sign(struct buf *out, struct str value, struct str secret)
{
    char signature[BASE64_LEN(DIGEST_SHA256_LEN)];
    int rc = make_signature(signature, value, secret);

    if (rc < 0) {
        return rc;
    }
    buf_append_str(out, value);
    buf_append_char(out, '.');
    buf_append(out, signature, SIGNATURE_LEN);
    return buf_error(out);
}

int signature_verify(struct str text, struct str secret, struct str *value)
{
    char signature[BASE64_LEN(DIGEST_SHA256_LEN)];
    size_t dot = 0;
    int rc = 0;

    /* The signature has no dot, the value may have some. */
    if (text.len < SIGNATURE_LEN + 1 || text.ptr[text.len - SIGNATURE_LEN - 1] != '.') {
        return SAILS_EINVAL;
    }
    dot = text.len - SIGNATURE_LEN - 1;
    rc = make_signature(signature, (struct str){text.ptr, dot}, secret);
    if (rc < 0) {
        return rc;
    }
    if (CRYPTO_memcmp(signature, text.ptr + dot + 1, SIGNATURE_LEN) != 0) {
        return SAILS_EINVAL;
    }
    *value = (struct str){text.ptr, dot};
    return 0;
}
