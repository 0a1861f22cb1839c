/*
 * sdk_version.h - which clients of Sails may send requests.
 *
 * Purpose    Refuses socket SDKs older than 0.11.0, whose protocol was another (sails-sockets 3.3).
 * Ownership  None.
 * Threads    The socket's worker.
 * Floor      gate; uses io, base.
 */
#ifndef GATE_SDK_VERSION_H
#define GATE_SDK_VERSION_H

#include "base/buf.h"

#include <sails/io.h>

/*
 * Checks the version that the handshake names, by header or else in its query; none is fine, for any
 * Socket.IO client may send requests (D23), unless the check is to be as strict as in Sails. False: `why`
 * gets the reason.
 */
bool sdk_version_check(sails_io_socket *socket, bool is_strict, struct buf *why);

#endif
