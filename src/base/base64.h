/*
 * base64.h - bytes as text (RFC 4648 sections 4 and 5).
 *
 * Purpose    Encode; decode strictly (what we made ourselves) or leniently (what clients send).
 * Ownership  Results go into the caller's memory.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Characters that base64_write() makes of n bytes, padding included. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Characters that base64_write_url() makes of n bytes. */
#define BASE64URL_LEN(n) (((n)*4 + 2) / 3)

/* Writes BASE64_LEN(b.len) characters, and no NUL: the standard alphabet, with padding. */
void base64_write(char *out, struct bytes b);

/* Writes BASE64URL_LEN(b.len) characters, and no NUL: '-' and '_', without padding. */
void base64_write_url(char *out, struct bytes b);

/* Appends as base64_write(); a buf that cannot grow has failed. */
void base64_encode(struct buf *out, struct bytes b);

/*
 * Appends the bytes that `text` stands for: standard alphabet, padded, nothing else in it, and only
 * the one form that base64_write() makes of them. 0; SAILS_EINVAL; SAILS_ENOMEM. On errors `out`
 * has what it had (and has failed, if memory was out).
 */
int base64_decode(struct buf *out, struct str text);

/*
 * As Node's Buffer.from(text, 'base64') (engine-io 6.1): both alphabets, mixed if need be; padding,
 * white space and whatever else is skipped; a last character that is too short for a byte is
 * dropped. 0; SAILS_ENOMEM.
 */
int base64_decode_lenient(struct buf *out, struct str text);

#endif
