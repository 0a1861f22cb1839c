#include "orm/orm_query.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/models.h"

#include <sails/err.h>

#define NOW      INT64_C(1700000000123)
#define CRITERIA "'limit': 9007199254740991, 'skip': 0, 'sort': [], 'select': ['*'], 'omit': []"

static struct orm *read_models(void)
{
    return models_read(
        "{'user': {'attributes': {'id': {'type': 'number', 'autoIncrement': true},"
        " 'updatedAt': {'type': 'number', 'autoUpdatedAt': true},"
        " 'name': 'string', 'age': 'number', 'boss': {'model': 'user'}, 'meta': 'json',"
        " 'secret': {'type': 'string', 'encrypt': true},"
        " 'email': {'type': 'string', 'required': true, 'isEmail': true},"
        " 'pets': {'collection': 'pet', 'via': 'owner'}, 'groups': {'collection': 'group', 'via': "
        "'members'}},"
        " 'dataEncryptionKeys': {'default': 'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI='}},"
        " 'pet': {'fetchRecordsOnCreate': true, 'fetchRecordsOnCreateEach': true, "
        "'fetchRecordsOnUpdate': true, 'fetchRecordsOnDestroy': true, 'cascadeOnDestroy': true, "
        "'attributes': {'id': 'string', 'owner': {'model': 'user'}}},"
        " 'group': {'attributes': {'id': 'string', 'members': {'collection': 'user', 'via': "
        "'groups'}}}}");
}

/* A call as JSON: the keys of struct orm_call. */
static struct orm_call call_of(json_t *json)
{
    return (struct orm_call){.criteria = json_object_get(json, "criteria"),
                             .populates = json_object_get(json, "populates"),
                             .values = json_object_get(json, "values"),
                             .attribute = json_object_get(json, "attribute"),
                             .targets = json_object_get(json, "targets"),
                             .members = json_object_get(json, "members"),
                             .meta = json_object_get(json, "meta"),
                             .page = json_object_get(json, "page"),
                             .page_size = json_object_get(json, "size"),
                             .has_iteratee = json_is_true(json_object_get(json, "each")),
                             .now_ms = NOW};
}

struct reading {
    struct orm *orm;
    json_t *json;
    struct orm_query query;
    struct orm_error error;
    int rc;
};

static void read_call(struct reading *r, enum orm_method method, const char *model,
                      const char *json)
{
    r->orm = read_models();
    r->json = models_json(json);
    r->error = (struct orm_error){0};

    struct orm_call call = call_of(r->json);

    r->rc = orm_query_init(&r->query, orm_find_model(r->orm, str_from(model)), method, &call,
                           &r->error);
}

static void end_reading(struct reading *r)
{
    orm_query_deinit(&r->query);
    orm_error_clear(&r->error);
    json_decref(r->json);
    orm_destroy(r->orm);
}

struct row {
    enum orm_method method;
    const char *call, *expected;
};

static void expect_all(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct reading r;

        read_call(&r, rows[i].method, "user", rows[i].call);
        if (r.rc < 0) {
            fail_msg("%s %s: %s", orm_method_name(rows[i].method), rows[i].call,
                     orm_error_message(&r.error));
        }
        models_expect_json(orm_query_to_json(&r.query), rows[i].expected);
        end_reading(&r);
    }
}

/* waterline 4, 5: what each method takes, and what it becomes. */
static void every_method_has_its_normal_form(void **state)
{
    static const struct row rows[] = {
        {ORM_FIND, "{}", "{'criteria': {'where': {}, " CRITERIA "}, 'populates': {}}"},
        {ORM_FIND, "{'criteria': 5, 'populates': {'pets': true, 'boss': {}, 'groups': false}}",
         "{'criteria': {'where': {'id': 5}, " CRITERIA
         "}, 'populates': {'pets': {'where': {}, " CRITERIA "}, 'boss': true}}"},
        {ORM_FIND, "{'criteria': {}, 'populates': {'pets': {'id': []}, 'groups': null}}",
         "{'criteria': {'where': {}, " CRITERIA "}, 'populates': {'pets': false, 'groups': "
         "{'where': {}, " CRITERIA "}}}"},
        {ORM_FIND, "{'criteria': {'or': []}, 'populates': {'bogus': true}}", "{'noop': true}"},
        {ORM_FIND, "{'criteria': 0}", "{'noop': true}"},
        {ORM_FIND_ONE, "{'criteria': 5}",
         "{'criteria': {'where': {'id': 5}, 'limit': 2, 'skip': 0, 'sort': [], 'select': ['*'], "
         "'omit': []}, 'populates': {}}"},
        {ORM_COUNT, "{'criteria': {'age': '5'}}",
         "{'criteria': {'where': {'age': 5}, " CRITERIA "}}"},
        {ORM_SUM, "{'attribute': 'age'}", "{'criteria': {'where': {}, " CRITERIA "}}"},
        {ORM_AVG, "{'attribute': 'age', 'criteria': false}", "{'noop': true}"},
        {ORM_CREATE, "{'values': {'email': 'a@b.co', 'groups': ['a']}}",
         "{'values': {'id': null, 'updatedAt': 1700000000123, 'name': '', 'age': 0, 'boss': null, "
         "'meta': null, 'secret': '', 'email': 'a@b.co', 'pets': [], 'groups': ['a']}}"},
        {ORM_CREATE_EACH, "{'values': []}", "{'noop': true}"},
        {ORM_FIND_OR_CREATE, "{'criteria': {'or': []}, 'values': {'email': 'a@b.co'}}",
         "{'noop': true}"},
        {ORM_UPDATE, "{'criteria': {}, 'values': {'age': '5'}}",
         "{'criteria': {'where': {}, " CRITERIA "}, 'values': {'age': 5, 'updatedAt': "
         "1700000000123}}"},
        {ORM_UPDATE, "{'criteria': [], 'values': 5}", "{'noop': true}"},
        {ORM_DESTROY, "{'criteria': {'where': null}}", "{'criteria': {'where': {}, " CRITERIA "}}"},
        {ORM_ADD_TO_COLLECTION, "{'targets': '1', 'attribute': 'pets', 'members': ['a', 'a']}",
         "{'targets': [1], 'members': ['a']}"},
        {ORM_ADD_TO_COLLECTION, "{'targets': [], 'attribute': 'pets', 'members': 5}",
         "{'noop': true}"},
        {ORM_ADD_TO_COLLECTION, "{'targets': [1, 2], 'attribute': 'groups', 'members': 'a'}",
         "{'targets': [1, 2], 'members': ['a']}"},
        {ORM_ADD_TO_COLLECTION, "{'targets': [1, 2], 'attribute': 'pets', 'members': []}",
         "{'noop': true}"},
        {ORM_REMOVE_FROM_COLLECTION, "{'targets': [1, 2], 'attribute': 'pets', 'members': 'a'}",
         "{'targets': [1, 2], 'members': ['a']}"},
        {ORM_REMOVE_FROM_COLLECTION, "{'targets': 1, 'attribute': 'pets', 'members': []}",
         "{'noop': true}"},
        {ORM_REPLACE_COLLECTION, "{'targets': [1, 2], 'attribute': 'pets', 'members': []}",
         "{'targets': [1, 2], 'members': []}"},
    };

    (void)state;
    expect_all(rows, ARRAY_LEN(rows));
}

/* waterline 38: pages count from 0. */
static void pages_are_limit_and_skip(void **state)
{
    static const struct {
        const char *call;
        uint64_t limit, skip;
    } rows[] = {
        {"{'page': 1, 'size': 2}", 2, 2},
        {"{'page': 0}", 30, 0},
        {"{'page': '2', 'size': 5}", 5, 10},
        {"{'page': 3, 'size': 'x'}", 30, 90},
        {"{'page': null, 'size': 5}", 5, 0},
        {"{'size': 5}", 5, 0},
        {"{'page': {'page': 2, 'limit': 7}}", 7, 14},
        {"{'page': 1.5, 'size': 2}", 2, 3},
        {"{'page': 1, 'size': 2, 'criteria': {'limit': 99, 'skip': 7, 'where': {'age': 5}}}", 2, 2},
        {"{'page': 1, 'size': 2, 'criteria': {'age': 5}}", 2, 2},
        {"{'page': 1, 'size': 2, 'criteria': 5}", 2, 2},

    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct reading r;

        read_call(&r, ORM_FIND, "user", rows[i].call);
        assert_int_equal(r.rc, 0);
        assert_int_equal(r.query.criteria.limit, rows[i].limit);
        assert_int_equal(r.query.criteria.skip, rows[i].skip);
        end_reading(&r);
    }
}

struct refusal {
    enum orm_method method;
    const char *call, *code, *details;
};

static void expect_refusals(const struct refusal *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct reading r;

        read_call(&r, rows[i].method, "user", rows[i].call);
        if (r.rc != SAILS_EINVAL || strcmp(r.error.code, rows[i].code) != 0 ||
            strstr(orm_error_details(&r.error), rows[i].details) == NULL) {
            fail_msg("%s %s: %s, %s", orm_method_name(rows[i].method), rows[i].call,
                     sails_err_name(r.rc), orm_error_message(&r.error));
        }
        assert_int_equal(r.error.class, ORM_ERROR_USAGE);
        assert_string_equal(r.error.model_identity, "user");
        end_reading(&r);
    }
}

/* waterline 4.1, 11, 18, 19 */
static void criteria_that_a_method_does_not_take_are_refused(void **state)
{
    static const struct refusal rows[] = {
        {ORM_FIND, "{'criteria': {'bogus': 1}}", ORM_E_INVALID_CRITERIA, "`bogus`"},
        {ORM_FIND, "{'criteria': true}", ORM_E_INVALID_CRITERIA, "true"},
        {ORM_FIND, "{'criteria': false, 'page': 0}", ORM_E_INVALID_CRITERIA, "`where`"},
        {ORM_FIND, "{'page': -1}", ORM_E_INVALID_CRITERIA, "`skip`"},
        {ORM_FIND, "{'page': 'x'}", ORM_E_INVALID_CRITERIA, "`skip`"},
        {ORM_FIND, "{'page': 0, 'size': 1.5}", ORM_E_INVALID_CRITERIA, "`limit`"},
        {ORM_FIND_ONE, "{}", ORM_E_INVALID_CRITERIA, "too broad).  (If you want"},
        {ORM_FIND_ONE, "{'criteria': {'and': []}}", ORM_E_INVALID_CRITERIA, "too broad)"},
        {ORM_FIND_ONE, "{'criteria': {'where': {'age': 5}, 'limit': 5}}", ORM_E_INVALID_CRITERIA,
         "Cannot use `limit`, `skip`, or `sort` with this method (`findOne`)."},
        {ORM_COUNT, "{'criteria': {'sort': 'age'}}", ORM_E_INVALID_CRITERIA, "(`count`)"},
        {ORM_COUNT, "{'criteria': {'select': ['age']}}", ORM_E_INVALID_CRITERIA,
         "Cannot use `select`/`omit` with this method (`count`)."},
        {ORM_SUM, "{'attribute': 'bogus', 'criteria': {'skip': 1}}", ORM_E_INVALID_CRITERIA,
         "(`sum`)"},
        {ORM_FIND_OR_CREATE, "{'criteria': {'limit': 1}, 'values': {}}", ORM_E_INVALID_CRITERIA,
         "(`findOrCreate`)"},
        {ORM_UPDATE, "{'values': {}}", ORM_E_INVALID_CRITERIA, "It was: undefined"},
        {ORM_UPDATE, "{'criteria': null, 'values': {}}", ORM_E_INVALID_CRITERIA, "It was: null"},
        {ORM_UPDATE, "{'criteria': 0, 'values': {}}", ORM_E_INVALID_CRITERIA, "It was: 0"},
        {ORM_DESTROY, "{'criteria': ''}", ORM_E_INVALID_CRITERIA, "It was: ''"},
        {ORM_DESTROY, "{'criteria': {'omit': []}}", ORM_E_INVALID_CRITERIA, "(`destroy`)"},
        {ORM_ARCHIVE, "{}", ORM_E_INVALID_CRITERIA, "It was: undefined"},
        {ORM_UPDATE_ONE, "{'criteria': {}, 'values': {}}", ORM_E_INVALID_CRITERIA,
         "Cannot `updateOne()`"},
        {ORM_UPDATE_ONE, "{'criteria': null, 'values': {}}", ORM_E_INVALID_CRITERIA, "`where`"},
        {ORM_UPDATE_ONE, "{'criteria': '', 'values': {}}", ORM_E_INVALID_CRITERIA, "It was: ''"},
        {ORM_DESTROY_ONE, "{}", ORM_E_INVALID_CRITERIA, "Cannot `destroyOne()`"},
        {ORM_DESTROY_ONE, "{'criteria': {'where': {}}}", ORM_E_INVALID_CRITERIA,
         "Cannot `destroyOne()`"},
        {ORM_ARCHIVE_ONE, "{'criteria': {}}", ORM_E_INVALID_CRITERIA, "Cannot `archiveOne()`"},
        {ORM_STREAM, "{}", ORM_E_INVALID_STREAM_ITERATEE, "neither of them are"},
    };

    (void)state;
    expect_refusals(rows, ARRAY_LEN(rows));
}

/* waterline 23 */
static void populates_that_make_no_sense_are_refused(void **state)
{
    static const struct refusal rows[] = {
        {ORM_FIND, "{'populates': []}", ORM_E_INVALID_POPULATES, "must be a dictionary"},
        {ORM_FIND, "{'populates': null}", ORM_E_INVALID_POPULATES, "must be a dictionary"},
        {ORM_FIND, "{'populates': {'bogus': true}}", ORM_E_INVALID_POPULATES, "`bogus`"},
        {ORM_FIND, "{'populates': {'name': true}}", ORM_E_INVALID_POPULATES, "`name`"},
        {ORM_FIND, "{'populates': {'boss': {'name': 'x'}}}", ORM_E_INVALID_POPULATES, "singular"},
        {ORM_FIND, "{'populates': {'boss': null}}", ORM_E_INVALID_POPULATES, "singular"},
        {ORM_FIND, "{'populates': {'pets': true, 'boss': 0}}", ORM_E_INVALID_POPULATES, "singular"},
        {ORM_FIND, "{'populates': {'pets': {'bogus': 1}}}", ORM_E_INVALID_POPULATES,
         "subcriteria for populating `pets`: "},
        {ORM_FIND, "{'criteria': {'omit': ['boss']}, 'populates': {'boss': true}}",
         ORM_E_INVALID_POPULATES, "omit"},
        {ORM_FIND, "{'criteria': {'sort': 'boss'}, 'populates': {'boss': true}}",
         ORM_E_INVALID_POPULATES, "sort"},
    };

    (void)state;
    expect_refusals(rows, ARRAY_LEN(rows));
}

/* waterline 9, 21 */
static void values_and_names_that_make_no_sense_are_refused(void **state)
{
    static const struct refusal rows[] = {
        {ORM_CREATE, "{'values': []}", ORM_E_INVALID_NEW_RECORD, "Got an array"},
        {ORM_CREATE, "{'values': null}", ORM_E_INVALID_NEW_RECORD, "got: null"},
        {ORM_CREATE, "{}", ORM_E_INVALID_NEW_RECORD, "`email`"},
        {ORM_CREATE, "{'values': {'email': 'x'}}", ORM_E_INVALID_NEW_RECORD,
         "Could not use specified `email`.  Violated one or more validation rules:\n  • Value ('x') "
         "was not a valid email address."},
        {ORM_CREATE_EACH, "{}", ORM_E_INVALID_NEW_RECORDS, "Please specify `newRecords`."},
        {ORM_CREATE_EACH, "{'values': {}}", ORM_E_INVALID_NEW_RECORDS, "Expecting an array"},
        {ORM_CREATE_EACH, "{'values': [{'email': 'a@b.co'}, {}]}", ORM_E_INVALID_NEW_RECORDS,
         "Could not use one of the provided new records: Missing value for required attribute "
         "`email`."},
        {ORM_CREATE_EACH, "{'values': [null]}", ORM_E_INVALID_NEW_RECORDS, "got: null"},
        {ORM_FIND_OR_CREATE, "{'criteria': {'or': []}, 'values': {}}", ORM_E_INVALID_NEW_RECORD,
         "`email`"},
        {ORM_UPDATE, "{'criteria': {}}", ORM_E_INVALID_VALUES_TO_SET, "got: undefined"},
        {ORM_UPDATE, "{'criteria': {}, 'values': []}", ORM_E_INVALID_VALUES_TO_SET, "got: []"},
        {ORM_UPDATE, "{'criteria': {}, 'values': {'age': 'x'}}", ORM_E_INVALID_VALUES_TO_SET,
         "Could not use specified `age`."},
        {ORM_SUM, "{}", ORM_E_INVALID_NUMERIC_ATTR_NAME, "got: undefined"},
        {ORM_SUM, "{'attribute': 5}", ORM_E_INVALID_NUMERIC_ATTR_NAME, "got: 5"},
        {ORM_SUM, "{'attribute': 'bogus'}", ORM_E_INVALID_NUMERIC_ATTR_NAME, "`bogus`"},
        {ORM_SUM, "{'attribute': 'name'}", ORM_E_INVALID_NUMERIC_ATTR_NAME, "`name`"},
        {ORM_AVG, "{'attribute': 'boss'}", ORM_E_INVALID_NUMERIC_ATTR_NAME, "`boss`"},
        {ORM_AVG, "{'attribute': 'pets'}", ORM_E_INVALID_NUMERIC_ATTR_NAME, "`pets`"},
        {ORM_ADD_TO_COLLECTION, "{'targets': 1, 'members': 'a'}",
         ORM_E_INVALID_COLLECTION_ATTR_NAME, "got: undefined"},
        {ORM_ADD_TO_COLLECTION, "{'targets': 1, 'attribute': 'bogus', 'members': 'a'}",
         ORM_E_INVALID_COLLECTION_ATTR_NAME, "`bogus`"},
        {ORM_ADD_TO_COLLECTION, "{'targets': 1, 'attribute': 'boss', 'members': 'a'}",
         ORM_E_INVALID_COLLECTION_ATTR_NAME, "`boss`"},
        {ORM_ADD_TO_COLLECTION, "{'attribute': 'pets', 'members': 'a'}",
         ORM_E_INVALID_TARGET_RECORD_IDS, "undefined"},
        {ORM_ADD_TO_COLLECTION, "{'targets': ['x'], 'attribute': 'pets', 'members': 'a'}",
         ORM_E_INVALID_TARGET_RECORD_IDS, "'x'"},
        {ORM_ADD_TO_COLLECTION, "{'targets': 1, 'attribute': 'pets'}", ORM_E_INVALID_ASSOCIATED_IDS,
         "undefined"},
        {ORM_REPLACE_COLLECTION, "{'targets': 1, 'attribute': 'pets', 'members': [5]}",
         ORM_E_INVALID_ASSOCIATED_IDS, "One of the values in the provided array"},
        /* waterline 24: a child of two parents. */
        {ORM_ADD_TO_COLLECTION, "{'targets': [1, 2], 'attribute': 'pets', 'members': ['a']}",
         ORM_E_INVALID_TARGET_RECORD_IDS, "is exclusive"},
        {ORM_REPLACE_COLLECTION, "{'targets': [1, 2], 'attribute': 'pets', 'members': 'a'}",
         ORM_E_INVALID_TARGET_RECORD_IDS, "is exclusive"},
    };

    (void)state;
    expect_refusals(rows, ARRAY_LEN(rows));
}

static void meta_keys_that_make_no_sense_are_refused(void **state)
{
    static const struct refusal rows[] = {
        {ORM_FIND, "{'meta': null}", ORM_E_INVALID_META, "got: null"},
        {ORM_FIND, "{'meta': []}", ORM_E_INVALID_META, "should be a dictionary"},
        {ORM_CREATE, "{'meta': {'fetch': 'yes'}}", ORM_E_INVALID_META, "`fetch`"},
        {ORM_DESTROY, "{'meta': {'cascade': 1}}", ORM_E_INVALID_META, "`cascade`"},
        {ORM_FIND, "{'meta': {'mutateArgs': 1}}", ORM_E_INVALID_META, "`mutateArgs`"},
        {ORM_FIND, "{'meta': {'encryptWith': ''}}", ORM_E_INVALID_META, "`encryptWith`"},
        {ORM_STREAM, "{'meta': {'batchSize': 0}}", ORM_E_INVALID_META, "`batchSize`"},
        {ORM_STREAM, "{'meta': {'batchSize': 1.5}}", ORM_E_INVALID_META, "`batchSize`"},
        {ORM_FIND, "{'meta': {'batchSize': 2}}", ORM_E_INVALID_META, ".find()"},
    };

    (void)state;
    expect_refusals(rows, ARRAY_LEN(rows));
}

static void meta_keys_and_settings_are_one(void **state)
{
    static const struct {
        enum orm_method method;
        const char *call;
        bool fetch, cascade;
    } rows[] = {
        {ORM_CREATE, "{}", true, true},
        {ORM_CREATE, "{'meta': {'fetch': false}}", false, true},
        {ORM_CREATE_EACH, "{'values': []}", true, true},
        {ORM_UPDATE, "{'criteria': {}, 'values': {}}", true, true},
        {ORM_DESTROY, "{'criteria': {}, 'meta': {'cascade': false}}", true, false},
        {ORM_ARCHIVE, "{'criteria': {}}", true, true},
        {ORM_FIND_OR_CREATE, "{'criteria': 'a'}", false, true},
    };
    struct reading r;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        read_call(&r, rows[i].method, "pet", rows[i].call);
        assert_int_equal(r.rc, 0);
        assert_int_equal(r.query.meta.fetch, rows[i].fetch);
        assert_int_equal(r.query.meta.cascade, rows[i].cascade);
        end_reading(&r);
    }
    read_call(&r, ORM_STREAM, "user",
              "{'each': true, 'meta': {'batchSize': 7, 'decrypt': true, 'encryptWith': 'x', "
              "'skipAllLifecycleCallbacks': true, 'skipEncryption': true, 'bogus': 1}}");
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.query.meta.batch_size, 7);
    assert_string_equal(r.query.meta.encrypt_with, "x");
    assert_true(r.query.meta.decrypt && r.query.meta.skip_lifecycle_callbacks);
    end_reading(&r);
    read_call(
        &r, ORM_FIND, "user",
        "{'criteria': {'meta.a': {'contains': 'x'}}, 'meta': {'enableExperimentalDeepTargets':"
        " true, 'makeLikeModifierCaseInsensitive': true}}");
    assert_int_equal(r.rc, 0);
    assert_true(r.query.criteria.where->ignore_case);
    end_reading(&r);
}

/* An error that is not about the call stays what it is. */
static void an_unknown_key_of_encryption_is_a_plain_error(void **state)
{
    struct reading r;

    (void)state;
    read_call(&r, ORM_CREATE, "user",
              "{'values': {'secret': 'x', 'email': 'a@b.co'}, 'meta': {'encryptWith': 'nope'}}");
    assert_int_equal(r.rc, SAILS_EINVAL);
    assert_int_equal(r.error.class, ORM_ERROR_PLAIN);
    assert_null(r.error.code);
    end_reading(&r);
}

static void findorcreate_finds_out_late_that_it_is_too_broad(void **state)
{
    struct reading r;

    (void)state;
    read_call(&r, ORM_FIND_OR_CREATE, "user", "{'criteria': {}, 'values': {'email': 'a@b.co'}}");
    assert_int_equal(r.rc, 0);
    assert_int_equal(orm_query_check_breadth(&r.query, &r.error), SAILS_EINVAL);
    assert_string_equal(r.error.code, ORM_E_INVALID_CRITERIA);
    end_reading(&r);
    read_call(&r, ORM_FIND_OR_CREATE, "user", "{'criteria': 5, 'values': {'email': 'a@b.co'}}");
    assert_int_equal(orm_query_check_breadth(&r.query, &r.error), 0);
    end_reading(&r);
}

static void too_many_records_are_refused(void **state)
{
    struct orm *orm = read_models();
    json_t *list = json_array();
    struct orm_query query;
    struct orm_error error = {0};

    (void)state;
    for (size_t i = 0; i <= VALUES_RECORDS_MAX; i++) {
        json_array_append_new(list, json_null());
    }
    struct orm_call call = {.values = list};

    assert_int_equal(
        orm_query_init(&query, orm_find_model(orm, STR("user")), ORM_CREATE_EACH, &call, &error),
        SAILS_ETOOBIG);
    assert_string_equal(error.code, ORM_E_INVALID_NEW_RECORDS);
    orm_query_deinit(&query);
    orm_error_clear(&error);
    json_decref(list);
    orm_destroy(orm);
}

/* An ordinary query needs nothing from the heap. */
static void an_ordinary_query_needs_no_heap(void **state)
{
    struct orm *orm = read_models();
    json_t *json = models_json("{'criteria': {'id': 5}, 'populates': {'pets': true}}");
    struct orm_call call = call_of(json);
    struct orm_query query;
    struct orm_error error = {0};

    (void)state;
    mem_fail_after(0);
    int rc = orm_query_init(&query, orm_find_model(orm, STR("user")), ORM_FIND, &call, &error);

    assert_int_equal(mem_has_failed(), 0);
    mem_fail_after(-1);
    assert_int_equal(rc, 0);
    assert_int_equal(json_integer_value(criteria_primary_key(&query.criteria)), 5);
    orm_query_deinit(&query);
    json_decref(json);
    orm_destroy(orm);
}

/* ---- validate(): waterline 32 ---- */

static void expect_validated(const char *attribute, const char *value, const char *expected)
{
    struct orm *orm = read_models();
    json_t *name = models_json(attribute);
    json_t *json = value != NULL ? models_json(value) : NULL;
    json_t *out = NULL;
    struct orm_error error = {0};

    assert_int_equal(orm_query_validate(orm_find_model(orm, STR("user")), name, json, &out, &error),
                     0);
    if (expected == NULL) {
        assert_null(out);
    } else {
        models_expect_json(out, expected);
    }
    json_decref(name);
    json_decref(json);
    orm_destroy(orm);
}

static void a_value_is_validated_by_itself(void **state)
{
    (void)state;
    expect_validated("'age'", "'30'", "30");
    expect_validated("'id'", "'30'", "30");
    expect_validated("'boss'", "null", "null");
    expect_validated("'groups'", "['a', 'a']", "['a']");
    expect_validated("'bogus'", "5", NULL);
    expect_validated("'age'", NULL, NULL);
}

static void a_value_that_is_invalid_says_why(void **state)
{
    static const struct {
        const char *attribute, *value, *error;
    } rows[] = {
        {"'email'", "'zz'",
         "{'name': 'Error', 'code': 'E_VIOLATES_RULES', 'message': 'Violated one or more validation "
         "rules:\\n  • Value (\\u0027zz\\u0027) was not a valid email address.\\n', "
         "'ruleViolations': [{'rule': 'isEmail', 'message': 'Value (\\u0027zz\\u0027) was not a "
         "valid email address.'}]}"},
        {"'email'", "''",
         "{'name': 'Error', 'code': 'E_REQUIRED', 'message': 'Cannot set \\\"\\\" (empty string) for "
         "a required attribute.'}"},
        {"'age'", "'x'",
         "{'name': 'Error', 'code': 'E_TYPE', 'message': 'Specified value is not a valid `age`.  1 "
         "error validating value: \\n • Specified value (a string: \\u0027x\\u0027) "
         "doesn\\u0027t match the expected type: \\u0027number\\u0027'}"},
        {"'id'", "0",
         "{'name': 'Error', 'code': 'E_HIGHLY_IRREGULAR', 'message': 'Invalid primary key value.  "
         "Cannot use zero (0) as a primary key value.'}"},
        {"5", "0",
         "{'name': 'UsageError', 'message': 'Please specify the name of the attribute to validate "
         "against (1st argument).'}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct orm *orm = read_models();
        json_t *name = models_json(rows[i].attribute);
        json_t *value = models_json(rows[i].value);
        json_t *out = NULL;
        struct orm_error error = {0};

        assert_int_equal(
            orm_query_validate(orm_find_model(orm, STR("user")), name, value, &out, &error),
            SAILS_EINVAL);
        assert_null(out);
        models_expect_json(orm_error_to_json(&error), rows[i].error);
        orm_error_clear(&error);
        json_decref(name);
        json_decref(value);
        orm_destroy(orm);
    }
}

/* ---- memory ---- */

static int read_and_write(const struct orm_model *model, enum orm_method method, json_t *json)
{
    struct orm_call call = call_of(json);
    struct orm_query query;
    struct orm_error error = {0};
    json_t *written = NULL;
    int rc = orm_query_init(&query, model, method, &call, &error);

    assert_int_equal(error.class != ORM_ERROR_NONE, rc < 0);
    if (rc == 0) {
        written = orm_query_to_json(&query);
        rc = written != NULL ? 0 : SAILS_ENOMEM;
    }
    json_decref(written);
    orm_query_deinit(&query);
    orm_error_clear(&error);
    return rc;
}

static void any_allocation_may_fail(void **state)
{
    static const struct {
        enum orm_method method;
        const char *call;
        int rc;
    } rows[] = {
        {ORM_FIND,
         "{'criteria': {'name': {'contains': 'x'}}, 'populates': {'pets': {'where': {'id': [5, "
         "'6']}, 'sort': 'id'}, 'boss': true}, 'page': 1, 'size': 2, 'meta': {'decrypt': true}}",
         0},
        {ORM_CREATE_EACH, "{'values': [{'email': 'a@b.co', 'secret': 'x'}, {'email': 'c@d.co'}]}",
         0},
        {ORM_UPDATE, "{'criteria': {'age': '5'}, 'values': {'age': '6', 'pets': ['a', 'b']}}", 0},
        {ORM_REPLACE_COLLECTION, "{'targets': ['1'], 'attribute': 'pets', 'members': ['a', 'b']}",
         0},
        {ORM_FIND_OR_CREATE, "{'criteria': 5, 'values': {'email': 'a@b.co'}}", 0},
        {ORM_COUNT, "{'criteria': {'or': []}}", 0},
        {ORM_UPDATE, "{'criteria': {}, 'values': {'age': 'x'}}", SAILS_EINVAL},
        {ORM_FIND, "{'populates': {'pets': {'bogus': 1}}}", SAILS_EINVAL},
        {ORM_FIND, "{'meta': 5}", SAILS_EINVAL},
        {ORM_ADD_TO_COLLECTION, "{'targets': ['x'], 'attribute': 'pets'}", SAILS_EINVAL},
    };
    struct orm *orm = read_models();

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *json = models_json(rows[i].call);
        bool has_failed = true;

        for (long n = 0; has_failed; n++) {
            mem_fail_after(n);
            int rc = read_and_write(orm_find_model(orm, STR("user")), rows[i].method, json);

            has_failed = mem_has_failed() != 0;
            mem_fail_after(-1);
            /* A hash table that cannot grow is slower, and no failure. */
            assert_true(rc == rows[i].rc || (has_failed && rc == SAILS_ENOMEM));
        }
        json_decref(json);
    }
    orm_destroy(orm);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_has_its_normal_form),
        cmocka_unit_test(pages_are_limit_and_skip),
        cmocka_unit_test(criteria_that_a_method_does_not_take_are_refused),
        cmocka_unit_test(populates_that_make_no_sense_are_refused),
        cmocka_unit_test(values_and_names_that_make_no_sense_are_refused),
        cmocka_unit_test(meta_keys_that_make_no_sense_are_refused),
        cmocka_unit_test(meta_keys_and_settings_are_one),
        cmocka_unit_test(an_unknown_key_of_encryption_is_a_plain_error),
        cmocka_unit_test(findorcreate_finds_out_late_that_it_is_too_broad),
        cmocka_unit_test(too_many_records_are_refused),
        cmocka_unit_test(an_ordinary_query_needs_no_heap),
        cmocka_unit_test(a_value_is_validated_by_itself),
        cmocka_unit_test(a_value_that_is_invalid_says_why),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
