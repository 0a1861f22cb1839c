#include "support/cmocka.h"

#include <errno.h>
#include <sails/err.h>
#include <string.h>

static void every_code_has_a_name_and_a_text(void **state)
{
    static const struct {
        int err;
        const char *name, *text;
    } cases[] = {
        {0, "OK", "success"},
        {SAILS_ENOMEM, "SAILS_ENOMEM", NULL},
        {SAILS_EINVAL, "SAILS_EINVAL", NULL},
        {-EADDRINUSE, "EADDRINUSE", "Address already in use"},
        {5, "UNKNOWN", "unknown error"},
        {-4095, "UNKNOWN", "unknown error"},
        {-99999, "UNKNOWN", "unknown error"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(sails_err_name(cases[i].err), cases[i].name);
        if (cases[i].text != NULL) {
            assert_string_equal(sails_strerror(cases[i].err), cases[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_code_has_a_name_and_a_text)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
