#include "orm/cipher.h"

#include "base/base64.h"
#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <errno.h>
#include <sails/err.h>

enum {
    TAG_LEN = 16
};

static const struct json_limits plain_limits = {.max_depth = 512};

const struct orm_encryption_key *cipher_find_key(const struct orm_model *model, const char *id)
{
    for (unsigned i = 0; i < model->n_keys; i++) {
        if (strcmp(model->keys[i].id, id != NULL ? id : "default") == 0) {
            return &model->keys[i];
        }
    }
    return NULL;
}

/* ---- AES-256-GCM ---- */

static bool seal(EVP_CIPHER_CTX *ctx, const struct orm_encryption_key *key, const unsigned char *iv,
                 struct str head, struct str plain, unsigned char *out, unsigned char tag[TAG_LEN])
{
    int n = 0;

    return EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, iv) == 1 &&
           EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)head.ptr, (int)head.len) == 1 &&
           EVP_EncryptUpdate(ctx, out, &n, (const unsigned char *)plain.ptr, (int)plain.len) == 1 &&
           EVP_EncryptFinal_ex(ctx, out + n, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, tag) == 1;
}

static bool unseal(EVP_CIPHER_CTX *ctx, const struct orm_encryption_key *key, struct str iv,
                   struct str head, struct str sealed, struct str tag, unsigned char *out)
{
    unsigned char own_tag[TAG_LEN];
    int n = 0;

    memcpy(own_tag, tag.ptr, TAG_LEN);
    return EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes,
                              (const unsigned char *)iv.ptr) == 1 &&
           EVP_DecryptUpdate(ctx, NULL, &n, (const unsigned char *)head.ptr, (int)head.len) == 1 &&
           EVP_DecryptUpdate(ctx, out, &n, (const unsigned char *)sealed.ptr, (int)sealed.len) ==
               1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, own_tag) == 1 &&
           EVP_DecryptFinal_ex(ctx, out + n, &n) == 1;
}

/* ---- encrypting ---- */

static bool is_left_plain(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_false(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_integer(value) && json_integer_value(value) == 0) ||
           (json_is_real(value) && json_real_value(value) == 0);
}

static void append_sealed(struct buf *out, struct str head, const unsigned char *iv,
                          struct bytes sealed, const unsigned char tag[TAG_LEN])
{
    base64_encode(out, str_bytes(head));
    buf_append_char(out, '$');
    base64_encode(out, (struct bytes){iv, CIPHER_IV_LEN});
    buf_append_char(out, '$');
    base64_encode(out, sealed);
    buf_append_char(out, '$');
    base64_encode(out, (struct bytes){tag, TAG_LEN});
    while (buf_error(out) == 0 && out->ptr[out->len - 1] == '=') {
        out->len--;
    }
}

static int seal_text(const struct orm_encryption_key *key, const unsigned char *iv,
                     struct str plain, struct buf *out)
{
    struct buf head = {0};
    unsigned char tag[TAG_LEN];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char *sealed = mem_alloc(plain.len + 1);
    int rc = ctx != NULL && sealed != NULL ? 0 : SAILS_ENOMEM;

    buf_printf(&head, "aes-256-gcm$$%s", key->id);
    rc = rc == 0 ? buf_error(&head) : rc;
    if (rc == 0 && plain.len > INT32_MAX / 2) {
        rc = SAILS_ETOOBIG;
    }
    if (rc == 0) {
        rc = seal(ctx, key, iv, buf_str(&head), plain, sealed, tag) ? 0 : -EIO;
    }
    if (rc == 0) {
        append_sealed(out, buf_str(&head), iv, (struct bytes){sealed, plain.len}, tag);
        rc = buf_error(out);
    }
    EVP_CIPHER_CTX_free(ctx);
    mem_free(sealed);
    buf_deinit(&head);
    return rc;
}

int cipher_encrypt_with(const struct orm_encryption_key *key, const unsigned char iv[CIPHER_IV_LEN],
                        json_t *value, json_t **encrypted)
{
    struct buf plain = {0};
    struct buf out = {0};
    int rc = 0;

    if (is_left_plain(value)) {
        *encrypted = json_incref(value);
        return 0;
    }
    rc = json_value_write(&plain, value);
    rc = rc == 0 ? seal_text(key, iv, buf_str(&plain), &out) : rc;
    if (rc == 0) {
        *encrypted = json_stringn_nocheck(out.ptr, out.len);
        rc = *encrypted != NULL ? 0 : SAILS_ENOMEM;
    }
    buf_deinit(&plain);
    buf_deinit(&out);
    return rc;
}

int cipher_encrypt(const struct orm_encryption_key *key, json_t *value, json_t **encrypted)
{
    unsigned char iv[CIPHER_IV_LEN];

    if (RAND_bytes(iv, sizeof(iv)) != 1) {
        return -EIO;
    }
    return cipher_encrypt_with(key, iv, value, encrypted);
}

/* ---- decrypting ---- */

enum part {
    PART_HEAD,
    PART_IV,
    PART_SEALED,
    PART_TAG,
    PARTS
};

/* False: it is not of that form. */
static bool split(struct str text, struct buf parts[PARTS])
{
    struct str rest = text;

    for (int i = 0; i < PARTS; i++) {
        size_t end = str_find(rest, '$');
        struct str part = {rest.ptr, end};

        if ((i < PARTS - 1) != (end < rest.len) || base64_decode_lenient(&parts[i], part) < 0) {
            return false;
        }
        rest = str_from_offset(rest, end < rest.len ? end + 1 : end);
    }
    return parts[PART_IV].len == CIPHER_IV_LEN && parts[PART_TAG].len == TAG_LEN &&
           str_starts_with(buf_str(&parts[PART_HEAD]), STR("aes-256-gcm$$"));
}

static const struct orm_encryption_key *key_of(const struct orm_model *model, struct str head)
{
    struct str id = str_from_offset(head, strlen("aes-256-gcm$$"));

    for (unsigned i = 0; i < model->n_keys; i++) {
        if (str_eq(str_from(model->keys[i].id), id)) {
            return &model->keys[i];
        }
    }
    return NULL;
}

static int open_parts(const struct orm_encryption_key *key, const struct buf parts[PARTS],
                      json_t **value)
{
    size_t len = parts[PART_SEALED].len;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    char *plain = mem_alloc(len + 1);
    int rc = ctx != NULL && plain != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0 &&
        (len > INT32_MAX / 2 || !unseal(ctx, key, buf_str(&parts[PART_IV]),
                                        buf_str(&parts[PART_HEAD]), buf_str(&parts[PART_SEALED]),
                                        buf_str(&parts[PART_TAG]), (unsigned char *)plain))) {
        rc = SAILS_EPROTO;
    }
    if (rc == 0) {
        rc = json_parse((struct str){plain, len}, &plain_limits, value);
        rc = rc < 0 && rc != SAILS_ENOMEM ? SAILS_EPROTO : rc;
    }
    EVP_CIPHER_CTX_free(ctx);
    mem_free(plain);
    return rc;
}

int cipher_decrypt(const struct orm_model *model, json_t *stored, json_t **value)
{
    struct buf parts[PARTS] = {0};
    const struct orm_encryption_key *key = NULL;
    struct str text = {json_string_value(stored), json_string_length(stored)};
    int rc = 0;

    if (text.len == 0 || !split(text, parts)) {
        *value = json_incref(stored);
    } else {
        key = key_of(model, buf_str(&parts[PART_HEAD]));
        rc = key != NULL ? open_parts(key, parts, value) : SAILS_EPROTO;
    }
    for (int i = 0; i < PARTS; i++) {
        buf_deinit(&parts[i]);
    }
    return rc;
}
