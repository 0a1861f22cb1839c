#include "socketio/sio_msgpack.h"

#include "base/json_value.h"
#include "base/mem.h"
#include "base/msgpack_value.h"
#include "socketio/sio_kept.h"
#include "socketio/sio_message.h"
#include "support/cmocka.h"
#include "support/json_gauge.h"

#include <sails/err.h>

/* A packet as JSON says it, packed. */
static void pack(struct buf *out, const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    assert_int_equal(msgpack_value_write(out, value), 0);
    json_decref(value);
}

static int decode(const char *json, struct sio_msgpack *out)
{
    struct buf packed = {0};
    int rc = 0;

    pack(&packed, json);
    rc = sio_msgpack_decode(buf_bytes(&packed), 1000, out);
    buf_deinit(&packed);
    return rc;
}

static void assert_args(const struct sio_packet *packet, const char *want)
{
    char *text = json_dumps(packet->args, JSON_ENCODE_ANY | JSON_COMPACT);

    assert_string_equal(text != NULL ? text : "none", want);
    mem_free(text);
}

static void packets_are_read_as_the_parser_writes_them(void **state)
{
    static const struct {
        const char *json;
        enum sio_packet_type type;
        const char *nsp;
        int64_t id;
        const char *event;
        const char *args;
    } cases[] = {
        {"{\"type\":0,\"nsp\":\"/\"}", SIO_CONNECT, "/", -1, "", "none"},
        {"{\"type\":0,\"nsp\":\"/a\",\"data\":{\"b\":1}}", SIO_CONNECT, "/a", -1, "", "{\"b\":1}"},
        {"{\"type\":1,\"nsp\":\"/a\"}", SIO_DISCONNECT, "/a", -1, "", "none"},
        {"{\"type\":2,\"nsp\":\"/\",\"data\":[\"x\",1]}", SIO_EVENT, "/", -1, "\"x\"", "[1]"},
        {"{\"type\":5,\"nsp\":\"/\",\"data\":[\"x\"],\"id\":0}", SIO_EVENT, "/", 0, "\"x\"", "[]"},
        {"{\"type\":2,\"nsp\":\"/\",\"data\":[7,1]}", SIO_EVENT, "/", -1, "7", "[1]"},
        {"{\"type\":2,\"nsp\":\"/\",\"data\":[\"a\\\"b\"]}", SIO_EVENT, "/", -1, "\"a\\\"b\"",
         "[]"},
        {"{\"type\":3,\"nsp\":\"/a\",\"data\":[],\"id\":9007199254740991}", SIO_ACK, "/a",
         SIO_MAX_ACK_ID, "", "[]"},
        {"{\"type\":6,\"nsp\":\"/a\",\"data\":[1],\"id\":3}", SIO_ACK, "/a", 3, "", "[1]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sio_msgpack p;

        assert_int_equal(decode(cases[i].json, &p), 0);
        assert_int_equal(p.packet.type, cases[i].type);
        assert_true(str_eq(p.packet.nsp, str_from(cases[i].nsp)));
        assert_true(p.packet.id == cases[i].id);
        assert_true(str_eq(p.packet.event, str_from(cases[i].event)));
        assert_args(&p.packet, cases[i].args);
        sio_msgpack_deinit(&p);
    }
}

static void what_is_no_packet_is_refused(void **state)
{
    static const struct {
        const char *json;
        int rc;
    } cases[] = {
        {"7", SAILS_EPROTO},
        {"[]", SAILS_EPROTO},
        {"{}", SAILS_EPROTO},
        {"{\"type\":7,\"nsp\":\"/\"}", SAILS_EPROTO},
        {"{\"type\":-1,\"nsp\":\"/\"}", SAILS_EPROTO},
        {"{\"type\":\"2\",\"nsp\":\"/\",\"data\":[\"x\"]}", SAILS_EPROTO},
        {"{\"type\":0}", SAILS_EPROTO},
        {"{\"type\":0,\"nsp\":1}", SAILS_EPROTO},
        {"{\"type\":0,\"nsp\":\"/\",\"data\":[]}", SAILS_EJSON},
        {"{\"type\":1,\"nsp\":\"/\",\"data\":{}}", SAILS_EJSON},
        {"{\"type\":4,\"nsp\":\"/\",\"data\":1}", SAILS_EJSON},
        {"{\"type\":2,\"nsp\":\"/\"}", SAILS_EJSON},
        {"{\"type\":2,\"nsp\":\"/\",\"data\":[]}", SAILS_EJSON},
        {"{\"type\":2,\"nsp\":\"/\",\"data\":[null]}", SAILS_EJSON},
        {"{\"type\":2,\"nsp\":\"/\",\"data\":[\"connect\"]}", SAILS_EPROTO},
        {"{\"type\":3,\"nsp\":\"/\",\"data\":{},\"id\":1}", SAILS_EJSON},
        {"{\"type\":3,\"nsp\":\"/\",\"data\":[],\"id\":-1}", SAILS_EPROTO},
        {"{\"type\":3,\"nsp\":\"/\",\"data\":[],\"id\":9007199254740992}", SAILS_EPROTO},
        {"{\"type\":3,\"nsp\":\"/\",\"data\":[],\"id\":null}", SAILS_EPROTO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sio_msgpack p;

        assert_int_equal(decode(cases[i].json, &p), cases[i].rc);
    }
}

static void too_many_values_are_refused(void **state)
{
    struct sio_msgpack p;
    struct buf packed = {0};

    (void)state;
    pack(&packed, "{\"type\":2,\"nsp\":\"/\",\"data\":[\"x\",1,2,3]}");
    assert_int_equal(sio_msgpack_decode(buf_bytes(&packed), 7, &p), SAILS_ETOOBIG);
    assert_int_equal(sio_msgpack_decode(buf_bytes(&packed), 8, &p), 0);
    sio_msgpack_deinit(&p);
    assert_int_equal(sio_msgpack_decode(buf_bytes(&packed), 0, &p), 0);
    sio_msgpack_deinit(&p);
    buf_deinit(&packed);
}

static void text_is_read_for_clients_of_protocol_4(void **state)
{
    static const struct json_limits limits = {.max_depth = 100};
    struct sio_msgpack p;

    (void)state;
    assert_int_equal(sio_msgpack_decode_text(STR("{\"type\":0,\"nsp\":\"/a?b=c\"}"), &limits, &p),
                     0);
    assert_int_equal(p.packet.type, SIO_CONNECT);
    assert_true(str_eq(p.packet.nsp, STR("/a?b=c")));
    sio_msgpack_deinit(&p);
    assert_int_equal(sio_msgpack_decode_text(STR("40"), &limits, &p), SAILS_EPROTO);
    assert_int_equal(sio_msgpack_decode_text(STR("{\"type\":0"), &limits, &p), SAILS_EJSON);
}

/* Each number is a byte on the wire, and a struct here. */
static void what_is_kept_counts_by_the_memory_that_it_takes(void **state)
{
    struct buf packed = {0};
    struct sio_msgpack p;
    struct sio_kept *kept = NULL;
    json_t *root = json_pack("{s:i, s:s, s:[s]}", "type", 2, "nsp", "/", "data", "event");

    (void)state;
    for (int i = 0; i < 1000; i++) {
        json_array_append_new(json_object_get(root, "data"), json_integer(i % 100));
    }
    assert_int_equal(msgpack_value_write(&packed, root), 0);
    json_decref(root);
    json_gauge_begin();
    assert_int_equal(sio_msgpack_decode(buf_bytes(&packed), 2000, &p), 0);
    assert_in_range(packed.len, 1000, 1100);
    assert_int_equal(sio_kept_create(buf_str(&p.text), &p.packet, NULL, &kept), 0);
    sio_msgpack_deinit(&p);
    assert_in_range(kept->size, json_gauge_bytes(), 3 * json_gauge_bytes());
    sio_kept_destroy(kept);
    buf_deinit(&packed);
}

/* socket-io 12: what is made for all is one part, binary values where they are. */
static void messages_are_one_part(void **state)
{
    static const struct sio_message_options options = {.parser = SIO_PARSER_MSGPACK};
    json_t *args = json_pack("[o, i]", json_value_binary("AB", 2), 1);
    struct sio_message *m = NULL;
    struct sio_msgpack p;

    (void)state;
    assert_int_equal(sio_message_create(STR("/a"), "x", args, "offset", 7, &options, &m), 0);
    assert_int_equal(m->n_parts, 1);
    assert_true(m->parts[0]->is_binary);
    assert_int_equal(sio_msgpack_decode(eio_message_data(m->parts[0]), 100, &p), 0);
    assert_true(str_eq(p.packet.event, STR("\"x\"")) && p.packet.id == 7);
    assert_int_equal(json_array_size(p.packet.args), 3);
    assert_true(json_value_is_binary(json_array_get(p.packet.args, 0)));
    assert_string_equal(json_string_value(json_array_get(p.packet.args, 2)), "offset");
    sio_msgpack_deinit(&p);
    sio_message_release(m);
    assert_int_equal(
        sio_message_create_raw(SIO_CONNECT, STR("/"), -1, STR("{\"sid\":\"s\"}"), &options, &m), 0);
    assert_int_equal(sio_msgpack_decode(eio_message_data(m->parts[0]), 100, &p), 0);
    assert_args(&p.packet, "{\"sid\":\"s\"}");
    sio_msgpack_deinit(&p);
    sio_message_release(m);
    json_decref(args);
}

static void what_cannot_be_written_is_refused(void **state)
{
    static const struct sio_message_options options = {.parser = SIO_PARSER_MSGPACK};
    json_t *args = json_pack("[o]", json_stringn_nocheck("\xc0", 1));
    struct sio_message *m = NULL;

    (void)state;
    assert_int_equal(sio_message_create(STR("/"), "a", args, NULL, -1, &options, &m), SAILS_EJSON);
    assert_int_equal(sio_message_create(STR("/"), "\xff", NULL, NULL, -1, &options, &m),
                     SAILS_EJSON);
    assert_int_equal(sio_message_create(STR("/"), "connect", NULL, NULL, -1, &options, &m),
                     SAILS_ERESERVED);
    assert_null(m);
    json_decref(args);
}

static void without_memory_nothing_is_made(void **state)
{
    static const struct sio_message_options options = {.parser = SIO_PARSER_MSGPACK};
    struct buf packed = {0};
    int rc = SAILS_ENOMEM;

    (void)state;
    pack(&packed, "{\"type\":2,\"nsp\":\"/\",\"data\":[\"x\",{\"a\":\"b\"}],\"id\":1}");
    for (int i = 0; rc == SAILS_ENOMEM; i++) {
        struct sio_msgpack p;

        mem_fail_after(i);
        rc = sio_msgpack_decode(buf_bytes(&packed), 100, &p);
        mem_fail_after(-1);
        if (rc == 0) {
            sio_msgpack_deinit(&p);
        }
    }
    assert_int_equal(rc, 0);
    rc = SAILS_ENOMEM;
    for (int i = 0; rc == SAILS_ENOMEM; i++) {
        struct sio_message *m = NULL;

        mem_fail_after(i);
        rc = sio_message_create(STR("/"), "x", NULL, "o", 1, &options, &m);
        mem_fail_after(-1);
        sio_message_release(m);
    }
    assert_int_equal(rc, 0);
    buf_deinit(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_read_as_the_parser_writes_them),
        cmocka_unit_test(what_is_no_packet_is_refused),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(text_is_read_for_clients_of_protocol_4),
        cmocka_unit_test(what_is_kept_counts_by_the_memory_that_it_takes),
        cmocka_unit_test(messages_are_one_part),
        cmocka_unit_test(what_cannot_be_written_is_refused),
        cmocka_unit_test(without_memory_nothing_is_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
