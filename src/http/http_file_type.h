/*
 * http_file_type.h - media types by extension.
 *
 * Purpose    The table behind http_file_type().
 * Ownership  Static text.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_FILE_TYPE_H
#define HTTP_HTTP_FILE_TYPE_H

#include "base/str.h"

/* `extension` without its dot, in any case; "application/octet-stream" for one nobody knows. */
struct str http_file_type_of_extension(struct str extension);

#endif
