#include "gate/jwr.h"

#include "base/json_value.h"
#include "support/cmocka.h"

static const struct jwr_parts all_parts[] = {
    {true, true, false}, {true, true, true}, {false, true, false}, {true, false, false}, {0}};

/* The text of `res` is that of its value. */
static void expect_same(const struct sails_res *res, const struct jwr_parts *parts)
{
    struct buf text = {0}, want = {0};
    json_t *value = jwr_create(res, parts);

    assert_non_null(value);
    assert_int_equal(json_value_write(&want, value), 0);
    assert_int_equal(jwr_write(&text, res, parts), 0);
    buf_append_char(&text, '\0');
    buf_append_char(&want, '\0');
    assert_string_equal(text.ptr, want.ptr);
    json_decref(value);
    buf_deinit(&text);
    buf_deinit(&want);
}

static void expect_same_in_parts(const struct sails_res *res)
{
    for (size_t i = 0; i < ARRAY_LEN(all_parts); i++) {
        expect_same(res, &all_parts[i]);
    }
}

static void the_text_of_an_answer_is_that_of_its_value(void **state)
{
    struct sails_res res = {.status = 201, .kind = REQUEST_NO_BODY};

    (void)state;
    expect_same_in_parts(&res);
    header_list_set(&res.headers, STR("X-Mine"), STR("a \"b\"\t\xc3\xa4"));
    header_list_add(&res.headers, STR("Set-Cookie"), STR("a=b"));
    header_list_set(&res.headers, STR("x-other"), STR(""));
    expect_same_in_parts(&res);

    res.kind = REQUEST_TEXT_BODY;
    expect_same_in_parts(&res);
    buf_append_str(&res.text, STR("line\n\"\\\x01 \xf0\x9f\x98\x80"));
    expect_same_in_parts(&res);

    res.kind = REQUEST_JSON_BODY;
    res.json = json_pack("{s:[i,b,n,f], s:{}}", "list", 1, 1, 1.5, "empty");
    expect_same_in_parts(&res);
    json_decref(res.json);
    buf_deinit(&res.text);
    header_list_deinit(&res.headers);
}

static void expect_refused(const struct sails_res *res)
{
    struct buf text = {0};

    assert_int_not_equal(jwr_write(&text, res, &all_parts[1]), 0);
    buf_deinit(&text);
}

/* It goes out as a value then. */
static void what_is_no_plain_text_is_refused(void **state)
{
    struct sails_res res = {.status = 200, .kind = REQUEST_JSON_BODY};

    (void)state;
    res.json = json_pack("[o]", json_value_binary("data", 4));
    expect_refused(&res);
    json_decref(res.json);

    res.json = json_true();
    header_list_add(&res.headers, STR("Set-Cookie"), STR("a=b"));
    header_list_add(&res.headers, STR("set-cookie"), STR("c=d"));
    expect_refused(&res);
    header_list_deinit(&res.headers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_an_answer_is_that_of_its_value),
        cmocka_unit_test(what_is_no_plain_text_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
