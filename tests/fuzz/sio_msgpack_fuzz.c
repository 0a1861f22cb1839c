/*
 * One packet as MessagePack. What must hold of a decoded one: its texts are in one piece, its arguments are of
 * its type, and it encodes to a packet that decodes the same.
 */
#include "base/json_value.h"
#include "base/mem.h"
#include "socketio/sio_msgpack.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MAX_VALUES = 10000
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

/* The data that it came with: the event's name is in front again. */
static json_t *data_of(const struct sio_msgpack *p)
{
    json_t *data = NULL;
    char *name = NULL;

    if (p->packet.type != SIO_EVENT) {
        return json_incref(p->data);
    }
    name = sio_packet_event_name(&p->packet);
    data = json_copy(p->data);
    require(name != NULL && data != NULL);
    require(!sio_packet_is_reserved(str_from(name)));
    json_array_insert_new(data, 0, json_stringn_nocheck(name, strlen(name)));
    mem_free(name);
    return data;
}

static void check_round_trip(const struct sio_msgpack *p)
{
    json_t *data = data_of(p);
    struct buf packed = {0};
    struct sio_msgpack again;

    require(sio_msgpack_encode(&packed, p->packet.type, p->packet.nsp, data, p->packet.id) == 0);
    require(sio_msgpack_decode(buf_bytes(&packed), MAX_VALUES + 10, &again) == 0);
    require(again.packet.type == p->packet.type && again.packet.id == p->packet.id);
    require(str_eq(again.packet.nsp, p->packet.nsp));
    require(json_array_size(again.data) == json_array_size(p->data));
    require(json_value_count_binary(again.data != NULL ? again.data : data) ==
            json_value_count_binary(p->data != NULL ? p->data : data));
    sio_msgpack_deinit(&again);
    buf_deinit(&packed);
    json_decref(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sio_msgpack p;
    struct str all = {NULL, 0};
    int rc = sio_msgpack_decode((struct bytes){data, size}, MAX_VALUES, &p);

    require(rc == 0 || rc == SAILS_EPROTO || rc == SAILS_EJSON || rc == SAILS_ETOOBIG);
    if (rc < 0) {
        return 0;
    }
    all = buf_str(&p.text);
    require(p.packet.nsp.len + p.packet.event.len == all.len);
    require(p.packet.args == p.data && p.packet.n_attachments == 0);
    require(p.packet.type != SIO_DISCONNECT || p.data == NULL);
    require((p.packet.event.len > 0) == (p.packet.type == SIO_EVENT));
    require(p.packet.id >= -1 && p.packet.id <= SIO_MAX_ACK_ID);
    check_round_trip(&p);
    sio_msgpack_deinit(&p);
    return 0;
}
