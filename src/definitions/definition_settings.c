#include "base/base64.h"
#include "base/macros.h"
#include "definitions/definition.h"

/*
 * The settings of a model (waterline 1.1), and what of them the project gives to all models.
 */

json_t *definition_settings_get(const struct definition_reader *r, json_t *json, const char *key)
{
    json_t *own = json_object_get(json, key);

    return own != NULL ? own : json_object_get(r->given->defaults, key);
}

struct setting {
    const char *name;
    bool is_of_one_model; /* meaningless for all models of a project */
    const char *gone;     /* what has become of it; NULL: it is alive */
    bool is_never_called; /* a callback that Sails knows by name only */
    size_t flag;          /* offset in struct orm_model of a bool, unless 0 */
    size_t callback;      /* offset of a struct orm_lifecycle, unless 0 */
};

#define FLAG(key, member)                                                                          \
    {                                                                                              \
        .name = (key), .flag = offsetof(struct orm_model, member)                                  \
    }
#define CALLBACK(key, member)                                                                      \
    {                                                                                              \
        .name = (key), .callback = offsetof(struct orm_model, member)                              \
    }

static const struct setting settings[] = {
    {.name = "attributes"},
    {.name = "primaryKey"},
    {.name = "tableName", .is_of_one_model = true},
    {.name = "identity", .is_of_one_model = true},
    {.name = "globalId", .is_of_one_model = true},
    {.name = "datastore"},
    {.name = "schema"},
    {.name = "migrate"},
    FLAG("cascadeOnDestroy", cascade_on_destroy),
    FLAG("fetchRecordsOnCreate", fetch_on_create),
    FLAG("fetchRecordsOnCreateEach", fetch_on_create_each),
    FLAG("fetchRecordsOnUpdate", fetch_on_update),
    FLAG("fetchRecordsOnDestroy", fetch_on_destroy),
    {.name = "archiveModelIdentity"},
    {.name = "dataEncryptionKeys"},
    {.name = "customToJSON"},
    CALLBACK("beforeCreate", before_create),
    CALLBACK("afterCreate", after_create),
    CALLBACK("beforeUpdate", before_update),
    CALLBACK("afterUpdate", after_update),
    CALLBACK("beforeDestroy", before_destroy),
    CALLBACK("afterDestroy", after_destroy),
    {.name = "beforeFind", .is_never_called = true},
    {.name = "afterFind", .is_never_called = true},
    {.name = "beforeValidate", .is_never_called = true},
    {.name = "afterValidate", .is_never_called = true},
    {.name = "dontUseObjectIds"}, /* of MongoDB */
    {.name = "meta"},             /* what adapters of Node's want to know of a table */
    {.name = "connection", .gone = "it is `datastore` now"},
    {.name = "autoCreatedAt", .gone = "it stands in an attribute now"},
    {.name = "autoUpdatedAt", .gone = "it stands in an attribute now"},
    {.name = "autoPK", .gone = "`primaryKey` names an attribute now"},
    {.name = "types", .gone = "a `custom` rule of an attribute does it now"},
};

enum {
    N_GONE_SETTINGS = 5
};

static const struct setting *find_setting(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        if (strcmp(settings[i].name, name) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

static void check_settings(struct definition_reader *r, json_t *json, bool is_of_one_model)
{
    const char *names[ARRAY_LEN(settings) - N_GONE_SETTINGS];
    const char *name = NULL;
    json_t *value = NULL;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        names[i] = settings[i].name;
    }
    json_object_foreach(json, name, value)
    {
        const struct setting *setting = find_setting(name);

        if (setting == NULL) {
            definition_unknown(r, "setting", name, names, ARRAY_LEN(names));
        } else if (setting->gone != NULL) {
            definition_problem(r, "the setting `%s` is gone: %s", name, setting->gone);
        } else if (setting->is_of_one_model && !is_of_one_model) {
            definition_problem(r, "`%s` is of one model, not of all", name);
        } else if (setting->is_never_called) {
            definition_warning(r, "`%s` is never called", name);
        }
    }
}

void definition_settings_check_defaults(struct definition_reader *r)
{
    r->place = "config.models";
    r->attribute = NULL;
    if (r->given->defaults != NULL && !json_is_object(r->given->defaults)) {
        definition_problem(r, "it must be an object");
    } else {
        check_settings(r, r->given->defaults, false);
    }
    r->place = NULL;
}

static void read_lifecycle(struct definition_reader *r, const struct setting *setting,
                           json_t *value, struct orm_lifecycle *out)
{
    const struct sails_model_function *function = definition_function(r, setting->name, value);

    if (function != NULL && function->lifecycle == NULL) {
        definition_problem(r, "`%s`: the function `%s` is no life-cycle callback", setting->name,
                           function->name);
    } else if (function != NULL) {
        *out = (struct orm_lifecycle){.call = function->lifecycle, .ctx = function->ctx};
    }
}

static void read_flags_and_callbacks(struct definition_reader *r, struct orm_model *model,
                                     json_t *json)
{
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const struct setting *setting = &settings[i];
        json_t *value = definition_settings_get(r, json, setting->name);

        if (value == NULL) {
            continue;
        }
        if (setting->flag != 0) {
            definition_flag(r, setting->name, value, (bool *)((char *)model + setting->flag));
        } else if (setting->callback != 0) {
            void *out = (char *)model + setting->callback;

            read_lifecycle(r, setting, value, out);
        }
    }
}

static void read_to_json(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    json_t *value = definition_settings_get(r, json, "customToJSON");
    const struct sails_model_function *function = NULL;

    if (value == NULL) {
        return;
    }
    function = definition_function(r, "customToJSON", value);
    if (function != NULL && function->to_json == NULL) {
        definition_problem(r, "`customToJSON`: the function `%s` makes no JSON", function->name);
    } else if (function != NULL) {
        model->to_json = (struct orm_to_json){.call = function->to_json, .ctx = function->ctx};
    }
}

static void read_table(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    json_t *value = json_object_get(json, "tableName");
    const char *name = value != NULL ? definition_text(r, "tableName", value) : NULL;

    model->table = name != NULL ? definition_copy(r, str_from(name)) : model->identity;
}

static void read_datastore(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    json_t *value = definition_settings_get(r, json, "datastore");
    const char *name = value != NULL ? definition_text(r, "datastore", value) : "default";

    if (name == NULL) {
        return;
    }
    model->datastore = orm_find_datastore(r->orm, name);
    if (model->datastore == NULL) {
        definition_problem(r, "`datastore`: there is no datastore `%s`", name);
    }
}

/* Tables have columns; what has none cannot be kept in them. */
static void read_schema(struct definition_reader *r, const struct orm_model *model, json_t *json)
{
    json_t *value = definition_settings_get(r, json, "schema");
    bool has_schema = true;

    if (value == NULL && model->datastore != NULL) {
        value = json_object_get(model->datastore->config, "schema");
    }
    if (value == NULL) {
        return;
    }
    definition_flag(r, "schema", value, &has_schema);
    if (!has_schema) {
        definition_problem(r, "`schema: false` is not possible in a database of tables: declare an "
                              "attribute of type json for what has no attribute of its own");
    }
}

static bool is_migration(const char *text)
{
    return strcmp(text, "alter") == 0 || strcmp(text, "drop") == 0 || strcmp(text, "safe") == 0;
}

/* In effect the project's; a model's own is checked only. */
static void read_migrate(struct definition_reader *r, json_t *json)
{
    json_t *value = definition_settings_get(r, json, "migrate");
    const char *text = value != NULL ? definition_text(r, "migrate", value) : NULL;

    if (text != NULL && !is_migration(text)) {
        definition_problem(r, "`migrate` is alter, drop or safe, and not `%s`", text);
    }
}

/* ---- keys for encryption ---- */

static bool is_key_id(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t n_first = id[0] == '$' ? 1 : strspn(id, letters);

    return n_first > 0 &&
           strspn(id + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
               strlen(id + 1);
}

/* As Node reads it: both alphabets, with padding or without. */
static bool decode_key(struct definition_reader *r, struct str text, struct orm_encryption_key *key)
{
    struct buf bytes = {0};
    bool is_whole = false;

    if (base64_decode_lenient(&bytes, text) < 0) {
        r->no_memory = true;
    } else if (bytes.len == sizeof(key->bytes)) {
        memcpy(key->bytes, bytes.ptr, sizeof(key->bytes));
        is_whole = true;
    }
    buf_deinit(&bytes);
    return is_whole;
}

static bool read_key(struct definition_reader *r, const char *id, json_t *value,
                     struct orm_encryption_key *key)
{
    struct str text = {json_string_value(value), json_string_length(value)};

    if (!is_key_id(id)) {
        definition_problem(r,
                           "`dataEncryptionKeys`: `%s` is no name of a key: it is a letter, and "
                           "letters and digits behind it",
                           id);
        return false;
    }
    if (!decode_key(r, text, key)) {
        definition_problem(r, "`dataEncryptionKeys`: `%s` must be 32 random bytes, as base64", id);
        return false;
    }
    key->id = definition_copy(r, str_from(id)).ptr;
    return true;
}

/* The default one is the first, for it is the one that is wanted. */
static void read_keys(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    json_t *value = definition_settings_get(r, json, "dataEncryptionKeys");
    struct orm_encryption_key *keys = NULL;
    const char *id = NULL;
    json_t *text = NULL;

    if (value == NULL) {
        return;
    }
    if (!json_is_object(value)) {
        definition_problem(r, "`dataEncryptionKeys` must be an object: {\"default\": \"...\"}");
        return;
    }
    keys = definition_calloc(r, json_object_size(value) + 1, sizeof(*keys));
    if (keys == NULL) {
        return;
    }
    model->keys = keys;
    json_object_foreach(value, id, text)
    {
        if (!read_key(r, id, text, &keys[model->n_keys])) {
            continue;
        }
        if (strcmp(id, "default") == 0) {
            struct orm_encryption_key first = keys[0];

            keys[0] = keys[model->n_keys];
            keys[model->n_keys] = first;
        }
        model->n_keys++;
    }
}

/* ---- the whole ---- */

void definition_settings_read(struct definition_reader *r, struct orm_model *model, json_t *json)
{
    check_settings(r, json, true);
    read_table(r, model, json);
    read_datastore(r, model, json);
    read_schema(r, model, json);
    read_migrate(r, json);
    read_flags_and_callbacks(r, model, json);
    read_to_json(r, model, json);
    read_keys(r, model, json);
}
