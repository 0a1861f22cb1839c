#include "websocket/ws_close.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* websocket 19, 20. */
static void a_payload_is_a_code_and_a_reason(void **state)
{
    static const struct {
        const char *payload;
        size_t len;
        int rc;
        unsigned code;
    } cases[] = {
        {"", 0, 0, WS_CLOSE_NO_STATUS},   {"\x03", 1, SAILS_EPROTO, 0},
        {"\x03\xe8", 2, 0, 1000},         {"\x0f\xa0reason", 8, 0, 4000},
        {"\x03\xe7", 2, SAILS_EPROTO, 0}, {"\x03\xec", 2, SAILS_EPROTO, 0}, /* 1004 */
        {"\x03\xf7", 2, SAILS_EPROTO, 0},                                   /* 1015 */
        {"\x0b\xb7", 2, SAILS_EPROTO, 0},                                   /* 2999 */
        {"\x13\x88", 2, SAILS_EPROTO, 0},                                   /* 5000 */
        {"\xff\xff", 2, SAILS_EPROTO, 0}, {"\x03\xe8\xc3", 3, SAILS_EUTF8, 0},
        {"\x03\xe8\xc3\xa9", 4, 0, 1000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        unsigned code = 0;

        assert_int_equal(
            ws_close_parse((struct bytes){(const uint8_t *)cases[i].payload, cases[i].len}, &code),
            cases[i].rc);
        assert_int_equal(code, cases[i].code);
    }
}

static void each_error_has_its_code(void **state)
{
    (void)state;
    assert_int_equal(ws_close_code_of(SAILS_EPROTO), 1002);
    assert_int_equal(ws_close_code_of(SAILS_EUTF8), 1007);
    assert_int_equal(ws_close_code_of(SAILS_EDEFLATE), 1007);
    assert_int_equal(ws_close_code_of(SAILS_ETOOBIG), 1009);
    assert_int_equal(ws_close_code_of(SAILS_ENOMEM), 1011);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_is_a_code_and_a_reason),
        cmocka_unit_test(each_error_has_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
