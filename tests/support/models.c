#include "support/models.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

json_t *models_json(const char *text)
{
    char *copy = mem_strndup(text, strlen(text));
    json_error_t error;
    json_t *value = NULL;

    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    value = json_loads(copy, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (value == NULL) {
        fail_msg("%s: %s", text, error.text);
    }
    mem_free(copy);
    return value;
}

static int succeed(sails_db *db, const char *model, json_t *value, void *ctx)
{
    (void)db;
    (void)model;
    (void)value;
    (void)ctx;
    return 0;
}

static bool is_even(const char *model, const json_t *value, json_t **message, void *ctx)
{
    (void)model;
    (void)ctx;
    if (json_integer_value(value) % 2 != 0 && json_integer_value(value) > 100) {
        *message = json_string("Odd, and great.");
    }
    return json_integer_value(value) % 2 == 0;
}

static json_t *as_json(const char *model, json_t *record, void *ctx)
{
    (void)model;
    (void)ctx;
    return json_incref(record);
}

const struct sails_model_function *models_function(const char *name, void *ctx)
{
    static const struct sails_model_function lifecycle = {.name = "before", .lifecycle = succeed};
    static const struct sails_model_function rule = {.name = "isEven", .custom_rule = is_even};
    static const struct sails_model_function to_json = {.name = "asJson", .to_json = as_json};

    (void)ctx;
    if (strncmp(name, "before", 6) == 0 || strncmp(name, "after", 5) == 0) {
        return &lifecycle;
    }
    if (strcmp(name, "isEven") == 0) {
        return &rule;
    }
    return strcmp(name, "asJson") == 0 ? &to_json : NULL;
}

/* The last two are taken, and may be NULL. */
static struct orm *read_models(const char *models, json_t *defaults, json_t *datastores)
{
    struct definitions definitions = {.models = models_json(models),
                                      .defaults = defaults,
                                      .datastores = datastores,
                                      .find_function = models_function};
    struct buf problems = {0};
    struct buf warnings = {0};
    bool is_about_models = false;
    struct orm *orm = NULL;
    int rc = definitions_read(&definitions, &problems, &warnings, &is_about_models, &orm);

    if (rc < 0) {
        fail_msg("%s: %.*s", sails_err_name(rc), STR_FMT(buf_str(&problems)));
    }
    json_decref(definitions.models);
    json_decref(definitions.defaults);
    json_decref(definitions.datastores);
    buf_deinit(&problems);
    buf_deinit(&warnings);
    return orm;
}

struct orm *models_read_with(const char *models, const char *defaults)
{
    return read_models(models, defaults != NULL ? models_json(defaults) : NULL, NULL);
}

struct orm *models_read(const char *models)
{
    return models_read_with(models, NULL);
}

struct orm *models_read_at(const char *models, const char *url)
{
    return read_models(models, NULL, json_pack("{s:{s:s}}", "default", "url", url));
}

void models_expect_json(json_t *value, const char *text)
{
    json_t *expected = models_json(text);

    if (value == NULL || json_equal(value, expected) == 0) {
        char *got = value != NULL ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

        fail_msg("%s, not %s", got != NULL ? got : "nothing", text);
    }
    json_decref(expected);
    json_decref(value);
}
