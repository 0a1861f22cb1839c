/*
 * The interface of OpenSSL 1.1, which works on the caller's memory: every answer has a tag and every session a
 * signature, and the newer interface allocates for each, and looks its algorithm up under a lock, which costs
 * several times what hashing a short text does.
 */
#define OPENSSL_API_COMPAT 10101

#include "web/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

static const void *bytes_of(const void *ptr, size_t len)
{
    return len > 0 ? ptr : "";
}

bool digest_sha1(uint8_t out[DIGEST_SHA1_LEN], struct bytes text)
{
    SHA_CTX context;

    return SHA1_Init(&context) == 1 &&
           SHA1_Update(&context, bytes_of(text.ptr, text.len), text.len) == 1 &&
           SHA1_Final(out, &context) == 1;
}

static bool sha256_of_two(uint8_t out[DIGEST_SHA256_LEN], struct bytes first, struct bytes second)
{
    SHA256_CTX context;
    bool is_done = SHA256_Init(&context) == 1 &&
                   SHA256_Update(&context, bytes_of(first.ptr, first.len), first.len) == 1 &&
                   SHA256_Update(&context, bytes_of(second.ptr, second.len), second.len) == 1 &&
                   SHA256_Final(out, &context) == 1;

    OPENSSL_cleanse(&context, sizeof(context));
    return is_done;
}

static void xor_with(uint8_t block[SHA256_CBLOCK], uint8_t byte)
{
    for (size_t i = 0; i < SHA256_CBLOCK; i++) {
        block[i] ^= byte;
    }
}

/* RFC 2104. */
bool digest_hmac_sha256(uint8_t out[DIGEST_SHA256_LEN], struct str key, struct str text)
{
    const uint8_t inner = 0x36, outer = 0x5c;
    uint8_t block[SHA256_CBLOCK] = {0};
    struct bytes pad = {block, sizeof(block)};
    bool is_done = true;

    if (key.len > sizeof(block)) {
        is_done = sha256_of_two(block, str_bytes(key), (struct bytes){NULL, 0});
    } else {
        memcpy(block, bytes_of(key.ptr, key.len), key.len);
    }
    xor_with(block, inner);
    is_done = is_done && sha256_of_two(out, pad, str_bytes(text));
    xor_with(block, inner ^ outer);
    is_done = is_done && sha256_of_two(out, pad, (struct bytes){out, DIGEST_SHA256_LEN});
    OPENSSL_cleanse(block, sizeof(block));
    return is_done;
}
