#include "socketio/sio.h"
#include "support/json_gauge.h"
#include "unit/socketio/sio_fixture.h"

/* Sends the arguments back: as the answer where one is wanted, else as an event "back". */
static void echo(struct fixture *f, struct sio_socket *socket, const struct sio_packet *packet)
{
    const struct sio_message_options options = {0};
    json_t *args = sio_packet_args(packet, NULL);
    struct sio_message *message = NULL;

    (void)f;
    assert_int_equal(sio_message_create(sio_namespace_name(sio_socket_namespace(socket)),
                                        packet->id >= 0 ? NULL : "back", args, NULL, packet->id,
                                        &options, &message),
                     0);
    sio_socket_send(socket, message, false);
    sio_message_release(message);
    json_decref(args);
}

static struct sim_link *echo_client(struct fixture *f)
{
    fixture_begin(f);
    f->on_event = echo;
    f->is_quiet = true;
    return join_v5(f);
}

/* socket-io 15, 35 */
static void arguments_come_back_as_they_were(void **state)
{
    static const struct {
        const char *say;
        const char *hear;
    } cases[] = {
        {"42[\"x\",1,\"a\",{\"b\":[true,null]}]", "42[\"back\",1,\"a\",{\"b\":[true,null]}]"},
        {"42[\"x\"]", "42[\"back\"]"},
        {"420[\"x\"]", "430[]"},
        {"429007199254740991[\"x\",1]", "439007199254740991[1]"},
        {"42[\"x\",1.0,1e21,-0,1e400]", "42[\"back\",1,1e+21,0,null]"},
        {"42[\"x\",\"\\u2028\\u00e9\\/\\u0001\\u0000\"]",
         "42[\"back\",\"\xe2\x80\xa8\xc3\xa9/\\u0001\\u0000\"]"},
        {"42[\"x\",\"\\ud83d\\ude00\",\"\\ud800\"]",
         "42[\"back\",\"\xf0\x9f\x98\x80\",\"\xef\xbf\xbd\"]"},
        {"42[\"x\",{\"z\":1,\"a\":2,\"z\":3}]", "42[\"back\",{\"z\":3,\"a\":2}]"},
        {"42[\"x\",{\"_placeholder\":true,\"num\":0}]",
         "42[\"back\",{\"_placeholder\":true,\"num\":0}]"}, /* no binary event: no placeholder */
    };
    struct fixture f;
    struct sim_link *link = echo_client(&f);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        say(link, cases[i].say);
        assert_string_equal(hear(&f, link), cases[i].hear);
    }
    fixture_deinit(&f);
}

/* socket-io 12, 13 */
static void attachments_come_back_in_order(void **state)
{
    struct fixture f;
    struct sim_link *link = echo_client(&f);

    (void)state;
    say(link, "452-7[\"x\",{\"_placeholder\":true,\"num\":1},[{\"_placeholder\":true,\"num\":0}],"
              "{\"_placeholder\":true,\"num\":1}]");
    say_binary(link, "\1\2");
    assert_string_equal(hear(&f, link), "");
    say_binary(link, ""); /* attachments may be empty */
    assert_string_equal(
        hear(&f, link),
        "463-7[{\"_placeholder\":true,\"num\":0},[{\"_placeholder\":true,\"num\":1}],"
        "{\"_placeholder\":true,\"num\":2}] <> <0102> <>");
    fixture_deinit(&f);
}

/* socket-io 13: Engine.IO's control packets may come in between. */
static void a_pong_may_come_between_attachments(void **state)
{
    struct fixture f;
    struct sim_link *link = echo_client(&f);

    (void)state;
    say(link, "451-[\"x\",{\"_placeholder\":true,\"num\":0}]");
    sim_advance(&f.sim, 25000);
    assert_string_equal(hear(&f, link), "2");
    say(link, "3");
    say_binary(link, "\5");
    assert_string_equal(hear(&f, link), "451-[\"back\",{\"_placeholder\":true,\"num\":0}] <05>");
    fixture_deinit(&f);
}

/* Section 3: one reconstruction at a time for the whole connection. */
static void attachments_belong_to_the_connection(void **state)
{
    struct fixture f;
    struct sim_link *link = echo_client(&f);

    (void)state;
    say(link, "40/a,");
    hear(&f, link);
    say(link, "451-/a,[\"x\",{\"_placeholder\":true,\"num\":0}]");
    say_binary(link, "\5");
    assert_string_equal(hear(&f, link), "451-/a,[\"back\",{\"_placeholder\":true,\"num\":0}] <05>");
    fixture_deinit(&f);
}

static void append_placeholders(struct buf *text, const char *head, int n)
{
    buf_append_str(text, str_from(head));
    for (int i = 0; i < n; i++) {
        buf_append_str(text, STR(",{\"_placeholder\":true,\"num\":0}"));
    }
    buf_append_char(text, ']');
}

enum {
    MANY = 2000,
    LONG = 500 * 1000
};

static void say_placeholders(struct sim_link *link, const char *head, const uint8_t *attachment)
{
    struct buf text = {0};

    append_placeholders(&text, head, MANY);
    say_frame(link, 0x81, buf_bytes(&text));
    say_frame(link, 0x82, (struct bytes){attachment, LONG});
    buf_deinit(&text);
}

static void count_args(struct fixture *f, struct sio_socket *socket,
                       const struct sio_packet *packet)
{
    json_t *args = sio_packet_args(packet, NULL);

    (void)socket;
    assert_int_equal(json_array_size(args), MANY);
    assert_int_equal(json_value_bytes(json_array_get(args, MANY - 1)).len, LONG);
    f->is_quiet = true;
    json_decref(args);
}

/* 60 KB of text and 500 KB of bytes were 1 GB once. */
static void placeholders_cost_no_more_than_what_arrived(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    uint8_t *attachment = mem_calloc(1, LONG);
    long before = 0;

    (void)state;
    fixture_begin(&f);
    f.on_event = count_args;
    f.is_quiet = true;
    link = join_v5(&f);
    json_gauge_begin();
    say_placeholders(link, "451-[\"x\"", attachment);
    hear(&f, link);
    assert_int_equal(sio_namespace_count(f.nsps[0]), 1);
    assert_true(json_gauge_peak() > LONG);
    assert_true(json_gauge_peak() < 4 * LONG);
    assert_true(json_gauge_bytes() <= 0);

    /* Of who is in no such namespace nothing is taken at all: it is closed before it can attach. */
    before = json_gauge_count();
    say_placeholders(link, "451-/a,[\"x\"", attachment);
    assert_string_equal(hear(&f, link), "close");
    link = open_v5(&f);
    say_placeholders(link, "451-[\"x\"", attachment);
    assert_string_equal(hear(&f, link), "close");
    assert_int_equal(json_gauge_count(), before);
    mem_free(attachment);
    fixture_deinit(&f);
}

/* ... nor where it was disconnected while the attachments came. */
static void attachments_of_a_socket_that_left_are_not_put_together(void **state)
{
    struct fixture f;
    struct sim_link *link = echo_client(&f);

    (void)state;
    say(link, "451-1[\"x\",{\"_placeholder\":true,\"num\":0}]");
    sio_socket_disconnect(f.sockets[0], false);
    say_binary(link, "\5");
    assert_string_equal(hear(&f, link), "41 close");
    fixture_deinit(&f);
}

/* "42[\"x\",{},{},...]": `n` values in all. */
static void append_values(struct buf *text, size_t n)
{
    buf_append_str(text, STR("42[\"x\""));
    for (size_t i = 2; i < n; i++) {
        buf_append_str(text, STR(",{}"));
    }
    buf_append_char(text, ']');
}

static void take_args(struct fixture *f, struct sio_socket *socket, const struct sio_packet *packet)
{
    (void)f;
    (void)socket;
    json_decref(sio_packet_args(packet, NULL));
}

/* Text of two bytes may become a value of 250: 10 MB peaked at 760 MB. */
static void values_of_a_packet_have_a_limit(void **state)
{
    const size_t max = sio_default_options.json.max_values;
    struct fixture f;
    struct sim_link *link = NULL;
    struct buf text = {0};
    char query[80];

    (void)state;
    fixture_begin(&f);
    f.on_event = take_args;
    f.engine_options.max_http_buffer_size = 100 * 1000 * 1000;
    f.is_quiet = true;
    link = join_v5(&f);
    json_gauge_begin();
    append_values(&text, max);
    say_frame(link, 0x81, buf_bytes(&text));
    assert_string_equal(hear(&f, link), "");
    assert_true(json_gauge_peak() > (long)max * 100);
    assert_true(json_gauge_peak() < (long)max * 260);
    assert_true(json_gauge_bytes() <= 0);

    /* One more, and nothing is built; each transport says it as its protocol does. */
    json_gauge_begin();
    buf_clear(&text);
    append_values(&text, max + 1);
    say_frame(link, 0x81, buf_bytes(&text));
    assert_string_equal(hear(&f, link), "close(1009)");
    open_polling(&f, 4, query);
    post(&f, query, "40");
    poll(&f, query);
    buf_append_char(&text, '\0');
    link = http_send(&f, "POST", query, "", text.ptr);
    sim_run(&f.sim);
    assert_memory_equal(sim_take_text(link), "HTTP/1.1 413 ", 13);
    assert_string_equal(poll(&f, query), "6\x1e"
                                         "1");
    assert_true(json_gauge_peak() < 10000);
    buf_deinit(&text);
    fixture_deinit(&f);
}

/* Together, not each by itself: ten of the longest messages were one packet. */
static void a_packet_with_its_attachments_has_a_limit(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    uint8_t *attachment = mem_calloc(1, LONG);

    (void)state;
    fixture_init(&f);
    f.options.max_packet = 2 * LONG + 1000;
    f.is_quiet = true;
    fixture_start(&f);
    link = join_v5(&f);
    say(link, "452-[\"x\"]");
    say_frame(link, 0x82, (struct bytes){attachment, LONG});
    say_frame(link, 0x82, (struct bytes){attachment, LONG});
    assert_string_equal(hear(&f, link), "");
    say(link, "453-[\"x\"]");
    for (int i = 0; i < 3; i++) {
        assert_string_equal(hear(&f, link), "");
        say_frame(link, 0x82, (struct bytes){attachment, LONG});
    }
    assert_string_equal(hear(&f, link), "close(1009)");
    mem_free(attachment);
    fixture_deinit(&f);
}

/* ... and all that wait have one together. */
static void packets_that_wait_have_a_budget(void **state)
{
    struct byte_budget budget = {.max = 3 * LONG};
    struct fixture f;
    struct sim_link *ann = NULL;
    struct sim_link *bob = NULL;
    uint8_t *attachment = mem_calloc(1, LONG);

    (void)state;
    fixture_init(&f);
    f.options.budget = &budget;
    f.is_quiet = true;
    fixture_start(&f);
    ann = join_v5(&f);
    bob = join_v5(&f);
    say(ann, "453-[\"x\"]");
    say(bob, "453-[\"x\"]");
    say_frame(ann, 0x82, (struct bytes){attachment, LONG});
    say_frame(ann, 0x82, (struct bytes){attachment, LONG});
    say_frame(bob, 0x82, (struct bytes){attachment, LONG / 2});
    assert_true(atomic_load(&budget.used) > 2 * LONG);
    say_frame(bob, 0x82, (struct bytes){attachment, LONG});
    assert_string_equal(hear(&f, bob), "close(1013)");
    say_binary(ann, "");
    assert_int_equal(atomic_load(&budget.used), 0);
    assert_string_equal(hear(&f, ann), "");
    mem_free(attachment);
    fixture_deinit(&f);
}

static void a_partial_packet_ends_with_the_connection(void **state)
{
    struct fixture f;
    struct sim_link *link = echo_client(&f);

    (void)state;
    say(link, "453-[\"x\",{\"_placeholder\":true,\"num\":0}]");
    say_binary(link, "\5");
    sim_feed_end(link);
    sim_run(&f.sim);
    assert_int_equal(sio_namespace_count(f.nsps[0]), 0);
    fixture_deinit(&f);
}

static void end_on_error(void *ctx, struct sio_socket *socket, int err)
{
    struct fixture *f = ctx;

    (void)err;
    note(f, "error", "");
    for (size_t i = 0; i < f->n_sockets; i++) {
        if (f->sockets[i] != NULL && f->sockets[i] != socket) {
            sio_socket_disconnect(f->sockets[i], false);
        }
    }
}

static void an_error_handler_may_end_other_sockets(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    f.events.on_error = end_on_error;
    link = join_v5(&f);
    say(link, "40/a,");
    say(link, "40/admin,");
    hear(&f, link);
    take_log(&f);
    say(link, "4!");
    assert_string_equal(hear(&f, link), "41/a, 41/admin, close");
    assert_string_equal(
        take_log(&f), "error leaving:server namespace disconnect gone:server namespace disconnect "
                      "leaving:server namespace disconnect gone:server namespace disconnect "
                      "leaving:forced close gone:forced close");
    fixture_deinit(&f);
}

static void shut_down(struct fixture *f, struct sio_socket *socket, const struct sio_packet *packet)
{
    (void)socket;
    (void)packet;
    sio_server_shutdown(f->server);
}

static void an_event_may_shut_the_server_down(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    f.on_event = shut_down;
    link = join_v5(&f);
    say(link, "42[\"x\"]");
    say(link, "42[\"x\"]");
    assert_string_equal(hear(&f, link), "close");
    assert_string_equal(take_log(&f), "event:[\"x\"] leaving:server shutting down "
                                      "gone:server shutting down");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_come_back_as_they_were),
        cmocka_unit_test(attachments_come_back_in_order),
        cmocka_unit_test(a_pong_may_come_between_attachments),
        cmocka_unit_test(attachments_belong_to_the_connection),
        cmocka_unit_test(placeholders_cost_no_more_than_what_arrived),
        cmocka_unit_test(attachments_of_a_socket_that_left_are_not_put_together),
        cmocka_unit_test(values_of_a_packet_have_a_limit),
        cmocka_unit_test(a_packet_with_its_attachments_has_a_limit),
        cmocka_unit_test(packets_that_wait_have_a_budget),
        cmocka_unit_test(a_partial_packet_ends_with_the_connection),
        cmocka_unit_test(an_error_handler_may_end_other_sockets),
        cmocka_unit_test(an_event_may_shut_the_server_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
