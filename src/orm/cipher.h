/*
 * cipher.h - encrypted attributes.
 *
 * Purpose    A value of an attribute with `encrypt: true` as it is stored, and back (waterline 8):
 *
 *                base64(HEAD) $ base64(IV) $ base64(ciphertext) $ base64(TAG), without the TAG's padding
 *
 *            HEAD is "aes-256-gcm$$" and the key's id, and is authenticated; what is encrypted is the
 *            value's JSON text. Sails in Node reads and writes the same.
 * Ownership  A value that is made is a new reference.
 * Threads    Any.
 * Floor      orm; uses base, OpenSSL.
 */
#ifndef ORM_CIPHER_H
#define ORM_CIPHER_H

#include "orm/model.h"

enum {
    CIPHER_IV_LEN = 12
};

/* NULL: the model has no key of that id. `id` NULL: "default". */
const struct orm_encryption_key *cipher_find_key(const struct orm_model *model, const char *id);

/*
 * '', 0, false and null are given back as they are. 0; SAILS_ENOMEM; SAILS_EJSON: the value cannot be
 * written as JSON; -EIO: OpenSSL has refused, or has no random bytes.
 */
int cipher_encrypt(const struct orm_encryption_key *key, json_t *value, json_t **encrypted);

/* The same with an IV that is given: for tests, and nothing else. */
int cipher_encrypt_with(const struct orm_encryption_key *key, const unsigned char iv[CIPHER_IV_LEN],
                        json_t *value, json_t **encrypted);

/*
 * What is no text, or no text of that form, is given back as it is, as in Sails. 0; SAILS_ENOMEM;
 * SAILS_EPROTO: it is of that form, but its key is not there, or it was changed.
 */
int cipher_decrypt(const struct orm_model *model, json_t *stored, json_t **value);

#endif
