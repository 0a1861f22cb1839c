#include "web/origin.h"

#include "base/macros.h"
#include "support/cmocka.h"

static bool check(json_t *list, struct origin_violation *violation)
{
    struct origin_setting setting = {.only_allow = list};
    bool is_valid = origin_setting_check(&setting, violation);

    json_decref(list);
    return is_valid;
}

/* sails-sockets 10 */
static void each_invalid_entry_fails_the_lift_with_its_code(void **state)
{
    static const struct {
        const char *json;
        const char *code; /* NULL: valid */
    } cases[] = {
        {"\"http://a.com\"", "E_INVALID_ONLY_ALLOW_ORIGINS"},
        {"{}", "E_INVALID_ONLY_ALLOW_ORIGINS"},
        {"true", "E_INVALID_ONLY_ALLOW_ORIGINS"},
        {"7", "E_INVALID_ONLY_ALLOW_ORIGINS"},
        {"[\"\"]", "E_INVALID_ORIGIN"},
        {"[7]", "E_INVALID_ORIGIN"},
        {"[null]", "E_INVALID_ORIGIN"},
        {"[\"a.com\"]", "E_INVALID_ORIGIN"},
        {"[\"ws://a.com\"]", "E_INVALID_ORIGIN"},
        {"[\"null\"]", "E_INVALID_ORIGIN"},
        {"[\"*\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com:80\"]", "E_INVALID_ORIGIN"},
        {"[\"https://a.com:443\"]", "E_INVALID_ORIGIN"},
        {"[\"http://[::1]:80\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com/\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com/path\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com?q\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com#f\"]", "E_INVALID_ORIGIN"},
        {"[\"http://\"]", "E_INVALID_ORIGIN"},
        {"[\"http://:1337\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com:x\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com:65536\"]", "E_INVALID_ORIGIN"},
        {"[\"http://me@a.com\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com b\"]", "E_INVALID_ORIGIN"},
        {"[\"http://a.com\\\\b\"]", "E_INVALID_ORIGIN"},
        {"[\"http://ok.com\",\"nope\"]", "E_INVALID_ORIGIN"},
        {"[]", NULL},
        {"[\"http://a.com\",\"https://a.com\",\"http://a.com:1337\"]", NULL},
        {"[\"http://a.com:443\",\"https://a.com:80\"]", NULL},
        {"[\"http://[::1]\",\"http://[::1]:1337\"]", NULL},
        {"[\"file://\",\"file:///android_asset/\"]", NULL},
        {"null", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct origin_violation v = {0};
        bool is_valid = check(json_loads(cases[i].json, JSON_DECODE_ANY, NULL), &v);

        if (is_valid != (cases[i].code == NULL)) {
            fail_msg("%s: %s", cases[i].json, is_valid ? "passes" : v.why);
        }
        if (!is_valid) {
            assert_string_equal(v.code, cases[i].code);
            assert_non_null(v.why);
        }
    }
}

static void a_violation_tells_which_entry(void **state)
{
    struct origin_violation v = {0};

    (void)state;
    assert_false(check(json_pack("[s,s,s]", "http://a.com", "http://b.com", "c.com"), &v));
    assert_int_equal(v.at, 2);
}

/* sails-sockets 11 */
static void production_asks_who_may_connect(void **state)
{
    json_t *list = json_array();
    struct origin_violation v = {0};

    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        struct origin_setting setting = {.is_production = (bits & 1) != 0,
                                         .has_before_connect = (bits & 2) != 0,
                                         .only_allow = (bits & 4) != 0 ? list : NULL};

        assert_int_equal(origin_setting_check(&setting, &v), bits != 1);
    }
    assert_null(v.code);
    assert_non_null(strstr(v.why, "sockets.onlyAllowOrigins"));
    assert_non_null(strstr(v.why, "sockets.beforeConnect"));
    json_decref(list);
}

static void a_list_of_this_machine_only_is_recognized(void **state)
{
    static const struct {
        const char *json;
        bool is_local;
    } cases[] = {
        {"[\"http://localhost\",\"https://localhost:1\",\"http://127.0.0.1:1337\"]", true},
        {"[\"http://localhost\",\"http://a.com\"]", false},
        {"[\"http://localhost.a.com\"]", false},
        {"[\"file://\"]", false},
        {"[]", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *list = json_loads(cases[i].json, 0, NULL);

        assert_int_equal(origin_all_local(list), cases[i].is_local);
        json_decref(list);
    }
}

/* sails-sockets 7 */
static void an_origin_must_be_equal_to_the_letter(void **state)
{
    static const struct {
        const char *origin;
        bool want;
    } cases[] = {
        {"http://ok.com:1337", true},
        {"http://ok.com", false},
        {"https://ok.com:1337", false},
        {"http://OK.com:1337", false},
        {"http://ok.com:1338", false},
        {"http://ok.com:13377", false},
        {"http://ok.com:1337/", false},
        {" http://ok.com:1337", false},
        {"null", false},
        {"", false},
        {"file://", true},
    };
    json_t *list = json_pack("[s,s]", "file://", "http://ok.com:1337");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(origin_is_admitted(list, false, str_from(cases[i].origin)), cases[i].want);
        assert_int_equal(origin_is_admitted(list, true, str_from(cases[i].origin)), cases[i].want);
        assert_true(origin_is_admitted(NULL, false, str_from(cases[i].origin)));
    }
    json_decref(list);
}

static void an_empty_list_admits_nobody(void **state)
{
    json_t *list = json_array();

    (void)state;
    assert_false(origin_is_admitted(list, false, STR("http://a.com")));
    assert_false(origin_is_admitted(list, false, (struct str){NULL, 0}));
    json_decref(list);
}

/* sails-sockets 8 */
static void a_request_without_origin_passes_with_the_switch_only(void **state)
{
    json_t *list = json_pack("[s]", "http://a.com");

    (void)state;
    assert_false(origin_is_admitted(list, false, (struct str){NULL, 0}));
    assert_true(origin_is_admitted(list, true, (struct str){NULL, 0}));
    assert_true(origin_is_admitted(NULL, false, (struct str){NULL, 0}));
    json_decref(list);
}

static void an_origin_is_that_of_its_host(void **state)
{
    (void)state;
    assert_true(origin_is_of_host(STR("http://a.example:1337"), STR("A.example:1337")));
    assert_true(origin_is_of_host(STR("https://a.example"), STR("a.example")));
    assert_false(origin_is_of_host(STR("https://a.example"), STR("b.example")));
    assert_false(origin_is_of_host(STR("null"), STR("a.example")));
    assert_false(origin_is_of_host(STR("https:a.example"), STR("a.example")));
    assert_false(origin_is_of_host(STR("https://a.example"), (struct str){NULL, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_that_of_its_host),
        cmocka_unit_test(each_invalid_entry_fails_the_lift_with_its_code),
        cmocka_unit_test(a_violation_tells_which_entry),
        cmocka_unit_test(production_asks_who_may_connect),
        cmocka_unit_test(a_list_of_this_machine_only_is_recognized),
        cmocka_unit_test(an_origin_must_be_equal_to_the_letter),
        cmocka_unit_test(an_empty_list_admits_nobody),
        cmocka_unit_test(a_request_without_origin_passes_with_the_switch_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
