#include "support/http_client.h"
#include "support/live_app.h"

/* The client that the repository has, byte for byte. */
static void the_client_is_served(void **state)
{
    struct live live;
    struct http_answer answer = {0};
    FILE *file = fopen(SAILS_SOURCE_DIR "/clients/js/sails.io.js", "rb");
    static char want[65536];
    size_t len = 0;

    (void)state;
    assert_non_null(file);
    len = fread(want, 1, sizeof(want), file);
    assert_int_equal(fclose(file), 0);
    live_init(&live, 1);
    assert_int_equal(sails_app_client(live.app, "/js/sails.io.js"), 0);
    live_lift(&live);
    assert_true(
        http_client_ask(live.port, "GET", "/js/sails.io.js", "", (struct str){NULL, 0}, &answer));
    assert_int_equal(answer.status, 200);
    assert_true(str_eq(http_answer_header(&answer, "content-type"),
                       str_from("application/javascript; charset=utf-8")));
    assert_int_equal(answer.body.len, len);
    assert_memory_equal(answer.body.ptr, want, len);
    http_answer_deinit(&answer);
    live_end(&live);
}

static void a_path_begins_with_a_slash(void **state)
{
    sails_app *app = sails_app_create();

    (void)state;
    assert_int_equal(sails_app_client(NULL, "/x.js"), SAILS_EINVAL);
    assert_int_equal(sails_app_client(app, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_client(app, "x.js"), SAILS_EINVAL);
    assert_int_equal(sails_app_client(app, ""), SAILS_EINVAL);
    sails_app_destroy(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_is_served),
        cmocka_unit_test(a_path_begins_with_a_slash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
