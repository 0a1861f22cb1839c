#include "config/config_sails.h"

#include "config/config_names.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void a_setting_of_sails_is_told_with_what_is_done_instead(void **state)
{
    struct config config;
    struct buf why = {0};
    json_t *value = json_true();

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_set(&config, "http.middleware.order", value, &why), SAILS_ECONFIG);
    buf_append_char(&why, '\0');
    assert_string_equal(
        why.ptr,
        "http.middleware.order: a setting of Sails that is not supported here: the order is "
        "fixed; functions of your own are hooks (sails_app_hook()). See "
        "docs/coming-from-sails.md");
    buf_deinit(&why);
    config_deinit(&config);
}

/* Else a key that has come to exist would be refused in one place and taken in another. */
static void no_key_that_exists_is_told_so(void **state)
{
    (void)state;
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (config_sails_instead(key->name) != NULL) {
            fail_msg("%s is a key, too", key->name);
        }
    }
    assert_null(config_sails_instead("port"));
    assert_null(config_sails_instead("sockets.bee"));
    assert_null(config_sails_instead("viewsandmore"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_setting_of_sails_is_told_with_what_is_done_instead),
        cmocka_unit_test(no_key_that_exists_is_told_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
