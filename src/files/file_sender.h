/*
 * file_sender.h - a file as the body of a response.
 *
 * Purpose    Reads a part of an open file as fast as the client takes it.
 * Ownership  A sender owns itself, the file and the exchange, from file_sender_start() to the end of
 *            the exchange.
 * Threads    The exchange's worker.
 * Floor      files; uses net, http, base.
 */
#ifndef FILES_FILE_SENDER_H
#define FILES_FILE_SENDER_H

#include "http/http.h"
#include "net/file.h"

/* Sends `length` bytes, 1 or more, from `offset` on, and ends the response: http_begin() has been called
 * with that length. Where memory is out the connection closes. */
void file_sender_start(struct http_exchange *x, struct file *file, uint64_t offset,
                       uint64_t length);

#endif
