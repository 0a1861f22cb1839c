#include "websocket/ws_close.h"

#include "base/utf8.h"

#include <sails/err.h>

bool ws_close_code_is_valid(unsigned code)
{
    if (code >= 3000) {
        return code <= 4999; /* of libraries, and private */
    }
    /* 1012 to 1014 are in IANA's registry; 1004 to 1006 and 1015 never go over the wire. */
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

int ws_close_parse(struct bytes payload, unsigned *code)
{
    unsigned received = WS_CLOSE_NO_STATUS;

    if (payload.len == 0) {
        *code = received;
        return 0;
    }
    if (payload.len == 1) {
        return SAILS_EPROTO;
    }
    received = (unsigned)payload.ptr[0] << 8 | payload.ptr[1];
    if (!ws_close_code_is_valid(received)) {
        return SAILS_EPROTO;
    }
    if (!utf8_is_valid(bytes_from_offset(payload, 2))) {
        return SAILS_EUTF8;
    }
    *code = received;
    return 0;
}

unsigned ws_close_code_of(int err)
{
    switch (err) {
    case SAILS_EPROTO:
        return WS_CLOSE_PROTOCOL_ERROR;
    case SAILS_EUTF8:
    case SAILS_EDEFLATE:
        return WS_CLOSE_INVALID_DATA;
    case SAILS_ETOOBIG:
        return WS_CLOSE_TOO_BIG;
    case SAILS_EOVERLOAD:
        return WS_CLOSE_TRY_AGAIN_LATER;
    default:
        return WS_CLOSE_INTERNAL_ERROR;
    }
}
