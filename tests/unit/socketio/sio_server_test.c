#include "base/json_value.h"
#include "base/macros.h"
#include "socketio/sio.h"
#include "unit/socketio/sio_fixture.h"

#define INVALID_STATE "leaving:forced close gone:forced close"
#define DECODE_ERROR  "error " INVALID_STATE

/*
 * Socket-io 16, row by row: what a client that has joined "/" says, what it hears, and what the
 * application does. '<' begins a binary message. `same`: revision 4 hears and does the same.
 */
static const struct row {
    const char *say[3];
    const char *heard;
    const char *log;
    bool same;
} rows[] = {
    {{"4"}, "close", DECODE_ERROR, true},
    {{"4abc"}, "close", DECODE_ERROR, true},
    {{"47"}, "close", DECODE_ERROR, true},
    {{"49[\"x\"]"}, "close", DECODE_ERROR, true},
    {{"42{}"}, "close", DECODE_ERROR, true},
    {{"42[]"}, "close", DECODE_ERROR, true},
    {{"42[null]"}, "close", DECODE_ERROR, true},
    {{"42\"s\""}, "close", DECODE_ERROR, true},
    {{"42[\"a\""}, "close", DECODE_ERROR, true},
    {{"42[\"a\"]x"}, "close", DECODE_ERROR, true},
    {{"42[\"connect\"]"}, "close", DECODE_ERROR, true},
    {{"42[\"connect_error\"]"}, "close", DECODE_ERROR, true},
    {{"42[\"disconnect\"]"}, "close", DECODE_ERROR, true},
    {{"42[\"disconnecting\"]"}, "close", DECODE_ERROR, true},
    {{"42[\"newListener\"]"}, "close", DECODE_ERROR, true},
    {{"42[\"removeListener\"]"}, "close", DECODE_ERROR, true},
    {{"42abc[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"42-1[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"421.5[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"4212abc"}, "close", DECODE_ERROR, true},
    {{"42"}, "", "", true},
    {{"4212"}, "", "", true},
    {{"42[1,\"a\"]"}, "", "event:[1,\"a\"]", true},
    {{"42[\"\"]"}, "", "event:[\"\"]", true},
    {{"42[\"error\"]"}, "", "event:[\"error\"]", true},
    {{"42007[\"a\"]"}, "", "event:7:[\"a\"]", true},
    {{"42/,[\"x\"]"}, "", "event:[\"x\"]", true},
    {{"42/[\"x\"]"}, "close", INVALID_STATE, true},
    {{"42/zzz,[\"x\"]"}, "close", INVALID_STATE, true},
    {{"42/a,[\"x\"]"}, "close", INVALID_STATE, true},
    {{"40"}, "close", INVALID_STATE, true},
    {{"40{}"}, "close", INVALID_STATE, true},
    {{"40/,"}, "close", INVALID_STATE, true},
    {{"40[]"}, "close", DECODE_ERROR, true},
    {{"40\"x\""}, "close", DECODE_ERROR, true},
    {{"40null"}, "close", DECODE_ERROR, true},
    {{"40{"}, "close", DECODE_ERROR, true},
    {{"40a"}, "close", DECODE_ERROR, true},
    {{"40/a"}, "40/a,{\"sid\":\"ID\"}", "+/a", false},
    {{"40/a,"}, "40/a,{\"sid\":\"ID\"}", "+/a", false},
    {{"40/a,{}"}, "40/a,{\"sid\":\"ID\"}", "+/a", false},
    {{"40/a,123"}, "40/a,{\"sid\":\"ID\"}", "+/a", false},
    {{"40/unknown"}, "44/unknown,{\"message\":\"Invalid namespace\"}", "", true},
    {{"40/a?x=1,"}, "44/a?x=1,{\"message\":\"Invalid namespace\"}", "", false},
    {{"44\"x\""}, "close", INVALID_STATE, true},
    {{"44{\"message\":\"x\"}"}, "close", INVALID_STATE, true},
    {{"43999[]"}, "", "", true},
    {{"43[1]"}, "", "", true},
    {{"430"}, "", "", true},
    {{"430{}"}, "close", DECODE_ERROR, true},
    {{"430\"x\""}, "close", DECODE_ERROR, true},
    {{"41{}"}, "close", DECODE_ERROR, true},
    {{"41[\"x\"]"}, "close", DECODE_ERROR, true},
    {{"41", "42[\"x\"]"},
     "close",
     "leaving:client namespace disconnect gone:client namespace disconnect",
     true},
    {{"41", "41"},
     "close",
     "leaving:client namespace disconnect gone:client namespace disconnect",
     true},
    {{"41/a,"}, "close", INVALID_STATE, true},
    {{"<\x04"}, "close", DECODE_ERROR, true},
    {{"450-[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"45-[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"45[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"4511-[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"45abc-[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"45 1-[\"a\"]"}, "close", DECODE_ERROR, true},
    {{"451-[\"a\",{\"_placeholder\":true,\"num\":0}]", "42[\"x\"]"}, "close", DECODE_ERROR, true},
    {{"451-[\"a\",{\"_placeholder\":true,\"num\":1}]", "<\x04"}, "close", DECODE_ERROR, true},
    {{"451-[\"a\",{\"_placeholder\":true,\"num\":-1}]", "<\x04"}, "close", DECODE_ERROR, true},
    {{"451-[\"a\",{\"_placeholder\":true,\"num\":0.5}]", "<\x04"}, "close", DECODE_ERROR, true},
    {{"451-[\"a\",{\"_placeholder\":true}]", "<\x04"}, "close", DECODE_ERROR, true},
    {{"451-[\"a\",1]", "<\x04"}, "", "event:[\"a\",1]", true},
    {{"451-", "<\x04"}, "", "", true},
    {{"451-[\"a\"]", "<\x04", "<\x04"}, "close", "event:[\"a\"] " DECODE_ERROR, true},
    {{"429007199254740992[\"a\"]"}, "close", DECODE_ERROR, true},
};

static void run_row(const struct row *row, unsigned revision)
{
    struct fixture f;
    struct sim_link *link = NULL;
    const char *heard = NULL;
    const char *log = NULL;

    fixture_begin(&f);
    link = revision == 5 ? join_v5(&f) : join_v4(&f);
    for (size_t i = 0; i < ARRAY_LEN(row->say) && row->say[i] != NULL; i++) {
        if (row->say[i][0] == '<') {
            say_binary(link, row->say[i] + 1);
        } else {
            say(link, row->say[i]);
        }
    }
    heard = hear(&f, link);
    log = take_log(&f);
    if (strcmp(heard, row->heard) != 0 || strcmp(log, row->log) != 0) {
        fail_msg("revision %u, %s: heard %s, log %s", revision, row->say[0], heard, log);
    }
    fixture_deinit(&f);
}

/* socket-io 10, 14, 16, 18, 19 */
static void invalid_packets_have_the_effect_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        run_row(&rows[i], 5);
        if (rows[i].same) {
            run_row(&rows[i], 4);
        }
    }
}

/* socket-io 7, 18: what the table says of revision 4 alone. */
static void revision_4_joins_as_the_table_says(void **state)
{
    static const struct row v4[] = {
        {{"40/a"}, "40/a,", "+/a", false},
        {{"40/a,"}, "40/a,", "+/a", false},
        {{"40/a,{}"}, "40/a,", "+/a", false},
        {{"40/a,123"}, "40/a,", "+/a", false},
        {{"40/a?x=1,"}, "40/a,", "+/a", false},
        {{"40/a#x,"}, "40/a,", "+/a", false},
        {{"40/a?x=1,", "42/a,[\"y\"]"}, "40/a,", "+/a event:[\"y\"]", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(v4); i++) {
        run_row(&v4[i], 4);
    }
}

/* socket-io 2, 18: nothing is sent before CONNECT, and an event before it closes. */
static void an_event_without_a_namespace_closes(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = open_v5(&f);
    assert_string_equal(hear(&f, link), "");
    say(link, "42[\"x\"]");
    assert_string_equal(hear(&f, link), "close");
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

/* socket-io 11 */
static void a_session_without_a_namespace_ends_in_time(void **state)
{
    struct fixture f;
    struct sim_link *idle = NULL;
    struct sim_link *busy = NULL;

    (void)state;
    fixture_init(&f);
    f.options.connect_timeout_ms = 1000;
    fixture_start(&f);
    idle = open_v5(&f);
    busy = join_v5(&f);
    say(busy, "41"); /* leaving does not arm it again */
    sim_advance(&f.sim, 999);
    assert_string_equal(hear(&f, idle), "");
    sim_advance(&f.sim, 1);
    assert_string_equal(hear(&f, idle), "close");
    sim_advance(&f.sim, 5000);
    assert_string_equal(hear(&f, busy), "");
    fixture_deinit(&f);
}

/* socket-io 11: revision 4 only if the root was refused. */
static void a_refused_root_ends_the_session_in_time(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    const char *heard = NULL;

    (void)state;
    fixture_init(&f);
    f.options.connect_timeout_ms = 1000;
    f.rule = REFUSE;
    f.refusal = "no";
    fixture_start(&f);
    link = open_ws(&f, 3);
    heard = hear(&f, link);
    assert_string_equal(strrchr(heard, ' '), " 44\"no\"");
    sim_advance(&f.sim, 1000);
    assert_string_equal(hear(&f, link), "close");
    fixture_deinit(&f);
}

/* socket-io 22, 23 */
static void shutdown_closes_transports_without_a_word(void **state)
{
    struct fixture f;
    struct sim_link *ann = NULL;
    struct sim_link *bob = NULL;
    struct sim_link *idle = NULL;

    (void)state;
    fixture_begin(&f);
    ann = join_v5(&f);
    bob = join_v4(&f);
    idle = open_v5(&f);
    say(ann, "40/a,");
    hear(&f, ann);
    take_log(&f);
    sio_server_shutdown(f.server);
    assert_string_equal(hear(&f, ann), "close");
    assert_string_equal(hear(&f, bob), "close");
    assert_string_equal(hear(&f, idle), "close");
    assert_string_equal(take_log(&f), "leaving:server shutting down gone:server shutting down "
                                      "leaving:server shutting down gone:server shutting down "
                                      "leaving:server shutting down gone:server shutting down");
    fixture_deinit(&f);
}

/* socket-io 23: the strings are API. */
static void there_are_nine_reasons(void **state)
{
    static const char *const texts[] = {
        [SIO_TRANSPORT_CLOSE] = "transport close",
        [SIO_TRANSPORT_ERROR] = "transport error",
        [SIO_PING_TIMEOUT] = "ping timeout",
        [SIO_PARSE_ERROR] = "parse error",
        [SIO_FORCED_CLOSE] = "forced close",
        [SIO_FORCED_SERVER_CLOSE] = "forced server close",
        [SIO_CLIENT_NAMESPACE_DISCONNECT] = "client namespace disconnect",
        [SIO_SERVER_NAMESPACE_DISCONNECT] = "server namespace disconnect",
        [SIO_SERVER_SHUTTING_DOWN] = "server shutting down",
    };

    (void)state;
    assert_int_equal(ARRAY_LEN(texts), 9);
    for (int i = 0; i < 9; i++) {
        assert_string_equal(sio_reason_text((enum sio_reason)i), texts[i]);
    }
}

/* socket-io 23 */
static void each_end_of_a_transport_has_its_reason(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    say_frame(link, 0x88, (struct bytes){0});
    sim_run(&f.sim);
    assert_string_equal(take_log(&f), "leaving:transport close gone:transport close");

    link = join_v5(&f);
    sim_feed_end(link);
    sim_run(&f.sim);
    assert_string_equal(take_log(&f), "leaving:transport close gone:transport close");

    link = join_v5(&f);
    say_frame(link, 0x83, (struct bytes){0}); /* no such opcode */
    sim_run(&f.sim);
    assert_string_equal(take_log(&f), "leaving:transport error gone:transport error");

    link = join_v5(&f);
    sim_advance(&f.sim, 25000 + 20000);
    assert_string_equal(take_log(&f), "leaving:ping timeout gone:ping timeout");

    link = join_v5(&f);
    say(link, "x"); /* no Engine.IO packet */
    sim_run(&f.sim);
    assert_string_equal(take_log(&f), "leaving:parse error gone:parse error");
    fixture_deinit(&f);
}

/* socket-io 23: nobody waits for a poll that may never come; the close packet does. */
static void giving_up_on_polling_is_a_forced_server_close(void **state)
{
    struct fixture f;
    char query[80];

    (void)state;
    fixture_begin(&f);
    open_polling(&f, 4, query);
    post(&f, query, "40");
    assert_non_null(strstr(poll(&f, query), "40{\"sid\":"));
    take_log(&f);
    post(&f, query, "42/nowhere,[\"x\"]");
    assert_string_equal(take_log(&f), "leaving:forced server close gone:forced server close");
    /* Engine.IO's noop and close */
    assert_string_equal(poll(&f, query), "6\x1e"
                                         "1");
    fixture_deinit(&f);
}

/* socket-io 23a: order is that of arrival, whatever the segmentation. */
static void packets_of_one_payload_are_handled_in_order(void **state)
{
    struct fixture f;
    char query[80];

    (void)state;
    fixture_begin(&f);
    open_polling(&f, 4, query);
    post(&f, query,
         "40\x1e"
         "42[\"a\"]\x1e"
         "41\x1e"
         "40\x1e"
         "42[\"b\"]");
    assert_string_equal(take_log(&f), "+/ event:[\"a\"] leaving:client namespace disconnect "
                                      "gone:client namespace disconnect +/ event:[\"b\"]");
    post(&f, query,
         "41\x1e"
         "421[\"x\"]\x1e"
         "40");
    assert_string_equal(take_log(&f),
                        "leaving:client namespace disconnect gone:client namespace disconnect");
    fixture_deinit(&f);
}

static void polling_and_revision_4_speak_binary_their_way(void **state)
{
    struct fixture f;
    struct sim_link *v4 = NULL;
    char query[80];
    struct sio_message *message = NULL;
    const struct sio_target all = {0};

    (void)state;
    fixture_begin(&f);
    v4 = join_v4(&f);
    open_polling(&f, 4, query);
    post(&f, query, "40");
    poll(&f, query);
    message = make_message("/", "x", json_pack("[o]", json_value_binary("\1\2", 2)), -1);
    /* socket-io 39 */
    assert_int_equal(sio_namespace_broadcast(f.nsps[0], &all, message, false), 2);
    sio_message_release(message);
    assert_string_equal(hear(&f, v4), "451-[\"x\",{\"_placeholder\":true,\"num\":0}] <040102>");
    assert_string_equal(poll(&f, query), "451-[\"x\",{\"_placeholder\":true,\"num\":0}]\x1e"
                                         "bAQI=");
    fixture_deinit(&f);
}

static void count_headers(void *ctx, struct http_exchange *x, bool is_handshake)
{
    (void)x;
    (void)is_handshake;
    (*(int *)ctx)++;
}

static void allow(void *ctx, const struct http_request *request, const struct link *link,
                  struct eio_decision *decision)
{
    (void)request;
    (void)link;
    (*(int *)ctx)++;
    eio_decide(decision, true, NULL);
}

static void count_error(void *ctx, const struct http_request *request, int code,
                        const char *message)
{
    (void)request;
    (void)code;
    (void)message;
    (*(int *)ctx)++;
}

static void hooks_of_the_engine_pass_through(void **state)
{
    static const struct eio_events hooks = {
        .on_request = allow, .on_headers = count_headers, .on_connection_error = count_error};
    struct fixture f;
    int calls = 0;
    char query[80];

    (void)state;
    fixture_begin(&f);
    sio_server_set_engine_hooks(f.server, &hooks, &calls);
    open_polling(&f, 4, query);
    assert_int_equal(calls, 2);
    body_of(&f, http_send(&f, "GET", "EIO=4&transport=telepathy", "", NULL));
    assert_true(calls > 2);
    fixture_deinit(&f);
}

static void on_accepted(struct fixture *f, struct sio_socket *socket)
{
    (void)f;
    sio_socket_join(socket, STR("room"));
}

static void answer_event(struct fixture *f, struct sio_socket *socket,
                         const struct sio_packet *packet)
{
    const struct sio_message_options options = {0};
    const struct sio_target all = {0};
    json_t *args = sio_packet_args(packet, NULL);
    struct sio_message *message = NULL;
    struct str nsp = sio_namespace_name(sio_socket_namespace(socket));

    if (sio_message_create(nsp, "e", args, NULL, -1, &options, &message) == 0) {
        sio_namespace_broadcast(sio_socket_namespace(socket), &all, message, false);
        sio_socket_send(socket, message, true);
    }
    sio_message_release(message);
    json_decref(args);
    (void)f;
}

#define UPGRADE(eio)                                                                               \
    "GET /engine.io/?EIO=" eio "&transport=websocket HTTP/1.1\r\nHost: test\r\n" WS_HEADERS "\r\n"

/* A life in which everything happens; what it says does not matter, only that nothing breaks. */
static void live(struct fixture *f, struct sim_link *v5, struct sim_link *v4)
{
    sim_feed_text(v5, UPGRADE("4"));
    sim_feed_text(v4, UPGRADE("3"));
    say(v5, "40{\"token\":\"x\\n\"}");
    say(v5, "40/a,");
    say(v5, "40/unknown,");
    say(v4, "40/admin?x=1&y=%20,");
    say(v5, "421[\"join\",\"room\"]");
    say(v5, "451-[\"b\",{\"_placeholder\":true,\"num\":0}]");
    say_binary(v5, "abc");
    say(v4, "42[\"x\"]");
    sim_run(&f->sim);
    for (size_t i = 0; i < f->n_sockets; i++) {
        if (f->sockets[i] != NULL) {
            sio_socket_disconnect(f->sockets[i], i % 2 == 0);
        }
    }
    sim_run(&f->sim);
}

static struct sim_link *begin_http(struct fixture *f)
{
    struct sim_link *link = sim_connect(&f->sim);

    assert_int_equal(http_conn_open(&f->http, &link->link), 0);
    return link;
}

static void no_failed_allocation_breaks_anything(void **state)
{
    bool has_failed = true;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; has_failed; n++) {
        struct fixture f;
        struct sim_link *v5 = NULL;
        struct sim_link *v4 = NULL;

        fixture_begin(&f);
        f.is_quiet = true;
        f.on_accepted = on_accepted;
        f.on_event = answer_event;
        v5 = begin_http(&f);
        v4 = begin_http(&f);
        mem_fail_after(n);
        live(&f, v5, v4);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        fixture_deinit(&f);
    }
}

static void a_server_that_cannot_be_made_leaves_nothing(void **state)
{
    struct fixture f;
    struct sio_server *server = NULL;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    fixture_begin(&f);
    for (long n = 0; server == NULL; n++) {
        mem_fail_after(n);
        server = sio_server_create(&f.sim.env, &f.options, &f.engine_options, &f.events, &f);
        mem_fail_after(-1);
    }
    sio_server_destroy(server);
    sio_server_destroy(NULL);
    fixture_deinit(&f);
}

/* Who has joined nothing yet goes first, the oldest of them: nobody waits for it. */
static void half_open_clients_have_a_limit(void **state)
{
    struct fixture f;
    struct sim_link *links[5];

    (void)state;
    fixture_init(&f);
    f.options.max_half_open = 2;
    fixture_start(&f);
    links[0] = join_v5(&f);
    links[1] = join_v4(&f);
    for (size_t i = 2; i < 5; i++) {
        links[i] = open_v5(&f);
    }
    assert_string_equal(hear(&f, links[2]), "close");
    for (size_t i = 3; i < 5; i++) {
        say(links[i], "40");
        assert_string_equal(hear(&f, links[i]), "40{\"sid\":\"ID\"}");
    }
    assert_string_equal(hear(&f, links[0]), "");
    assert_string_equal(hear(&f, links[1]), "");

    /* Those that have joined since do not count, nor those that have gone. */
    for (size_t i = 0; i < 5; i++) {
        links[0] = open_v5(&f);
        sim_feed_end(links[0]);
        sim_run(&f.sim);
    }
    links[1] = open_v5(&f);
    links[2] = open_v5(&f);
    assert_string_equal(hear(&f, links[1]), "");
    sim_advance(&f.sim, f.options.connect_timeout_ms);
    assert_string_equal(hear(&f, links[1]), "2 close");
    links[3] = open_v5(&f);
    links[4] = open_v5(&f);
    assert_string_equal(hear(&f, links[3]), "");
    fixture_deinit(&f);
}

static bool is_second(const struct eio_session *session, void *ctx)
{
    size_t *n = ctx;

    assert_non_null(session);
    return ++*n == 2;
}

static bool is_none(const struct eio_session *session, void *ctx)
{
    size_t *n = ctx;

    (void)session;
    ++*n;
    return false;
}

static void one_of_the_half_open_makes_room(void **state)
{
    struct fixture f;
    struct sim_link *links[3];
    size_t n = 0;

    (void)state;
    fixture_begin(&f);
    assert_false(sio_server_end_half_open(f.server, NULL, NULL));
    for (size_t i = 0; i < 3; i++) {
        links[i] = open_v5(&f);
    }
    assert_true(sio_server_end_half_open(f.server, is_second, &n));
    assert_true(sio_server_end_half_open(f.server, NULL, NULL)); /* and never the same again */
    assert_string_equal(hear(&f, links[0]), "close");
    assert_string_equal(hear(&f, links[1]), "close");
    assert_string_equal(hear(&f, links[2]), "");
    for (int i = 0; i < 100; i++) {
        open_v5(&f);
    }
    n = 0;
    assert_false(sio_server_end_half_open(f.server, is_none, &n));
    assert_int_equal(n, 64); /* it looks no further */
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_packets_have_the_effect_of_the_table),
        cmocka_unit_test(revision_4_joins_as_the_table_says),
        cmocka_unit_test(an_event_without_a_namespace_closes),
        cmocka_unit_test(a_session_without_a_namespace_ends_in_time),
        cmocka_unit_test(a_refused_root_ends_the_session_in_time),
        cmocka_unit_test(shutdown_closes_transports_without_a_word),
        cmocka_unit_test(there_are_nine_reasons),
        cmocka_unit_test(each_end_of_a_transport_has_its_reason),
        cmocka_unit_test(giving_up_on_polling_is_a_forced_server_close),
        cmocka_unit_test(packets_of_one_payload_are_handled_in_order),
        cmocka_unit_test(polling_and_revision_4_speak_binary_their_way),
        cmocka_unit_test(hooks_of_the_engine_pass_through),
        cmocka_unit_test(no_failed_allocation_breaks_anything),
        cmocka_unit_test(a_server_that_cannot_be_made_leaves_nothing),
        cmocka_unit_test(half_open_clients_have_a_limit),
        cmocka_unit_test(one_of_the_half_open_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
