#include "schema/inputs.h"

#include "base/json_parse.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* ---- requests ---- */

struct request {
    json_t *path, *body, *query;
};

static json_t *param(void *ctx, const char *name)
{
    const struct request *request = ctx;
    json_t *value = json_object_get(request->path, name);

    value = value != NULL ? value : json_object_get(request->body, name);
    return value != NULL ? value : json_object_get(request->query, name);
}

static json_t *query(void *ctx, const char *name)
{
    const struct request *request = ctx;

    return json_object_get(request->query, name);
}

static json_t *parse(const char *json)
{
    json_t *value = NULL;

    if (json != NULL) {
        assert_int_equal(json_parse(str_from(json), &(struct json_limits){.max_depth = 32}, &value),
                         0);
    }
    return value;
}

static struct inputs *create(const struct sails_input *table)
{
    struct sails_action_def def = {.inputs = table};
    struct inputs *inputs = NULL;
    struct buf why = {0};
    int rc = inputs_create("test", &def, &why, &inputs);

    if (rc < 0) {
        fail_msg("%d: %.*s", rc, STR_FMT(buf_str(&why)));
    }
    return inputs;
}

/* What comes of a request: the inputs, or the problems, as JSON. */
static json_t *read_inputs(const struct sails_input *table, const char *path, const char *body,
                           const char *query_json)
{
    struct request request = {parse(path), parse(body), parse(query_json)};
    const struct inputs_source source = {param, query, &request};
    struct inputs *inputs = create(table);
    json_t *values = NULL;
    json_t *problems = NULL;
    int rc = inputs_read(inputs, &source, &values, &problems);

    assert_true((rc == 0 && values != NULL && problems == NULL) ||
                (rc == SAILS_EINVAL && values == NULL && json_array_size(problems) > 0));
    inputs_destroy(inputs);
    json_decref(request.path);
    json_decref(request.body);
    json_decref(request.query);
    return rc == 0 ? values : problems;
}

static void expect(const struct sails_input *table, const char *path, const char *body,
                   const char *query_json, const char *want)
{
    json_t *got = read_inputs(table, path, body, query_json);
    json_t *wanted = parse(want);

    if (json_equal(got, wanted) == 0) {
        fail_msg("%s %s %s: %s, want %s", path, body, query_json, json_dumps(got, 0), want);
    }
    json_decref(got);
    json_decref(wanted);
}

/* ---- app-config-cli 7.4 ---- */

static const struct sails_input observed[] = {
    {.name = "id", .type = "number", .required = true},
    {.name = "name", .type = "string", .defaults_to = "anon"},
    {.name = "flag", .type = "boolean"},
    {.name = "tags", .type = "[string]"},
    {.name = "n", .type = "number", .allow_null = true},
    {.name = "j", .type = "json"},
    {.name = "o", .type = "{a: number}"},
    {.name = "e", .type = "string", .is_email = true},
    {0},
};

/* app-config-cli 35 */
static void requests_give_what_was_observed(void **state)
{
    (void)state;
    expect(observed, NULL, NULL, "{\"id\":\"5\"}", "{\"id\":5,\"name\":\"anon\"}");
    expect(observed, "{\"id\":\"9\"}", NULL, "{\"flag\":\"\",\"name\":\"\",\"n\":\"\"}",
           "{\"id\":9,\"name\":\"\",\"flag\":true}");
    expect(observed, "{\"id\":\"9\"}", NULL,
           "{\"id\":\"4\",\"flag\":\"1\",\"tags\":[\"a\",\"b\"],\"n\":\"3.5\",\"j\":{\"x\":\"1\"}}",
           "{\"id\":9,\"flag\":true,\"tags\":[\"a\",\"b\"],\"n\":3.5,\"j\":{\"x\":\"1\"},"
           "\"name\":\"anon\"}");
    expect(observed, NULL,
           "{\"id\":2,\"name\":5,\"tags\":[\"a\",1],\"n\":null,\"o\":{\"a\":\"5\",\"zz\":1},"
           "\"extra\":1}",
           NULL, "{\"id\":2,\"name\":\"5\",\"tags\":[\"a\",\"1\"],\"n\":null,\"o\":{\"a\":5}}");
}

/* app-config-cli 34 */
static void problems_are_told_in_the_words_of_sails(void **state)
{
    (void)state;
    expect(observed, NULL, NULL, "{\"id\":\"7\",\"tags\":\"x\"}",
           "[\"Invalid \\\"tags\\\":\\n  · Expecting an array, but got a string.\"]");
    expect(observed, NULL, NULL, "{\"e\":\"nope\"}",
           "[\"\\\"id\\\" is required, but it was not defined.\","
           "\"Invalid \\\"e\\\":\\n  · Value ('nope') was not a valid email address.\"]");
    expect(observed, NULL, NULL, "{\"id\":\"abc\",\"e\":\"nope\",\"flag\":\"maybe\"}",
           "[\"Invalid \\\"id\\\":\\n  · Expecting a number, but got a string.\","
           "\"Invalid \\\"flag\\\":\\n  · Expecting a boolean, but got a string.\","
           "\"Invalid \\\"e\\\":\\n  · Value ('nope') was not a valid email address.\"]");
    expect(observed, NULL, "{\"id\":\"\",\"tags\":[null]}", NULL,
           "[\"Invalid \\\"id\\\":  Cannot use '' (empty string) for a required input.\","
           "\"Invalid \\\"tags\\\" array:\\n  · @ `[0]`:  Expecting array to contain only strings, "
           "but this item is some other JSON-compatible value.\"]");
    expect(observed, NULL, "{\"id\":null,\"j\":null}", NULL,
           "[\"Invalid \\\"id\\\":  Cannot use `null` for this required input.\"]");
}

static void null_is_refused_where_nobody_allowed_it(void **state)
{
    json_t *problems = read_inputs(observed, NULL, "{\"id\":2,\"name\":null}", NULL);

    (void)state;
    assert_int_equal(json_array_size(problems), 1);
    assert_ptr_equal(strstr(json_string_value(json_array_get(problems, 0)),
                            "Invalid \"name\":  Cannot use `null`.  "),
                     json_string_value(json_array_get(problems, 0)));
    json_decref(problems);
}

/* app-config-cli 35: the query's empty text counts even beside a path or body. */
static void an_empty_query_is_true_or_nothing(void **state)
{
    static const struct sails_input table[] = {
        {.name = "f", .type = "boolean"},
        {.name = "n", .type = "number", .defaults_to = "7"},
        {0},
    };

    (void)state;
    expect(table, "{\"f\":\"false\",\"n\":\"3\"}", NULL, "{\"f\":\"\",\"n\":\"\"}",
           "{\"f\":true,\"n\":7}");
    expect(table, NULL, "{\"f\":\"\"}", NULL,
           "[\"Invalid \\\"f\\\":\\n  · Expecting a boolean, but got a string.\"]");
    expect(table, NULL, "{}", "{}", "{\"n\":7}");
}

/* app-config-cli 7.3 */
static void the_wildcard_fills_an_input(void **state)
{
    static const struct sails_input table[] = {{.name = "file", .type = "string"}, {0}};
    struct sails_action_def def = {.inputs = table, .url_wildcard_suffix = "file"};
    struct request request = {parse("{\"0\":\"a/b.txt\"}"), parse("{\"file\":\"no\"}"), NULL};
    const struct inputs_source source = {param, query, &request};
    struct inputs *inputs = NULL;
    json_t *values = NULL;
    json_t *problems = NULL;
    struct buf why = {0};

    (void)state;
    assert_int_equal(inputs_create("x", &def, &why, &inputs), 0);
    assert_int_equal(inputs_read(inputs, &source, &values, &problems), 0);
    assert_string_equal(json_string_value(json_object_get(values, "file")), "a/b.txt");
    json_decref(values);
    json_decref(request.path);
    json_decref(request.body);
    inputs_destroy(inputs);
    def.url_wildcard_suffix = "other";
    assert_int_equal(inputs_create("x", &def, &why, &inputs), SAILS_ECONFIG);
    buf_deinit(&why);
}

/* ---- rules ---- */

static bool is_even(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) % 2 == 0;
}

#define INVALID(line) "[\"Invalid \\\"x\\\":\\n  · " line "\"]"

/* waterline 2: each rule and its words. */
static void every_rule_says_what_it_misses(void **state)
{
    const struct {
        struct sails_input input;
        const char *body, *want;
    } cases[] = {
        {{.type = "string", .is_not_empty_string = true},
         "{\"x\":\"\"}",
         INVALID("Value ('') was an empty string.")},
        {{.type = "number", .is_integer = true},
         "{\"x\":1.5}",
         INVALID("Value (1.5) was not an integer.")},
        {{.type = "number", .is_integer = true}, "{\"x\":\"2.0\"}", "{\"x\":2}"},
        {{.type = "number", .max = "5"},
         "{\"x\":9}",
         INVALID("Value (9) was greater than the configured maximum (5)")},
        {{.type = "number", .min = "5"},
         "{\"x\":\"3\"}",
         INVALID("Value (3) was less than the configured minimum (5)")},
        {{.type = "number", .min = "-0.5", .max = "0"}, "{\"x\":-0.5}", "{\"x\":-0.5}"},
        {{.type = "number", .min = "0"},
         "{\"x\":-1}",
         INVALID("Value (-1) was less than the configured minimum (0)")},
        {{.type = "string", .is_credit_card = true},
         "{\"x\":\"4111111111111112\"}",
         INVALID("Value was not a valid credit card.")},
        {{.type = "string", .is_hex_color = true},
         "{\"x\":\"red\"}",
         INVALID("Value ('red') was not a valid hex color.")},
        {{.type = "string", .is_ip = true},
         "{\"x\":\"1.2.3\"}",
         INVALID("Value ('1.2.3') was not a valid IP address.")},
        {{.type = "string", .is_url = true},
         "{\"x\":\"nope\"}",
         INVALID("Value ('nope') was not a valid URL.")},
        {{.type = "string", .is_uuid = true},
         "{\"x\":\"1\"}",
         INVALID("Value ('1') was not a valid UUID.")},
        {{.type = "string", .min_length = 5},
         "{\"x\":\"äöü\"}",
         INVALID("Value ('äöü') was shorter than the configured minimum length (5)")},
        {{.type = "string", .max_length = 2},
         "{\"x\":\"abc\"}",
         INVALID("Value was 1 character longer than the configured maximum length (2)")},
        {{.type = "string", .max_length = 2}, "{\"x\":\"äö\"}", "{\"x\":\"äö\"}"},
        {{.type = "string", .regex = "^a$"},
         "{\"x\":\"b\"}",
         INVALID("Value ('b') did not match the configured regular expression (/^a$/)")},
        {{.type = "string", .is_in = SAILS_TEXTS("a", "b")},
         "{\"x\":\"c\"}",
         INVALID("Value ('c') was not in the configured whitelist (a, b)")},
        {{.type = "number", .is_in = SAILS_TEXTS("1", "2.0")}, "{\"x\":2}", "{\"x\":2}"},
        {{.type = "string", .is_not_in = SAILS_TEXTS("a")},
         "{\"x\":\"a\"}",
         INVALID("Value ('a') was in the configured blacklist (a)")},
        {{.type = "number", .custom = is_even},
         "{\"x\":3}",
         INVALID("Value (3) failed custom validation.")},
        {{.type = "[number]", .custom = is_even},
         "{\"x\":[1]}",
         INVALID("Value ([ 1 ]) failed custom validation.")},
        /* several at once, in the order of Sails */
        {{.type = "number", .is_integer = true, .max = "150"},
         "{\"x\":200.5}",
         INVALID("Value (200.5) was not an integer.\\n  · Value (200.5) was greater than the "
                 "configured maximum (150)")},
        /* rules are asked even about what does not fit */
        {{.type = "number", .min = "1"},
         "{\"x\":\"y\"}",
         "[\"Invalid \\\"x\\\":\\n  · Expecting a number, but got a string.\","
         "\"Invalid \\\"x\\\":\\n  · Value was not a number.\"]"},
        /* the empty text passes all but one */
        {{.type = "string",
          .is_email = true,
          .is_url = true,
          .min_length = 5,
          .regex = "a",
          .is_in = SAILS_TEXTS("a"),
          .is_not_in = SAILS_TEXTS("")},
         "{\"x\":\"\"}",
         "{\"x\":\"\"}"},
        {{.type = "string", .is_email = true, .allow_null = true}, "{\"x\":null}", "{\"x\":null}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sails_input table[2] = {cases[i].input};

        table[0].name = "x";
        expect(table, NULL, cases[i].body, NULL, cases[i].want);
    }
}

/* ---- tables ---- */

static void a_table_that_contradicts_itself_is_refused(void **state)
{
    const struct {
        struct sails_input input;
        const char *why;
    } cases[] = {
        {{.name = "x"}, "it has no type"},
        {{.name = "", .type = "json"}, "that is no name"},
        {{.name = "first", .type = "json"}, "there are two of that name"},
        {{.name = "x", .type = "text"},
         "\"text\" is no type: it is string, number, boolean, json, ref, [type] or {name: type}"},
        {{.name = "x", .type = "string", .required = true, .defaults_to = ""},
         "it is required, and has a default"},
        {{.name = "x", .type = "json", .allow_null = true},
         "allow_null: null is of type json already"},
        {{.name = "x", .type = "number", .is_email = true}, "is_email is no rule for type number"},
        {{.name = "x", .type = "string", .min = "1"}, "min is no rule for type string"},
        {{.name = "x", .type = "[string]", .max_length = 1},
         "max_length is no rule for type [string]"},
        {{.name = "x", .type = "number", .min = "a"}, "min \"a\" is not a number"},
        {{.name = "x", .type = "number", .max = "true"}, "max \"true\" is not a number"},
        {{.name = "x", .type = "number", .min = "2", .max = "1"}, "min 2 is greater than max 1"},
        {{.name = "x", .type = "string", .min_length = 2, .max_length = 1},
         "min_length 2 is greater than max_length 1"},
        {{.name = "x", .type = "number", .is_in = SAILS_TEXTS("1", "\"1\"")},
         "is_in: \"\"1\"\" is not of type number"},
        {{.name = "x", .type = "string", .is_not_in = (const char *const[]){NULL}},
         "is_not_in is empty"},
        {{.name = "x", .type = "string", .regex = "("}, "regex does not compile: ("},
        {{.name = "x", .type = "number", .defaults_to = "x"}, "the default x is not JSON"},
        {{.name = "x", .type = "number", .defaults_to = "\"5\""},
         "the default \"5\" is not of type number"},
        {{.name = "x", .type = "boolean", .defaults_to = "null"},
         "the default null is not of type boolean"},
        {{.name = "x", .type = "number", .defaults_to = "5", .max = "4"},
         "the default 5 breaks a rule of the input"},
        {{.name = "x", .type = "string", .defaults_to = "\xff"},
         "the default \xff is not valid UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sails_input table[3] = {{.name = "first", .type = "ref"}, cases[i].input};
        struct sails_action_def def = {.inputs = table};
        struct inputs *inputs = NULL;
        struct buf why = {0};
        char want[256];

        (void)snprintf(want, sizeof(want), "Action \"user/find\", input \"%s\": %s",
                       cases[i].input.name, cases[i].why);
        assert_int_equal(inputs_create("user/find", &def, &why, &inputs), SAILS_ECONFIG);
        buf_append_char(&why, '\0');
        assert_string_equal(why.ptr, want);
        buf_deinit(&why);
    }
}

static void an_action_without_a_table_has_no_inputs(void **state)
{
    static const struct sails_action_def def = {.description = "a classic one"};
    static const struct sails_input empty[] = {{0}};
    struct inputs *inputs = NULL;
    struct buf why = {0};

    (void)state;
    assert_int_equal(inputs_create("x", &def, &why, &inputs), 0);
    assert_null(inputs);
    expect(empty, "{\"a\":1}", NULL, NULL, "{}");
    inputs_destroy(NULL);
}

static void the_action_may_change_a_default(void **state)
{
    static const struct sails_input table[] = {
        {.name = "x", .type = "{}", .defaults_to = "{\"a\":[1]}"}, {0}};
    struct inputs *inputs = create(table);
    struct request request = {NULL, NULL, NULL};
    const struct inputs_source source = {param, query, &request};
    json_t *problems = NULL;

    (void)state;
    for (int i = 0; i < 2; i++) {
        json_t *values = NULL;

        assert_int_equal(inputs_read(inputs, &source, &values, &problems), 0);
        json_t *list = json_object_get(json_object_get(values, "x"), "a");

        assert_int_equal(json_array_size(list), 1);
        json_array_clear(list);
        json_decref(values);
    }
    inputs_destroy(inputs);
}

/* ---- the answer ---- */

/* app-config-cli 34 */
static void a_refusal_has_code_problems_and_message(void **state)
{
    json_t *refusal = inputs_refusal("GET", "/v1", json_pack("[ss]", "a", "b"), false);
    const char *message = json_string_value(json_object_get(refusal, "message"));
    static const char start[] =
        "The server could not fulfill this request (`GET /v1`) due to 2 missing or invalid "
        "parameters.  **The following additional tip will not be shown in production**:  Tip: ";

    (void)state;
    assert_string_equal(json_string_value(json_object_get(refusal, "code")),
                        "E_MISSING_OR_INVALID_PARAMS");
    assert_int_equal(json_array_size(json_object_get(refusal, "problems")), 2);
    assert_memory_equal(message, start, sizeof(start) - 1);
    json_decref(refusal);

    refusal = inputs_refusal("POST", "/\xff", json_pack("[s]", "a"), true);
    assert_string_equal(json_string_value(json_object_get(refusal, "message")),
                        "The server could not fulfill this request (`POST ?`) due to 1 missing or "
                        "invalid parameter.");
    json_decref(refusal);
}

/* ---- memory ---- */

static const struct sails_input rich[] = {
    {.name = "a", .type = "[number]", .defaults_to = "[1, 2]"},
    {.name = "b",
     .type = "string",
     .required = true,
     .regex = "^x",
     .is_in = SAILS_TEXTS("x", "y"),
     .is_email = true},
    {.name = "c", .type = "{d: number}"},
    {.name = "e", .type = "number", .min = "1", .max = "2", .is_not_in = SAILS_TEXTS("1.5")},
    {0},
};

static void tables_survive_any_failing_allocation(void **state)
{
    static const struct sails_action_def def = {.inputs = rich};
    struct inputs *inputs = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        struct buf why = {0};

        mem_fail_after(n);
        rc = inputs_create("x", &def, &why, &inputs);
        mem_fail_after(-1);
        buf_deinit(&why);
    }
    assert_int_equal(rc, 0);
    inputs_destroy(inputs);
}

static void read_with_failures(const char *body, int want)
{
    struct inputs *inputs = create(rich);
    struct request request = {NULL, parse(body), NULL};
    const struct inputs_source source = {param, query, &request};
    int rc = SAILS_ENOMEM;

    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        json_t *values = NULL;
        json_t *problems = NULL;
        json_t *refusal = NULL;

        mem_fail_after(n);
        rc = inputs_read(inputs, &source, &values, &problems);
        if (rc == SAILS_EINVAL) {
            refusal = inputs_refusal("GET", "/", json_incref(problems), false);
            rc = refusal != NULL ? rc : SAILS_ENOMEM;
        }
        mem_fail_after(-1);
        json_decref(refusal);
        json_decref(values);
        json_decref(problems);
    }
    assert_int_equal(rc, want);
    json_decref(request.body);
    inputs_destroy(inputs);
}

static void requests_survive_any_failing_allocation(void **state)
{
    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    read_with_failures("{\"b\":\"\",\"c\":{\"d\":\"1\",\"z\":1},\"e\":\"1\"}", SAILS_EINVAL);
    read_with_failures("{\"b\":[],\"c\":{\"d\":\"y\"},\"e\":\"1.5\",\"a\":null}", SAILS_EINVAL);
    read_with_failures("{\"b\":\"x\",\"c\":{\"d\":\"1\"},\"e\":2}", SAILS_EINVAL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_give_what_was_observed),
        cmocka_unit_test(problems_are_told_in_the_words_of_sails),
        cmocka_unit_test(null_is_refused_where_nobody_allowed_it),
        cmocka_unit_test(an_empty_query_is_true_or_nothing),
        cmocka_unit_test(the_wildcard_fills_an_input),
        cmocka_unit_test(every_rule_says_what_it_misses),
        cmocka_unit_test(a_table_that_contradicts_itself_is_refused),
        cmocka_unit_test(an_action_without_a_table_has_no_inputs),
        cmocka_unit_test(the_action_may_change_a_default),
        cmocka_unit_test(a_refusal_has_code_problems_and_message),
        cmocka_unit_test(tables_survive_any_failing_allocation),
        cmocka_unit_test(requests_survive_any_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
