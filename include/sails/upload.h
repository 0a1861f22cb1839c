/**
 * @file sails/upload.h
 * @brief Files of a form (multipart/form-data), received to disk.
 *
 * An action begins when the text fields before the first file have come; they are in the body. Then it
 * asks for the files of those fields that it wants:
 *
 *     static void on_files(sails_req *req, int err, json_t *result, void *ctx)
 *     {
 *         if (err < 0) {
 *             sails_res_bad_request(ctx, json_incref(result));
 *             return;
 *         }
 *         sails_res_json(ctx, json_incref(result));
 *     }
 *
 *     static void add_avatar(sails_req *req, sails_res *res)
 *     {
 *         if (sails_req_upload(req, "avatar", NULL, on_files, res) < 0) {
 *             sails_res_server_error(res, NULL);
 *         }
 *     }
 *
 * Until it asks, the client is held up; nothing is kept in memory. From the first question on the
 * form is read on, and files of fields that nobody has asked for are thrown away: ask for all
 * fields in one go.
 *
 * Whatever is received arrives whole, or not at all: when an upload fails, for whatever reason,
 * none of its files is left on the disk.
 *
 * Ownership  Arguments are borrowed, texts copied. Files on the disk are the program's once it is told 0.
 * Threads    Any, one at a time, as all of a request.
 * Errors     0 or a negative code of sails/err.h, from the call or, later, to its callback.
 */
#ifndef SAILS_UPLOAD_H
#define SAILS_UPLOAD_H

#include <jansson.h>

#include <sails/export.h>
#include <sails/types.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/** How files are received; `{0}` and NULL are the defaults. Texts are copied. */
struct sails_upload_options {
    /** Folder, made if it is missing; NULL: `http.uploadDir`. */
    const char *dirname;
    /** Name of the file, without slashes; one that exists already fails the upload with -EEXIST, and
     *  so does a second file. NULL: a random name with the extension that the client's has. */
    const char *save_as;
    /** Bytes of all files of this upload together; 0: `http.maxUploadBytes`. */
    uint64_t max_bytes;
};

/**
 * Tells how an upload has ended: when the form is whole, or cannot become so. Once for each
 * sails_req_upload() that returned 0, on the request's worker, on a later turn. Text fields that came
 * behind files are in the request's body from now on.
 *
 * @param req     NULL: the request has been answered meanwhile.
 * @param err     0; SAILS_EUPLOADLIMIT: over max_bytes; SAILS_ECLOSED: the client has gone, or the
 *                request was answered, or another upload of it has failed; SAILS_EPROTO: the form is
 *                malformed; SAILS_ETOOBIG: too many parts, fields or unwanted bytes; SAILS_ETIMEOUT: the
 *                time of the request is over, or the files had passed before somebody asked;
 *                -ENOSPC, -EACCES, ...: the disk; SAILS_ENOMEM. Reception has stopped then.
 * @param result  A view. Of 0: an array with an object for each file, in order: `fd` (the full path),
 *                `size`, `type`, `filename` (what the client says: never use it as a path), `status`
 *                ("finished") and `field`; empty if no file was sent. Else an object with `code` and
 *                `message`, over the limit E_EXCEEDS_UPLOAD_LIMIT with `maxBytes` and `written`; NULL
 *                where memory is out.
 */
typedef void (*sails_upload_cb)(sails_req *req, int err, json_t *result, void *ctx);

/**
 * Receives the files of a field to disk. They are the application's from then on: it moves or
 * removes them.
 *
 * @param field    Name of the field.
 * @param options  NULL: the defaults.
 * @return 0: `done` will be called; SAILS_EINVAL: NULL, or a bad name in save_as; SAILS_ESTATE: a
 *         request without a body (GET, HEAD, OPTIONS), answered already, or over a socket: that one is
 *         answered with 500, as by Sails; SAILS_ENOMEM.
 * @see    Sails documentation, "req.file()"
 */
SAILS_API int sails_req_upload(sails_req *req, const char *field,
                               const struct sails_upload_options *options, sails_upload_cb done,
                               void *ctx);

SAILS_END_DECLS

#endif
