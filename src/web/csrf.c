#include "web/csrf.h"

#include "base/base64.h"
#include "base/json_value.h"
#include "base/macros.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
    SECRET_BYTES = 18,
    DIGEST_LEN = 20,
    PROOF_LEN = 27 /* a digest in base64url */
};

void csrf_secret_make(struct env *env, char out[CSRF_SECRET_LEN + 1])
{
    uint8_t raw[SECRET_BYTES];

    env->random(env->random_ctx, raw, sizeof(raw));
    base64_write_url(out, (struct bytes){raw, sizeof(raw)});
    out[CSRF_SECRET_LEN] = '\0';
}

/* base64url(SHA-1(salt "-" secret)). */
static bool prove(char out[PROOF_LEN], struct str salt, struct str secret)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    uint8_t raw[DIGEST_LEN];
    bool ok = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha1(), NULL) == 1 &&
              EVP_DigestUpdate(digest, salt.ptr, salt.len) == 1 &&
              EVP_DigestUpdate(digest, "-", 1) == 1 &&
              EVP_DigestUpdate(digest, secret.ptr, secret.len) == 1 &&
              EVP_DigestFinal_ex(digest, raw, NULL) == 1;

    if (ok) {
        base64_write_url(out, (struct bytes){raw, sizeof(raw)});
    }
    EVP_MD_CTX_free(digest);
    return ok;
}

bool csrf_token_write(char out[CSRF_TOKEN_LEN + 1], const char salt[CSRF_SALT_LEN],
                      struct str secret)
{
    memcpy(out, salt, CSRF_SALT_LEN);
    out[CSRF_SALT_LEN] = '-';
    out[CSRF_TOKEN_LEN] = '\0';
    return prove(out + CSRF_SALT_LEN + 1, (struct str){salt, CSRF_SALT_LEN}, secret);
}

bool csrf_token_make(struct env *env, char out[CSRF_TOKEN_LEN + 1], struct str secret)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char salt[CSRF_SALT_LEN];
    uint8_t raw[CSRF_SALT_LEN];

    /* 62 letters of 256: some come a little more often, which does not matter for a salt. */
    env->random(env->random_ctx, raw, sizeof(raw));
    for (size_t i = 0; i < CSRF_SALT_LEN; i++) {
        salt[i] = letters[raw[i] % (sizeof(letters) - 1)];
    }
    return csrf_token_write(out, salt, secret);
}

bool csrf_token_verify(struct str token, struct str secret)
{
    struct str salt = {token.ptr, str_find(token, '-')};
    struct str proof;
    char wanted[PROOF_LEN];

    if (salt.len == token.len || secret.len == 0) {
        return false;
    }
    proof = str_from_offset(token, salt.len + 1);
    return proof.len == PROOF_LEN && prove(wanted, salt, secret) &&
           CRYPTO_memcmp(proof.ptr, wanted, PROOF_LEN) == 0;
}

bool csrf_checks_method(enum http_method method)
{
    return method != HTTP_METHOD_GET && method != HTTP_METHOD_HEAD && method != HTTP_METHOD_OPTIONS;
}

bool csrf_is_on(bool global, const bool *route)
{
    return route != NULL ? *route : global;
}

/* As with a missing one, the next source is asked for where it is empty or no text. */
static struct str member(const json_t *object)
{
    return json_value_text(json_object_get(object, "_csrf"));
}

struct str csrf_token_find(const json_t *body, const json_t *query, csrf_header_fn header,
                           const void *headers)
{
    static const struct str names[] = {
        {"csrf-token", 10}, {"xsrf-token", 10}, {"x-csrf-token", 12}, {"x-xsrf-token", 12}};
    struct str found = member(body);

    if (found.len == 0) {
        found = member(query);
    }
    for (size_t i = 0; found.len == 0 && i < ARRAY_LEN(names); i++) {
        found = header(headers, names[i]);
    }
    return found.len > 0 ? found : (struct str){NULL, 0};
}
