#include "engineio/eio_packet.h"

#include "base/base64.h"

#include <sails/err.h>

static bool is_text_type(char c)
{
    return c >= '0' && c < '0' + EIO_N_PACKET_TYPES;
}

/* "b" is behind us: revision 3 has a type digit before the base64, revision 4 does not. */
static int decode_base64(unsigned revision, struct str text, struct buf *scratch,
                         struct eio_packet *packet)
{
    enum eio_packet_type type = EIO_MESSAGE;

    if (revision == 3) {
        if (text.len == 0 || !is_text_type(text.ptr[0])) {
            return SAILS_EPROTO;
        }
        type = (enum eio_packet_type)(text.ptr[0] - '0');
        text = str_from_offset(text, 1);
    }
    buf_clear(scratch);
    if (base64_decode_lenient(scratch, text) != 0) {
        return SAILS_ENOMEM;
    }
    *packet = (struct eio_packet){type, true, buf_bytes(scratch)};
    return 0;
}

int eio_packet_decode_text(unsigned revision, struct str text, struct buf *scratch,
                           struct eio_packet *packet)
{
    if (text.len == 0) {
        return SAILS_EPROTO;
    }
    if (text.ptr[0] == 'b') {
        return decode_base64(revision, str_from_offset(text, 1), scratch, packet);
    }
    if (!is_text_type(text.ptr[0])) {
        return SAILS_EPROTO;
    }
    *packet = (struct eio_packet){(enum eio_packet_type)(text.ptr[0] - '0'), false,
                                  str_bytes(str_from_offset(text, 1))};
    return 0;
}

bool eio_packet_decode_binary(unsigned revision, struct bytes frame, struct eio_packet *packet)
{
    if (revision == 4) {
        *packet = (struct eio_packet){EIO_MESSAGE, true, frame};
        return true;
    }
    if (frame.len == 0 || frame.ptr[0] >= EIO_N_PACKET_TYPES) {
        return false;
    }
    *packet =
        (struct eio_packet){(enum eio_packet_type)frame.ptr[0], true, bytes_from_offset(frame, 1)};
    return true;
}
