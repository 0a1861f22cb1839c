#include "support/http_client.h"
#include "support/live_app.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Folders of files, and socket.io-client's bundles, from a temporary folder.
 */

enum {
    BIG_FILE = 8 * 1024 * 1024 /* more than the kernel takes at once */
};

struct site {
    struct live live;
    char folder[64];
    char made[32][128]; /* what was made in it, in order */
    size_t n_made;
};

static void path_of(const struct site *site, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", site->folder, name);
}

static void note_made(struct site *site, const char *name)
{
    assert_true(site->n_made < ARRAY_LEN(site->made));
    snprintf(site->made[site->n_made++], sizeof(site->made[0]), "%s", name);
}

static void make_folder(struct site *site, const char *name)
{
    char path[256];

    path_of(site, name, path);
    assert_int_equal(mkdir(path, 0700), 0);
    note_made(site, name);
}

static void make_file(struct site *site, const char *name, const char *data, size_t len)
{
    char path[256];
    FILE *file = NULL;

    path_of(site, name, path);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    note_made(site, name);
}

static void make_text(struct site *site, const char *name, const char *text)
{
    make_file(site, name, text, strlen(text));
}

static void add_folder(struct site *site, const char *path, const char *name)
{
    char folder[256];

    path_of(site, name, folder);
    assert_int_equal(sails_app_static(site->live.app, path, folder), 0);
}

static void say_route(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "route");
}

static void site_init(struct site *site)
{
    *site = (struct site){.n_made = 0};
    snprintf(site->folder, sizeof(site->folder), "/tmp/sails-site-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    make_folder(site, "public");
    make_folder(site, "public/sub");
    make_folder(site, "more");
    make_text(site, "secret.txt", "secret");
    make_text(site, "public/index.html", "<p>home</p>");
    make_text(site, "public/sub/index.html", "<p>sub</p>");
    make_text(site, "public/a.txt", "0123456789");
    make_text(site, "public/a b.css", "p{}");
    make_text(site, "public/.hidden", "hidden");
    make_text(site, "public/route", "file");
    make_text(site, "public/empty.js", "");
    make_text(site, "more/b.json", "{}");
    make_text(site, "more/a.txt", "other");
    live_init(&site->live, 1);
    assert_int_equal(sails_app_route(site->live.app, "GET /route", say_route), 0);
}

static void site_end(struct site *site)
{
    char path[256];

    live_end(&site->live);
    while (site->n_made > 0) {
        path_of(site, site->made[--site->n_made], path);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(rmdir(site->folder), 0);
}

static void serve_both(struct site *site)
{
    site_init(site);
    add_folder(site, "/", "public");
    add_folder(site, "/", "more");
    add_folder(site, "/assets/", "more");
    live_lift(&site->live);
}

/* Asks and gives the answer, which the caller deinits. */
static void get(struct site *site, const char *method, const char *target, const char *headers,
                struct http_answer *answer)
{
    if (!http_client_ask(site->live.port, method, target, headers, (struct str){NULL, 0}, answer)) {
        fail_msg("%s %s: no answer", method, target);
    }
}

static void files_have_their_types(void **state)
{
    static const struct {
        const char *target, *type, *body;
    } cases[] = {
        {"/", "text/html; charset=utf-8", "<p>home</p>"},
        {"/index.html", "text/html; charset=utf-8", "<p>home</p>"},
        {"/sub/", "text/html; charset=utf-8", "<p>sub</p>"},
        {"/a.txt?v=1", "text/plain; charset=utf-8", "0123456789"},
        {"/a%20b.css", "text/css; charset=utf-8", "p{}"},
        {"/empty.js", NULL, ""},
        {"/b.json", NULL, "{}"}, /* of the second folder */
        {"/assets/a.txt", "text/plain; charset=utf-8", "other"},
        {"/route", "text/html; charset=utf-8", "route"}, /* routes come first */
    };
    struct site site;

    (void)state;
    serve_both(&site);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_answer got, head;
        char len[24];

        get(&site, "GET", cases[i].target, "", &got);
        assert_int_equal(got.status, 200);
        assert_string_equal(got.body.ptr, cases[i].body);
        if (cases[i].type != NULL) {
            struct str type = http_answer_header(&got, "content-type");

            if (!str_eq_nocase(type, str_from(cases[i].type))) {
                fail_msg("%s: %.*s", cases[i].target, STR_FMT(type));
            }
        }
        get(&site, "HEAD", cases[i].target, "", &head);
        assert_int_equal(head.status, 200);
        snprintf(len, sizeof(len), "%zu", strlen(cases[i].body));
        assert_true(str_eq(http_answer_header(&head, "content-length"), str_from(len)));
        http_answer_deinit(&got);
        http_answer_deinit(&head);
    }
    site_end(&site);
}

static void what_is_not_to_be_seen_is_not_found(void **state)
{
    static const char *const targets[] = {
        "/none",
        "/a.txt/",
        "/a.txt/b",
        "/.hidden",
        "/%2ehidden",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/sub/../../secret.txt",
        "/sub/%2e%2e/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "/assets/../../secret.txt",
        "/a.txt%00.html",
        "/a%zz.txt",
        "/a%ff.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/escape",
    };
    struct site site;
    char link[256], target[256];

    (void)state;
    site_init(&site);
    path_of(&site, "public/escape", link);
    path_of(&site, "secret.txt", target);
    assert_int_equal(symlink(target, link), 0);
    note_made(&site, "public/escape");
    add_folder(&site, "/", "public");
    live_lift(&site.live);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct http_answer answer;

        get(&site, "GET", targets[i], "", &answer);
        if (answer.status < 400 || answer.status > 404 ||
            strstr(answer.body.ptr, "secret") != NULL ||
            strstr(answer.body.ptr, "hidden") != NULL) {
            fail_msg("%s: %u %s", targets[i], answer.status, answer.body.ptr);
        }
        http_answer_deinit(&answer);
    }
    http_client_expect(site.live.port, "POST", "/a.txt", "", "", 404, NULL);
    http_client_expect(site.live.port, "DELETE", "/a.txt", "", NULL, 404, NULL);
    site_end(&site);
}

static void a_folder_without_its_slash_is_redirected(void **state)
{
    struct site site;
    struct http_answer answer;

    (void)state;
    serve_both(&site);
    get(&site, "GET", "/sub", "", &answer);
    assert_int_equal(answer.status, 301);
    assert_true(str_eq(http_answer_header(&answer, "location"), STR("/sub/")));
    http_answer_deinit(&answer);
    get(&site, "GET", "/sub?a=1&b=%2F", "", &answer);
    assert_int_equal(answer.status, 301);
    assert_true(str_eq(http_answer_header(&answer, "location"), STR("/sub/?a=1&b=%2F")));
    http_answer_deinit(&answer);
    site_end(&site);
}

/* "//evil.test/" would be another host: a redirection stays on ours, whatever folders there are. */
static void no_folder_redirects_to_another_host(void **state)
{
    static const char *const targets[] = {"//evil.test",  "///evil.test",  "//evil.test?x=//y",
                                          "/./evil.test", "//./evil.test", "http://h//evil.test"};
    struct site site;

    (void)state;
    site_init(&site);
    make_folder(&site, "public/evil.test");
    add_folder(&site, "/", "public");
    live_lift(&site.live);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct http_answer answer;
        struct str location;

        get(&site, "GET", targets[i], "", &answer);
        location = http_answer_header(&answer, "location");
        assert_int_equal(answer.status, 301);
        assert_true(location.len > 2);
        assert_true(location.ptr[0] == '/' && location.ptr[1] != '/' && location.ptr[1] != '\\');
        http_answer_deinit(&answer);
    }
    site_end(&site);
}

static void send_a_file(sails_req *req, sails_res *res)
{
    sails_res_send_file(res, "a.txt", &(struct sails_file_options){.root = sails_req_context(req)});
}

/* What is there and cannot be opened just now is not missing: nobody may forget it for that. */
static void without_descriptors_the_answer_is_503(void **state)
{
    static const char *const targets[] = {"/a.txt", "/sent"};
    struct rlimit before, none;
    struct site site;
    char folder[256];

    (void)state;
    site_init(&site);
    add_folder(&site, "/", "public");
    path_of(&site, "public", folder);
    sails_app_set_context(site.live.app, folder);
    assert_int_equal(sails_app_route(site.live.app, "GET /sent", send_a_file), 0);
    live_lift(&site.live);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        http_client_expect(site.live.port, "GET", targets[i], "", NULL, 503, "Service Unavailable");
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        live_log_expect(&site.live.log, "Too many open files");
        http_client_expect(site.live.port, "GET", targets[i], "", NULL, 200, "0123456789");
    }
    site_end(&site);
}

static void expect_header(struct site *site, const char *target, const char *headers,
                          const char *name, const char *want)
{
    struct http_answer answer;
    struct str value;

    get(site, "GET", target, headers, &answer);
    value = http_answer_header(&answer, name);
    if (want == NULL ? value.ptr != NULL : !str_eq(value, str_from(want))) {
        fail_msg("%s %s: %s: %.*s", target, headers, name, STR_FMT(value));
    }
    http_answer_deinit(&answer);
}

/* request-response 11: a font of another origin needs it; Sails sends it with files, too */
static void files_have_the_cors_headers_of_all_routes(void **state)
{
    static const char *const targets[] = {"/a.txt", "/sub", "/empty.js", "/none", "/route"};
    struct site site;

    (void)state;
    site_init(&site);
    assert_int_equal(sails_app_set(site.live.app, "security.cors.allRoutes", json_true()), 0);
    assert_int_equal(sails_app_set(site.live.app, "security.cors.allowOrigins",
                                   json_pack("[s]", "http://a.com")),
                     0);
    add_folder(&site, "/", "public");
    live_lift(&site.live);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        expect_header(&site, targets[i], "Origin: http://a.com\r\n", "access-control-allow-origin",
                      "http://a.com");
        expect_header(&site, targets[i], "Origin: http://a.com\r\n", "vary", "Origin");
        expect_header(&site, targets[i], "Origin: http://b.com\r\n", "access-control-allow-origin",
                      NULL);
        expect_header(&site, targets[i], "Origin: http://b.com\r\n", "vary", "Origin");
        expect_header(&site, targets[i], "", "vary", "Origin");
    }
    site_end(&site);

    serve_both(&site);
    expect_header(&site, "/a.txt", "Origin: http://a.com\r\n", "access-control-allow-origin", NULL);
    expect_header(&site, "/a.txt", "Origin: http://a.com\r\n", "vary", NULL);
    site_end(&site);
}

static void what_the_client_has_is_not_sent_again(void **state)
{
    struct site site;
    struct http_answer answer;
    struct str tag, date;
    char headers[256];

    (void)state;
    serve_both(&site);
    get(&site, "GET", "/a.txt", "", &answer);
    tag = http_answer_header(&answer, "etag");
    date = http_answer_header(&answer, "last-modified");
    assert_true(tag.len > 2 && date.len > 20);

    snprintf(headers, sizeof(headers), "If-None-Match: %.*s\r\n", STR_FMT(tag));
    http_client_expect(site.live.port, "GET", "/a.txt", headers, NULL, 304, "");
    http_client_expect(site.live.port, "HEAD", "/a.txt", headers, NULL, 304, "");
    http_client_expect(site.live.port, "GET", "/assets/a.txt", headers, NULL, 200, "other");
    snprintf(headers, sizeof(headers), "If-None-Match: \"x\", %.*s\r\n", STR_FMT(tag));
    http_client_expect(site.live.port, "GET", "/a.txt", headers, NULL, 304, "");
    http_client_expect(site.live.port, "GET", "/a.txt", "If-None-Match: *\r\n", NULL, 304, "");
    http_client_expect(site.live.port, "GET", "/a.txt", "If-None-Match: \"x\"\r\n", NULL, 200,
                       "0123456789");
    snprintf(headers, sizeof(headers), "If-Modified-Since: %.*s\r\n", STR_FMT(date));
    http_client_expect(site.live.port, "GET", "/a.txt", headers, NULL, 304, "");
    http_answer_deinit(&answer);
    site_end(&site);
}

static void a_part_of_a_file_can_be_asked_for(void **state)
{
    static const struct {
        const char *headers;
        unsigned status;
        const char *body, *range;
    } cases[] = {
        {"Range: bytes=0-3\r\n", 206, "0123", "bytes 0-3/10"},
        {"Range: bytes=7-\r\n", 206, "789", "bytes 7-9/10"},
        {"Range: bytes=-2\r\n", 206, "89", "bytes 8-9/10"},
        {"Range: bytes=5-100\r\n", 206, "56789", "bytes 5-9/10"},
        {"Range: bytes=10-\r\n", 416, NULL, "bytes */10"},
        {"Range: lines=1-2\r\n", 200, "0123456789", NULL},
        {"Range: bytes=0-3\r\nIf-Range: \"other\"\r\n", 200, "0123456789", NULL},
    };
    struct site site;

    (void)state;
    serve_both(&site);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_answer answer;

        get(&site, "GET", "/a.txt", cases[i].headers, &answer);
        if (answer.status != cases[i].status) {
            fail_msg("%s: %u", cases[i].headers, answer.status);
        }
        if (cases[i].body != NULL) {
            assert_string_equal(answer.body.ptr, cases[i].body);
        }
        if (cases[i].range != NULL) {
            assert_true(
                str_eq(http_answer_header(&answer, "content-range"), str_from(cases[i].range)));
        }
        http_answer_deinit(&answer);
    }
    site_end(&site);
}

/* Each byte depends on where it is. */
static char byte_at(size_t at)
{
    return (char)('a' + (at / 7 + at / 65536) % 26);
}

static void a_slow_reader_gets_a_big_file_whole(void **state)
{
    struct site site;
    struct tcp_client client;
    struct http_answer answer;
    char *data = mem_alloc(BIG_FILE);
    int small = 65536;

    (void)state;
    for (size_t i = 0; i < BIG_FILE; i++) {
        data[i] = byte_at(i);
    }
    site_init(&site);
    make_file(&site, "public/big.bin", data, BIG_FILE);
    add_folder(&site, "/", "public");
    live_lift(&site.live);
    for (int round = 0; round < 2; round++) {
        assert_true(tcp_client_open(&client, site.live.port));
        setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
        assert_true(http_client_send(&client, "GET", "/big.bin", "", (struct str){NULL, 0}));
        /* Others are served while it does not read. */
        for (int i = 0; i < 10; i++) {
            http_client_expect(site.live.port, "GET", "/a.txt", "", NULL, 200, "0123456789");
        }
        if (round == 0) {
            assert_true(http_client_take(&client, true, &answer));
            assert_int_equal(answer.body.len, BIG_FILE);
            assert_memory_equal(answer.body.ptr, data, BIG_FILE);
            http_answer_deinit(&answer);
        }
        tcp_client_abort(&client); /* the second time in the middle */
    }
    http_client_expect(site.live.port, "GET", "/a.txt", "", NULL, 200, "0123456789");
    mem_free(data);
    site_end(&site);
}

static void two_folders_at_one_path_are_asked_in_order(void **state)
{
    struct site site;

    (void)state;
    site_init(&site);
    add_folder(&site, "/", "more");
    add_folder(&site, "/", "public");
    live_lift(&site.live);
    http_client_expect(site.live.port, "GET", "/a.txt", "", NULL, 200, "other");
    http_client_expect(site.live.port, "GET", "/sub/", "", NULL, 200, "<p>sub</p>");
    http_client_expect(site.live.port, "GET", "/b.json", "", NULL, 200, "{}");
    site_end(&site);
}

/* ---- socket.io-client's bundles ---- */

static void make_client(struct site *site)
{
    char path[256];

    make_folder(site, "client");
    make_text(site, "client/package.json", "{\"version\": \"4.8.1\"}");
    make_folder(site, "client/dist");
    make_text(site, "client/dist/socket.io.js", "/* dev */");
    make_text(site, "client/dist/socket.io.min.js", "/* min */");
    make_text(site, "client/dist/socket.io.min.js.map", "{\"map\":1}");
    make_text(site, "client/dist/other.js", "/* other */");
    path_of(site, "client/dist", path);
    assert_int_equal(sails_app_set(site->live.app, "sockets.serveClient", json_true()), 0);
    assert_int_equal(sails_app_set(site->live.app, "sockets.clientPath", json_string(path)), 0);
}

/* socket-io 37 */
static void the_bundles_are_served_with_their_version_as_tag(void **state)
{
    struct site site;
    struct http_answer answer;

    (void)state;
    site_init(&site);
    make_client(&site);
    live_lift(&site.live);
    get(&site, "GET", "/socket.io/socket.io.js?x=1", "", &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.ptr, "/* dev */");
    assert_true(str_eq(http_answer_header(&answer, "etag"), STR("\"4.8.1\"")));
    assert_true(str_eq(http_answer_header(&answer, "cache-control"), STR("public, max-age=0")));
    assert_true(str_eq(http_answer_header(&answer, "content-type"),
                       STR("application/javascript; charset=utf-8")));
    http_answer_deinit(&answer);
    get(&site, "GET", "/socket.io/socket.io.min.js.map", "", &answer);
    assert_string_equal(answer.body.ptr, "{\"map\":1}");
    assert_true(str_eq(http_answer_header(&answer, "content-type"),
                       STR("application/json; charset=utf-8")));
    http_answer_deinit(&answer);

    http_client_expect(site.live.port, "GET", "/socket.io/socket.io.js",
                       "If-None-Match: \"4.8.1\"\r\n", NULL, 304, "");
    http_client_expect(site.live.port, "GET", "/socket.io/socket.io.js",
                       "If-None-Match: W/\"4.8.1\"\r\n", NULL, 304, "");
    http_client_expect(site.live.port, "GET", "/socket.io/socket.io.js",
                       "If-None-Match: \"4.8.0\"\r\n", NULL, 200, "/* dev */");
    http_client_expect(site.live.port, "HEAD", "/socket.io/socket.io.min.js", "", NULL, 200, "");
    /* Any other name is for the engine, which does not know such a transport. */
    http_client_expect(site.live.port, "GET", "/socket.io/other.js", "", NULL, 400,
                       "{\"code\":0,\"message\":\"Transport unknown\"}");
    http_client_expect(site.live.port, "GET", "/socket.io/package.json", "", NULL, 400, NULL);
    http_client_expect(site.live.port, "GET", "/socket.io/socket.io.esm.min.js", "", NULL, 404,
                       NULL); /* the folder lacks it */
    site_end(&site);
}

static void bundles_travel_compressed(void **state)
{
    struct site site;
    struct http_answer answer;
    char text[4096];

    (void)state;
    site_init(&site);
    make_client(&site);
    memset(text, 'x', sizeof(text));
    make_file(&site, "client/dist/socket.io.esm.min.js", text, sizeof(text));
    live_lift(&site.live);
    get(&site, "GET", "/socket.io/socket.io.esm.min.js", "Accept-Encoding: gzip, deflate, br\r\n",
        &answer);
    assert_int_equal(answer.status, 200);
    assert_true(str_eq(http_answer_header(&answer, "content-encoding"), STR("gzip")));
    assert_true(str_eq(http_answer_header(&answer, "vary"), STR("Accept-Encoding")));
    assert_in_range(answer.body.len, 20, 200);
    assert_memory_equal(answer.body.ptr, "\x1f\x8b", 2); /* RFC 1952 */
    http_answer_deinit(&answer);
    get(&site, "GET", "/socket.io/socket.io.esm.min.js", "Accept-Encoding: gzip;q=0\r\n", &answer);
    assert_int_equal(answer.body.len, sizeof(text));
    http_answer_deinit(&answer);
    /* What is no smaller for it stays as it is. */
    get(&site, "GET", "/socket.io/socket.io.js", "Accept-Encoding: gzip\r\n", &answer);
    assert_string_equal(answer.body.ptr, "/* dev */");
    http_answer_deinit(&answer);
    site_end(&site);
}

static void without_the_option_bundles_are_not_served(void **state)
{
    struct site site;

    (void)state;
    site_init(&site);
    live_lift(&site.live);
    http_client_expect(site.live.port, "GET", "/socket.io/socket.io.js", "", NULL, 400,
                       "{\"code\":0,\"message\":\"Transport unknown\"}");
    site_end(&site);
}

static void bundles_without_a_version_do_not_lift(void **state)
{
    struct site site;
    char path[256];

    (void)state;
    site_init(&site);
    path_of(&site, "public/sub", path);
    assert_int_equal(sails_app_set(site.live.app, "sockets.serveClient", json_true()), 0);
    assert_int_equal(sails_app_set(site.live.app, "sockets.clientPath", json_string(path)), 0);
    assert_int_equal(sails_app_lift(site.live.app), SAILS_ECONFIG);
    live_log_expect(&site.live.log, "names no version of socket.io-client");
    site_end(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_have_their_types),
        cmocka_unit_test(what_is_not_to_be_seen_is_not_found),
        cmocka_unit_test(a_folder_without_its_slash_is_redirected),
        cmocka_unit_test(no_folder_redirects_to_another_host),
        cmocka_unit_test(without_descriptors_the_answer_is_503),
        cmocka_unit_test(files_have_the_cors_headers_of_all_routes),
        cmocka_unit_test(what_the_client_has_is_not_sent_again),
        cmocka_unit_test(a_part_of_a_file_can_be_asked_for),
        cmocka_unit_test(a_slow_reader_gets_a_big_file_whole),
        cmocka_unit_test(two_folders_at_one_path_are_asked_in_order),
        cmocka_unit_test(the_bundles_are_served_with_their_version_as_tag),
        cmocka_unit_test(bundles_travel_compressed),
        cmocka_unit_test(without_the_option_bundles_are_not_served),
        cmocka_unit_test(bundles_without_a_version_do_not_lift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
