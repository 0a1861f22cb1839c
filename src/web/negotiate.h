/*
 * negotiate.h - which of several forms a client would rather have.
 *
 * Purpose    Accept, Accept-Charset, Accept-Encoding, Accept-Language against what the server has
 *            (RFC 9110 section 12.5), with the preferences of Express: the client's quality decides,
 *            then how exactly it named the form, then its order, then the server's.
 * Ownership  None: spans in, a number out.
 * Threads    Any.
 * Floor      web; uses http, base.
 */
#ifndef WEB_NEGOTIATE_H
#define WEB_NEGOTIATE_H

#include "base/str.h"

enum negotiate_subject {
    NEGOTIATE_TYPE,
    NEGOTIATE_CHARSET,
    NEGOTIATE_ENCODING,
    NEGOTIATE_LANGUAGE
};

enum {
    NEGOTIATE_NONE = -1
};

/*
 * The index of the best among `offers`, a list of names that ends with NULL; NEGOTIATE_NONE: the
 * client takes none of them. `header`: {NULL, 0}: it did not say; then the first, but of encodings
 * only "identity".
 */
int negotiate(enum negotiate_subject subject, struct str header, const char *const *offers);

/*
 * Whether a Content-Type is of a kind: a media type, an extension, "text/x" with '*' for either
 * part, "multipart", "urlencoded", or "+json" (any type with that suffix).
 */
bool negotiate_is_type(struct str content_type, struct str kind);

#endif
