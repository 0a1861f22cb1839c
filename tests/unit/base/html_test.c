#include "base/html.h"

#include "support/cmocka.h"

static void text_is_no_markup(void **state)
{
    struct buf out = {0};

    (void)state;
    html_append_text(&out, STR("a <b c=\"d\" e='f'> & \xc3\xa9"));
    assert_true(
        str_eq(buf_str(&out), STR("a &lt;b c=&quot;d&quot; e=&#39;f&#39;&gt; &amp; \xc3\xa9")));
    buf_clear(&out);
    html_append_text(&out, (struct str){NULL, 0});
    assert_int_equal(out.len, 0);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_no_markup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
