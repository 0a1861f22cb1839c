#include "session/session_cookie.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/sim.h"

#include <sails/err.h>

static const char checked[] = "s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46I."
                              "G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU";

/* sails-sockets 48: the check value of section 4.1. */
static void the_check_value_is_made_and_accepted(void **state)
{
    struct buf out = {0};

    (void)state;
    assert_int_equal(
        session_cookie_write(&out, STR("GJkHRoP62MqNYIOzj9WfEkqrfkMcq46I"), STR("probe-secret")),
        0);
    assert_true(str_eq(buf_str(&out), str_from(checked)));
    buf_clear(&out);
    assert_int_equal(session_cookie_read(&out, str_from(checked), STR("probe-secret")), 0);
    assert_true(str_eq(buf_str(&out), STR("GJkHRoP62MqNYIOzj9WfEkqrfkMcq46I")));
    buf_deinit(&out);
}

/* request-response 25: the vectors of section 6.1. */
static void the_vectors_of_signed_values_are_reproduced(void **state)
{
    static const struct {
        const char *secret, *sid, *cookie;
    } cases[] = {
        {"tobiiscool", "hello", "s%3Ahello.DGDUkGlIkCzPz%2BC0B064FNgHdEjox7ch8tOBGslZ5QI"},
        {"abc", "UbQsCnKvm0oq1", "s%3AUbQsCnKvm0oq1.meiv5QKcFdX56bIZalJTHQMvoVuNqGp9EKBhhCU5VZ8"},
    };
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        assert_int_equal(
            session_cookie_write(&out, str_from(cases[i].sid), str_from(cases[i].secret)), 0);
        assert_true(str_eq(buf_str(&out), str_from(cases[i].cookie)));
    }
    buf_deinit(&out);
}

/* sails-sockets 48 */
static void anything_else_is_refused(void **state)
{
    static const char *const values[] = {
        "",
        "s:",
        "s%3A",
        "s:.",
        "s:a",
        "s:a.",
        "s:.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU",
        "GJkHRoP62MqNYIOzj9WfEkqrfkMcq46I.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU",
        "s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46J.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU",
        "s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46I.H4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU",
        "s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46I.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU%3D",
    };
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        assert_int_equal(session_cookie_read(&out, str_from(values[i]), STR("probe-secret")),
                         SAILS_EPROTO);
        assert_int_equal(out.len, 0);
    }
    for (size_t len = 0; len < sizeof(checked) - 1; len++) {
        assert_int_equal(session_cookie_read(&out, (struct str){checked, len}, STR("probe-secret")),
                         SAILS_EPROTO);
    }
    assert_int_equal(session_cookie_read(&out, str_from(checked), STR("other")), SAILS_EPROTO);
    assert_int_equal(session_cookie_read(&out, str_from(checked), (struct str){0}), SAILS_EPROTO);
    buf_deinit(&out);
}

static void an_id_is_32_characters_of_chance(void **state)
{
    struct sim sim;
    char a[SESSION_ID_LEN + 1], b[SESSION_ID_LEN + 1];

    (void)state;
    sim_init(&sim, 1);
    session_cookie_make_id(&sim.env, a);
    session_cookie_make_id(&sim.env, b);
    assert_int_equal(strlen(a), 32);
    assert_string_not_equal(a, b);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     32);
    sim_deinit(&sim);
}

static void the_first_cookie_of_the_name_is_found(void **state)
{
    static const struct {
        const char *header, *want; /* NULL: none */
    } cases[] = {
        {"sails.sid=1", "1"},
        {"a=b; sails.sid=1; sails.sid=2", "1"},
        {"sails.sid=\"1\";x=y", "1"},
        {"sails.sid=a=b", "a=b"},
        {"sails.sid=", ""},
        {" sails.sid = 1 ", "1"},
        {"xsails.sid=1; SAILS.SID=2; sails.sid", NULL},
        {"", NULL},
        {";;=;", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got = session_cookie_find(str_from(cases[i].header), STR("sails.sid"));

        assert_int_equal(got.ptr != NULL, cases[i].want != NULL);
        assert_true(str_eq(got, str_from(cases[i].want)));
    }
}

static void expect_json(json_t *session, const char *want)
{
    char text[256] = "";
    size_t len = json_dumpb(session, text, sizeof(text) - 1, JSON_COMPACT);

    assert_true(str_eq((struct str){text, len}, str_from(want)));
    json_decref(session);
}

/* sails-sockets 4.2 */
static void a_new_session_looks_as_in_sails(void **state)
{
    (void)state;
    expect_json(session_cookie_describe(false),
                "{\"cookie\":{\"originalMaxAge\":null,\"expires\":null,\"httpOnly\":true,"
                "\"path\":\"/\"}}");
    expect_json(session_cookie_describe(true), "{\"cookie\":{\"httpOnly\":true,\"path\":\"/\"}}");
}

static void every_failing_allocation_is_told(void **state)
{
    struct buf out = {0};
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        buf_deinit(&out);
        out = (struct buf){0};
        mem_fail_after(n);
        rc = session_cookie_read(&out, str_from(checked), STR("probe-secret"));
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
    }
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_is_made_and_accepted),
        cmocka_unit_test(the_vectors_of_signed_values_are_reproduced),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(an_id_is_32_characters_of_chance),
        cmocka_unit_test(the_first_cookie_of_the_name_is_found),
        cmocka_unit_test(a_new_session_looks_as_in_sails),
        cmocka_unit_test(every_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
