#include "http/http_compress.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <zlib.h>

#include <sails/err.h>

/* engine-io 36 */
static void what_is_compressed_inflates_to_what_it_was(void **state)
{
    static const struct {
        enum http_coding coding;
        int window_bits; /* for inflate: 16 more is gzip */
        uint8_t first;
    } cases[] = {{HTTP_CODING_GZIP, 31, 0x1f}, {HTTP_CODING_DEFLATE, 15, 0x78}};
    uint8_t text[5000];
    uint8_t back[sizeof(text) + 1];

    (void)state;
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < 2; i++) {
        struct buf out = {0};
        z_stream z = {0};

        assert_int_equal(http_compress(&out, cases[i].coding, (struct bytes){text, sizeof(text)}),
                         0);
        assert_int_equal((uint8_t)out.ptr[0], cases[i].first);
        assert_true(out.len < 100);
        assert_int_equal(inflateInit2(&z, cases[i].window_bits), Z_OK);
        z.next_in = (Bytef *)out.ptr;
        z.avail_in = (uInt)out.len;
        z.next_out = back;
        z.avail_out = sizeof(back);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, sizeof(text));
        assert_memory_equal(back, text, sizeof(text));
        inflateEnd(&z);
        buf_deinit(&out);
    }
}

static void without_memory_it_fails(void **state)
{
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct buf out = {0};

        mem_fail_after(n);
        rc = http_compress(&out, HTTP_CODING_GZIP, str_bytes(STR("hello")));
        assert_int_equal(mem_has_failed() != 0, rc == SAILS_ENOMEM);
        buf_deinit(&out);
    }
    mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_compressed_inflates_to_what_it_was),
        cmocka_unit_test(without_memory_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
