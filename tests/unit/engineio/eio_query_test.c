#include "engineio/eio_query.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static struct eio_query parse(const char *query)
{
    struct eio_query q;

    assert_int_equal(eio_query_parse(&q, str_from(query)), 0);
    return q;
}

/* engine-io 1 */
static void only_exactly_4_selects_revision_4(void **state)
{
    (void)state;
    assert_int_equal(parse("EIO=4").revision, 4);
    assert_int_equal(parse("EIO=%34").revision, 4);
    assert_int_equal(parse("").revision, 3);
    assert_int_equal(parse("EIO=3").revision, 3);
    assert_int_equal(parse("EIO=abc").revision, 3);
    assert_int_equal(parse("EIO=4x").revision, 3);
    assert_int_equal(parse("EIO=").revision, 3);
    assert_int_equal(parse("eio=4").revision, 3);
    assert_int_equal(parse("EIO=3&EIO=4").revision, 4);
    assert_int_equal(parse("EIO=4&EIO=3").revision, 3);
}

/* engine-io 3, 4 */
static void transport_and_sid_are_told_from_what_is_not(void **state)
{
    (void)state;
    assert_int_equal(parse("transport=polling").transport, EIO_QUERY_POLLING);
    assert_int_equal(parse("transport=websocket").transport, EIO_QUERY_WEBSOCKET);
    assert_int_equal(parse("transport=webtransport").transport, EIO_QUERY_UNKNOWN);
    assert_int_equal(parse("transport=websocket&transport=polling").transport, EIO_QUERY_POLLING);
    assert_int_equal(parse("x=1").transport, EIO_QUERY_UNKNOWN);

    assert_false(parse("sid=").has_sid);
    assert_false(parse("a=b").has_sid);
    assert_true(parse("sid=short").has_sid);
    assert_string_equal(parse("sid=short").sid, "");
    assert_string_equal(parse("sid=abcdefghijklmnopqrst").sid, "abcdefghijklmnopqrst");
    assert_string_equal(parse("sid=abcdefghijklmnopqrst&sid=x").sid, "");
}

/* engine-io 17, 37 */
static void b64_and_j_count_by_their_presence(void **state)
{
    (void)state;
    assert_true(parse("b64=1").b64);
    assert_true(parse("b64=0").b64);
    assert_false(parse("b64=").b64);
    assert_false(parse("").b64);
    assert_true(parse("j=").is_jsonp);
    assert_false(parse("t=1").is_jsonp);
    assert_string_equal(parse("j=12").jsonp_index, "12");
    assert_string_equal(parse("j=1%5D;alert(2)").jsonp_index, "12");
    assert_string_equal(parse("j=1111111111111111111111111").jsonp_index, "11111111111111111111");
}

static void without_memory_it_fails(void **state)
{
    struct eio_query q;

    (void)state;
    mem_fail_after(0);
    assert_int_equal(eio_query_parse(&q, STR("EIO=4")), SAILS_ENOMEM);
    mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_exactly_4_selects_revision_4),
        cmocka_unit_test(transport_and_sid_are_told_from_what_is_not),
        cmocka_unit_test(b64_and_j_count_by_their_presence),
        cmocka_unit_test(without_memory_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
