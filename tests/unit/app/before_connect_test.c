/*
 * The program decides who may connect: sails_app_before_connect() on a running app.
 */
#include "support/http_client.h"
#include "support/live_app.h"

static atomic_int n_asked;

/* Lets in who names the word, and tells the others what is missing. */
static void ask_for_the_word(sails_handshake *handshake, void *ctx)
{
    const char *word = sails_handshake_header(handshake, "X-Word");

    atomic_fetch_add(&n_asked, 1);
    if (word != NULL && strcmp(word, ctx) == 0) {
        sails_handshake_accept(handshake);
    } else {
        sails_handshake_refuse(handshake, word != NULL ? "Another word" : NULL);
    }
}

/* sails-sockets 12, 13 */
static void who_is_refused_is_told_so_in_the_engines_form(void **state)
{
    static char word[] = "friend";
    static const char path[] = "/socket.io/?EIO=4&transport=polling";
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_before_connect(NULL, ask_for_the_word, word), SAILS_EINVAL);
    assert_int_equal(sails_app_before_connect(live.app, ask_for_the_word, word), 0);
    live_lift(&live);
    assert_int_equal(sails_app_before_connect(live.app, NULL, word), SAILS_EINVAL);
    assert_int_equal(sails_app_before_connect(live.app, ask_for_the_word, word), SAILS_ESTATE);

    http_client_expect(live.port, "GET", path, "", NULL, 403,
                       "{\"code\":4,\"message\":\"Forbidden\"}");
    http_client_expect(live.port, "GET", path, "X-Word: foe\r\n", NULL, 403,
                       "{\"code\":4,\"message\":\"Another word\"}");
    http_client_expect(live.port, "GET", path, "x-word: friend\r\n", NULL, 200, NULL);
    assert_int_equal(atomic_load(&n_asked), 3);
    live_end(&live);
}

/* ---- what the engine answers ---- */

struct heard {
    struct told told;
    int code;
    char text[128];
};

static void hear(int code, const char *message, const char *url, void *ctx)
{
    struct heard *heard = ctx;

    heard->code = code;
    snprintf(heard->text, sizeof(heard->text), "%s %s", message, url);
    tell(0, &heard->told);
}

static void add_header(sails_engine_answer *answer, bool is_first, void *ctx)
{
    must(sails_engine_answer_set(answer, "X-First", is_first ? "yes" : "no") == 0);
    must(sails_engine_answer_set(answer, "X\n", ctx) == SAILS_EINVAL);
    must(sails_engine_answer_set(NULL, "a", "b") == SAILS_EINVAL);
}

static void the_program_hears_what_the_engine_refuses_and_adds_headers(void **state)
{
    static const char path[] = "/socket.io/?EIO=4&transport=polling";
    static char word[] = "x";
    struct heard heard = {.code = -1};
    struct http_answer got = {0};
    struct live live;

    (void)state;
    told_init(&heard.told);
    live_init(&live, 1);
    assert_int_equal(sails_app_on_connection_error(live.app, hear, &heard), 0);
    assert_int_equal(sails_app_on_engine_headers(live.app, add_header, word), 0);
    live_lift(&live);
    assert_int_equal(sails_app_on_connection_error(live.app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_on_engine_headers(live.app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_on_connection_error(NULL, hear, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_on_engine_headers(NULL, add_header, NULL), SAILS_EINVAL);
    assert_true(http_client_ask(live.port, "GET", path, "", STR(""), &got));
    assert_true(str_eq(http_answer_header(&got, "x-first"), STR("yes")));
    http_answer_deinit(&got);
    http_client_expect(live.port, "GET", "/socket.io/?EIO=4&transport=pigeon", "", NULL, 400, NULL);
    assert_int_equal(told_status(&heard.told), 0);
    assert_int_equal(heard.code, 0);
    assert_string_equal(heard.text, "Transport unknown /socket.io/?EIO=4&transport=pigeon");
    live_end(&live);
}

/* ---- ids of the program's own ---- */

/* Writes what the header says: over the whole id, its beginning, or nothing. */
static void choose_id(const sails_handshake *handshake, char *id, void *ctx)
{
    const char *whole = sails_handshake_header(handshake, "X-Id");
    const char *prefix = sails_handshake_header(handshake, "X-Prefix");

    must(ctx != NULL && strlen(id) == SAILS_ENGINE_ID_LEN);
    must(strcmp(sails_handshake_ip(handshake), "127.0.0.1") == 0);
    must(strncmp(sails_handshake_url(handshake), "/socket.io/", 11) == 0);
    if (whole != NULL) {
        memcpy(id, whole, SAILS_ENGINE_ID_LEN);
        id[SAILS_ENGINE_ID_LEN] = whole[SAILS_ENGINE_ID_LEN];
    } else if (prefix != NULL) {
        memcpy(id, prefix, strlen(prefix));
    }
    sails_handshake_refuse((sails_handshake *)(uintptr_t)handshake,
                           "too late"); /* said, and no more */
}

static void note_engine_id(sails_io_socket *socket, void *ctx)
{
    const char *id = sails_io_socket_engine_id(socket);

    tell(strlen(id) == SAILS_ENGINE_ID_LEN && strncmp(id, "lift-07-", 8) == 0 ? 0 : SAILS_EINVAL,
         ctx);
}

/* The id of a session that is opened with these headers. */
static void expect_id(const struct live *live, const char *headers,
                      char id[SAILS_ENGINE_ID_LEN + 1])
{
    struct http_answer got = {0};
    const char *at = NULL;

    assert_true(http_client_ask(live->port, "GET", "/socket.io/?EIO=4&transport=polling", headers,
                                STR(""), &got));
    assert_int_equal(got.status, 200);
    at = strstr(got.body.ptr, "\"sid\":\"");
    assert_non_null(at);
    memcpy(id, at + 7, SAILS_ENGINE_ID_LEN);
    id[SAILS_ENGINE_ID_LEN] = '\0';
    http_answer_deinit(&got);
}

static void a_program_chooses_the_ids_of_connections(void **state)
{
    static const char path[] = "/socket.io/?EIO=4&transport=polling";
    static const char refusal[] = "{\"code\":3,\"message\":\"Bad request\"}";
    char ctx[] = "x", id[SAILS_ENGINE_ID_LEN + 1], header[64], poll[96];
    struct told come;
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_on_engine_id(NULL, choose_id, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_on_engine_id(live.app, choose_id, ctx), 0);
    told_init(&come);
    assert_int_equal(sails_io_on_connection(live.root, note_engine_id, &come), 0);
    live_lift(&live);
    assert_int_equal(sails_app_on_engine_id(live.app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_on_engine_id(live.app, choose_id, NULL), SAILS_ESTATE);

    expect_id(&live, "", id);
    expect_id(&live, "X-Prefix: lift-07-\r\n", id);
    assert_memory_equal(id, "lift-07-", 8);
    snprintf(poll, sizeof(poll), "%s&sid=%s", path, id);
    http_client_expect(live.port, "POST", poll, "", "40", 200, "ok");
    assert_int_equal(told_status(&come), 0);
    live_log_expect(&live.log, "A handshake that has been accepted is not decided again");

    snprintf(header, sizeof(header), "X-Id: %s\r\n", id);
    http_client_expect(live.port, "GET", path, header, NULL, 400, refusal);
    live_log_expect(&live.log,
                    "A connection is refused: sails_app_on_engine_id() has led to an id that "
                    "cannot be: another connection has it");
    http_client_expect(live.port, "GET", path, "X-Id: 0123456789 12345A789\r\n", NULL, 400,
                       refusal);
    http_client_expect(live.port, "GET", path, "X-Id: 0123456789012345A7890\r\n", NULL, 400,
                       refusal);
    live_log_expect(&live.log, "it has not 20 characters of A-Z a-z 0-9 - _");
    id[SAILS_ENGINE_ID_FIXED] = id[SAILS_ENGINE_ID_FIXED] == 'A' ? 'B' : 'A';
    snprintf(header, sizeof(header), "X-Id: %s\r\n", id);
    http_client_expect(live.port, "GET", path, header, NULL, 400, refusal);
    live_log_expect(&live.log, "its character at SAILS_ENGINE_ID_FIXED was changed");
    live_end(&live);
}

/* socket-io: all that the package "cors" takes, and all of the cookie */
static void settings_say_what_pages_may_and_what_the_cookie_is(void **state)
{
    static const char path[] = "/socket.io/?EIO=4&transport=polling";
    static const struct {
        const char *key, *json;
    } settings[] = {
        {"sockets.cors.origin", "\"https://a.example\""},
        {"sockets.cors.methods", "\"GET,POST\""},
        {"sockets.cors.allowedHeaders", "\"X-Token\""},
        {"sockets.cors.exposedHeaders", "\"X-Seen\""},
        {"sockets.cors.maxAge", "600"},
        {"sockets.cookie", "\"io\""},
        {"sockets.cookieOptions.path", "\"/x\""},
        {"sockets.cookieOptions.domain", "\"a.example\""},
        {"sockets.cookieOptions.sameSite", "\"Strict\""},
        {"sockets.cookieOptions.httpOnly", "false"},
        {"sockets.cookieOptions.secure", "true"},
        {"sockets.cookieOptions.maxAge", "60"},
    };
    struct http_answer got = {0};
    struct str cookie;
    struct live live;

    (void)state;
    live_init(&live, 1);
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        json_t *value = json_loads(settings[i].json, JSON_DECODE_ANY, NULL);

        assert_int_equal(sails_app_set(live.app, settings[i].key, value), 0);
    }
    live_lift(&live);
    assert_true(http_client_ask(live.port, "OPTIONS", path, "Origin: https://a.example\r\n",
                                STR(""), &got));
    assert_true(str_eq(http_answer_header(&got, "access-control-allow-methods"), STR("GET,POST")));
    assert_true(str_eq(http_answer_header(&got, "access-control-allow-headers"), STR("X-Token")));
    assert_true(str_eq(http_answer_header(&got, "access-control-max-age"), STR("600")));
    http_answer_deinit(&got);
    got = (struct http_answer){0};
    assert_true(
        http_client_ask(live.port, "GET", path, "Origin: https://a.example\r\n", STR(""), &got));
    assert_true(str_eq(http_answer_header(&got, "access-control-expose-headers"), STR("X-Seen")));
    cookie = http_answer_header(&got, "set-cookie");
    assert_non_null(strstr(cookie.ptr, "; Max-Age=60; Domain=a.example; Path=/x; Secure; "
                                       "SameSite=Strict"));
    http_answer_deinit(&got);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_refused_is_told_so_in_the_engines_form),
        cmocka_unit_test(the_program_hears_what_the_engine_refuses_and_adds_headers),
        cmocka_unit_test(a_program_chooses_the_ids_of_connections),
        cmocka_unit_test(settings_say_what_pages_may_and_what_the_cookie_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
