/*
 * eio_text.h - text as Engine.IO's polling carries it: repaired UTF-8, and JSONP's wrappings.
 *
 * Purpose    What stands between the bytes of an HTTP body and a payload.
 * Ownership  Results are appended to the caller's buf; whether memory sufficed is in buf_error().
 * Threads    Any.
 * Floor      engineio; uses http, base.
 */
#ifndef ENGINEIO_EIO_TEXT_H
#define ENGINEIO_EIO_TEXT_H

#include "base/buf.h"

/*
 * Appends `text` with each malformed sequence as one U+FFFD (engine-io 6.1), cut as every browser's
 * and Node's decoder cuts: the longest part that could have begun a character is one sequence.
 */
void eio_text_repair(struct buf *out, struct bytes text);

/*
 * As above for revision 3's binary payloads (engine-io 6.4), whose reference knows one leniency
 * only: encoded surrogates become U+FFFD. 0, or SAILS_EPROTO: malformed otherwise.
 */
int eio_text_repair_surrogates(struct buf *out, struct bytes text);

/* Appends `text` as JSON writes it between quotation marks; U+2028 and U+2029, which end a line in
 * a JavaScript literal of old, are escaped, too. */
void eio_text_append_json(struct buf *out, struct str text);

/* Appends ___eio[index]("payload"); with `payload` as a literal that is JSON and JavaScript. */
void eio_text_wrap_jsonp(struct buf *out, struct str index, struct str payload);

/*
 * Appends the payload that a form holds in its one field `d` (engine-io 7.4). True: there is one;
 * false: the field is missing or repeated, or memory is out.
 */
bool eio_text_unwrap_jsonp(struct buf *out, struct str form);

#endif
