/*
 * multipart.h - multipart/form-data, as it arrives.
 *
 * Purpose    Cuts a body into text fields and files (RFC 7578, RFC 2046 section 5.1).
 * Ownership  Owns its buffers; what an event shows is a view, valid until the next call.
 * Threads    One thread at a time.
 * Floor      web; uses base.
 *
 *     while ((rc = multipart_next(&m, &in, &event)) == 0 && event.kind != MULTIPART_MORE) {
 *         FIELD | FILE DATA* FILE_END | END
 *     }
 *
 * Who cannot go on after an event (a disk is busy) stops, keeps what is left of `in`, and calls
 * again with it later.
 *
 * Limits, because every byte is a stranger's: all but the contents of files is counted. Line ends are
 * CRLF; names and values are what was sent: whether they are UTF-8 the caller sees to.
 */
#ifndef WEB_MULTIPART_H
#define WEB_MULTIPART_H

#include "base/buf.h"

enum {
    MULTIPART_BOUNDARY_MAX = 70 /* RFC 2046 section 5.1.1 */
};

/* Over any of them: SAILS_ETOOBIG. */
struct multipart_limits {
    size_t n_parts;
    size_t head;  /* bytes of the headers of one part */
    size_t name;  /* of a field, and of a file as its sender calls it */
    size_t value; /* of a text field */
    size_t text;  /* of all that is no content of a file */
};

/* 1000 parts as busboy's default for fields; 8 KiB, 255 as file systems; 1 MB as other bodies. */
extern const struct multipart_limits multipart_default_limits;

enum multipart_kind {
    MULTIPART_MORE,     /* all of `in` is taken */
    MULTIPART_FIELD,    /* `name`, `value` */
    MULTIPART_FILE,     /* begins: `name`, `filename`, `type` */
    MULTIPART_DATA,     /* of the file: `data` */
    MULTIPART_FILE_END, /* the file is whole */
    MULTIPART_END       /* the last delimiter; what follows is ignored */
};

struct multipart_event {
    enum multipart_kind kind;
    struct str name;
    struct str value;
    struct str filename;
    struct str type; /* empty: none was sent */
    struct bytes data;
};

enum multipart_state {
    MULTIPART_PREAMBLE,
    MULTIPART_TAIL,        /* behind a delimiter */
    MULTIPART_TAIL_LF,     /* ... and a CR */
    MULTIPART_TAIL_HYPHEN, /* ... or one hyphen */
    MULTIPART_HEAD,
    MULTIPART_IN_FIELD,
    MULTIPART_IN_FILE,
    MULTIPART_IN_NOTHING, /* an empty choice of a file in a form */
    MULTIPART_OVER
};

/* {0} may be deinitialized. */
struct multipart {
    const struct multipart_limits *limits;
    enum multipart_state state;
    int error;
    char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CR LF "--" boundary */
    size_t delimiter_len;
    size_t matched; /* bytes of it that have come */
    size_t n_parts;
    size_t n_text;
    struct buf head;
    struct buf name, value, filename, type;
};

/* `content_type`: the header of the whole body. 0; SAILS_EPROTO: it names no boundary; SAILS_ENOMEM. */
int multipart_init(struct multipart *m, struct str content_type,
                   const struct multipart_limits *limits);
void multipart_deinit(struct multipart *m);

/*
 * The next event; takes what it has read from the front of *in. 0; SAILS_EPROTO: malformed;
 * SAILS_ETOOBIG: over a limit; SAILS_ENOMEM. After an error it says nothing else.
 */
int multipart_next(struct multipart *m, struct bytes *in, struct multipart_event *event);

/* Whether the last delimiter has come: a body that ends before is cut. */
bool multipart_is_over(const struct multipart *m);

#endif
