/*
 * form.h - a multipart form that is being received.
 *
 * Purpose    Stands between the body of an exchange and the uploads that an action asks for: fields go
 *            into the body, files to whoever has asked for them, and while nobody has, or the disk
 *            is busy, the body is paused.
 * Ownership  Counted: the request has one reference, each upload one. form_close() when the request
 *            is freed.
 * Threads    Its request's worker; sails_req_upload(): any.
 * Floor      request; uses http, net, base.
 *
 *     on_body --> form_take --> multipart.c --> field: form_fields.c --> req->body
 *                                          +--> file:  upload.c      --> disk
 */
#ifndef REQUEST_FORM_H
#define REQUEST_FORM_H

#include "request/upload.h"
#include "web/form_fields.h"
#include "web/multipart.h"

#include <stdatomic.h>

struct sails_req;

enum form_wait {
    FORM_GOES_ON,
    FORM_WAITS_TO_BE_ASKED, /* a file is at hand, and nobody has asked for any */
    FORM_WAITS_FOR_DISK
};

struct form {
    atomic_uint refs;
    struct sails_req *req; /* NULL: it has been answered */
    struct worker *worker;
    struct multipart parser;
    struct multipart_limits limits;
    struct form_fields fields;
    enum form_wait wait;
    struct buf rest;             /* while it waits: bytes behind what has been parsed */
    struct multipart_event file; /* the one at hand, while it waits to be asked */
    struct list uploads;         /* struct upload: asked for, and not ended */
    struct upload *taker;        /* of the file at hand; NULL: it is thrown away */
    uint64_t n_thrown;           /* bytes that were */
    json_t *passed;              /* names of fields whose files were; NULL: none */
    bool is_over;                /* all has come */
    int error;                   /* nothing more is received */
    struct mail decide;
    bool is_deciding;
};

/* The form of a request; without a type (NULL) one that has no parts and is over. The request gets it.
 * 0; SAILS_EPROTO: the type names no boundary; SAILS_ENOMEM. */
int form_create(struct sails_req *req, struct str content_type);

/*
 * A piece of the body, and its end. 0; SAILS_EPROTO, SAILS_ETOOBIG, SAILS_ENOMEM: the form has failed
 * before the action has begun, so there is nobody else to tell it to.
 */
int form_take(struct form *form, struct bytes piece);
int form_end(struct form *form);

/* Whether the action is to begin: a file is at hand. */
bool form_waits_to_be_asked(const struct form *form);

/* Nothing will come any more: uploads fail with `err`. NULL is harmless. */
void form_abort(struct form *form, int err);

/* Frees what it holds of a form that was aborted or is over. NULL is harmless. */
void form_forget(struct form *form);

/* The request is freed: what is still being received is given up. NULL is harmless. */
void form_close(struct form *form);

/* ---- form_upload.c ---- */

struct form *form_retain(struct form *form);
void form_release(struct form *form);

/* The file at hand goes to whoever has asked for it, or is thrown away. 0, or why not. */
int form_begin_file(struct form *form);

/* What had been waited for has come; `rc`: what has become of it. */
void form_go_on(struct form *form, int rc);

#endif
