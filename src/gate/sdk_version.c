#include "gate/sdk_version.h"

#include "base/utf8.h"
#include "http/url.h"
#include "io/io.h"

#define VERSION_NAME "__sails_io_sdk_version"

static bool take_number(struct str *rest, uint64_t *number)
{
    struct str part;

    return str_take_part(rest, '.', &part) && str_to_u64(part, 1000000, number);
}

/* Whether "major.minor.patch" (with anything behind a '-') is at least 0.11.0. */
static bool is_supported(struct str version)
{
    uint64_t major = 0, minor = 0, patch = 0;

    version.len = str_find(version, '-');
    if (!take_number(&version, &major) || !take_number(&version, &minor) ||
        !take_number(&version, &patch) || version.len > 0) {
        return false;
    }
    return major > 0 || minor >= 11;
}

bool sdk_version_check(sails_io_socket *socket, bool is_strict, struct buf *why)
{
    const struct eio_handshake *handshake = sio_socket_handshake(socket);
    struct str header = eio_handshake_header(handshake, STR(VERSION_NAME));
    struct buf version = {0};
    bool is_fine = true;

    if (header.ptr != NULL) {
        buf_append_str(&version, header);
    } else {
        url_query_get(&version, eio_handshake_query(handshake), STR(VERSION_NAME));
    }
    if (header.ptr != NULL || version.len > 0) {
        is_fine = is_supported(buf_str(&version));
    } else if (is_strict) {
        is_fine = false;
        buf_append_str(&version, STR("none was told, as by clients before 0.11"));
    }
    if (!is_fine) {
        buf_append_str(why, STR("Unsupported version of the socket client: "));
        utf8_append_any(why, buf_str(&version));
    }
    buf_deinit(&version);
    return is_fine;
}
