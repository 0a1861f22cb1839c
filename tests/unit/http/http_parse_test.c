#include "http/http_parse.h"

#include "base/buf.h"
#include "base/macros.h"
#include "support/chance.h"
#include "support/cmocka.h"
#include "support/head_oracle.h"

enum {
    N_HEADS = 20000
};

/* What heads are made of, and what is put into them to break them. */
static const char *const methods[] = {
    "GET",      "POST",   "PATCH", "M-SEARCH", "SOURCE", "CONNECT", "get",     "GETT",
    "PROPFIND", "UNLINK", "PRI",   "BREW",     "HEAD",   "DELETE",  "OPTIONS", "MKCALENDAR"};
static const char *const targets[] = {
    "/",         "/a/b?c=d",    "*",       "*a",   "a",           "http://a", "http://a:80/b?c",
    "http:///b", "http:/b",     "h2://a/", "a:80", "http://u@a/", "//a/",     "/\xc3\xa9\"<>|",
    "?x",        "http://a?b/c"};
static const char *const versions[] = {"HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "HTTP/1.2",
                                       "HTTP/2.0", "HTTP/1.",  "ICE/1.0",  "HTTP/1.10"};
static const char *const names[] = {
    "Host",      "Connection",     "CONNECTION",        "Proxy-Connection",
    "Upgrade",   "Content-Length", "Transfer-Encoding", "X",
    "Connectio", "Upgrades",       "a!#$%&'*+-.^_`|~9", "Cookie"};
static const char *const values[] = {"",
                                     "a",
                                     "close",
                                     "keep-alive",
                                     "Keep-Alive, Upgrade",
                                     "upgrade",
                                     "websocket",
                                     "close, ",
                                     ",,close",
                                     "closed",
                                     "keep-alive close",
                                     "chunked",
                                     "5",
                                     "0",
                                     "a\tb  c",
                                     "   upgrade  ,  close   ",
                                     "\xff\x80 a long one, longer than a few words of a machine"};
static const char *const blanks[] = {"", " ", " ", "  ", "\t", " \t "};
static const char *const ends[] = {"\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\n "};

static const char *one_of(struct chance *c, const char *const list[], size_t n)
{
    return list[chance_below(c, n)];
}

#define ONE_OF(c, list) one_of(c, list, ARRAY_LEN(list))

static void make_head(struct buf *out, struct chance *c)
{
    bool is_broken = chance_is(c, 30);

    buf_clear(out);
    if (chance_is(c, 5)) {
        buf_append_str(out, STR("\r\n"));
    }
    buf_printf(out, "%s %s %s\r\n", ONE_OF(c, methods), ONE_OF(c, targets), ONE_OF(c, versions));
    if (chance_is(c, 80)) {
        buf_append_str(out, STR("Host: a\r\n"));
    }
    for (uint64_t n = chance_below(c, 6); n > 0; n--) {
        buf_printf(out, "%s:%s%s%s%s", ONE_OF(c, names), ONE_OF(c, blanks), ONE_OF(c, values),
                   ONE_OF(c, blanks), is_broken ? ONE_OF(c, ends) : "\r\n");
    }
    buf_append_str(out, STR("\r\nbehind"));
    if (is_broken && chance_is(c, 50)) {
        out->ptr[chance_below(c, out->len)] = (char)chance_below(c, 256);
    }
}

static void a_head_is_understood_as_http_parser_does(void **state)
{
    struct chance chance;
    struct buf head = {0};

    (void)state;
    chance_init(&chance, 14);
    for (size_t i = 0; i < N_HEADS; i++) {
        const char *complaint = NULL;

        make_head(&head, &chance);
        complaint = head_oracle_compare(buf_str(&head));
        if (complaint != NULL) {
            fail_msg("they disagree on %s:\n%.*s", complaint, (int)head.len, head.ptr);
        }
    }
    buf_deinit(&head);
}

/* Whoever calls without the scan before gets a refusal, not a view that leads out of the text. */
static void what_no_scan_has_seen_is_refused_or_read_within_its_bytes(void **state)
{
    static const char *const texts[] = {
        "",
        "\r\n",
        "GET",
        "GET /",
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\r",
        "GET / \n\r\n",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r",
        "GET / HTTP/1.1\r\nHost\r\n\r\n",
        "GET / HTTP/1.1\r\n: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct http_header headers[2];
        struct http_parsed parsed = {.headers = headers, .max_headers = ARRAY_LEN(headers)};
        struct buf text = {0};

        buf_append_str(&text, str_from(texts[i]));
        assert_int_equal(http_parse_head(&parsed, text.ptr, text.len), 400);
        buf_deinit(&text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_understood_as_http_parser_does),
        cmocka_unit_test(what_no_scan_has_seen_is_refused_or_read_within_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
