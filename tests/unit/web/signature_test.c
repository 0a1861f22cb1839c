#include "web/signature.h"

#include "base/macros.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct {
    const char *secret, *value, *want;
} vectors[] = {
    {"tobiiscool", "hello", "hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI"},
    {"abc", "j:{\"b\":2}", "j:{\"b\":2}.weXzNRMuSlpizt8oDBYHO7y6SYGLCq5dl54I5L4YbfI"},
    {"abc", "UbQsCnKvm0oq1", "UbQsCnKvm0oq1.meiv5QKcFdX56bIZalJTHQMvoVuNqGp9EKBhhCU5VZ8"},
};

/* request-response 25 */
static void the_vectors_of_the_specification_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct buf text = {0};
        struct str value;

        assert_int_equal(
            signature_sign(&text, str_from(vectors[i].value), str_from(vectors[i].secret)), 0);
        assert_true(str_eq(buf_str(&text), str_from(vectors[i].want)));
        assert_int_equal(signature_verify(buf_str(&text), str_from(vectors[i].secret), &value), 0);
        assert_true(str_eq(value, str_from(vectors[i].value)));
        buf_deinit(&text);
    }
}

static void a_changed_byte_is_noticed_wherever_it_is(void **state)
{
    const char *right = vectors[0].want;
    size_t len = strlen(right);
    char wrong[128];
    struct str value;

    (void)state;
    for (size_t i = 0; i < len; i++) {
        memcpy(wrong, right, len);
        wrong[i] = (char)(wrong[i] ^ 1);
        assert_int_equal(signature_verify((struct str){wrong, len}, STR("tobiiscool"), &value),
                         SAILS_EINVAL);
        assert_int_equal(signature_verify((struct str){right, i}, STR("tobiiscool"), &value),
                         SAILS_EINVAL);
    }
    assert_int_equal(signature_verify(str_from(right), STR("other"), &value), SAILS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_specification_hold),
        cmocka_unit_test(a_changed_byte_is_noticed_wherever_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
