#include "http/http_accept.h"

#include "base/macros.h"
#include "support/cmocka.h"

/* engine-io 36 */
static void the_clients_qualities_decide(void **state)
{
    static const unsigned both = HTTP_CODING_GZIP | HTTP_CODING_DEFLATE;
    static const struct {
        const char *header; /* NULL: none */
        unsigned supported;
        enum http_coding want;
    } cases[] = {
        {NULL, both, HTTP_CODING_IDENTITY},
        {"", both, HTTP_CODING_IDENTITY},
        {"gzip", both, HTTP_CODING_GZIP},
        {"GZip", both, HTTP_CODING_GZIP},
        {"deflate", both, HTTP_CODING_DEFLATE},
        {"deflate, gzip", both, HTTP_CODING_GZIP},
        {"gzip, deflate, br, zstd", both, HTTP_CODING_GZIP},
        {"gzip;q=0.5, deflate", both, HTTP_CODING_DEFLATE},
        {"gzip;q=0.5, deflate;q=0.501", both, HTTP_CODING_DEFLATE},
        {"gzip;q=0, deflate;q=0.1", both, HTTP_CODING_DEFLATE},
        {"gzip;q=0", both, HTTP_CODING_IDENTITY},
        {"gzip ; q=0.000", both, HTTP_CODING_IDENTITY},
        {"br", both, HTTP_CODING_IDENTITY},
        {"*", both, HTTP_CODING_GZIP},
        {"*;q=0", both, HTTP_CODING_IDENTITY},
        {"*;q=0.5, gzip;q=0", both, HTTP_CODING_DEFLATE},
        {"identity", both, HTTP_CODING_IDENTITY},
        {"identity, gzip;q=0.9", both, HTTP_CODING_IDENTITY},
        {"identity, gzip", both, HTTP_CODING_GZIP},
        {"identity;q=0, *", both, HTTP_CODING_GZIP},
        {"identity;q=0", both, HTTP_CODING_IDENTITY},
        {"gzip", HTTP_CODING_DEFLATE, HTTP_CODING_IDENTITY},
        {"gzip, deflate", HTTP_CODING_DEFLATE, HTTP_CODING_DEFLATE},
        {"gzip;q=2", both, HTTP_CODING_IDENTITY},
        {"gzip;q=1.001", both, HTTP_CODING_IDENTITY},
        {"gzip;q=0.1234", both, HTTP_CODING_IDENTITY},
        {"gzip;q=", both, HTTP_CODING_IDENTITY},
        {"gzip;q=x", both, HTTP_CODING_IDENTITY},
        {"gzip;q=0x5", both, HTTP_CODING_IDENTITY},
        {",, gzip ,", both, HTTP_CODING_GZIP},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum http_coding got = http_accept_encoding(str_from(cases[i].header), cases[i].supported);

        if (got != cases[i].want) {
            fail_msg("%s: %d", cases[i].header, (int)got);
        }
    }
}

static void values_keep_their_own_parameters(void **state)
{
    struct str rest = STR("text/html;level=1;Q=0.25;x=y, , */* ; q=1.0,a;b");
    struct str value;
    unsigned quality = 0;

    (void)state;
    assert_true(http_accept_take(&rest, &value, &quality));
    assert_true(str_eq(value, STR("text/html;level=1")));
    assert_int_equal(quality, 250);
    assert_true(http_accept_take(&rest, &value, &quality));
    assert_true(str_eq(value, STR("*/*")));
    assert_int_equal(quality, HTTP_QUALITY_MAX);
    assert_true(http_accept_take(&rest, &value, &quality));
    assert_true(str_eq(value, STR("a;b")));
    assert_int_equal(quality, HTTP_QUALITY_MAX);
    assert_false(http_accept_take(&rest, &value, &quality));
}

static void codings_have_names(void **state)
{
    (void)state;
    assert_true(str_eq(http_coding_name(HTTP_CODING_GZIP), STR("gzip")));
    assert_true(str_eq(http_coding_name(HTTP_CODING_DEFLATE), STR("deflate")));
    assert_true(str_eq(http_coding_name(HTTP_CODING_IDENTITY), STR("identity")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clients_qualities_decide),
        cmocka_unit_test(values_keep_their_own_parameters),
        cmocka_unit_test(codings_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
