#include "support/http_client.h"
#include "support/live_app.h"

#include <sys/stat.h>
#include <unistd.h>

/*
 * Answers that come in pieces: files from disk, and streams.
 */

enum {
    BIG = 3 * 1024 * 1024, /* more than the kernel and a stream take at once */
    TOO_BIG_FOR_A_SOCKET = 1024 * 1024 + 1
};

struct site {
    struct live live;
    char folder[64];
    struct told told;
    char path[128]; /* of the file to be sent */
    char *bytes;    /* BIG of them */
    sails_stream *kept;
};

/* ---- files ---- */

static void send_path(sails_req *req, sails_res *res)
{
    struct site *site = sails_req_context(req);

    must(sails_res_send_file(res, NULL, NULL) == SAILS_EINVAL);
    must(sails_res_send_file(NULL, "x", NULL) == SAILS_EINVAL);
    must(sails_res_send_file(res, site->path, NULL) == 0);
    must(sails_res_send_file(res, site->path, NULL) == SAILS_ESTATE);
}

static void send_below_root(sails_req *req, sails_res *res)
{
    struct site *site = sails_req_context(req);
    const struct sails_file_options options = {.root = site->folder, .max_age_ms = 60000};

    must(sails_res_send_file(res, sails_req_param(req, "name"), &options) == 0);
}

static void send_as_attachment(sails_req *req, sails_res *res)
{
    struct site *site = sails_req_context(req);

    must(sails_res_set(res, "Cache-Control", "no-store") == 0);
    must(sails_res_status(res, 203) == 0);
    must(sails_res_attachment(res, "letter.txt") == 0);
    must(sails_res_send_file(res, site->path, NULL) == 0);
}

static void *send_from_a_thread(void *ctx)
{
    sails_res *res = ctx;

    must(sails_res_send_file(res, "/nowhere/at/all", NULL) == 0);
    return NULL;
}

static void send_later(sails_req *req, sails_res *res)
{
    (void)req;
    live_elsewhere(send_from_a_thread, res);
}

static void site_path(struct site *site, const char *name)
{
    snprintf(site->path, sizeof(site->path), "%s/%s", site->folder, name);
}

static void make_file(struct site *site, const char *name, const char *data, size_t len)
{
    FILE *file = NULL;

    site_path(site, name);
    file = fopen(site->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void site_open(struct site *site)
{
    *site = (struct site){.bytes = mem_alloc(BIG)};
    assert_non_null(site->bytes);
    for (size_t i = 0; i < BIG; i++) {
        site->bytes[i] = (char)(i * 31 >> 3);
    }
    snprintf(site->folder, sizeof(site->folder), "/tmp/sails-res-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    make_file(site, "big.bin", site->bytes, BIG);
    make_file(site, ".hidden", "h", 1);
    make_file(site, "empty", "", 0);
    make_file(site, "a.txt", "0123456789", 10);
    told_init(&site->told);
    live_init(&site->live, 1);
    sails_app_set_context(site->live.app, site);
    assert_int_equal(sails_app_route(site->live.app, "/file", send_path), 0);
    assert_int_equal(sails_app_route(site->live.app, "/root/*", send_below_root), 0);
    assert_int_equal(sails_app_route(site->live.app, "/root", send_below_root), 0);
    assert_int_equal(sails_app_route(site->live.app, "/attachment", send_as_attachment), 0);
    assert_int_equal(sails_app_route(site->live.app, "/later", send_later), 0);
}

static void site_close(struct site *site)
{
    static const char *const names[] = {"big.bin", ".hidden", "empty", "a.txt"};

    live_end(&site->live);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        site_path(site, names[i]);
        assert_int_equal(unlink(site->path), 0);
    }
    assert_int_equal(rmdir(site->folder), 0);
    mem_free(site->bytes);
}

static void ask(struct site *site, const char *method, const char *target, const char *headers,
                struct http_answer *answer)
{
    assert_true(
        http_client_ask(site->live.port, method, target, headers, (struct str){NULL, 0}, answer));
}

static void expect_header(const struct http_answer *answer, const char *name, const char *want)
{
    struct str value = http_answer_header(answer, name);

    if (want == NULL ? value.ptr != NULL : !str_eq(value, str_from(want))) {
        fail_msg("%s: \"%.*s\" and not \"%s\"", name, STR_FMT(value), want != NULL ? want : "none");
    }
}

static void a_file_goes_out_with_all_that_is_known_of_it(void **state)
{
    struct site site;
    struct http_answer answer;
    char tag[64], condition[128];

    (void)state;
    site_open(&site);
    live_lift(&site.live);
    ask(&site, "GET", "/file", "", &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.ptr, "0123456789");
    expect_header(&answer, "content-type", "text/plain; charset=UTF-8");
    expect_header(&answer, "content-length", "10");
    expect_header(&answer, "accept-ranges", "bytes");
    expect_header(&answer, "cache-control", "public, max-age=0");
    assert_non_null(http_answer_header(&answer, "last-modified").ptr);
    snprintf(tag, sizeof(tag), "%.*s", STR_FMT(http_answer_header(&answer, "etag")));
    http_answer_deinit(&answer);

    snprintf(condition, sizeof(condition), "If-None-Match: %s\r\n", tag);
    ask(&site, "GET", "/file", condition, &answer);
    assert_int_equal(answer.status, 304);
    assert_int_equal(answer.body.len, 0);
    expect_header(&answer, "etag", tag);
    expect_header(&answer, "content-type", NULL);
    http_answer_deinit(&answer);

    ask(&site, "GET", "/file", "Range: bytes=2-4\r\n", &answer);
    assert_int_equal(answer.status, 206);
    assert_string_equal(answer.body.ptr, "234");
    expect_header(&answer, "content-range", "bytes 2-4/10");
    http_answer_deinit(&answer);

    ask(&site, "GET", "/file", "Range: bytes=20-\r\n", &answer);
    assert_int_equal(answer.status, 416);
    http_answer_deinit(&answer);

    ask(&site, "HEAD", "/file", "", &answer);
    assert_int_equal(answer.status, 200);
    expect_header(&answer, "content-length", "10");
    http_answer_deinit(&answer);

    ask(&site, "GET", "/attachment", condition, &answer);
    assert_int_equal(answer.status, 203); /* another status: no conditions */
    assert_string_equal(answer.body.ptr, "0123456789");
    expect_header(&answer, "cache-control", "no-store");
    expect_header(&answer, "content-disposition", "attachment; filename=\"letter.txt\"");
    http_answer_deinit(&answer);
    site_close(&site);
}

static void names_that_clients_choose_stay_below_their_root(void **state)
{
    static const struct {
        const char *target;
        unsigned status;
    } cases[] = {
        {"/root?name=a.txt", 200},     {"/root?name=/a.txt", 200},
        {"/root?name=empty", 200},     {"/root?name=.hidden", 404},
        {"/root?name=../passwd", 404}, {"/root?name=x/../a.txt", 404},
        {"/root?name=none", 404},      {"/root?name=a.txt/b", 404},
        {"/root?name=/", 404},         {"/root?name=//etc/passwd", 404},
    };
    struct site site;
    struct http_answer answer;

    (void)state;
    site_open(&site);
    live_lift(&site.live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ask(&site, "GET", cases[i].target, "", &answer);
        if (answer.status != cases[i].status) {
            fail_msg("%s: %u", cases[i].target, answer.status);
        }
        http_answer_deinit(&answer);
    }
    ask(&site, "GET", "/root?name=a.txt", "", &answer);
    expect_header(&answer, "cache-control", "public, max-age=60");
    http_answer_deinit(&answer);
    http_client_expect(site.live.port, "GET", "/later", "", NULL, 404, "Not Found");
    site_close(&site);
}

static void a_big_file_is_streamed(void **state)
{
    struct site site;
    struct http_answer answer;

    (void)state;
    site_open(&site);
    site_path(&site, "big.bin");
    live_lift(&site.live);
    ask(&site, "GET", "/file", "", &answer);
    assert_int_equal(answer.status, 200);
    expect_header(&answer, "content-type", "application/octet-stream");
    assert_int_equal(answer.body.len, BIG);
    assert_memory_equal(answer.body.ptr, site.bytes, BIG);
    http_answer_deinit(&answer);
    site_close(&site);
}

static void over_a_socket_a_file_is_a_binary_value(void **state)
{
    struct site site;
    struct ws_client client;

    (void)state;
    site_open(&site);
    live_lift(&site.live);
    ws_client_expect_in(&client, site.live.port, 4);
    ws_client_expect_answer(
        &client, "421[\"get\",{\"url\":\"/file\"}]",
        "461-1[{\"body\":{\"_placeholder\":true,\"num\":0},\"headers\":{},\"statusCode\":200}]");
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_BINARY);
    assert_int_equal(client.frame.len, 10);
    assert_memory_equal(client.frame.ptr, "0123456789", 10);
    site_path(&site, "big.bin");
    ws_client_expect_answer(
        &client, "422[\"get\",{\"url\":\"/file\"}]",
        "432[{\"body\":\"The file is too big for an answer over a socket; it can "
        "be had over HTTP.\",\"headers\":{},\"statusCode\":500}]");
    site_path(&site, "none");
    ws_client_expect_answer(&client, "423[\"get\",{\"url\":\"/file\"}]",
                            "433[{\"body\":\"Not Found\",\"headers\":{},\"statusCode\":404}]");
    ws_client_close(&client);
    site_close(&site);
}

/* ---- streams ---- */

static void stream_three(sails_req *req, sails_res *res)
{
    sails_stream *stream = NULL;

    (void)req;
    must(sails_res_begin(res, NULL, NULL, NULL) == SAILS_EINVAL);
    must(sails_res_type(res, "txt") == 0);
    must(sails_res_begin(res, NULL, NULL, &stream) == 0);
    must(sails_stream_write(stream, "one ", 4) == 0);
    must(sails_stream_write(stream, NULL, 1) == SAILS_EINVAL);
    must(sails_stream_write(stream, "", 0) == 0);
    must(sails_stream_write(NULL, "x", 1) == SAILS_EINVAL);
    must(sails_stream_write(stream, "two ", 4) == 0);
    must(sails_stream_write(stream, "three", 5) == 0);
    sails_stream_end(stream);
    sails_stream_end(NULL);
}

static void stream_binary(sails_req *req, sails_res *res)
{
    sails_stream *stream = NULL;

    (void)req;
    must(sails_res_begin(res, NULL, NULL, &stream) == 0);
    must(sails_stream_write(stream, "\xff\x00", 2) == 0);
    sails_stream_end(stream);
}

/* A producer that goes on whenever it is told to. */
struct producer {
    struct site *site;
    size_t sent;
    size_t end;
    bool was_full;
};

static void produce(sails_stream *stream, int status, void *ctx)
{
    struct producer *producer = ctx;
    int rc = 0;

    while (status == 0 && rc == 0 && producer->sent < producer->end) {
        size_t len =
            producer->end - producer->sent < 100000 ? producer->end - producer->sent : 100000;

        rc = sails_stream_write(stream, producer->site->bytes + producer->sent, len);
        producer->sent += rc == 0 ? len : 0;
        producer->was_full = producer->was_full || rc == SAILS_ESLOW;
        must(rc == 0 || rc == SAILS_ESLOW);
    }
    if (status < 0 || producer->sent == producer->end) {
        struct site *site = producer->site;
        int told = status < 0 ? status : (producer->was_full ? 1 : 0);

        mem_free(producer);
        sails_stream_end(stream);
        tell(told, &site->told);
    }
}

static void stream_big(sails_req *req, sails_res *res)
{
    struct producer *producer = mem_calloc(1, sizeof(*producer));
    sails_stream *stream = NULL;

    must(producer != NULL);
    producer->site = sails_req_context(req);
    producer->end = BIG;
    must(sails_res_begin(res, produce, producer, &stream) == 0);
}

static void keep_stream(sails_stream *stream, int status, void *ctx)
{
    (void)stream;
    tell(status, ctx);
}

static void stream_open(sails_req *req, sails_res *res)
{
    struct site *site = sails_req_context(req);

    must(sails_res_begin(res, keep_stream, &site->told, &site->kept) == 0);
}

static void add_streams(struct site *site)
{
    site_open(site);
    assert_int_equal(sails_app_route(site->live.app, "/three", stream_three), 0);
    assert_int_equal(sails_app_route(site->live.app, "/binary", stream_binary), 0);
    assert_int_equal(sails_app_route(site->live.app, "/big", stream_big), 0);
    assert_int_equal(sails_app_route(site->live.app, "/open", stream_open), 0);
    live_lift(&site->live);
}

static void pieces_are_chunks_over_http(void **state)
{
    struct site site;
    struct http_answer answer;

    (void)state;
    add_streams(&site);
    ask(&site, "GET", "/three", "", &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.ptr, "one two three");
    expect_header(&answer, "transfer-encoding", "chunked");
    expect_header(&answer, "content-type", "text/plain; charset=utf-8");
    expect_header(&answer, "etag", NULL);
    http_answer_deinit(&answer);
    ask(&site, "HEAD", "/three", "", &answer);
    assert_int_equal(answer.status, 200);
    http_answer_deinit(&answer);
    site_close(&site);
}

/* sails-sockets 3.9 */
static void pieces_are_one_body_over_a_socket(void **state)
{
    struct site site;
    struct ws_client client;

    (void)state;
    add_streams(&site);
    ws_client_expect_in(&client, site.live.port, 4);
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/three\"}]",
                            "431[{\"body\":\"one two three\",\"headers\":{\"content-type\":\"text/"
                            "plain; charset=utf-8\"},\"statusCode\":200}]");
    ws_client_expect_answer(
        &client, "422[\"get\",{\"url\":\"/binary\"}]",
        "461-2[{\"body\":{\"_placeholder\":true,\"num\":0},\"headers\":{},\"statusCode\":200}]");
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_BINARY);
    assert_int_equal(client.frame.len, 2);
    ws_client_expect_answer(
        &client, "423[\"get\",{\"url\":\"/big\"}]",
        "433[{\"body\":\"The answer is too big for a socket; it can be had over "
        "HTTP.\",\"headers\":{},\"statusCode\":500}]");
    told_wait(&site.told);
    ws_client_close(&client);
    site_close(&site);
}

static void a_producer_is_as_fast_as_its_client(void **state)
{
    struct site site;
    struct http_answer answer;

    (void)state;
    add_streams(&site);
    ask(&site, "GET", "/big", "", &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body.len, BIG);
    assert_memory_equal(answer.body.ptr, site.bytes, BIG);
    assert_int_equal(told_status(&site.told), 1); /* it had to wait */
    http_answer_deinit(&answer);
    site_close(&site);
}

static void a_producer_is_told_that_nobody_gets_it(void **state)
{
    struct site site;
    struct tcp_client client;
    struct http_answer answer;

    (void)state;
    add_streams(&site);
    assert_true(tcp_client_open(&client, site.live.port));
    assert_true(http_client_send(&client, "GET", "/open", "", (struct str){NULL, 0}));
    assert_int_equal(told_status(&site.told), 0);
    tcp_client_abort(&client);
    assert_int_equal(told_status(&site.told), SAILS_ECLOSED);
    assert_int_equal(sails_stream_write(site.kept, "x", 1), SAILS_ECLOSED);
    sails_stream_end(site.kept);

    ask(&site, "HEAD", "/open", "", &answer);
    http_answer_deinit(&answer);
    assert_int_equal(told_status(&site.told), SAILS_ECLOSED);
    sails_stream_end(site.kept);
    live_settle(&site.live);

    /* An app that is lowered with a stream open. */
    assert_true(tcp_client_open(&client, site.live.port));
    assert_true(http_client_send(&client, "GET", "/open", "", (struct str){NULL, 0}));
    assert_int_equal(told_status(&site.told), 0);
    sails_app_lower(site.live.app);
    assert_int_equal(told_status(&site.told), SAILS_ECLOSED);
    sails_stream_end(site.kept);
    tcp_client_close(&client);
    site_close(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_goes_out_with_all_that_is_known_of_it),
        cmocka_unit_test(names_that_clients_choose_stay_below_their_root),
        cmocka_unit_test(a_big_file_is_streamed),
        cmocka_unit_test(over_a_socket_a_file_is_a_binary_value),
        cmocka_unit_test(pieces_are_chunks_over_http),
        cmocka_unit_test(pieces_are_one_body_over_a_socket),
        cmocka_unit_test(a_producer_is_as_fast_as_its_client),
        cmocka_unit_test(a_producer_is_told_that_nobody_gets_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
