#include "http/http_file.h"

#include "base/mem.h"
#include "http_fixture.h"

/* request-response 18: 404 for traversal and dotfiles */
static void a_path_never_leads_out_of_the_root(void **state)
{
    static const struct {
        const char *path;
        enum http_dotfiles dotfiles;
        const char *want; /* NULL: the error */
        int error;
    } cases[] = {
        {"/", HTTP_DOTFILES_HIDE, "", 0},
        {"/a", HTTP_DOTFILES_HIDE, "a", 0},
        {"/a/", HTTP_DOTFILES_HIDE, "a/", 0},
        {"/a/b.html", HTTP_DOTFILES_HIDE, "a/b.html", 0},
        {"//a///b", HTTP_DOTFILES_HIDE, "a/b", 0},
        {"/./a/./b/.", HTTP_DOTFILES_HIDE, "a/b/", 0},
        {"/a%20b/%c3%a9", HTTP_DOTFILES_HIDE, "a b/\xc3\xa9", 0},
        {"/a+b", HTTP_DOTFILES_HIDE, "a+b", 0},
        {"/%252e%252e", HTTP_DOTFILES_HIDE, "%2e%2e", 0}, /* decoded once */
        {"/...", HTTP_DOTFILES_SERVE, "...", 0},
        {"/..", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/../etc/passwd", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/a/../b", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/%2e%2E/x", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/.%2e/x", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/..%2fx", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/a%2fb", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/..\\x", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/a%5cb", HTTP_DOTFILES_SERVE, NULL, SAILS_ENOENT},
        {"/a%00.html", HTTP_DOTFILES_SERVE, NULL, SAILS_EINVAL},
        {"/a%", HTTP_DOTFILES_SERVE, NULL, SAILS_EINVAL},
        {"/a%zz", HTTP_DOTFILES_SERVE, NULL, SAILS_EINVAL},
        {"/.dot", HTTP_DOTFILES_SERVE, ".dot", 0},
        {"/.dot", HTTP_DOTFILES_HIDE_FILES, NULL, SAILS_ENOENT},
        {"/%2edot", HTTP_DOTFILES_HIDE_FILES, NULL, SAILS_ENOENT},
        {"/.hid/x.txt", HTTP_DOTFILES_HIDE_FILES, ".hid/x.txt", 0},
        {"/.hid/x.txt", HTTP_DOTFILES_HIDE, NULL, SAILS_ENOENT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = {0};
        int rc = 0;

        buf_append_char(&out, '>');
        rc = http_file_path(&out, str_from(cases[i].path), cases[i].dotfiles);
        if (rc != cases[i].error) {
            fail_msg("%s: %d", cases[i].path, rc);
        }
        if (rc == 0) {
            assert_string_equal(out.ptr + 1, cases[i].want);
            assert_int_equal(out.len, 1 + strlen(cases[i].want));
        } else {
            assert_int_equal(out.len, 1);
        }
        buf_deinit(&out);
    }
}

static void a_path_without_memory_is_an_error(void **state)
{
    struct buf out = {0};

    (void)state;
    mem_fail_after(0);
    assert_int_equal(http_file_path(&out, STR("/a"), HTTP_DOTFILES_SERVE), SAILS_ENOMEM);
    buf_clear(&out);
    mem_fail_after(0);
    assert_int_equal(http_file_path(&out, STR("/"), HTTP_DOTFILES_SERVE), SAILS_ENOMEM);
    mem_fail_after(-1);
    buf_deinit(&out);
}

static void the_type_is_told_by_the_extension(void **state)
{
    static const struct {
        const char *name;
        const char *want;
    } cases[] = {
        {"index.html", "text/html; charset=UTF-8"},
        {"A.CSS", "text/css; charset=UTF-8"},
        {"a.min.js", "application/javascript; charset=UTF-8"},
        {"a/b.png", "image/png"},
        {"x.unheard-of", "application/octet-stream"},
        {"README", "application/octet-stream"},
        {"a.png/README", "application/octet-stream"},
        {".html", "text/html; charset=UTF-8"},
        {"a.", "application/octet-stream"},
        {"", "application/octet-stream"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str type = http_file_type(str_from(cases[i].name));

        assert_true(str_eq(type, str_from(cases[i].want)));
    }
}

/* A file of 1000 bytes, last changed at Sun, 06 Nov 1994 08:49:37.123 GMT. */
static const struct http_file weak_file = {.size = 1000, .mtime_ms = UINT64_C(784111777123)};
static const struct http_file strong_file = {
    .size = 1000, .mtime_ms = UINT64_C(784111777123), .is_strong = true};

#define TAG  "\"3e8-b690b43563\""
#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

struct expectation {
    struct http_header headers[2];
    unsigned status;
    uint64_t offset, length;
    const char *content_range;
};

#define H(name, value)                                                                             \
    {                                                                                              \
        {name, sizeof(name) - 1},                                                                  \
        {                                                                                          \
            value, sizeof(value) - 1                                                               \
        }                                                                                          \
    }

static void check_answers(enum http_method method, const struct http_file *file,
                          const struct expectation *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct http_request request = {
            .method = method, .headers = cases[i].headers, .n_headers = 2};
        struct http_file_answer answer;

        http_file_answer(&request, file, &answer);
        if (answer.status != cases[i].status || answer.offset != cases[i].offset ||
            answer.length != cases[i].length) {
            fail_msg("case %zu: %u, %ju bytes", i, answer.status, (uintmax_t)answer.length);
        }
        assert_string_equal(answer.content_range,
                            cases[i].content_range != NULL ? cases[i].content_range : "");
        assert_int_equal(answer.size, file->size);
    }
}

static void tags_and_dates_are_those_of_sails(void **state)
{
    struct http_request request = {.method = HTTP_METHOD_GET};
    struct http_file_answer answer;

    (void)state;
    http_file_answer(&request, &weak_file, &answer);
    assert_string_equal(answer.etag, "W/" TAG);
    assert_string_equal(answer.last_modified, DATE);
    http_file_answer(&request, &strong_file, &answer);
    assert_string_equal(answer.etag, TAG);
    http_file_answer(&request, &(struct http_file){.size = UINT64_MAX, .mtime_ms = UINT64_MAX},
                     &answer);
    assert_int_equal(strlen(answer.etag), HTTP_ETAG_MAX - 1);
}

/* request-response 17, 18 */
static void conditions_are_evaluated_in_order(void **state)
{
    static const struct expectation cases[] = {
        {{H("accept", "*/*")}, 200, 0, 1000, NULL},
        {{H("if-none-match", "W/" TAG)}, 304, 0, 0, NULL},
        {{H("if-none-match", TAG)}, 304, 0, 0, NULL},
        {{H("if-none-match", "\"x\", W/" TAG)}, 304, 0, 0, NULL},
        {{H("if-none-match", "*")}, 304, 0, 0, NULL},
        {{H("if-none-match", "\"x\"")}, 200, 0, 1000, NULL},
        {{H("if-none-match", "*"), H("cache-control", "no-cache")}, 200, 0, 1000, NULL},
        {{H("if-modified-since", DATE)}, 304, 0, 0, NULL},
        {{H("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")}, 200, 0, 1000, NULL},
        {{H("if-modified-since", "yesterday")}, 200, 0, 1000, NULL},
        {{H("if-none-match", "\"x\""), H("if-modified-since", DATE)}, 200, 0, 1000, NULL},
        {{H("if-match", "W/" TAG)}, 200, 0, 1000, NULL},
        {{H("if-match", "*")}, 200, 0, 1000, NULL},
        {{H("if-match", "\"x\"")}, 412, 0, 0, NULL},
        {{H("if-match", "\"x\""), H("if-none-match", "*")}, 412, 0, 0, NULL},
        {{H("if-unmodified-since", DATE)}, 200, 0, 1000, NULL},
        {{H("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT")}, 412, 0, 0, NULL},
        {{H("if-unmodified-since", "tomorrow")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=0-9"), H("if-none-match", "*")}, 304, 0, 0, NULL},
    };

    (void)state;
    check_answers(HTTP_METHOD_GET, &weak_file, cases, ARRAY_LEN(cases));
    check_answers(HTTP_METHOD_HEAD, &weak_file, cases, ARRAY_LEN(cases));
}

/* request-response 18: 206 with Content-Range */
static void one_range_is_served(void **state)
{
    static const struct expectation cases[] = {
        {{H("range", "bytes=0-9")}, 206, 0, 10, "bytes 0-9/1000"},
        {{H("range", "Bytes= 5-5 ")}, 206, 5, 1, "bytes 5-5/1000"},
        {{H("range", "bytes=990-")}, 206, 990, 10, "bytes 990-999/1000"},
        {{H("range", "bytes=990-2000")}, 206, 990, 10, "bytes 990-999/1000"},
        {{H("range", "bytes=-10")}, 206, 990, 10, "bytes 990-999/1000"},
        {{H("range", "bytes=-2000")}, 206, 0, 1000, "bytes 0-999/1000"},
        {{H("range", "bytes=0-18446744073709551615")}, 206, 0, 1000, "bytes 0-999/1000"},
        {{H("range", "bytes=1000-")}, 416, 0, 0, "bytes */1000"},
        {{H("range", "bytes=-0")}, 416, 0, 0, "bytes */1000"},
        {{H("range", "bytes=0-9,20-29")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=9-0")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=-")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=a-b")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=0-99999999999999999999")}, 200, 0, 1000, NULL},
        {{H("range", "lines=0-9")}, 200, 0, 1000, NULL},
        {{H("range", "bytes")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=0-9"), H("if-range", TAG)}, 206, 0, 10, "bytes 0-9/1000"},
        {{H("range", "bytes=0-9"), H("if-range", DATE)}, 206, 0, 10, "bytes 0-9/1000"},
        {{H("range", "bytes=0-9"), H("if-range", "\"x\"")}, 200, 0, 1000, NULL},
        {{H("range", "bytes=0-9"), H("if-range", "W/" TAG)}, 200, 0, 1000, NULL},
        {{H("range", "bytes=0-9"), H("if-range", "Sun, 06 Nov 1994 08:49:38 GMT")},
         200,
         0,
         1000,
         NULL},
    };
    static const struct expectation weak[] = {
        {{H("range", "bytes=0-9"), H("if-range", "W/" TAG)}, 200, 0, 1000, NULL},
    };
    static const struct expectation head[] = {
        {{H("range", "bytes=0-9")}, 200, 0, 1000, NULL},
    };
    static const struct expectation empty[] = {
        {{H("range", "bytes=0-")}, 416, 0, 0, "bytes */0"},
        {{H("range", "bytes=-1")}, 416, 0, 0, "bytes */0"},
    };

    (void)state;
    check_answers(HTTP_METHOD_GET, &strong_file, cases, ARRAY_LEN(cases));
    check_answers(HTTP_METHOD_GET, &weak_file, weak, ARRAY_LEN(weak));
    check_answers(HTTP_METHOD_HEAD, &strong_file, head, ARRAY_LEN(head));
    check_answers(HTTP_METHOD_GET, &(struct http_file){.size = 0}, empty, ARRAY_LEN(empty));
}

static void serve(void *ctx, struct http_exchange *x)
{
    struct http_file_answer answer;

    (void)ctx;
    http_file_answer(http_request(x), &weak_file, &answer);
    assert_int_equal(http_file_add_headers(x, &answer, http_file_type(STR("a.txt")), 60), 0);
    http_respond(x, answer.status, (struct bytes){0});
}

static void headers_belong_to_the_status(void **state)
{
    static const struct {
        const char *request;
        const char *want;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
         "HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nCache-Control: public, max-age=60\r\n"
         "Last-Modified: " DATE "\r\nETag: W/" TAG
         "\r\nContent-Type: text/plain; charset=UTF-8\r\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n",
         "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/1000\r\nAccept-Ranges"},
        {"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n",
         "HTTP/1.1 304 Not Modified\r\nAccept-Ranges: bytes\r\n"
         "Cache-Control: public, max-age=60\r\nLast-Modified: " DATE "\r\nETag: W/" TAG "\r\nDate"},
        {"GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=1000-\r\n\r\n",
         "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */1000\r\nDate"},
        {"GET / HTTP/1.1\r\nHost: a\r\nIf-Match: \"\"\r\n\r\n",
         "HTTP/1.1 412 Precondition Failed\r\nDate"},
    };
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.service.on_request = serve;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *answer = fixture_ask(&f, cases[i].request, 0);

        if (strncmp(answer, cases[i].want, strlen(cases[i].want)) != 0) {
            fail_msg("%s", answer);
        }
    }
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_never_leads_out_of_the_root),
        cmocka_unit_test(a_path_without_memory_is_an_error),
        cmocka_unit_test(the_type_is_told_by_the_extension),
        cmocka_unit_test(tags_and_dates_are_those_of_sails),
        cmocka_unit_test(conditions_are_evaluated_in_order),
        cmocka_unit_test(one_range_is_served),
        cmocka_unit_test(headers_belong_to_the_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
