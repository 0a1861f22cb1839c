/*
 * Definitions of models, made of chance (support/json_chance.h). What must hold: what is taken is linked as
 * orm/model.h says it is (asserted there); what is refused has lines that say why, each one line; and
 * reading the same again says the same.
 */
#include "base/macros.h"
#include "definitions/definitions.h"
#include "support/json_chance.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {
    "attributes",
    "primaryKey",
    "tableName",
    "identity",
    "datastore",
    "schema",
    "migrate",
    "archiveModelIdentity",
    "dataEncryptionKeys",
    "customToJSON",
    "beforeCreate",
    "default",
    "type",
    "model",
    "collection",
    "via",
    "through",
    "dominant",
    "required",
    "allowNull",
    "defaultsTo",
    "autoCreatedAt",
    "autoUpdatedAt",
    "encrypt",
    "columnName",
    "unique",
    "autoIncrement",
    "columnType",
    "autoMigrations",
    "validations",
    "isEmail",
    "maxLength",
    "isIn",
    "regex",
    "custom",
    "max",
    "email",
    "string",
    "number",
    "boolean",
    "json",
    "ref",
    "text",
    "date",
    "id",
    "a",
    "b",
    "aOfB",
    "bOfA",
    "archive",
    "a_aOfB__b_bOfA",
    "bogus",
    "safe",
    "createdAt",
    "fromModel",
    "originalRecord",
    "originalRecordId",
    "Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI=",
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static int succeed(sails_db *db, const char *model, json_t *value, void *ctx)
{
    (void)db;
    (void)model;
    (void)value;
    (void)ctx;
    return 0;
}

static bool pass(const char *model, const json_t *value, json_t **message, void *ctx)
{
    (void)model;
    (void)value;
    (void)message;
    (void)ctx;
    return true;
}

static json_t *to_json(const char *model, json_t *record, void *ctx)
{
    (void)model;
    (void)ctx;
    return json_incref(record);
}

static const struct sails_model_function *find_function(const char *name, void *ctx)
{
    static const struct sails_model_function all = {
        .name = "f", .lifecycle = succeed, .custom_rule = pass, .to_json = to_json};

    (void)ctx;
    return strcmp(name, "f") == 0 ? &all : NULL;
}

/* ---- mostly good definitions ---- */

static json_t *make_attribute(struct json_chance *c)
{
    json_t *attribute = NULL;

    switch (json_chance_pick(c, 6)) {
    case 0:
        return json_chance_value(c, 4);
    case 1:
        attribute = json_pack("{s:s}", "model", json_chance_word(c));
        break;
    case 2:
        attribute = json_pack("{s:s}", "collection", json_chance_word(c));
        break;
    default:
        attribute = json_pack("{s:s}", "type", words[37 + json_chance_pick(c, 7)]);
        break;
    }
    for (size_t n = json_chance_pick(c, 4); n > 0; n--) {
        const char *key = words[12 + json_chance_pick(c, 25)];

        json_object_set_new(attribute, key, json_chance_value(c, 10));
    }
    return attribute;
}

static json_t *make_model(struct json_chance *c)
{
    json_t *attributes = json_pack("{s:{s:s}}", "id", "type", "number");
    json_t *model = NULL;

    if (json_chance_pick(c, 16) == 15) {
        json_decref(attributes);
        return json_chance_value(c, 2);
    }
    for (size_t n = json_chance_pick(c, 5); n > 0; n--) {
        const char *name = words[44 + json_chance_pick(c, 6)];

        json_object_set_new(attributes, name, make_attribute(c));
    }
    model = json_pack("{s:o}", "attributes", attributes);
    for (size_t n = json_chance_pick(c, 3); n > 0; n--) {
        const char *key = words[1 + json_chance_pick(c, 10)];

        json_object_set_new(model, key, json_chance_value(c, 10));
    }
    return model;
}

static json_t *make_models(struct json_chance *c)
{
    json_t *models = json_object();

    while (c->rest.len > 0 && json_object_size(models) < 5) {
        const char *name = words[44 + json_chance_pick(c, 8)];

        json_object_set_new(models, name, make_model(c));
    }
    return models;
}

/* ---- what must hold ---- */

static void check_lines(const struct buf *lines)
{
    require(lines->len == 0 || lines->ptr[lines->len - 1] == '\n');
    for (size_t i = 0; i < lines->len; i++) {
        require((unsigned char)lines->ptr[i] >= ' ' || lines->ptr[i] == '\n');
    }
}

static int read_once(const struct definitions *definitions, struct buf *problems)
{
    struct buf warnings = {0};
    struct orm *orm = NULL;
    bool is_about_models = false;
    int rc = definitions_read(definitions, problems, &warnings, &is_about_models, &orm);

    require(rc == 0 || rc == SAILS_ECONFIG);
    require((rc == 0) == (orm != NULL) && (rc == 0) == (problems->len == 0));
    check_lines(problems);
    check_lines(&warnings);
    buf_deinit(&warnings);
    orm_destroy(orm);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_chance chance = {{data, size}, words, ARRAY_LEN(words)};
    json_t *defaults = json_chance_pick(&chance, 4) == 0 ? make_model(&chance) : NULL;
    struct definitions definitions = {.defaults = defaults, .find_function = find_function};
    struct buf first = {0};
    struct buf second = {0};

    definitions.models =
        json_chance_pick(&chance, 32) == 31 ? json_chance_value(&chance, 0) : make_models(&chance);
    require(read_once(&definitions, &first) == read_once(&definitions, &second));
    require(str_eq(buf_str(&first), buf_str(&second)));
    buf_deinit(&first);
    buf_deinit(&second);
    json_decref(definitions.models);
    json_decref(defaults);
    return 0;
}
