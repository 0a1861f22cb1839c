#include "web/query.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void expect_json(json_t *value, const char *input, const char *want)
{
    char *text = NULL;
    json_t *wanted = json_loads(want, 0, NULL);

    assert_non_null(wanted);
    if (!json_equal(value, wanted)) {
        text = json_dumps(value, JSON_COMPACT);
        fail_msg("%s: %s, want %s", input, text, want);
    }
    json_decref(wanted);
    json_decref(value);
}

static json_t *parse(const char *input, const struct query_limits *limits)
{
    json_t *value = NULL;

    assert_int_equal(query_parse(str_from(input), limits, &value), 0);
    return value;
}

/* request-response 3.1 */
static void the_table_of_the_specification_holds(void **state)
{
    static const struct {
        const char *input, *want;
    } cases[] = {
        {"", "{}"},
        {"a=1&a=2", "{\"a\":[\"1\",\"2\"]}"},
        {"b[c]=3", "{\"b\":{\"c\":\"3\"}}"},
        {"d[]=4", "{\"d\":[\"4\"]}"},
        {"e&f=", "{\"e\":\"\",\"f\":\"\"}"},
        {"x[y][]=1&x[y][]=2", "{\"x\":{\"y\":[\"1\",\"2\"]}}"},
        {"a[1]=x&a[0]=y", "{\"a\":[\"y\",\"x\"]}"},
        {"a[25]=x", "{\"a\":[\"x\"]}"},
        {"a[0]=x&a[k]=y", "{\"a\":{\"0\":\"x\",\"k\":\"y\"}}"},
        {"a[k]=y&a[0]=x", "{\"a\":{\"0\":\"x\",\"k\":\"y\"}}"},
        {"a=1&a[b]=2", "{\"a\":[\"1\",{\"b\":\"2\"}]}"},
        {"a=1&a[]=2", "{\"a\":[\"1\",\"2\"]}"},
        {"a[]=1&a=2", "{\"a\":[\"1\",\"2\"]}"},
        {"a[b]=1&a=2", "{\"a\":{\"b\":\"1\",\"2\":true}}"},
        {"a[0][b]=1&a[1][b]=2", "{\"a\":[{\"b\":\"1\"},{\"b\":\"2\"}]}"},
        {"a[0][b]=1&a[0][c]=2", "{\"a\":[{\"b\":\"1\",\"c\":\"2\"}]}"},
        {"a[][b]=1&a[][b]=2", "{\"a\":[{\"b\":[\"1\",\"2\"]}]}"},
        {"a[][]=1", "{\"a\":[\"1\"]}"},
        {"a[b=1", "{\"a\":{\"[b\":\"1\"}}"},
        {"a[b=c]=1", "{\"a\":{\"b=c\":\"1\"}}"},
        {"a%5Bb%5D=1", "{\"a\":{\"b\":\"1\"}}"},
        {"[a]=1", "{\"a\":\"1\"}"},
        {"[]=1", "{\"0\":\"1\"}"},
        {"a.b=1", "{\"a.b\":\"1\"}"},
        {"a+b=c+d", "{\"a b\":\"c d\"}"},
        {"a[01]=x", "{\"a\":{\"01\":\"x\"}}"},
        {"p=%zz", "{\"p\":\"%zz\"}"},
        {"k=%E4", "{\"k\":\"%E4\"}"},
        {"c=1;d=2", "{\"c\":\"1;d=2\"}"},
        {"&&=x", "{}"},
        /* request-response 8 */
        {"__proto__[z]=1&__proto__=3", "{}"},
        {"a[__proto__]=2&b[__proto__][c]=1&d=1&d[__proto__]=1",
         "{\"a\":{},\"b\":{},\"d\":[\"1\",{}]}"},
        {"a[b]=1&a=c", "{\"a\":{\"b\":\"1\",\"c\":true}}"},
        {"a[b]=1&a=__proto__", "{\"a\":{\"b\":\"1\"}}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_json(parse(cases[i].input, &query_url_limits), cases[i].input, cases[i].want);
        expect_json(parse(cases[i].input, &query_body_limits), cases[i].input, cases[i].want);
    }
}

/* request-response 4 */
static void a_form_nests(void **state)
{
    (void)state;
    expect_json(parse("n[k]=v&l[]=1&l[]=2&m=1&m=2", &query_body_limits), "form",
                "{\"n\":{\"k\":\"v\"},\"l\":[\"1\",\"2\"],\"m\":[\"1\",\"2\"]}");
}

/* request-response 8 */
static void a_query_is_five_levels_deep_and_a_body_deeper(void **state)
{
    static const char deep[] = "a[b][c][d][e][f][g][h]=1";
    json_t *value = NULL;
    struct buf text = {0};

    (void)state;
    expect_json(parse(deep, &query_url_limits), deep,
                "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"[g][h]\":\"1\"}}}}}}}");
    expect_json(parse(deep, &query_body_limits), deep,
                "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":\"1\"}}}}}}}}");
    buf_append_char(&text, 'a');
    for (int i = 0; i < 33; i++) {
        buf_append_str(&text, STR("[a]"));
    }
    assert_int_equal(query_parse(buf_str(&text), &query_body_limits, &value), SAILS_ETOOBIG);
    buf_deinit(&text);
}

static void indexes_over_the_limit_are_names(void **state)
{
    (void)state;
    expect_json(parse("a[99]=x", &query_body_limits), "99", "{\"a\":[\"x\"]}");
    expect_json(parse("a[100]=x", &query_body_limits), "100", "{\"a\":{\"100\":\"x\"}}");
    expect_json(parse("a[1000]=x", &query_url_limits), "1000", "{\"a\":{\"1000\":\"x\"}}");
    expect_json(parse("a[99999999999999999999]=x", &query_url_limits), "huge",
                "{\"a\":{\"99999999999999999999\":\"x\"}}");
}

static void holes_have_a_limit_too(void **state)
{
    (void)state;
    expect_json(parse("a[999][999][999][999]=x", &query_url_limits), "3,996",
                "{\"a\":[[[[\"x\"]]]]}");
    expect_json(parse("a[999][999][999][999][999]=x", &query_url_limits), "4,995",
                "{\"a\":[[[[{\"999\":\"x\"}]]]]}");
}

static void parameters_have_a_limit(void **state)
{
    struct buf text = {0};
    json_t *value = NULL;

    (void)state;
    for (int i = 0; i < 1001; i++) {
        buf_printf(&text, "&p%d=1", i);
    }
    assert_int_equal(query_parse(buf_str(&text), &query_url_limits, &value), 0);
    assert_int_equal(json_object_size(value), 1000);
    assert_null(json_object_get(value, "p1000"));
    json_decref(value);
    assert_int_equal(query_parse(buf_str(&text), &query_body_limits, &value), SAILS_ETOOBIG);
    buf_deinit(&text);
}

/* request-response 8 */
static void sockets_parse_flat(void **state)
{
    (void)state;
    expect_json(query_parse_flat(STR("b[c]=3&d[]=4&a=1&a=2")), "flat",
                "{\"b[c]\":\"3\",\"d[]\":\"4\",\"a\":[\"1\",\"2\"]}");
}

static void every_cut_of_a_query_parses(void **state)
{
    static const char text[] = "a[0][b]=%41&a[1][]=2&a=%e4%&[x]][y[=3&a[k]=4&a[]=5&b[2]=1&b=1&b[c]";

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        char *copy = mem_strndup(text, len);
        json_t *value = NULL;

        assert_int_equal(query_parse((struct str){copy, len}, &query_url_limits, &value), 0);
        json_decref(value);
        mem_free(copy);
    }
}

/* Bodies may have any byte in them. */
static void names_with_a_nul_are_nobody_s(void **state)
{
    static const char text[] = "\0=__proto__&a\0b=2&c=3&d[e]=1&d=__proto__\0";
    const struct str input = {text, sizeof(text) - 1};
    json_t *tree = NULL;

    (void)state;
    assert_int_equal(query_parse(input, &query_body_limits, &tree), 0);
    expect_json(tree, "names with NUL", "{\"c\":\"3\",\"d\":{\"e\":\"1\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_the_specification_holds),
        cmocka_unit_test(a_form_nests),
        cmocka_unit_test(a_query_is_five_levels_deep_and_a_body_deeper),
        cmocka_unit_test(indexes_over_the_limit_are_names),
        cmocka_unit_test(holes_have_a_limit_too),
        cmocka_unit_test(parameters_have_a_limit),
        cmocka_unit_test(sockets_parse_flat),
        cmocka_unit_test(every_cut_of_a_query_parses),
        cmocka_unit_test(names_with_a_nul_are_nobody_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
