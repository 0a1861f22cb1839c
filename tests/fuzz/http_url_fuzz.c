/*
 * Decoding, queries, and the paths of files: what comes out of http_file_path() must lead nowhere but
 * down, whatever goes in.
 */
#include "http/http_accept.h"
#include "http/http_date.h"
#include "http/http_file.h"
#include "http/url.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(struct str path)
{
    struct buf out = {0};

    if (http_file_path(&out, path, HTTP_DOTFILES_HIDE_FILES) == 0) {
        struct str rest = buf_str(&out);

        assert(strlen(out.ptr) == out.len);
        assert(out.len == 0 || out.ptr[0] != '/');
        while (rest.len > 0) {
            struct str segment = {rest.ptr, str_find(rest, '/')};

            assert(!str_eq(segment, STR("..")) && str_find(segment, '\\') == segment.len);
            rest = str_from_offset(rest, segment.len < rest.len ? segment.len + 1 : segment.len);
        }
        (void)http_file_type(buf_str(&out));
    }
    buf_deinit(&out);
}

static void check_query(struct str query)
{
    struct str rest = query;
    struct str name, value;
    struct buf out = {0};
    size_t total = 0;

    while (url_take_pair(&rest, &name, &value)) {
        total += name.len + value.len;
    }
    assert(total <= query.len);
    (void)url_query_get(&out, query, STR("a"));
    assert(out.len <= query.len);
    buf_deinit(&out);
}

static void check_decoding(struct str text)
{
    struct buf strict = {0}, lenient = {0};

    assert(url_decode(&lenient, text, true, false) == 0);
    if (url_decode(&strict, text, true, true) == 0) {
        assert(str_eq(buf_str(&strict), buf_str(&lenient)));
    } else {
        assert(strict.len == 0);
    }
    buf_deinit(&strict);
    buf_deinit(&lenient);
}

static void check_file(struct str text)
{
    struct http_header headers[] = {
        {{"range", 5}, text}, {{"if-none-match", 13}, text}, {{"if-range", 8}, text}};
    struct http_request request = {.headers = headers, .n_headers = 1 + text.len % 3};
    struct http_file file = {.size = text.len, .mtime_ms = 1000, .is_strong = true};
    struct http_file_answer answer;

    http_file_answer(&request, &file, &answer);
    assert(answer.offset <= file.size && answer.length <= file.size - answer.offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    uint64_t date_s = 0;

    check_decoding(text);
    check_query(text);
    check_path(text);
    check_file(text);
    (void)http_accept_encoding(text, HTTP_CODING_GZIP | HTTP_CODING_DEFLATE);
    if (http_date_parse(text, &date_s)) {
        char again[HTTP_DATE_LEN + 1];
        uint64_t same_s = 0;

        http_date_format(again, date_s);
        assert(http_date_parse(str_from(again), &same_s) && same_s == date_s);
    }
    return 0;
}
