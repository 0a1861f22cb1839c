#include "describe/openapi.h"

#include "base/json_parse.h"
#include "base/mem.h"
#include "describe/openapi_path.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* ---- the app that is described ---- */

static const struct sails_input find_inputs[] = {
    {.name = "id", .type = "number", .required = true, .is_integer = true, .min = "1"},
    {.name = "fields", .type = "[string]", .description = "Which to give."},
    {.name = "near", .type = "{x: number}"},
    {0},
};

static const struct sails_input create_inputs[] = {
    {.name = "id", .type = "number", .required = true},
    {.name = "email", .type = "string", .required = true, .is_email = true, .max_length = 200},
    {.name = "role",
     .type = "string",
     .defaults_to = "user",
     .allow_null = true,
     .is_in = SAILS_TEXTS("user", "admin")},
    {.name = "extra", .type = "json"},
    {0},
};

static const struct sails_input file_inputs[] = {{.name = "file", .type = "string"}, {0}};

static const struct sails_exit create_exits[] = {
    {.name = "success", .status = 201},
    {.name = "taken", .status = 409, .description = "Somebody has it."},
    {.name = "missing", .response = "notFound"},
    {.name = "odd", .response = "teapot"},
    {.name = "success2", .status = 201},
    {0},
};

static const struct sails_action_def defs[] = {
    {.inputs = find_inputs, .friendly_name = "Find a user", .description = "By its id."},
    {.inputs = create_inputs, .exits = create_exits},
    {.inputs = file_inputs, .url_wildcard_suffix = "file"},
};

static struct request_step steps[] = {
    {.kind = STEP_ACTION},
    {.kind = STEP_FUNCTION},
    {.kind = STEP_REDIRECT, .text = (char[]){"/new"}, .status = 301},
    {.kind = STEP_STATUS, .status = 410},
};

static struct request_target targets[] = {
    {.steps = &steps[0], .n_steps = 1, .identity = "user/find", .def = &defs[0]},
    {.steps = &steps[0], .n_steps = 1, .identity = "user/create", .def = &defs[1]},
    {.steps = &steps[0], .n_steps = 1, .identity = "files", .def = &defs[2]},
    {.steps = &steps[1], .n_steps = 1},
    {.steps = &steps[2], .n_steps = 1},
    {.steps = &steps[3], .n_steps = 1},
};

static const struct {
    const char *address;
    size_t target;
} table[] = {
    {"GET /user/:id", 0},
    {"PUT /User/:user", 1},
    {"/any", 3},
    {"GET /any", 5},
    {"GET /p/:a/:b?", 3},
    {"GET /old", 4},
    {"ALL /gone/", 5},
    {"GET /files/*", 2},
    {"GET r|^/x/(\\d+)$|n", 3},
    {"POST /:id/{x}", 1},
    {"CONNECT /c", 3},
    {"CONNECT r|^/c|", 3},
    {"GET /p_a", 3},
    {"*", 3},
};

static void open_targets(void)
{
    for (size_t i = 0; i < ARRAY_LEN(defs); i++) {
        struct inputs *inputs = NULL;
        struct buf why = {0};

        assert_int_equal(inputs_create("x", &defs[i], &why, &inputs), 0);
        targets[i].inputs = inputs;
    }
}

static void close_targets(void)
{
    for (size_t i = 0; i < ARRAY_LEN(defs); i++) {
        inputs_destroy((struct inputs *)(uintptr_t)targets[i].inputs);
        targets[i].inputs = NULL;
    }
}

static int create(json_t **document)
{
    struct route_info routes[ARRAY_LEN(table)];

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        routes[i] = (struct route_info){str_from(table[i].address), &targets[table[i].target]};
    }
    return openapi_create("An app", routes, ARRAY_LEN(routes), &(struct openapi_more){0}, document);
}

static json_t *describe(void)
{
    json_t *document = NULL;

    open_targets();
    assert_int_equal(create(&document), 0);
    close_targets();
    return document;
}

/* ---- looking at it ---- */

static json_t *operation(json_t *document, const char *path, const char *verb)
{
    json_t *paths = json_object_get(document, "paths");
    json_t *found = json_object_get(json_object_get(paths, path), verb);

    if (found == NULL) {
        fail_msg("no %s %s", verb, path);
    }
    return found;
}

static void expect_json(const json_t *value, const char *want)
{
    json_t *wanted = NULL;

    assert_int_equal(json_parse(str_from(want), &(struct json_limits){.max_depth = 32}, &wanted),
                     0);
    if (json_equal(value, wanted) == 0) {
        fail_msg("%s, want %s", json_dumps(value, JSON_ENCODE_ANY), want);
    }
    json_decref(wanted);
}

static void expect_text(const json_t *object, const char *key, const char *want)
{
    assert_string_equal(json_string_value(json_object_get(object, key)), want);
}

static void a_document_has_its_parts(void **state)
{
    json_t *document = describe();

    (void)state;
    expect_text(document, "openapi", "3.1.0");
    expect_text(json_object_get(document, "info"), "title", "An app");
    assert_non_null(json_object_get(json_object_get(document, "info"), "version"));
    assert_non_null(
        json_object_get(json_object_get(json_object_get(document, "components"), "responses"),
                        "MissingOrInvalidParams"));
    json_decref(document);
}

static void an_action_is_an_operation(void **state)
{
    json_t *document = describe();
    json_t *find = operation(document, "/user/{id}", "get");

    (void)state;
    expect_json(find,
                "{\"operationId\":\"get_user_id\",\"summary\":\"Find a user\","
                "\"description\":\"By its id.\",\"tags\":[\"user\"],"
                "\"x-sails-action\":\"user/find\",\"x-sails-address\":\"GET /user/:id\","
                "\"parameters\":["
                "{\"name\":\"id\",\"in\":\"path\",\"required\":true,"
                "\"schema\":{\"type\":\"integer\",\"minimum\":1}},"
                "{\"name\":\"fields[]\",\"in\":\"query\",\"description\":\"Which to give.\","
                "\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
                "{\"name\":\"near\",\"in\":\"query\",\"style\":\"deepObject\",\"explode\":true,"
                "\"schema\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}},"
                "\"required\":[\"x\"]}}],"
                "\"responses\":{\"200\":{\"description\":\"OK\"},"
                "\"400\":{\"$ref\":\"#/components/responses/MissingOrInvalidParams\"}}}");
    json_decref(document);
}

/* Templates that differ in names only are one path, under the names of the first. */
static void a_body_has_the_inputs_that_the_path_has_not(void **state)
{
    json_t *document = describe();
    json_t *create_user = operation(document, "/user/{id}", "put");
    json_t *content = json_object_get(json_object_get(create_user, "requestBody"), "content");
    json_t *json = json_object_get(json_object_get(content, "application/json"), "schema");

    (void)state;
    expect_json(
        json_object_get(create_user, "parameters"),
        "[{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}]");
    expect_json(json, "{\"type\":\"object\",\"required\":[\"id\",\"email\"],\"properties\":{"
                      "\"id\":{\"type\":\"number\"},"
                      "\"email\":{\"type\":\"string\",\"format\":\"email\",\"minLength\":1,"
                      "\"maxLength\":200},"
                      "\"role\":{\"type\":[\"string\",\"null\"],\"default\":\"user\","
                      "\"enum\":[\"user\",\"admin\",null]},"
                      "\"extra\":{}}}");
    json = operation(document, "/{id}/%7Bx%7D", "post");
    content = json_object_get(json_object_get(json, "requestBody"), "content");
    json = json_object_get(json_object_get(content, "application/x-www-form-urlencoded"), "schema");
    expect_json(json_object_get(json, "required"), "[\"email\"]");
    json_decref(document);
}

static void addresses_become_templates(void **state)
{
    json_t *document = describe();
    json_t *paths = json_object_get(document, "paths");
    json_t *files = operation(document, "/files/{file}", "get");

    (void)state;
    assert_int_equal(json_object_size(json_object_get(paths, "/any")), 5);
    expect_text(operation(document, "/any", "get"), "x-sails-address", "/any");
    assert_int_equal(json_object_size(json_object_get(paths, "/gone")), 8);
    operation(document, "/p/{a}", "get");
    operation(document, "/p/{a}/{b}", "get");
    operation(document, "/{0}", "post");
    expect_text(files, "x-sails-address", "GET /files/*");
    assert_int_equal(json_array_size(json_object_get(files, "parameters")), 1);
    assert_null(json_object_get(json_object_get(paths, "/c"), "connect"));
    json_decref(document);
}

static void operations_have_names_of_their_own(void **state)
{
    json_t *document = describe();

    (void)state;
    expect_text(operation(document, "/p/{a}", "get"), "operationId", "get_p_a");
    expect_text(operation(document, "/p_a", "get"), "operationId", "get_p_a_2");
    json_decref(document);
}

static void answers_are_those_of_the_target(void **state)
{
    json_t *document = describe();

    (void)state;
    expect_json(json_object_get(operation(document, "/old", "get"), "responses"),
                "{\"301\":{\"description\":\"Moved Permanently\"}}");
    expect_json(json_object_get(operation(document, "/gone", "trace"), "responses"),
                "{\"410\":{\"description\":\"Gone\"}}");
    expect_json(json_object_get(operation(document, "/user/{id}", "put"), "responses"),
                "{\"400\":{\"$ref\":\"#/components/responses/MissingOrInvalidParams\"},"
                "\"201\":{\"description\":\"Created\"},"
                "\"409\":{\"description\":\"Somebody has it.\"},"
                "\"404\":{\"description\":\"Not Found\"},"
                "\"default\":{\"description\":\"An answer of the application\"}}");
    json_decref(document);
}

static void regular_expressions_stand_beside_the_paths(void **state)
{
    json_t *document = describe();
    json_t *routes = json_object_get(document, "x-sails-routes");

    (void)state;
    assert_int_equal(json_array_size(routes), 1);
    expect_text(json_array_get(routes, 0), "x-sails-address", "GET r|^/x/(\\d+)$|n");
    expect_json(json_object_get(json_array_get(routes, 0), "x-sails-methods"), "[\"get\"]");
    json_decref(document);
}

static void an_app_without_inputs_refers_to_nothing(void **state)
{
    json_t *document = NULL;

    (void)state;
    assert_int_equal(openapi_create("x", NULL, 0, &(struct openapi_more){0}, &document), 0);
    expect_json(json_object_get(document, "paths"), "{}");
    assert_null(json_object_get(document, "components"));
    assert_null(json_object_get(document, "x-sails-routes"));
    json_decref(document);
}

static void every_rule_has_its_keyword(void **state)
{
    const struct sails_input inputs_table[] = {
        {.name = "url", .type = "string", .is_url = true, .is_not_empty_string = true},
        {.name = "uuid", .type = "string", .is_uuid = true},
        {.name = "ip", .type = "string", .is_ip = true},
        {.name = "color", .type = "string", .is_hex_color = true},
        {.name = "card", .type = "string", .is_credit_card = true},
        {.name = "regex", .type = "string", .regex = "^a", .min_length = 3},
        {.name = "not", .type = "number", .is_not_in = SAILS_TEXTS("1"), .max = "9"},
        {.name = "flag", .type = "boolean"},
        {.name = "any", .type = "ref"},
        {.name = "list", .type = "[]"},
        {.name = "dict", .type = "{}"},
        {0},
    };
    struct sails_action_def def = {.inputs = inputs_table};
    struct request_target target = {.steps = steps, .n_steps = 1, .def = &def};
    struct route_info route = {STR("POST /"), &target};
    struct inputs *inputs = NULL;
    struct buf why = {0};
    json_t *document = NULL;
    json_t *schema = NULL;

    (void)state;
    assert_int_equal(inputs_create("x", &def, &why, &inputs), 0);
    target.inputs = inputs;
    assert_int_equal(openapi_create("x", &route, 1, &(struct openapi_more){0}, &document), 0);
    inputs_destroy(inputs);
    schema = json_object_get(operation(document, "/", "post"), "requestBody");
    schema = json_object_get(json_object_get(schema, "content"), "application/json");
    schema = json_object_get(schema, "schema");
    expect_json(
        json_object_get(schema, "properties"),
        "{\"url\":{\"type\":\"string\",\"format\":\"uri-reference\",\"minLength\":1},"
        "\"uuid\":{\"type\":\"string\",\"format\":\"uuid\"},"
        "\"ip\":{\"type\":\"string\",\"anyOf\":[{\"format\":\"ipv4\"},{\"format\":\"ipv6\"}]},"
        "\"color\":{\"type\":\"string\",\"pattern\":\"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$\"},"
        "\"card\":{\"type\":\"string\",\"pattern\":\"^[0-9 -]+$\"},"
        "\"regex\":{\"type\":\"string\",\"pattern\":\"^a\",\"minLength\":3},"
        "\"not\":{\"type\":\"number\",\"maximum\":9,\"not\":{\"enum\":[1]}},"
        "\"flag\":{\"type\":\"boolean\"},\"any\":{},\"list\":{\"type\":\"array\"},"
        "\"dict\":{\"type\":\"object\"}}");
    json_decref(document);
}

static void expect_path(const char *address, size_t variant, const char *want, const char *shape)
{
    struct openapi_path path;

    assert_int_equal(openapi_path_init(&path, str_from(address), variant, NULL), 0);
    buf_append_char(&path.text, '\0');
    buf_append_char(&path.shape, '\0');
    assert_string_equal(path.text.ptr, want);
    assert_string_equal(path.shape.ptr, shape);
    openapi_path_deinit(&path);
}

static void templates_follow_the_syntax_of_addresses(void **state)
{
    (void)state;
    assert_int_equal(openapi_path_variants(STR("r|^/a|")), 0);
    assert_int_equal(openapi_path_variants(STR("/a/:b?/:c?")), 3);
    expect_path("/", 0, "/", "/");
    expect_path("/:file.:ext", 0, "/{file}.{ext}", "/{}.{}");
    expect_path("/:a?", 0, "/", "/");
    expect_path("/:a?", 1, "/{a}", "/{}");
    expect_path("/A/:b?/c/:d?", 0, "/A/c", "/a/c");
    expect_path("/A/:b?/c/:d?", 1, "/A/{b}/c", "/a/{}/c");
    expect_path("/A/:b?/c/:d?", 2, "/A/{b}/c/{d}", "/a/{}/c/{}");
    expect_path("/a/*/b/*", 0, "/a/{0}/b/{1}", "/a/{}/b/{}");
}

static void any_allocation_may_fail(void **state)
{
    json_t *document = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    open_targets();
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = create(&document);
        mem_fail_after(-1);
    }
    assert_int_equal(rc, 0);
    close_targets();
    json_decref(document);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_has_its_parts),
        cmocka_unit_test(an_action_is_an_operation),
        cmocka_unit_test(a_body_has_the_inputs_that_the_path_has_not),
        cmocka_unit_test(addresses_become_templates),
        cmocka_unit_test(operations_have_names_of_their_own),
        cmocka_unit_test(answers_are_those_of_the_target),
        cmocka_unit_test(regular_expressions_stand_beside_the_paths),
        cmocka_unit_test(an_app_without_inputs_refers_to_nothing),
        cmocka_unit_test(every_rule_has_its_keyword),
        cmocka_unit_test(templates_follow_the_syntax_of_addresses),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
