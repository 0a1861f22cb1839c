#include "definitions/definitions.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/models.h"

#include <sails/err.h>

#define ID "'id': {'type': 'number', 'autoIncrement': true}"

/* All that the readings of the tests have in common. */
static int read_definitions(const char *models, const char *defaults, struct buf *problems,
                            struct buf *warnings, struct orm **orm)
{
    bool is_about_models = false;
    struct definitions definitions = {.models = models_json(models),
                                      .defaults = defaults != NULL ? models_json(defaults) : NULL,
                                      .find_function = models_function};
    int rc = definitions_read(&definitions, problems, warnings, &is_about_models, orm);

    assert_int_equal(is_about_models, rc == SAILS_ECONFIG);
    json_decref(definitions.models);
    json_decref(definitions.defaults);
    buf_append_char(problems, '\0');
    buf_append_char(warnings, '\0');
    return rc;
}

static const struct orm_attribute *attribute_of(const struct orm *orm, const char *model,
                                                const char *name)
{
    const struct orm_model *found = orm_find_model(orm, str_from(model));

    assert_non_null(found);
    const struct orm_attribute *attribute = model_find_attribute(found, str_from(name));

    assert_non_null(attribute);
    return attribute;
}

/* waterline 1.2.1: the model of the specification, with what a new app inherits. */
static void the_model_of_the_specification_is_read(void **state)
{
    struct orm *orm = models_read_with(
        "{'User': {'tableName': 'people', 'schema': true, 'attributes': {"
        "  'name': {'type': 'string', 'required': true, 'maxLength': 80},"
        "  'email': {'type': 'string', 'required': true, 'unique': true, 'isEmail': true},"
        "  'age': {'type': 'number', 'min': 0, 'isInteger': true},"
        "  'bio': {'type': 'string', 'allowNull': true},"
        "  'role': {'type': 'string', 'isIn': ['admin', 'user'], 'defaultsTo': 'user'},"
        "  'prefs': 'json', 'boss': {'model': 'user'}}, 'beforeCreate': '@before_create'}}",
        "{'migrate': 'alter', 'datastore': 'default', 'primaryKey': 'id', 'attributes': {"
        "  'createdAt': {'type': 'number', 'autoCreatedAt': true},"
        "  'updatedAt': {'type': 'number', 'autoUpdatedAt': true}, " ID "}}");
    const struct orm_model *user = orm_find_model(orm, STR("USER"));

    (void)state;
    assert_string_equal(orm->migrate, "alter");
    assert_string_equal(user->identity.ptr, "user");
    assert_string_equal(user->global_id, "User");
    assert_string_equal(user->table.ptr, "people");
    assert_string_equal(user->datastore->name, "default");
    assert_string_equal(user->primary_key->name.ptr, "id");
    assert_int_equal(user->n_attributes, 10);
    assert_int_equal(user->n_columns, 10);
    assert_int_equal(user->n_timestamps, 1);
    assert_non_null(user->before_create.call);
    assert_null(user->after_create.call);
    assert_int_equal(attribute_of(orm, "user", "name")->rules.n, 1);
    assert_true(attribute_of(orm, "user", "email")->unique);
    assert_int_equal(attribute_of(orm, "user", "age")->rules.n, 2);
    assert_null(attribute_of(orm, "user", "name")->base_value);
    assert_null(attribute_of(orm, "user", "createdAt")->base_value);
    models_expect_json(json_incref(attribute_of(orm, "user", "age")->base_value), "0");
    models_expect_json(json_incref(attribute_of(orm, "user", "bio")->base_value), "null");
    models_expect_json(json_incref(attribute_of(orm, "user", "role")->base_value), "'user'");
    models_expect_json(json_incref(attribute_of(orm, "user", "prefs")->base_value), "null");
    models_expect_json(json_incref(attribute_of(orm, "user", "boss")->base_value), "null");
    assert_ptr_equal(attribute_of(orm, "user", "boss")->other, user);
    assert_string_equal(user->archive->identity.ptr, "archive");
    orm_destroy(orm);
}

static void a_model_changes_what_it_inherits(void **state)
{
    struct orm *orm = models_read_with(
        "{'a': {'attributes': {'x': false, 'y': 'number'}, 'fetchRecordsOnCreate': false},"
        " 'b': {'attributes': {'id': 'string'}, 'datastore': 'default', 'archiveModelIdentity': "
        "false}}",
        "{'fetchRecordsOnCreate': true, 'cascadeOnDestroy': true, 'attributes': {" ID
        ", 'x': 'string', 'y': 'string'}}");

    (void)state;
    assert_null(model_find_attribute(orm_find_model(orm, STR("a")), STR("x")));
    assert_int_equal(attribute_of(orm, "a", "y")->type, ORM_NUMBER);
    assert_int_equal(attribute_of(orm, "b", "y")->type, ORM_STRING);
    assert_int_equal(attribute_of(orm, "b", "id")->type, ORM_STRING);
    assert_false(orm_find_model(orm, STR("a"))->fetch_on_create);
    assert_true(orm_find_model(orm, STR("b"))->fetch_on_create);
    assert_true(orm_find_model(orm, STR("b"))->cascade_on_destroy);
    assert_null(orm_find_model(orm, STR("b"))->archive);
    orm_destroy(orm);
}

/* waterline 33: what a column must be able to hold. */
static void each_type_has_its_column(void **state)
{
    static const struct {
        const char *name, *column, *tag;
        enum orm_column kind;
    } rows[] = {
        {"id", "id", "_numberkey", ORM_COLUMN_NUMBER_KEY},
        {"s", "s", "_string", ORM_COLUMN_STRING},
        {"n", "number", "_number", ORM_COLUMN_NUMBER},
        {"b", "b", "_boolean", ORM_COLUMN_BOOLEAN},
        {"j", "j", "_json", ORM_COLUMN_JSON},
        {"r", "r", "_ref", ORM_COLUMN_REF},
        {"raw", "raw", "varchar", ORM_COLUMN_RAW},
        {"tag", "tag", "_string", ORM_COLUMN_STRING},
        {"nt", "nt", "_numbertimestamp", ORM_COLUMN_NUMBER_TIMESTAMP},
        {"st", "st", "_stringtimestamp", ORM_COLUMN_STRING_TIMESTAMP},
        {"one", "one", "_stringkey", ORM_COLUMN_STRING_KEY},
        {"two words", "two_words", "_string", ORM_COLUMN_STRING},
    };
    struct orm *orm = models_read(
        "{'a': {'attributes': {" ID ", 's': 'string', 'n': {'type': 'number', 'columnName': "
        "'number'}, 'b': 'boolean', 'j': 'json', 'r': 'ref', 'raw': {'type': 'string', "
        "'columnType': 'varchar'}, 'tag': {'type': 'string', 'autoMigrations': {'columnType': "
        "'_string'}}, 'nt': {'type': 'number', 'autoCreatedAt': true}, 'st': {'type': 'string', "
        "'autoUpdatedAt': true}, 'one': {'model': 'B', 'unique': true}, 'two words': 'string', "
        "'many': {'collection': 'b'}}},"
        " 'b': {'attributes': {'id': {'type': 'string', 'required': true}}}}");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct orm_attribute *attribute = attribute_of(orm, "a", rows[i].name);

        assert_string_equal(attribute->column.ptr, rows[i].column);
        assert_string_equal(attribute->column_type, rows[i].tag);
        assert_int_equal(attribute->column_kind, rows[i].kind);
        assert_ptr_equal(model_find_column(attribute->model, str_from(rows[i].column)), attribute);
    }
    assert_int_equal(attribute_of(orm, "a", "many")->column.len, 0);
    assert_true(attribute_of(orm, "a", "one")->unique);
    assert_int_equal(attribute_of(orm, "a", "one")->type, ORM_STRING);
    assert_null(model_find_column(orm_find_model(orm, STR("a")), STR("n")));
    orm_destroy(orm);
}

/* ---- associations: waterline 6, 26 ---- */

static void expect_identities(const struct orm *orm, const char *const *identities)
{
    for (unsigned i = 0; i < orm->n_models; i++) {
        assert_non_null(identities[i]);
        assert_string_equal(orm->models[i]->identity.ptr, identities[i]);
    }
    assert_null(identities[orm->n_models]);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void one_to_many_is_a_key_of_the_children(void **state)
{
    struct orm *orm = models_read(
        "{'user': {'archiveModelIdentity': false, 'attributes': {" ID ", 'pets': {'collection': "
        "'pet', 'via': 'owner'}}},"
        " 'pet': {'archiveModelIdentity': false, 'attributes': {" ID ", 'owner': {'model': "
        "'user'}}}}");
    const struct orm_attribute *pets = attribute_of(orm, "user", "pets");

    (void)state;
    expect_identities(orm, NAMES("pet", "user"));
    assert_ptr_equal(pets->foreign_key, attribute_of(orm, "pet", "owner"));
    assert_ptr_equal(pets->via, pets->foreign_key);
    assert_null(pets->junction);
    assert_true(model_is_exclusive(pets));
    orm_destroy(orm);
}

static void many_to_many_is_one_table_for_both(void **state)
{
    struct orm *orm = models_read(
        "{'user': {'attributes': {" ID
        ", 'userGroups': {'collection': 'group', 'via': 'members'}}},"
        " 'group': {'attributes': {'id': {'type': 'string'}, 'members': {'collection': 'user', "
        "'via': 'userGroups'}}}}");
    const struct orm_attribute *groups = attribute_of(orm, "user", "userGroups");
    const struct orm_attribute *members = attribute_of(orm, "group", "members");
    const struct orm_model *table = groups->junction->model;

    (void)state;
    expect_identities(orm, NAMES("archive", "group", "group_members__user_usergroups", "user"));
    assert_string_equal(table->table.ptr, "group_members__user_userGroups");
    assert_true(table->is_junction && table->is_implicit);
    assert_ptr_equal(members->junction->model, table);
    assert_string_equal(groups->junction->parent->column.ptr, "user_userGroups");
    assert_string_equal(groups->junction->child->column.ptr, "group_members");
    assert_ptr_equal(members->junction->parent, groups->junction->child);
    assert_ptr_equal(members->junction->child, groups->junction->parent);
    assert_int_equal(groups->junction->parent->column_kind, ORM_COLUMN_NUMBER_KEY);
    assert_int_equal(groups->junction->child->column_kind, ORM_COLUMN_STRING_KEY);
    assert_int_equal(table->n_columns, 3);
    assert_string_equal(table->primary_key->column.ptr, "id");
    assert_true(table->primary_key->auto_increment);
    assert_false(model_is_exclusive(groups));
    orm_destroy(orm);
}

static void a_collection_alone_has_a_table_of_its_own(void **state)
{
    struct orm *orm = models_read_with(
        "{'user': {'attributes': {'toys': {'collection': 'toy'}, 'friends': {'collection': "
        "'user'}}}, 'toy': {}}",
        "{'archiveModelIdentity': false, 'attributes': {'id': {'type': 'number', 'columnName': "
        "'ID'}}}");
    const struct orm_junction *toys = attribute_of(orm, "user", "toys")->junction;
    const struct orm_junction *friends = attribute_of(orm, "user", "friends")->junction;

    (void)state;
    expect_identities(
        orm, NAMES("toy", "toy_toys_toy__user_toys", "user", "user_friends__user_friends_user"));
    assert_string_equal(toys->parent->column.ptr, "user_toys");
    assert_string_equal(toys->child->column.ptr, "toy_toys_toy");
    assert_string_equal(friends->parent->column.ptr, "user_friends");
    assert_string_equal(friends->child->column.ptr, "user_friends_user");
    assert_string_equal(toys->model->primary_key->column.ptr, "ID");
    orm_destroy(orm);
}

static void a_model_may_be_the_table_of_pairs(void **state)
{
    struct orm *orm = models_read(
        "{'pet': {'attributes': {" ID ", 'vets': {'collection': 'vet', 'via': 'pet', 'through': "
        "'visit'}}},"
        " 'vet': {'attributes': {" ID ", 'pets': {'collection': 'pet', 'via': 'vet', 'through': "
        "'Visit'}}},"
        " 'visit': {'attributes': {" ID ", 'pet': {'model': 'pet'}, 'vet': {'model': 'vet'}}},"
        " 'person': {'attributes': {" ID ", 'knows': {'collection': 'person', 'via': 'from', "
        "'through': 'tie'}}},"
        " 'tie': {'attributes': {" ID
        ", 'from': {'model': 'person'}, 'to': {'model': 'person'}}}}");
    const struct orm_junction *vets = attribute_of(orm, "pet", "vets")->junction;
    const struct orm_junction *knows = attribute_of(orm, "person", "knows")->junction;

    (void)state;
    expect_identities(orm, NAMES("archive", "person", "pet", "tie", "vet", "visit"));
    assert_ptr_equal(vets->parent, attribute_of(orm, "visit", "pet"));
    assert_ptr_equal(vets->child, attribute_of(orm, "visit", "vet"));
    assert_false(vets->model->is_junction);
    assert_ptr_equal(knows->parent, attribute_of(orm, "tie", "from"));
    assert_ptr_equal(knows->child, attribute_of(orm, "tie", "to"));
    orm_destroy(orm);
}

/* waterline 12.4: where only one side says `via`, Waterline makes two tables; so do we, and say it. */
static void a_side_that_does_not_lead_back_makes_two_tables(void **state)
{
    struct buf problems = {0};
    struct buf warnings = {0};
    struct orm *orm = NULL;

    (void)state;
    assert_int_equal(
        read_definitions("{'user': {'attributes': {'groups': {'collection': 'group', 'via': "
                         "'members'}}},"
                         " 'group': {'attributes': {'members': {'collection': 'user'}}}}",
                         "{'archiveModelIdentity': false, 'attributes': {" ID "}}", &problems,
                         &warnings, &orm),
        0);
    expect_identities(orm, NAMES("group", "group_members__user_groups",
                                 "group_members__user_members_user", "user"));
    assert_string_equal(
        warnings.ptr, "user: attribute `groups`: `via` leads to `members` of model `group`, whose "
                      "`via` does not lead back: they are kept in two tables\n");
    orm_destroy(orm);
    buf_deinit(&problems);
    buf_deinit(&warnings);
}

static void the_table_of_pairs_is_with_the_dominant_side(void **state)
{
    struct definitions definitions = {
        .datastores = models_json("{'one': {}, 'two': {}}"),
        .models = models_json("{'a': {'datastore': 'one', 'attributes': {" ID
                              ", 'bs': {'collection': 'b', 'via': 'as'}}},"
                              " 'b': {'datastore': 'two', 'attributes': {" ID
                              ", 'as': {'collection': 'a', 'via': 'bs', 'dominant': true}}}}")};
    struct buf problems = {0};
    struct buf warnings = {0};
    struct orm *orm = NULL;
    bool is_about_models = false;

    (void)state;
    assert_int_equal(definitions_read(&definitions, &problems, &warnings, &is_about_models, &orm),
                     0);
    assert_string_equal(attribute_of(orm, "a", "bs")->junction->model->datastore->name, "two");
    assert_int_equal(orm->n_datastores, 3); /* and the default one */
    json_decref(definitions.datastores);
    json_decref(definitions.models);
    orm_destroy(orm);
}

/* waterline 12.2 */
static void the_archive_is_there_unless_nobody_wants_it(void **state)
{
    struct orm *orm = models_read(
        "{'a': {'archiveModelIdentity': 'box', 'attributes': {" ID "}},"
        " 'b': {'attributes': {" ID "}},"
        " 'box': {'archiveModelIdentity': false, 'attributes': {" ID ", 'createdAt': {'type': "
        "'number', 'autoCreatedAt': true}, 'fromModel': 'string', 'originalRecord': 'json', "
        "'originalRecordId': 'json'}}}");
    const struct orm_model *archive = orm_find_model(orm, STR("archive"));

    (void)state;
    assert_ptr_equal(orm_find_model(orm, STR("a"))->archive, orm_find_model(orm, STR("box")));
    assert_ptr_equal(orm_find_model(orm, STR("b"))->archive, archive);
    assert_true(archive->is_implicit && !archive->is_junction);
    assert_int_equal(archive->n_columns, 5);
    assert_true(attribute_of(orm, "archive", "createdAt")->auto_created_at);
    orm_destroy(orm);
}

static void an_archive_of_ones_own_is_no_archive_of_itself(void **state)
{
    struct orm *orm = models_read("{'archive': {'attributes': {" ID "}}}");

    (void)state;
    assert_null(orm_find_model(orm, STR("archive"))->archive);
    orm_destroy(orm);
}

static void keys_are_read_the_default_one_first(void **state)
{
    struct orm *orm = models_read(
        "{'a': {'attributes': {" ID ", 'x': {'type': 'string', 'encrypt': true}}, "
        "'dataEncryptionKeys': {'old': 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'default': "
        "'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI='}}}");
    const struct orm_model *a = orm_find_model(orm, STR("a"));

    (void)state;
    assert_int_equal(a->n_keys, 2);
    assert_string_equal(a->keys[0].id, "default");
    assert_int_equal(a->keys[0].bytes[0], 0x06);
    assert_string_equal(a->keys[1].id, "old");
    assert_int_equal(a->keys[1].bytes[31], 31);
    assert_true(a->has_encrypted);
    orm_destroy(orm);
}

/* ---- what is refused: waterline 1, 12.4 ---- */

struct refusal {
    const char *attribute; /* of "thing", named "x"; NULL: `models` are whole */
    const char *models;
    const char *problem; /* begins the first line */
};

static void expect_refusal(const struct refusal *row)
{
    struct buf problems = {0};
    struct buf warnings = {0};
    struct orm *orm = NULL;
    char models[1024];

    snprintf(models, sizeof(models),
             "{'thing': {'attributes': {" ID ", 'x': %s}},"
             " 'other': {'attributes': {" ID ", 's': 'string', 'mine': {'model': 'other'}, "
             "'many': {'collection': 'other'}}}}",
             row->attribute != NULL ? row->attribute : "");
    int rc = read_definitions(row->models != NULL ? row->models : models, NULL, &problems,
                              &warnings, &orm);

    if (rc != SAILS_ECONFIG || strncmp(problems.ptr, row->problem, strlen(row->problem)) != 0) {
        fail_msg("%s: %s\n%s", row->models != NULL ? row->models : row->attribute,
                 sails_err_name(rc), problems.ptr);
    }
    buf_deinit(&problems);
    buf_deinit(&warnings);
}

#define X "thing: attribute `x`: "

static void an_attribute_that_contradicts_itself_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {"5", NULL, X "it must be an object, or the name of a type"},
        {"null", NULL, X "it must be an object"},
        {"{}", NULL, X "it needs a `type`, a `model` or a `collection`"},
        {"'date'", NULL, X "the type `date` is no longer supported: use string"},
        {"'bogus'", NULL, X "`bogus` is no type; types are string, number, boolean, json, ref"},
        {"{'type': 5}", NULL, X "`type` must be a text, and is 5"},
        {"{'model': 'other', 'type': 'number'}", NULL, X "an association has no `type`"},
        {"{'model': 'other', 'collection': 'other'}", NULL, X "it is a `model` or a `collection`"},
        {"{'type': 'string', 'bogus': 1}", NULL,
         X "the property `bogus` isn't a recognized property; there are: unique, "},
        {"{'type': 'string', 'requird': true}", NULL,
         X "the property `requird` isn't a recognized property; is `required` meant?"},
        {"{'type': 'string', 'required': 'yes'}", NULL,
         X "`required` must be true or false, and is 'yes'"},
        {"{'type': 'string', 'required': true, 'defaultsTo': 'a'}", NULL,
         X "it is `required`, and has a `defaultsTo`"},
        {"{'type': 'string', 'required': true, 'allowNull': true}", NULL,
         X "it is `required`, and so may not allow null"},
        {"{'type': 'number', 'required': true, 'autoCreatedAt': true}", NULL,
         X "it is `required`, and is set by `autoCreatedAt`"},
        {"{'type': 'json', 'allowNull': true}", NULL, X "`allowNull`: null is of type json"},
        {"{'model': 'other', 'allowNull': true}", NULL, X "`allowNull` has no meaning"},
        {"{'type': 'number', 'autoUpdatedAt': true, 'allowNull': true}", NULL,
         X "a timestamp may not allow null"},
        {"{'type': 'string', 'allowNull': true, 'defaultsTo': null}", NULL,
         X "with `allowNull`, null is the default already"},
        {"{'type': 'number', 'autoUpdatedAt': true, 'autoCreatedAt': true}", NULL,
         X "it is `autoCreatedAt` or `autoUpdatedAt`, not both"},
        {"{'type': 'number', 'autoUpdatedAt': true, 'defaultsTo': 5}", NULL,
         X "it has a `defaultsTo`, and is set by `autoUpdatedAt`"},
        {"{'type': 'boolean', 'autoUpdatedAt': true}", NULL,
         X "`autoUpdatedAt` needs type number, string or ref"},
        {"{'type': 'number', 'defaultsTo': '5'}", NULL,
         X "its `defaultsTo` '5' is not of type number"},
        {"{'type': 'string', 'defaultsTo': null}", NULL,
         X "its `defaultsTo` null is not of type string"},
        {"{'model': 'other', 'defaultsTo': 5}", NULL, X "an association has no `defaultsTo`"},
        {"{'type': 'string', 'columnName': ''}", NULL, X "`columnName` must be a text, and is ''"},
        {"{'type': 'string', 'columnName': 'id'}", NULL,
         "thing: attributes `id` and `x` have one column, `id`"},
        {"{'type': 'string', 'columnType': '_text'}", NULL, X "`columnType`: there is no `_text`"},
        {"{'type': 'string', 'autoMigrations': {'uniq': true}}", NULL,
         X "the property `uniq` isn't a recognized property; is `unique` meant?"},
        {"{'type': 'string', 'primaryKey': true}", NULL, X "`primaryKey` stands at the top"},
        {"{'type': 'string', 'protected': true}", NULL, X "`protected` is no longer supported"},
        {"{'collection': 'other', 'required': true}", NULL,
         X "a collection has no column, and no `required`"},
        {"{'collection': 'other', 'columnName': 'y'}", NULL,
         X "a collection has no column, and no `columnName`"},
        {"{'collection': 'other', 'unique': true}", NULL,
         X "a collection has no column, and no `unique`"},
        {"{'type': 'string', 'encrypt': 'yes'}", NULL, X "`encrypt` must be true or false"},
        {"{'type': 'string', 'encrypt': true}", NULL,
         "thing: attribute `x` is to be encrypted, and `dataEncryptionKeys` has no key `default`"},
        {"{'type': 'ref', 'encrypt': true}", NULL, X "`encrypt` does not go with type ref"},
        {"{'model': 'other', 'encrypt': true}", NULL,
         X "`encrypt` does not go with an association"},
        {"{'type': 'string', 'encrypt': true, 'defaultsTo': 'a'}", NULL,
         X "`encrypt` does not go with a `defaultsTo`"},
        {"{'type': 'number', 'encrypt': true, 'autoCreatedAt': true}", NULL,
         X "`encrypt` does not go with an automatic timestamp"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_refusal(&rows[i]);
    }
}

static void a_rule_that_does_not_fit_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {"{'type': 'string', 'max': 5}", NULL,
         X "`max` is no rule for type string; these are: isNotEmptyString, isAfter"},
        {"{'type': 'boolean', 'isIn': [true]}", NULL, X "`isIn` is no rule for type boolean"},
        {"{'type': 'string', 'isEmail': false}", NULL,
         X "`isEmail` must be true, or be left out, and is false"},
        {"{'type': 'number', 'max': '5'}", NULL, X "`max` must be a number, and is '5'"},
        {"{'type': 'string', 'notNull': true}", NULL,
         X "the rule `notNull` is no longer supported: write a `custom` rule"},
        {"{'type': 'string', 'validations': {'bogus': true}}", NULL, X "there is no rule `bogus`"},
        {"{'type': 'string', 'validations': 5}", NULL, X "`validations` must be an object"},
        {"{'type': 'number', 'custom': true}", NULL,
         X "`custom` must be the name of a function, \"@name\", and is true"},
        {"{'type': 'number', 'custom': '@nobody'}", NULL,
         X "`custom`: there is no function `nobody`"},
        {"{'type': 'number', 'custom': '@before'}", NULL,
         X "`custom`: the function `before` is no rule"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_refusal(&rows[i]);
    }
}

static void an_association_that_leads_nowhere_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {"{'model': 'nobody'}", NULL, X "there is no model `nobody`"},
        {"{'collection': 'nobody'}", NULL, X "there is no model `nobody`"},
        {"{'model': 5}", NULL, X "`model` must be a text, and is 5"},
        {"{'collection': 'other', 'via': 'nothing'}", NULL,
         X "`via`: the model `other` has no attribute `nothing`"},
        {"{'collection': 'thing', 'via': 'x'}", NULL, X "`via` leads to the attribute itself"},
        {"{'collection': 'other', 'via': 's'}", NULL,
         X "`via`: the attribute `s` of model `other` is no association"},
        {"{'collection': 'other', 'via': 'mine'}", NULL,
         X "`via`: the attribute `mine` of model `other` does not lead back to this one"},
        {"{'collection': 'other', 'via': 'many'}", NULL,
         X "`via`: the attribute `many` of model `other` does not lead back to this one"},
        {"{'collection': 'other', 'dominant': true}", NULL, X "`dominant` has no meaning without"},
        {"{'collection': 'other', 'via': 'a', 'through': 'nobody'}", NULL,
         X "`through`: there is no model `nobody`"},
        {"{'collection': 'other', 'through': 'other'}", NULL, X "`through` needs a `via`"},
        {"{'collection': 'other', 'via': 'mine', 'through': 'other'}", NULL,
         X "`through`: no attribute of model `other` leads back through `other`"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_refusal(&rows[i]);
    }
}

static void a_model_that_cannot_be_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {NULL, "{'a': null}", "a: a model is an object"},
        {NULL, "{'a': null, 'b': 5}", "a: a model is an object"},
        {NULL, "{'a': {'attributes': []}}", "a: `attributes` must be an object"},
        {NULL, "{'a': {}}",
         "a: its primary key is `id`, but it has no such attribute: add it here"},
        {NULL, "{'a-b': {'attributes': {" ID "}}}", "a-b: `a-b` is no name of a model"},
        {NULL, "{'1a': {'attributes': {" ID "}}}", "1a: `1a` is no name of a model"},
        {NULL, "{'A': {'attributes': {" ID "}}, 'a': {'attributes': {" ID "}}}",
         "a: it is the same model as A: names are compared without case; rename one"},
        {NULL, "{'a': {'identity': 'b', 'attributes': {" ID "}}}", "a: `identity` is `b`"},
        {NULL, "{'a': {'atributes': {" ID "}}}",
         "a: the setting `atributes` isn't a recognized setting; is `attributes` meant?"},
        {NULL, "{'a': {'connection': 'x', 'attributes': {" ID "}}}",
         "a: the setting `connection` is gone: it is `datastore` now"},
        {NULL, "{'a': {'datastore': 'x', 'attributes': {" ID "}}}",
         "a: `datastore`: there is no datastore `x`"},
        {NULL, "{'a': {'schema': false, 'attributes': {" ID "}}}",
         "a: `schema: false` is not possible in a database of tables: declare an attribute of "
         "type json"},
        {NULL, "{'a': {'migrate': 'x', 'attributes': {" ID "}}}",
         "a: `migrate` is alter, drop or safe, and not `x`"},
        {NULL, "{'a': {'tableName': '', 'attributes': {" ID "}}}", "a: `tableName` must be a text"},
        {NULL,
         "{'a': {'tableName': 't', 'attributes': {" ID "}},"
         " 'b': {'tableName': 't', 'attributes': {" ID "}}}",
         "b: `tableName`: `t` is the table of model `a` already"},
        {NULL, "{'a': {'cascadeOnDestroy': 1, 'attributes': {" ID "}}}",
         "a: `cascadeOnDestroy` must be true or false, and is 1"},
        {NULL, "{'a': {'beforeCreate': '@isEven', 'attributes': {" ID "}}}",
         "a: `beforeCreate`: the function `isEven` is no life-cycle callback"},
        {NULL, "{'a': {'customToJSON': '@nobody', 'attributes': {" ID "}}}",
         "a: `customToJSON`: there is no function `nobody`"},
        {NULL, "{'a': {'archiveModelIdentity': 'x', 'attributes': {" ID "}}}",
         "a: `archiveModelIdentity`: there is no model `x`"},
        {NULL, "{'a': {'archiveModelIdentity': 'A', 'attributes': {" ID "}}}",
         "a: a model cannot be its own archive"},
        {NULL,
         "{'a': {'archiveModelIdentity': 'b', 'attributes': {" ID "}}, 'b': {'attributes': {" ID
         "}}}",
         "a: `archiveModelIdentity`: the model `b` has no attribute `createdAt`"},
        {NULL, "{'a': {'dataEncryptionKeys': {'default': 'c2hvcnQ='}, 'attributes': {" ID "}}}",
         "a: `dataEncryptionKeys`: `default` must be 32 random bytes"},
        {NULL, "{'a': {'dataEncryptionKeys': {'a-b': 'x'}, 'attributes': {" ID "}}}",
         "a: `dataEncryptionKeys`: `a-b` is no name of a key"},
        {NULL, "{'a': {'dataEncryptionKeys': 'x', 'attributes': {" ID "}}}",
         "a: `dataEncryptionKeys` must be an object"},
        {NULL, "{'a': {'attributes': {'id': 'boolean'}}}",
         "a: attribute `id`: a primary key has type string or number"},
        {NULL, "{'a': {'attributes': {'id': {'model': 'a'}}}}",
         "a: attribute `id`: a primary key has type string or number"},
        {NULL, "{'a': {'attributes': {'id': {'type': 'string', 'defaultsTo': 'x'}}}}",
         "a: attribute `id`: a primary key is unique"},
        {NULL, "{'a': {'attributes': {'id': {'type': 'string', 'allowNull': true}}}}",
         "a: attribute `id`: a primary key may not allow null"},
        {NULL, "{'a': {'attributes': {" ID ", 'b.c': 'string'}}}",
         "a: attribute `b.c`: a name may not have a dot"},
        {NULL, "{'a': {'attributes': {" ID ", '': 'string'}}}",
         "a: attribute ``: an attribute needs a name"},
        {NULL, "{'a': {'attributes': {" ID ", 'toJSON': 'string'}}}",
         "a: attribute `toJSON`: `toJSON` is no attribute: use `customToJSON`"},
        {NULL, "{'a': {'attributes': {" ID ", 'line\\nfeed': 5}}}",
         "a: attribute `line feed`: it must be an object"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_refusal(&rows[i]);
    }
}

static void all_problems_are_told_each_in_a_line(void **state)
{
    struct buf problems = {0};
    struct buf warnings = {0};
    struct orm *orm = NULL;

    (void)state;
    assert_int_equal(read_definitions("{'b': {'attributes': {" ID
                                      ", 'x': 'bogus', 'y': {'model': 'nobody'}}}, 'a': {}}",
                                      "{'bogus': 1, 'tableName': 't'}", &problems, &warnings, &orm),
                     SAILS_ECONFIG);
    assert_string_equal(
        problems.ptr,
        "config.models: the setting `bogus` isn't a recognized setting; there are: attributes, "
        "primaryKey, tableName, identity, globalId, datastore, schema, migrate, cascadeOnDestroy, "
        "fetchRecordsOnCreate, fetchRecordsOnCreateEach, fetchRecordsOnUpdate, "
        "fetchRecordsOnDestroy, archiveModelIdentity, dataEncryptionKeys, customToJSON, "
        "beforeCreate, afterCreate, beforeUpdate, afterUpdate, beforeDestroy, afterDestroy, "
        "beforeFind, afterFind, beforeValidate, afterValidate, dontUseObjectIds, meta\n"
        "config.models: `tableName` is of one model, not of all\n"
        "a: its primary key is `id`, but it has no such attribute: add it here, or for all models to "
        "`models.attributes` (\"id\": {\"type\": \"number\", \"autoIncrement\": true}), or name another by "
        "`primaryKey`\n"
        "b: attribute `x`: `bogus` is no type; types are string, number, boolean, json, ref\n"
        "b: attribute `y`: there is no model `nobody`\n");
    buf_deinit(&problems);
    buf_deinit(&warnings);
}

static void what_is_doubtful_is_warned_of(void **state)
{
    struct buf problems = {0};
    struct buf warnings = {0};
    struct orm *orm = NULL;

    (void)state;
    assert_int_equal(
        read_definitions("{'a': {'attributes': {" ID
                         ", 'b': {'type': 'text', 'email': true, 'autoIncrement': true}, 'c': "
                         "{'model': 'a', 'isEmail': true, 'via': 'd'}, 'd': {'collection': 'a', "
                         "'type': 'json'}}, 'beforeFind': '@x', 'meta': {'schemaName': 's'}}}",
                         NULL, &problems, &warnings, &orm),
        0);
    assert_string_equal(warnings.ptr,
                        "a: `beforeFind` is never called\n"
                        "a: attribute `b`: the type `text` is called `string` now\n"
                        "a: attribute `b`: `autoIncrement` has no meaning for type string\n"
                        "a: attribute `b`: the rule `email` is called `isEmail` now\n"
                        "a: attribute `c`: `via`, `through` and `dominant` are of collections\n"
                        "a: attribute `c`: rules have no meaning for associations\n"
                        "a: attribute `d`: `type` has no meaning for a collection\n");
    assert_int_equal(attribute_of(orm, "a", "b")->type, ORM_STRING);
    assert_int_equal(attribute_of(orm, "a", "b")->rules.n, 1);
    assert_int_equal(attribute_of(orm, "a", "c")->rules.n, 0);
    orm_destroy(orm);
    buf_deinit(&problems);
    buf_deinit(&warnings);
}

/* waterline 2: top-level rules follow those of `validations`, and win. */
static void rules_keep_their_order(void **state)
{
    struct orm *orm =
        models_read("{'a': {'attributes': {" ID ", 'b': {'type': 'number', 'isInteger': true, "
                    "'max': 5, 'validations': {'max': 9, 'custom': '@isEven'}}}}}");
    const struct orm_attribute *b = attribute_of(orm, "a", "b");

    (void)state;
    assert_int_equal(b->rules.n, 3);
    orm_destroy(orm);
}

static void places_name_files(void **state)
{
    static const struct {
        const char *models, *problem;
    } cases[] = {
        {"{'User': {}}",
         "api/models/User.json: its primary key is `id`, but it has no such attribute: "},
        {"{'User': {}, 'user': {}}",
         "api/models/user.json: it is the same model as api/models/User.json: names are compared "
         "without case; rename one\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct definitions definitions = {
            .models = models_json(cases[i].models),
            .places =
                models_json("{'User': 'api/models/User.json', 'user': 'api/models/user.json'}")};
        struct buf problems = {0};
        struct buf warnings = {0};
        struct orm *orm = NULL;
        bool is_about_models = false;

        assert_int_equal(
            definitions_read(&definitions, &problems, &warnings, &is_about_models, &orm),
            SAILS_ECONFIG);
        buf_append_char(&problems, '\0');
        assert_non_null(strstr(problems.ptr, cases[i].problem));
        json_decref(definitions.models);
        json_decref(definitions.places);
        buf_deinit(&problems);
        buf_deinit(&warnings);
    }
}

static void what_is_no_object_is_refused_but_is_no_models_fault(void **state)
{
    struct definitions all[] = {{.models = models_json("5")},
                                {.datastores = models_json("5")},
                                {.datastores = models_json("{'a': 5}")}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct buf problems = {0};
        struct buf warnings = {0};
        struct orm *orm = NULL;
        bool is_about_models = false;

        assert_int_equal(definitions_read(&all[i], &problems, &warnings, &is_about_models, &orm),
                         SAILS_ECONFIG);
        assert_false(is_about_models);
        json_decref(all[i].models);
        json_decref(all[i].datastores);
        buf_deinit(&problems);
    }
}

static void nothing_at_all_is_an_orm_without_models(void **state)
{
    struct orm *orm = models_read("{}");

    (void)state;
    assert_int_equal(orm->n_models, 0);
    assert_null(orm_find_model(orm, STR("user")));
    assert_non_null(orm_find_datastore(orm, "default"));
    assert_null(orm_find_datastore(orm, "nobody"));
    orm_destroy(orm);
    orm_destroy(NULL);
}

static void any_allocation_may_fail(void **state)
{
    struct definitions definitions = {
        .models = models_json(
            "{'user': {'attributes': {'pets': {'collection': 'pet', 'via': 'owner'}, 'groups': "
            "{'collection': 'group', 'via': 'members'}, 'n': {'type': 'number', 'custom': "
            "'@isEven', 'max': 5, 'defaultsTo': 2}, 's': {'type': 'string', 'encrypt': true, "
            "'regex': 'a'}}},"
            " 'pet': {'attributes': {'owner': {'model': 'user'}}},"
            " 'group': {'attributes': {'members': {'collection': 'user', 'via': 'groups'}}}}"),
        .defaults = models_json("{'attributes': {" ID "}, 'dataEncryptionKeys': {'default': "
                                "'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI='}}"),
        .find_function = models_function};
    bool has_failed = true;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; has_failed; n++) {
        struct buf problems = {0};
        struct buf warnings = {0};
        struct orm *orm = NULL;
        bool is_about_models = false;

        mem_fail_after(n);
        int rc = definitions_read(&definitions, &problems, &warnings, &is_about_models, &orm);

        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        /* A hash table that cannot grow is slower, and no failure. */
        assert_true(rc == 0 || (has_failed && rc == SAILS_ENOMEM));
        assert_int_equal(problems.len, 0);
        orm_destroy(orm);
        buf_deinit(&problems);
        buf_deinit(&warnings);
    }
    json_decref(definitions.models);
    json_decref(definitions.defaults);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_of_the_specification_is_read),
        cmocka_unit_test(a_model_changes_what_it_inherits),
        cmocka_unit_test(each_type_has_its_column),
        cmocka_unit_test(one_to_many_is_a_key_of_the_children),
        cmocka_unit_test(many_to_many_is_one_table_for_both),
        cmocka_unit_test(a_collection_alone_has_a_table_of_its_own),
        cmocka_unit_test(a_model_may_be_the_table_of_pairs),
        cmocka_unit_test(a_side_that_does_not_lead_back_makes_two_tables),
        cmocka_unit_test(the_table_of_pairs_is_with_the_dominant_side),
        cmocka_unit_test(the_archive_is_there_unless_nobody_wants_it),
        cmocka_unit_test(an_archive_of_ones_own_is_no_archive_of_itself),
        cmocka_unit_test(keys_are_read_the_default_one_first),
        cmocka_unit_test(an_attribute_that_contradicts_itself_is_refused),
        cmocka_unit_test(a_rule_that_does_not_fit_is_refused),
        cmocka_unit_test(an_association_that_leads_nowhere_is_refused),
        cmocka_unit_test(a_model_that_cannot_be_is_refused),
        cmocka_unit_test(all_problems_are_told_each_in_a_line),
        cmocka_unit_test(what_is_doubtful_is_warned_of),
        cmocka_unit_test(rules_keep_their_order),
        cmocka_unit_test(places_name_files),
        cmocka_unit_test(what_is_no_object_is_refused_but_is_no_models_fault),
        cmocka_unit_test(nothing_at_all_is_an_orm_without_models),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
