/*
 * packed.h - what travels compressed, on the client's side: answers in gzip, messages of RFC 7692.
 */
#ifndef SIM_PACKED_H
#define SIM_PACKED_H

#include "base/buf.h"

/* Append to `out`. False: it cannot be read. */
bool packed_read_gzip(struct str in, struct buf *out);
bool packed_read_message(struct str in, struct buf *out);

/* Appends a message that takes over no context. */
void packed_write_message(struct str in, struct buf *out);

#endif
