#include "adapter/clustered.h"

#include "base/json_value.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct str prefix = {"socket.io", 9};
static const struct str root_nsp = {"/", 1};
static const struct str uid = {"696407c67080074a", 16};

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_from(want))) {
        fail_msg("\"%.*s\" is not \"%s\"", STR_FMT(got), want);
    }
}

/* Written, read, and written again: the same. */
static void assert_message(struct adapter_message m, const char *want)
{
    struct buf out = {0};
    struct adapter_message read;

    m.uid = uid;
    m.nsp = root_nsp;
    assert_int_equal(clustered_write(&out, &m, false), 0);
    assert_str(buf_str(&out), want);
    assert_int_equal(clustered_read(buf_bytes(&out), &read), 0);
    assert_int_equal(read.kind, m.kind);
    buf_clear(&out);
    assert_int_equal(clustered_write(&out, &read, false), 0);
    assert_str(buf_str(&out), want);
    adapter_message_deinit(&read);
    buf_deinit(&out);
    json_decref(m.data);
    json_decref(m.rooms);
    json_decref(m.names);
}

#define TAIL "\"uid\":\"696407c67080074a\",\"nsp\":\"/\"}"
#define OPTS "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}}"

/* redis-cluster 24 */
static void messages_have_the_shapes_of_the_table(void **state)
{
    (void)state;
    assert_message(
        (struct adapter_message){.kind = ADAPTER_BROADCAST, .data = json_pack("[s]", "e")},
        "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"e\"]}," OPTS "}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_BROADCAST,
                                            .request_id = STR("q"),
                                            .data = json_pack("[s]", "e")},
                   "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"e\"]},\"requestId\":"
                   "\"q\"," OPTS "}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_JOIN, .names = json_pack("[s]", "n1")},
                   "{\"type\":4,\"data\":{" OPTS ",\"rooms\":[\"n1\"]}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_LEAVE, .names = json_pack("[s]", "n1")},
                   "{\"type\":5,\"data\":{" OPTS ",\"rooms\":[\"n1\"]}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_DISCONNECT, .close = true},
                   "{\"type\":6,\"data\":{" OPTS ",\"close\":true}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_FETCH, .request_id = STR("q")},
                   "{\"type\":7,\"data\":{" OPTS ",\"requestId\":\"q\"}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_ANSWER,
                                            .of = ADAPTER_FETCH,
                                            .request_id = STR("q"),
                                            .data = json_array()},
                   "{\"type\":8,\"data\":{\"requestId\":\"q\",\"sockets\":[]}," TAIL);
    assert_message(
        (struct adapter_message){.kind = ADAPTER_SERVER_SIDE_EMIT, .data = json_pack("[s]", "ev")},
        "{\"type\":9,\"data\":{\"packet\":[\"ev\"]}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_ANSWER,
                                            .of = ADAPTER_SERVER_SIDE_EMIT,
                                            .request_id = STR("q"),
                                            .data = json_integer(1)},
                   "{\"type\":10,\"data\":{\"requestId\":\"q\",\"packet\":1}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_CLIENT_COUNT,
                                            .request_id = STR("q"),
                                            .n_clients = 3},
                   "{\"type\":11,\"data\":{\"requestId\":\"q\",\"clientCount\":3}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_ACK, .request_id = STR("q")},
                   "{\"type\":12,\"data\":{\"requestId\":\"q\"}," TAIL);
    assert_message((struct adapter_message){.kind = ADAPTER_HEARTBEAT}, "{\"type\":2," TAIL);
}

/* redis-cluster 24: the observed bytes of section 7 */
static void binary_makes_messagepack(void **state)
{
    static const char begin[] = "\x84\xa4type\x03\xa4"
                                "data\x82\xa6packet\x82\xa4type\x02\xa4"
                                "data\x92\xa3"
                                "bin\xc4\x03\x01\x02\x03\xa4opts\x83";
    struct buf out = {0};
    struct adapter_message read;
    struct adapter_message m = {.kind = ADAPTER_BROADCAST,
                                .uid = uid,
                                .nsp = root_nsp,
                                .data = json_pack("[s,o]", "bin", json_value_binary("\1\2\3", 3))};

    (void)state;
    assert_int_equal(clustered_write(&out, &m, false), 0);
    assert_true(out.len > sizeof(begin));
    assert_memory_equal(out.ptr, begin, sizeof(begin) - 1);
    assert_int_equal(clustered_read(buf_bytes(&out), &read), 0);
    assert_true(json_equal(read.data, m.data));
    adapter_message_deinit(&read);
    buf_deinit(&out);
    json_decref(m.data);
}

/* redis-cluster 24, 25 */
static void channels_follow_the_mode(void **state)
{
    static const struct {
        enum clustered_mode mode;
        const char *room;
        const char *want;
    } cases[] = {
        {CLUSTERED_STATIC, "r", "socket.io#/#"},
        {CLUSTERED_DYNAMIC, "r", "socket.io#/#r#"},
        {CLUSTERED_DYNAMIC, "01234567890123456789", "socket.io#/#"},
        {CLUSTERED_DYNAMIC, "üüüüüüüüüü", "socket.io#/#üüüüüüüüüü#"}, /* 20 bytes */
        {CLUSTERED_DYNAMIC, "üüüüüüüüüüüüüüüüüüüü", "socket.io#/#"},
        {CLUSTERED_DYNAMIC, "😀😀😀😀😀😀😀😀😀😀", "socket.io#/#"}, /* 20 units of UTF-16 */
        {CLUSTERED_DYNAMIC_PRIVATE, "01234567890123456789", "socket.io#/#01234567890123456789#"},
    };
    struct adapter_message m = {.kind = ADAPTER_BROADCAST, .nsp = root_nsp};
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        m.rooms = json_pack("[s]", cases[i].room);
        clustered_channel_for(&out, prefix, cases[i].mode, &m, uid);
        assert_str(buf_str(&out), cases[i].want);
        buf_clear(&out);
        json_decref(m.rooms);
    }
    m.rooms = json_pack("[s,s]", "a", "b");
    clustered_channel_for(&out, prefix, CLUSTERED_DYNAMIC, &m, uid);
    assert_str(buf_str(&out), "socket.io#/#");
    json_decref(m.rooms);
    m.rooms = json_pack("[s]", "a"); /* whose acks are wanted goes to all: they are counted */
    m.request_id = STR("q");
    buf_clear(&out);
    clustered_channel_for(&out, prefix, CLUSTERED_DYNAMIC, &m, uid);
    assert_str(buf_str(&out), "socket.io#/#");
    m.kind = ADAPTER_ACK;
    buf_clear(&out);
    clustered_channel_for(&out, prefix, CLUSTERED_DYNAMIC, &m, uid);
    assert_str(buf_str(&out), "socket.io#/#696407c67080074a#");
    json_decref(m.rooms);
    buf_deinit(&out);
}

/* redis-cluster 26: the observed entry, and base64 of MessagePack only with binary */
static void entries_of_a_stream_are_as_node_writes_them(void **state)
{
    struct buf type = {0};
    struct buf data = {0};
    struct adapter_message read;
    struct adapter_message m = {.kind = ADAPTER_BROADCAST,
                                .uid = uid,
                                .nsp = root_nsp,
                                .data = json_pack("[s,s]", "hello", "world")};

    (void)state;
    assert_int_equal(clustered_write_entry(&type, &data, &m), 0);
    assert_str(buf_str(&type), "3");
    assert_str(buf_str(&data), "{\"packet\":{\"type\":2,\"data\":[\"hello\",\"world\"]}," OPTS "}");
    json_decref(m.data);
    buf_clear(&type);
    buf_clear(&data);
    m.data = json_pack("[s,o]", "bin", json_value_binary("\1\2\3", 3));
    assert_int_equal(clustered_write_entry(&type, &data, &m), 0);
    assert_str(buf_str(&data),
               "gqZwYWNrZXSCpHR5cGUCpGRhdGGSo2JpbsQDAQIDpG9wdHODpXJvb21zkKZleGNlcHSQpWZsYWdzgA==");
    assert_int_equal(
        clustered_read_entry(
            &(struct clustered_entry){uid, root_nsp, buf_str(&type), buf_str(&data)}, &read),
        0);
    assert_true(json_equal(read.data, m.data));
    assert_str(read.uid, "696407c67080074a");
    adapter_message_deinit(&read);
    json_decref(m.data);
    buf_deinit(&type);
    buf_deinit(&data);
}

/* redis-cluster 9: every one of these ends a node in Node (section 11) */
static void what_is_odd_is_dropped(void **state)
{
    static const char *const odd[] = {
        "",
        "\xc0",
        "{}",
        "{\"type\":3," TAIL,
        "{\"type\":3,\"data\":null," TAIL,
        "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"e\"]}}," TAIL,
        "{\"type\":4,\"data\":{" OPTS "}," TAIL,
        "{\"type\":5,\"data\":{\"rooms\":[\"x\"]}," TAIL,
        "{\"type\":6,\"data\":{}," TAIL,
        "{\"type\":7,\"data\":{" OPTS "}," TAIL,
        "{\"type\":8,\"data\":{\"requestId\":\"q\"}," TAIL,
        "{\"type\":9,\"data\":{\"packet\":5}," TAIL,
        "{\"type\":11,\"data\":{\"requestId\":\"q\",\"clientCount\":\"3\"}," TAIL,
        "{\"type\":0," TAIL,
        "{\"type\":14," TAIL,
        "{\"type\":-1," TAIL,
        "{\"type\":4294967297," TAIL,
        "{\"type\":2,\"uid\":\"u\"}", /* 8.2: no namespace */
        "{\"type\":2,\"nsp\":\"/\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct adapter_message m = {.kind = ADAPTER_CLOSE};
        int rc = clustered_read(str_bytes(str_from(odd[i])), &m);

        if (rc != SAILS_EPROTO || m.kind != ADAPTER_CLOSE) {
            fail_msg("taken: %s (%d)", odd[i], rc);
        }
    }
}

static void odd_entries_are_dropped(void **state)
{
    const struct clustered_entry odd[] = {
        {uid, root_nsp, STR("x"), STR("")},
        {uid, root_nsp, STR(""), STR("")},
        {uid, root_nsp, STR("4"), STR("{\"rooms\":[\"x\"]}")}, /* stops a node in Node for ever */
        {uid, root_nsp, STR("3"), STR("not base64!")},
        {uid, root_nsp, STR("3"), STR("wQ==")},
        {uid, root_nsp, STR("3"), STR("{")},
        {STR(""), root_nsp, STR("2"), STR("")},
        {STR("\xff"), root_nsp, STR("2"), STR("")},
        {uid, STR(""), STR("2"), STR("")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct adapter_message m = {.kind = ADAPTER_CLOSE};

        if (clustered_read_entry(&odd[i], &m) != SAILS_EPROTO || m.kind != ADAPTER_CLOSE) {
            fail_msg("taken: %zu", i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_the_shapes_of_the_table),
        cmocka_unit_test(binary_makes_messagepack),
        cmocka_unit_test(channels_follow_the_mode),
        cmocka_unit_test(entries_of_a_stream_are_as_node_writes_them),
        cmocka_unit_test(what_is_odd_is_dropped),
        cmocka_unit_test(odd_entries_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
