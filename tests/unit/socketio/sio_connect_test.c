#include "base/macros.h"
#include "socketio/sio.h"
#include "unit/socketio/sio_fixture.h"

/* socket-io 3, 36: names are compared byte by byte. */
static void an_unknown_namespace_is_refused_and_the_connection_kept(void **state)
{
    static const char *const names[] = {"/nope", "/A", "/a/", "/a?x=1", "/admin#x", "//a", "/%61"};
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = open_v5(&f);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char text[64];

        snprintf(text, sizeof(text), "40%s,", names[i]);
        say(link, text);
        snprintf(text, sizeof(text), "44%s,{\"message\":\"Invalid namespace\"}", names[i]);
        assert_string_equal(hear(&f, link), text);
    }
    say(link, "40/a,");
    assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"}");
    fixture_deinit(&f);
}

/* socket-io 2, 4 */
static void every_namespace_has_its_own_id(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    const char *sid = NULL;

    (void)state;
    fixture_begin(&f);
    link = open_v5(&f);
    say(link, "40");
    say(link, "40/a,");
    assert_string_equal(hear(&f, link), "40{\"sid\":\"ID\"} 40/a,{\"sid\":\"ID\"}");
    sid = eio_session_id(sio_socket_session(f.sockets[0]));
    assert_int_equal(strlen(sio_socket_id(f.sockets[0])), ID_LEN);
    assert_int_equal(strlen(sio_socket_id(f.sockets[1])), ID_LEN);
    assert_string_not_equal(sio_socket_id(f.sockets[0]), sio_socket_id(f.sockets[1]));
    assert_string_not_equal(sio_socket_id(f.sockets[0]), sid);
    assert_string_not_equal(sio_socket_id(f.sockets[1]), sid);
    assert_int_equal(sio_socket_revision(f.sockets[0]), 5);
    assert_ptr_equal(sio_socket_client(f.sockets[0]), sio_socket_client(f.sockets[1]));
    fixture_deinit(&f);
}

/* socket-io 33: what the handshake object is made of can be asked for. */
static void auth_and_handshake_can_be_read(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = open_v5(&f);
    say(link, "40{\"token\":\"123\",\"n\":1.0}");
    say(link, "40/a,");
    hear(&f, link);
    assert_string_equal(json_string_value(json_object_get(sio_socket_auth(f.sockets[0]), "token")),
                        "123");
    assert_true(json_is_object(sio_socket_auth(f.sockets[1])));
    assert_int_equal(json_object_size(sio_socket_auth(f.sockets[1])), 0);
    assert_true(
        str_eq(eio_handshake_header(sio_socket_handshake(f.sockets[0]), STR("host")), STR("test")));
    fixture_deinit(&f);
}

/* socket-io 5, 6 */
static void revision_4_joins_the_root_without_asking(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    char id[64];

    (void)state;
    fixture_begin(&f);
    link = join_v4(&f);
    say(link, "40/admin,");
    assert_string_equal(hear(&f, link), "40/admin,");
    assert_int_equal(sio_socket_revision(f.sockets[0]), 4);
    assert_string_equal(sio_socket_id(f.sockets[0]),
                        eio_session_id(sio_socket_session(f.sockets[0])));
    snprintf(id, sizeof(id), "/admin#%s", sio_socket_id(f.sockets[0]));
    assert_string_equal(sio_socket_id(f.sockets[1]), id);
    /* Whoever comes back has the same id. */
    say(link, "41/admin,");
    say(link, "40/admin,");
    assert_string_equal(hear(&f, link), "40/admin,");
    assert_string_equal(sio_socket_id(f.sockets[2]), id);
    fixture_deinit(&f);
}

/* socket-io 5: on polling it comes with the second GET, after the root's middlewares. */
static void the_root_s_middlewares_come_first(void **state)
{
    struct fixture f;
    char query[80];

    (void)state;
    fixture_begin(&f);
    f.rule = DECIDE_LATER;
    open_polling(&f, 3, query);
    assert_string_equal(take_log(&f), "");
    fixture_accept(&f, f.sockets[0]);
    assert_string_equal(poll(&f, query), "2:40");
    fixture_deinit(&f);
}

/* socket-io 7 */
static void revision_4_has_its_query_in_the_namespace(void **state)
{
    static const struct {
        const char *connect;
        const char *reply;
        const char *auth;
    } cases[] = {
        {"40/a?token=1&uid=a,", "40/a,", "{\"token\":\"1\",\"uid\":\"a\"}"},
        {"40/a?x=1&x=2&y=a+b%20c&z,", "40/a,", "{\"x\":\"2\",\"y\":\"a b c\",\"z\":\"\"}"},
        {"40/a?=e&n=%C3%A9&bad=%FF,", "40/a,", "{\"\":\"e\",\"n\":\"\xc3\xa9\"}"},
        {"40/a?,", "40/a,", "{}"},
        {"40/a,", "40/a,", "{}"},
        {"40/a?x=1#y,", "40/a,", "{\"x\":\"1\"}"},
        {"40/nope?x=1,", "44/nope,{\"message\":\"Invalid namespace\"}", "{\"x\":\"1\"}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        struct sim_link *link = NULL;

        fixture_begin(&f);
        link = join_v4(&f);
        say(link, cases[i].connect);
        assert_string_equal(hear(&f, link), cases[i].reply);
        assert_string_equal(f.auth.ptr, cases[i].auth);
        fixture_deinit(&f);
    }
}

/* Socket-io 5: the raw name first, then its percent-encoded form. */
static void revision_4_names_may_need_encoding(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    atomic_uint_fast64_t ids = 0;
    struct sio_namespace *encoded = NULL;
    struct sio_namespace *old = NULL;

    (void)state;
    fixture_begin(&f);
    encoded = sio_namespace_create(f.server, STR("/%C3%A9%20x"), &ids, &f);
    old = f.nsps[1];
    f.nsps[1] = encoded;
    link = join_v4(&f);
    say(link, "40/\xc3\xa9 x,");
    assert_string_equal(hear(&f, link), "40/%C3%A9%20x,");
    take_log(&f);
    say(link, "42/\xc3\xa9 x,[\"hi\"]");
    say(link, "42/%C3%A9%20x,[\"ho\"]");
    hear(&f, link);
    assert_string_equal(take_log(&f), "event:[\"hi\"] event:[\"ho\"]");
    say(link, "41/\xc3\xa9 x,");
    hear(&f, link);
    sio_namespace_destroy(encoded);
    f.nsps[1] = old;
    fixture_deinit(&f);
}

/* c_text.h: the floor above is not asked for a name that a C string would cut. */
static void a_name_with_a_nul_is_no_namespace(void **state)
{
    static const char v5[] = "40/a\0dmin,";
    static const char refused[] = "44/a\0dmin,{\"message\":\"Invalid namespace\"}";
    static const char v4[] = "40/a?x\0y=1&z=a\0b,";
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = open_v5(&f);
    say_frame(link, 0x81, str_bytes((struct str){v5, sizeof(v5) - 1}));
    assert_memory_equal(hear(&f, link), refused, sizeof(refused) - 1);
    assert_int_equal(f.n_sockets, 0);

    link = join_v4(&f);
    say_frame(link, 0x81, str_bytes((struct str){v4, sizeof(v4) - 1}));
    assert_string_equal(hear(&f, link), "40/a,");
    assert_string_equal(f.auth.ptr, "{\"z\":\"a\\u0000b\"}");
    fixture_deinit(&f);
}

/* socket-io 8, 9 */
static void a_refusal_says_why(void **state)
{
    static const struct {
        const char *message;
        const char *data;
        const char *v5;
        const char *v4;
    } cases[] = {
        {"not authorized", NULL, "44/a,{\"message\":\"not authorized\"}",
         "44/a,\"not authorized\""},
        {"boom", "{\"a\":[1]}", "44/a,{\"message\":\"boom\",\"data\":{\"a\":[1]}}",
         "44/a,{\"a\":[1]}"},
        {NULL, NULL, "44/a,{}", "44/a,"},
        {NULL, "[2]", "44/a,{\"data\":[2]}", "44/a,[2]"},
        {"\xff", NULL, "44/a,{\"message\":\"\"}", "44/a,"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        struct sim_link *v5 = NULL;
        struct sim_link *v4 = NULL;

        fixture_begin(&f);
        v5 = join_v5(&f);
        v4 = join_v4(&f);
        f.rule = REFUSE;
        f.refusal = cases[i].message;
        f.refusal_data = cases[i].data != NULL ? json_loads(cases[i].data, 0, NULL) : NULL;
        say(v5, "40/a,");
        say(v4, "40/a,");
        assert_string_equal(hear(&f, v5), cases[i].v5);
        assert_string_equal(hear(&f, v4), cases[i].v4);
        assert_int_equal(sio_namespace_count(f.nsps[1]), 0);
        /* Nothing was told to the application, and the client may try again. */
        assert_string_equal(take_log(&f), "");
        f.rule = ACCEPT;
        say(v5, "40/a,");
        assert_string_equal(hear(&f, v5), "40/a,{\"sid\":\"ID\"}");
        fixture_deinit(&f);
    }
}

static void greet(struct fixture *f, struct sio_socket *socket)
{
    (void)f;
    assert_true(sio_socket_is_connected(socket));
    assert_true(sio_socket_is_in(socket, str_from(sio_socket_id(socket)))); /* socket-io 25 */
    emit(socket, "welcome", false);
}

/* socket-io 25, and section 4: the reply precedes what the connection handler sends. */
static void the_reply_comes_before_the_application_s_words(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    f.on_accepted = greet;
    f.rule = DECIDE_LATER;
    link = open_v5(&f);
    say(link, "40");
    hear(&f, link);
    assert_int_equal(sio_namespace_count(f.nsps[0]), 0);
    assert_int_equal(emit(f.sockets[0], "early", false), 0); /* out of a middleware */
    fixture_accept(&f, f.sockets[0]);
    assert_string_equal(hear(&f, link), "42[\"early\"] 40{\"sid\":\"ID\"} 42[\"welcome\"]");
    assert_int_equal(sio_namespace_count(f.nsps[0]), 1);
    assert_int_equal(sio_socket_accept(f.sockets[0], NULL, NULL), SAILS_ECLOSED);
    fixture_deinit(&f);
}

/* socket-io 31: the same sid, and a pid. */
static void a_recovered_session_keeps_its_id(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    struct sim_link *other = NULL;
    static const char sid[] = "Fu80Fu80Fu80Fu80AAAA";

    (void)state;
    fixture_begin(&f);
    f.rule = DECIDE_LATER;
    link = open_v5(&f);
    say(link, "40{\"pid\":\"x\"}");
    hear(&f, link);
    assert_int_equal(sio_socket_accept(f.sockets[0], "", NULL), SAILS_EINVAL);
    assert_int_equal(sio_socket_accept(f.sockets[0], "far too long for an id", NULL), SAILS_EINVAL);
    assert_int_equal(sio_socket_accept(f.sockets[0], sid, "lrwSlrwSlrwSlrwSAAAB"), 0);
    assert_string_equal(hear(&f, link), "40{\"sid\":\"ID\",\"pid\":\"ID\"}");
    assert_string_equal(sio_socket_id(f.sockets[0]), sid);
    assert_ptr_equal(sio_namespace_find(f.nsps[0], STR("Fu80Fu80Fu80Fu80AAAA")), f.sockets[0]);

    other = open_v5(&f);
    say(other, "40");
    hear(&f, other);
    assert_int_equal(sio_socket_accept(f.sockets[1], sid, NULL), SAILS_EEXIST);
    assert_int_equal(sio_socket_accept(f.sockets[1], NULL, NULL), 0);
    fixture_deinit(&f);
}

/* socket-io 10: also while the first is still in progress. */
static void a_second_connect_in_progress_closes(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    f.rule = DECIDE_LATER;
    say(link, "40/a,");
    say(link, "40/a,");
    assert_string_equal(hear(&f, link), "close");
    /* The one in progress ends, too, and was never connected. */
    assert_string_equal(take_log(&f), "leaving:forced close gone:forced close gone:forced close");
    fixture_deinit(&f);
}

static void a_client_can_only_be_in_so_many_namespaces(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_init(&f);
    f.options.max_namespaces = 2;
    fixture_start(&f);
    link = join_v5(&f);
    say(link, "40/a,");
    say(link, "40/admin,");
    assert_string_equal(hear(&f, link), "40/a,{\"sid\":\"ID\"} "
                                        "44/admin,{\"message\":\"Too many namespaces\"}");
    fixture_deinit(&f);
}

/* Section 9: nothing is sent, and the socket is just forgotten. */
static void a_decision_after_the_end_has_no_effect(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    struct sio_socket *socket = NULL;

    (void)state;
    fixture_begin(&f);
    f.rule = DECIDE_LATER;
    link = open_v5(&f);
    say(link, "40");
    hear(&f, link);
    socket = f.sockets[0];
    say(link, "4!"); /* the connection is closing, but its end is not told yet */
    assert_int_equal(sio_socket_accept(socket, NULL, NULL), SAILS_ECLOSED);
    assert_string_equal(hear(&f, link), "close");
    assert_string_equal(take_log(&f), "gone:forced close");
    fixture_deinit(&f);
}

static void a_refusal_after_the_end_sends_nothing(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    f.rule = DECIDE_LATER;
    link = open_v5(&f);
    say(link, "40");
    hear(&f, link);
    say(link, "4!");
    sio_socket_refuse(f.sockets[0], "no", NULL);
    sio_socket_refuse(f.sockets[0], "no", NULL);
    assert_string_equal(hear(&f, link), "close");
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_namespace_is_refused_and_the_connection_kept),
        cmocka_unit_test(every_namespace_has_its_own_id),
        cmocka_unit_test(auth_and_handshake_can_be_read),
        cmocka_unit_test(revision_4_joins_the_root_without_asking),
        cmocka_unit_test(the_root_s_middlewares_come_first),
        cmocka_unit_test(revision_4_has_its_query_in_the_namespace),
        cmocka_unit_test(revision_4_names_may_need_encoding),
        cmocka_unit_test(a_name_with_a_nul_is_no_namespace),
        cmocka_unit_test(a_refusal_says_why),
        cmocka_unit_test(the_reply_comes_before_the_application_s_words),
        cmocka_unit_test(a_recovered_session_keeps_its_id),
        cmocka_unit_test(a_second_connect_in_progress_closes),
        cmocka_unit_test(a_client_can_only_be_in_so_many_namespaces),
        cmocka_unit_test(a_decision_after_the_end_has_no_effect),
        cmocka_unit_test(a_refusal_after_the_end_sends_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
