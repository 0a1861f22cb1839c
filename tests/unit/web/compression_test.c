#include "web/compression.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <zlib.h>

/* A body of that many bytes, and the lists that it is asked with. */
struct answer {
    struct header_list request, response;
    struct buf body, out;
};

static void answer_init(struct answer *a, size_t len, const char *type, const char *accept)
{
    *a = (struct answer){0};
    for (size_t i = 0; i < len; i++) {
        buf_append_char(&a->body, (char)('a' + i % 3));
    }
    if (type != NULL) {
        assert_int_equal(header_list_set(&a->response, STR("Content-Type"), str_from(type)), 0);
    }
    if (accept != NULL) {
        assert_int_equal(header_list_set(&a->request, STR("accept-encoding"), str_from(accept)), 0);
    }
}

static void answer_deinit(struct answer *a)
{
    header_list_deinit(&a->request);
    header_list_deinit(&a->response);
    buf_deinit(&a->body);
    buf_deinit(&a->out);
}

static bool apply(struct answer *a)
{
    return compression_apply(&a->request, &a->response, buf_bytes(&a->body), &a->out);
}

/* What gunzip makes of it. */
static void expect_original(struct answer *a)
{
    uint8_t plain[8192];
    z_stream z = {.next_in = (Bytef *)(void *)a->out.ptr,
                  .avail_in = (uInt)a->out.len,
                  .next_out = plain,
                  .avail_out = sizeof(plain)};

    assert_int_equal(inflateInit2(&z, 15 + 32), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, a->body.len);
    assert_memory_equal(plain, a->body.ptr, a->body.len);
    inflateEnd(&z);
}

/* app-config-cli 5.5, compress */
static void long_texts_are_compressed_for_who_accepts_it(void **state)
{
    static const char *const types[] = {"text/html; charset=utf-8", "application/json",
                                        "image/svg+xml", "application/problem+json"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct answer a;

        answer_init(&a, 4000, types[i], "br, gzip");
        assert_true(apply(&a));
        assert_true(a.out.len < 1000);
        expect_original(&a);
        assert_string_equal(header_list_get(&a.response, STR("content-encoding")).ptr, "gzip");
        assert_string_equal(header_list_get(&a.response, STR("vary")).ptr, "Accept-Encoding");
        answer_deinit(&a);
    }
}

static void the_rest_goes_out_as_it_is(void **state)
{
    static const struct {
        size_t len;
        const char *type, *accept;
        bool varies;
    } cases[] = {
        {1023, "text/plain", "gzip", false}, {4000, "image/png", "gzip", false},
        {4000, NULL, "gzip", false},         {4000, "text/plain", NULL, true},
        {4000, "text/plain", "br", true},    {4000, "text/plain", "gzip;q=0", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct answer a;

        answer_init(&a, cases[i].len, cases[i].type, cases[i].accept);
        assert_false(apply(&a));
        assert_null(header_list_get(&a.response, STR("content-encoding")).ptr);
        assert_int_equal(header_list_get(&a.response, STR("vary")).ptr != NULL, cases[i].varies);
        answer_deinit(&a);
    }
}

static void what_an_application_says_counts(void **state)
{
    struct answer a;

    (void)state;
    answer_init(&a, 4000, "text/plain", "gzip");
    header_list_set(&a.response, STR("Cache-Control"), STR("no-transform"));
    assert_false(apply(&a));
    answer_deinit(&a);

    answer_init(&a, 4000, "text/plain", "gzip");
    header_list_set(&a.response, STR("Content-Encoding"), STR("br"));
    assert_false(apply(&a));
    answer_deinit(&a);

    answer_init(&a, 4000, "text/plain", "gzip");
    header_list_set(&a.response, STR("Vary"), STR("Origin"));
    assert_true(apply(&a));
    assert_string_equal(header_list_get(&a.response, STR("vary")).ptr, "Origin, Accept-Encoding");
    answer_deinit(&a);
}

static void where_memory_is_out_it_goes_out_as_it_is(void **state)
{
    bool has_failed = true;

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct answer a;
        bool is_compressed = false;

        answer_init(&a, 4000, "text/plain", "gzip");
        mem_fail_after(n);
        is_compressed = apply(&a);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_true(has_failed || is_compressed);
        answer_deinit(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_texts_are_compressed_for_who_accepts_it),
        cmocka_unit_test(the_rest_goes_out_as_it_is),
        cmocka_unit_test(what_an_application_says_counts),
        cmocka_unit_test(where_memory_is_out_it_goes_out_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
