#include "unit/engineio/eio_fixture.h"

/*
 * Conversations in which everything happens that allocates. Whatever fails they go on, with clients
 * that need no memory of their own: their bytes lie on the stack.
 */
typedef void (*conversation)(struct fixture *f);

enum {
    BYTES_MAX = 1024
};

/* A request over a new connection; NULL: it has found no memory. */
static struct sim_link *say(struct fixture *f, const char *method, const char *target,
                            const char *headers, const char *body)
{
    struct sim_link *link = sim_connect(&f->sim);
    char bytes[BYTES_MAX];

    if (link == NULL || http_conn_open(&f->http, &link->link) < 0) {
        return NULL;
    }
    snprintf(bytes, sizeof(bytes),
             "%s %s HTTP/1.1\r\nHost: test\r\n%sContent-Length: %zu\r\n\r\n%s", method, target,
             headers, strlen(body), body);
    sim_feed_text(link, bytes);
    return link;
}

static void ask_by(struct fixture *f, unsigned revision, const char *sid, const char *headers)
{
    say(f, "GET", url_of(sid, revision), headers, "");
    sim_run(&f->sim);
}

static void tell_by(struct fixture *f, unsigned revision, const char *sid, const char *body)
{
    say(f, "POST", url_of(sid, revision), "", body);
    sim_run(&f->sim);
}

static void tell_ws(struct sim_link *link, const char *text)
{
    char bytes[BYTES_MAX] = "";
    size_t len = strlen(text);

    if (link != NULL && !link->closed && !link->ended && !link->aborted) {
        bytes[0] = (char)0x81;
        bytes[1] = (char)(0x80 | len); /* and a mask of zeros */
        memcpy(bytes + 6, text, len);
        sim_feed(link, bytes, 6 + len, 0);
    }
}

/* Copies the sid of the open session, "" if there is none. */
static void note_sid(const struct fixture *f, char sid[SID_SIZE])
{
    snprintf(sid, SID_SIZE, "%s", f->session != NULL ? eio_session_id(f->session) : "");
}

static void talk_by_polling(struct fixture *f)
{
    char sid[SID_SIZE];

    say(f, "GET", "/engine.io/?EIO=3&transport=polling", "", "");
    note_sid(f, sid);
    ask_by(f, 3, sid, "");
    tell_by(f, 3, sid, "6:4hello6:b4AQID");
    tell_by(f, 3, sid,
            "3:4\xff"
            "a");
    ask_by(f, 3, sid, "Accept-Encoding: gzip\r\n");
    tell_by(f, 3, sid, "1:1");
}

static void talk_by_jsonp(struct fixture *f)
{
    char sid[SID_SIZE];

    say(f, "GET", "/engine.io/?EIO=4&transport=polling&j=0", "", "");
    note_sid(f, sid);
    tell_by(f, 4, sid, "d=4hello");
    ask_by(f, 4, sid, "");
}

static void talk_by_websocket(struct fixture *f)
{
    struct sim_link *link = say(f, "GET", "/engine.io/?EIO=3&transport=websocket", WS_HEADERS, "");

    tell_ws(link, "4hello");
    tell_ws(link, "b4AQID");
    tell_ws(link, "2");
    sim_run(&f->sim);
    if (f->session != NULL) {
        eio_session_close(f->session, false);
    }
}

static void talk_and_upgrade(struct fixture *f)
{
    struct sim_link *link = NULL;
    char sid[SID_SIZE];
    char target[BYTES_MAX];

    say(f, "GET", "/engine.io/?EIO=4&transport=polling&b64=1", "", "");
    note_sid(f, sid);
    if (f->session != NULL) {
        send_text(f->session, "queued");
    }
    snprintf(target, sizeof(target), "/engine.io/?EIO=4&transport=websocket&b64=1&sid=%s", sid);
    link = say(f, "GET", target, WS_HEADERS, "");
    ask_by(f, 4, sid, "");
    tell_ws(link, "2probe");
    tell_ws(link, "5");
    tell_ws(link, "bAQID");
}

static void be_refused(struct fixture *f)
{
    say(f, "GET", "/engine.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", "", "");
    say(f, "GET", "/engine.io/?EIO=4&transport=x", WS_HEADERS, "");
    say(f, "GET", "/elsewhere", WS_HEADERS, "");
    say(f, "OPTIONS", "/engine.io/", "Origin: a\r\n", "");
    f->rule = REFUSE;
    say(f, "GET", "/engine.io/?EIO=4&transport=polling", "", "");
}

static void run(conversation talk, long n, bool *has_failed)
{
    struct fixture f;

    fixture_init(&f);
    f.events.on_request = fixture_on_request;
    f.options.initial_packet = "welcome";
    f.options.cors = (struct eio_cors){.origin = EIO_CORS_REFLECT, .credentials = true};
    f.options.cookie = (struct eio_cookie){.name = "io", .path = "/", .max_age_s = -1};
    f.options.http_compression_threshold = 1;
    fixture_start(&f);
    mem_fail_after(n);
    talk(&f);
    *has_failed = mem_has_failed() != 0;
    mem_fail_after(-1);

    /* Whatever has failed, the next client is served. */
    f.rule = ALLOW;
    buf_clear(&f.log);
    buf_clear(&f.answer);
    f.options.http_compression_threshold = 1024;
    assert_true(strncmp(get(&f, "/engine.io/?EIO=4&transport=polling"), "200 0{", 6) == 0);
    sim_advance(&f.sim, 60000);
    fixture_deinit(&f);
}

static void run_all(conversation talk)
{
    bool has_failed = true;

    for (long n = 0; has_failed; n++) {
        run(talk, n, &has_failed);
    }
}

static void polling_survives_each_allocation_that_fails(void **state)
{
    (void)state;
    run_all(talk_by_polling);
    run_all(talk_by_jsonp);
}

static void websockets_survive_each_allocation_that_fails(void **state)
{
    (void)state;
    run_all(talk_by_websocket);
    run_all(talk_and_upgrade);
}

static void refusals_survive_each_allocation_that_fails(void **state)
{
    (void)state;
    run_all(be_refused);
}

static void a_server_is_made_wholly_or_not_at_all(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.options.initial_packet = "welcome";
    for (long n = 0; f.server == NULL; n++) {
        mem_fail_after(n);
        f.server = eio_server_create(&f.sim.env, &f.options, &f.events, &f);
        assert_int_equal(mem_has_failed() != 0, f.server == NULL);
    }
    mem_fail_after(-1);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polling_survives_each_allocation_that_fails),
        cmocka_unit_test(websockets_survive_each_allocation_that_fails),
        cmocka_unit_test(refusals_survive_each_allocation_that_fails),
        cmocka_unit_test(a_server_is_made_wholly_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
