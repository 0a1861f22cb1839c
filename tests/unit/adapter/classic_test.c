#include "adapter/classic.h"

#include "base/json_value.h"
#include "base/msgpack_value.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct str prefix = {"socket.io", 9};
static const struct str root_nsp = {"/", 1};

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_from(want))) {
        fail_msg("\"%.*s\" is not \"%s\"", STR_FMT(got), want);
    }
}

/* Takes the values of the message, which end with it. */
static void assert_json(struct adapter_message m, const char *channel, const char *want)
{
    struct buf out = {0};
    struct buf where = {0};

    assert_int_equal(classic_write(&out, &m), 0);
    classic_channel(&where, prefix, &m);
    assert_str(buf_str(&out), want);
    assert_str(buf_str(&where), channel);
    buf_deinit(&out);
    buf_deinit(&where);
    json_decref(m.data);
    json_decref(m.rooms);
    json_decref(m.except);
    json_decref(m.names);
}

/* A broadcast, read back as JSON: rooms and flags in their order. */
static void assert_broadcast(struct adapter_message m, const char *channel, const char *want)
{
    struct buf out = {0};
    struct buf text = {0};
    struct buf where = {0};
    json_t *read = NULL;

    m.nsp = root_nsp;
    m.uid = STR("Lf3KRN");
    assert_int_equal(classic_write(&out, &m), 0);
    assert_int_equal(msgpack_value_read(buf_bytes(&out), 1000, &read), 0);
    assert_int_equal(json_value_write(&text, read), 0);
    classic_channel(&where, prefix, &m);
    assert_str(buf_str(&text), want);
    assert_str(buf_str(&where), channel);
    json_decref(read);
    buf_deinit(&out);
    buf_deinit(&text);
    buf_deinit(&where);
    json_decref(m.data);
    json_decref(m.rooms);
    json_decref(m.except);
}

/* redis-cluster 3, 28: the bytes of section 4 */
static void a_broadcast_is_the_example_to_the_byte(void **state)
{
    static const char want[] = "\x93\xa6Lf3KRN\x83\xa4type\x02\xa4"
                               "data\x92\xa5hello\xa5world\xa3nsp\xa1/\x83\xa5rooms\x90\xa6"
                               "except\x90\xa5"
                               "flags\x80";
    struct buf out = {0};
    struct adapter_message m = {.kind = ADAPTER_BROADCAST,
                                .uid = STR("Lf3KRN"),
                                .nsp = root_nsp,
                                .data = json_pack("[s,s]", "hello", "world")};

    (void)state;
    assert_int_equal(classic_write(&out, &m), 0);
    assert_int_equal(out.len, 62);
    assert_int_equal(out.len, sizeof(want) - 1);
    assert_memory_equal(out.ptr, want, out.len);
    buf_deinit(&out);
    json_decref(m.data);
}

/* redis-cluster 4, 6, 7 */
static void broadcasts_go_where_the_table_says(void **state)
{
    (void)state;
    assert_broadcast(
        (struct adapter_message){.data = json_pack("[s]", "e"), .rooms = json_pack("[s]", "r1")},
        "socket.io#/#r1#",
        "[\"Lf3KRN\",{\"type\":2,\"data\":[\"e\"],\"nsp\":\"/\"},"
        "{\"rooms\":[\"r1\"],\"except\":[],\"flags\":{}}]");
    assert_broadcast((struct adapter_message){.data = json_pack("[s]", "e"),
                                              .rooms = json_pack("[s,s]", "r1", "r2"),
                                              .except = json_pack("[s]", "r3")},
                     "socket.io#/#",
                     "[\"Lf3KRN\",{\"type\":2,\"data\":[\"e\"],\"nsp\":\"/\"},"
                     "{\"rooms\":[\"r1\",\"r2\"],\"except\":[\"r3\"],\"flags\":{}}]");
    assert_broadcast(
        (struct adapter_message){.data = json_pack("[s]", "e"),
                                 .is_volatile = true,
                                 .is_uncompressed = true,
                                 .timeout_ms = 300},
        "socket.io#/#",
        "[\"Lf3KRN\",{\"type\":2,\"data\":[\"e\"],\"nsp\":\"/\"},{\"rooms\":[],\"except\":[],"
        "\"flags\":{\"volatile\":true,\"compress\":false,\"timeout\":300}}]");
}

/* redis-cluster 11, 12, 13, 14, 18: shapes of section 5, keys in their order */
static void requests_are_as_node_writes_them(void **state)
{
    const struct adapter_message base = {
        .uid = STR("Lf3KRN"), .nsp = root_nsp, .request_id = STR("Xh0no4")};
    struct adapter_message m = base;

    (void)state;
    m.kind = ADAPTER_FETCH;
    assert_json(m, "socket.io-request#/#",
                "{\"uid\":\"Lf3KRN\",\"requestId\":\"Xh0no4\",\"type\":5,"
                "\"opts\":{\"rooms\":[],\"except\":[]}}");
    m.kind = ADAPTER_ALL_ROOMS;
    assert_json(m, "socket.io-request#/#",
                "{\"uid\":\"Lf3KRN\",\"requestId\":\"Xh0no4\",\"type\":1}");
    m.kind = ADAPTER_SERVER_SIDE_EMIT;
    m.data = json_pack("[s,i]", "ev", 1);
    assert_json(m, "socket.io-request#/#",
                "{\"uid\":\"Lf3KRN\",\"requestId\":\"Xh0no4\",\"type\":6,\"data\":[\"ev\",1]}");
    m = base;
    m.request_id = (struct str){NULL, 0};
    m.kind = ADAPTER_JOIN;
    m.names = json_pack("[s]", "n1");
    assert_json(m, "socket.io-request#/#",
                "{\"uid\":\"Lf3KRN\",\"type\":2,\"opts\":{\"rooms\":[],\"except\":[]},"
                "\"rooms\":[\"n1\"]}");
    m.names = NULL;
    m.uid = (struct str){NULL, 0};
    m.kind = ADAPTER_DISCONNECT;
    assert_json(m, "socket.io-request#/#",
                "{\"type\":4,\"opts\":{\"rooms\":[],\"except\":[]},\"close\":false}");
    m.kind = ADAPTER_SERVER_SIDE_EMIT;
    m.data = json_pack("[s,o]", "ev", json_value_binary("\x01\x02", 2));
    assert_json(m, "socket.io-request#/#",
                "{\"type\":6,\"data\":[\"ev\",{\"type\":\"Buffer\",\"data\":[1,2]}]}");
}

/* redis-cluster 15, 16, 17 */
static void answers_are_as_node_writes_them(void **state)
{
    const struct adapter_message base = {
        .kind = ADAPTER_ANSWER, .nsp = root_nsp, .request_id = STR("r1")};
    struct adapter_message m = base;

    (void)state;
    m.of = ADAPTER_SOCKETS;
    m.data = json_pack("[s]", "id");
    assert_json(m, "socket.io-response#/#", "{\"requestId\":\"r1\",\"sockets\":[\"id\"]}");
    m.of = ADAPTER_ALL_ROOMS;
    m.data = json_array();
    assert_json(m, "socket.io-response#/#", "{\"requestId\":\"r1\",\"rooms\":[]}");
    m.of = ADAPTER_SERVER_SIDE_EMIT;
    m.data = json_integer(5);
    assert_json(m, "socket.io-response#/#", "{\"type\":6,\"requestId\":\"r1\",\"data\":5}");
    m.of = ADAPTER_JOIN;
    m.data = NULL;
    assert_json(m, "socket.io-response#/#", "{\"requestId\":\"r1\"}");
    m.kind = ADAPTER_CLIENT_COUNT;
    assert_json(m, "socket.io-response#/#", "{\"type\":8,\"requestId\":\"r1\",\"clientCount\":0}");
    m.kind = ADAPTER_ACK;
    m.data = json_string("yes");
    assert_json(m, "socket.io-response#/#", "{\"type\":9,\"requestId\":\"r1\",\"packet\":\"yes\"}");
}

/* redis-cluster 16: MessagePack only where JSON cannot say it; the bytes of section 5 */
static void binary_acks_are_messagepack(void **state)
{
    static const char with_bytes[] =
        "\x83\xa4type\x09\xa9requestId\xa6Xh0no4\xa6packet\xc4\x02\x09\x08";
    struct buf out = {0};
    struct adapter_message m = {.kind = ADAPTER_ACK,
                                .nsp = root_nsp,
                                .request_id = STR("Xh0no4"),
                                .data = json_value_binary("\x09\x08", 2)};

    (void)state;
    assert_int_equal(classic_write(&out, &m), 0);
    assert_int_equal(out.len, sizeof(with_bytes) - 1);
    assert_memory_equal(out.ptr, with_bytes, out.len);
    buf_deinit(&out);
    json_decref(m.data);
}

/* redis-cluster 1, 2, 29 */
static void channels_have_their_names(void **state)
{
    struct buf out = {0};
    struct str room = {NULL, 0};

    (void)state;
    classic_pattern(&out, prefix, STR("/glob*[x]"));
    assert_str(buf_str(&out), "socket.io#/glob\\*\\[x\\]#*");
    buf_clear(&out);
    classic_response_channel(&out, prefix, root_nsp, STR("Lf3KRN"));
    assert_str(buf_str(&out), "socket.io-response#/#Lf3KRN#");
    assert_int_equal(classic_channel_of(buf_str(&out), prefix, root_nsp, &room), CLASSIC_RESPONSES);
    buf_deinit(&out);
    assert_int_equal(classic_channel_of(STR("socket.io#/#"), prefix, root_nsp, &room),
                     CLASSIC_BROADCASTS);
    assert_int_equal(room.len, 0);
    assert_int_equal(classic_channel_of(STR("socket.io#/#a#b#"), prefix, root_nsp, &room),
                     CLASSIC_BROADCASTS);
    assert_str(room, "a#b");
    assert_int_equal(classic_channel_of(STR("socket.io-request#/#"), prefix, root_nsp, &room),
                     CLASSIC_REQUESTS);
    /* Node cuts the last character whatever it is. */
    assert_int_equal(classic_channel_of(STR("socket.io#/#x"), prefix, root_nsp, &room),
                     CLASSIC_NONE);
    assert_int_equal(classic_channel_of(STR("socket.io#/a#"), prefix, root_nsp, &room),
                     CLASSIC_NONE);
    assert_int_equal(classic_channel_of(STR("other#/#"), prefix, root_nsp, &room), CLASSIC_NONE);
}

static int read_json(enum classic_channel channel, const char *text, struct adapter_message *m)
{
    struct str payload = str_from(text);
    struct buf packed = {0};
    json_t *json = NULL;
    int rc = 0;

    if (channel != CLASSIC_BROADCASTS) {
        return classic_read(channel, root_nsp, str_bytes(payload), m);
    }
    json = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    assert_int_equal(msgpack_value_write(&packed, json), 0);
    rc = classic_read(channel, root_nsp, buf_bytes(&packed), m);
    json_decref(json);
    buf_deinit(&packed);
    return rc;
}

/* redis-cluster 5, 6, 20, 21: order, missing except, flags and nsp, numbers as rooms, type 5 */
static void broadcasts_of_every_version_are_read(void **state)
{
    static const char *const texts[] = {
        "[\"emitter\",{\"type\":2,\"data\":[\"e\"],\"nsp\":\"/\"},{\"rooms\":[],\"flags\":{},\"except\":[]}]",
        "[\"u\",{\"nsp\":\"/\",\"data\":[\"e\"],\"type\":5},{}]",
        "[\"u\",{\"type\":2,\"data\":[\"e\"]},{\"rooms\":[42,\"a\"],\"flags\":{\"volatile\":true,\"json\":true}}]",
    };
    struct adapter_message m;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(read_json(CLASSIC_BROADCASTS, texts[i], &m), 0);
        assert_int_equal(m.kind, ADAPTER_BROADCAST);
        assert_str(m.nsp, "/");
        assert_str(m.uid, i == 0 ? "emitter" : "u");
        if (i == 2) {
            assert_string_equal(json_string_value(json_array_get(m.rooms, 0)), "42");
            assert_true(m.is_volatile);
        }
        adapter_message_deinit(&m);
    }
}

/* redis-cluster 12, 13 */
static void both_forms_of_changes_are_read(void **state)
{
    struct adapter_message m;

    (void)state;
    assert_int_equal(read_json(CLASSIC_REQUESTS,
                               "{\"requestId\":\"q\",\"type\":2,\"sid\":\"s\",\"room\":\"r\"}", &m),
                     0);
    assert_int_equal(m.kind, ADAPTER_JOIN);
    assert_str(m.sid, "s");
    assert_string_equal(json_string_value(json_array_get(m.names, 0)), "r");
    adapter_message_deinit(&m);
    assert_int_equal(read_json(CLASSIC_REQUESTS,
                               "{\"type\":3,\"opts\":{\"rooms\":[\"a\"]},\"rooms\":[\"r\"]}", &m),
                     0);
    assert_int_equal(m.kind, ADAPTER_LEAVE);
    assert_int_equal(m.uid.len + m.sid.len, 0);
    adapter_message_deinit(&m);
    assert_int_equal(
        read_json(CLASSIC_REQUESTS, "{\"type\":4,\"opts\":{\"rooms\":[]},\"close\":true}", &m), 0);
    assert_true(m.close);
    adapter_message_deinit(&m);
}

/* redis-cluster 9: what ends or confuses Node is dropped here (section 11) */
static void what_is_odd_is_dropped(void **state)
{
    static const struct {
        enum classic_channel channel;
        const char *text;
    } odd[] = {
        {CLASSIC_BROADCASTS, "null"},
        {CLASSIC_BROADCASTS, "5"},
        {CLASSIC_BROADCASTS, "{}"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":2,\"data\":[\"e\"]}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"data\":[\"e\"]},{}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":1,\"data\":[\"e\"]},{}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":3,\"id\":1,\"data\":[\"e\"]},{}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":2,\"data\":[]},{}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":2},{}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":2,\"data\":[\"e\"]},{\"rooms\":\"r\"}]"},
        {CLASSIC_BROADCASTS, "[\"u\",{\"type\":2,\"data\":[\"e\"]},{\"except\":[{}]}]"},
        {CLASSIC_REQUESTS, ""},
        {CLASSIC_REQUESTS, "null"},
        {CLASSIC_REQUESTS, "{\"type\":"},
        {CLASSIC_REQUESTS, "{\"type\":99}"},
        {CLASSIC_REQUESTS, "{\"type\":\"5\"}"},
        {CLASSIC_REQUESTS, "{\"type\":5,\"requestId\":\"q\"}"},
        {CLASSIC_REQUESTS, "{\"type\":7,\"requestId\":\"q\",\"opts\":{}}"},
        {CLASSIC_REQUESTS,
         "{\"type\":7,\"requestId\":\"q\",\"packet\":{\"type\":2,\"data\":[\"e\"]}}"},
        {CLASSIC_REQUESTS, "{\"type\":6,\"data\":[]}"},
        {CLASSIC_REQUESTS, "{\"type\":6,\"data\":5}"},
        {CLASSIC_REQUESTS, "{\"type\":6}"},
        {CLASSIC_REQUESTS, "{\"type\":0,\"rooms\":\"r\",\"requestId\":\"q\"}"},
        {CLASSIC_REQUESTS, "{\"type\":2,\"opts\":{\"rooms\":5},\"rooms\":[\"r\"]}"},
        {CLASSIC_REQUESTS, "{\"type\":2,\"opts\":{}}"},
        {CLASSIC_REQUESTS, "{\"type\":2}"},
        {CLASSIC_REQUESTS, "{\"requestid\":\"q\",\"type\":3,\"sid\":\"s\"}"},
        {CLASSIC_RESPONSES, "{\"sockets\":[]}"},
        {CLASSIC_RESPONSES, "{\"requestId\":\"q\",\"type\":8}"},
        {CLASSIC_RESPONSES, "{\"requestId\":\"q\",\"type\":8,\"clientCount\":-1}"},
        {CLASSIC_RESPONSES, "{\"requestId\":\"q\",\"type\":42}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct adapter_message m = {.kind = ADAPTER_CLOSE};
        int rc = read_json(odd[i].channel, odd[i].text, &m);

        if (rc != SAILS_EPROTO || m.kind != ADAPTER_CLOSE) {
            fail_msg("taken: %s (%d)", odd[i].text, rc);
        }
    }
}

static void other_messages_are_not_of_this_format(void **state)
{
    struct buf out = {0};
    struct adapter_message m = {.kind = ADAPTER_HEARTBEAT, .nsp = root_nsp};

    (void)state;
    assert_int_equal(classic_write(&out, &m), SAILS_EINVAL);
    assert_int_equal(out.len, 0);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broadcast_is_the_example_to_the_byte),
        cmocka_unit_test(broadcasts_go_where_the_table_says),
        cmocka_unit_test(requests_are_as_node_writes_them),
        cmocka_unit_test(answers_are_as_node_writes_them),
        cmocka_unit_test(binary_acks_are_messagepack),
        cmocka_unit_test(channels_have_their_names),
        cmocka_unit_test(broadcasts_of_every_version_are_read),
        cmocka_unit_test(both_forms_of_changes_are_read),
        cmocka_unit_test(what_is_odd_is_dropped),
        cmocka_unit_test(other_messages_are_not_of_this_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
