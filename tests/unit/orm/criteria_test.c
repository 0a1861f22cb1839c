#include "orm/criteria.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/models.h"

#include <sails/err.h>

/* A user with an attribute of each kind. */
static struct orm *read_models(void)
{
    return models_read(
        "{'user': {'attributes': {'id': {'type': 'number', 'autoIncrement': true},"
        " 'name': 'string', 'age': 'number', 'active': 'boolean', 'meta': 'json', 'any': 'ref',"
        " 'boss': {'model': 'user'}, 'home': {'model': 'home'},"
        " 'pets': {'collection': 'pet', 'via': 'owner'}}},"
        " 'pet': {'attributes': {'id': {'type': 'number'}, 'owner': {'model': 'user'}}},"
        " 'home': {'attributes': {'id': {'type': 'string'}}}}");
}

struct reading {
    struct orm *orm;
    struct arena arena;
    struct criteria criteria;
    struct buf problem;
    json_t *json;
    int rc;
};

static void read_criteria(struct reading *reading, const char *model, const char *json,
                          struct criteria_options options)
{
    *reading = (struct reading){.orm = read_models(), .json = models_json(json)};
    reading->rc = criteria_read(&reading->criteria, &reading->arena,
                                orm_find_model(reading->orm, str_from(model)), reading->json,
                                options, &reading->problem);
    buf_append_char(&reading->problem, '\0');
}

static void end_reading(struct reading *reading)
{
    json_decref(reading->json);
    arena_deinit(&reading->arena);
    buf_deinit(&reading->problem);
    orm_destroy(reading->orm);
}

struct row {
    const char *given;
    const char *expected; /* `where` of the normal form; NULL: nothing */
};

static void expect_where(const char *model, const struct row *row)
{
    struct reading reading;

    read_criteria(&reading, model, row->given, (struct criteria_options){0});
    if (reading.rc < 0) {
        fail_msg("%s: %s", row->given, reading.problem.ptr);
    }
    assert_int_equal(reading.criteria.matches_nothing, row->expected == NULL);
    if (row->expected != NULL) {
        json_t *whole = criteria_to_json(&reading.criteria);

        models_expect_json(json_incref(json_object_get(whole, "where")), row->expected);
        json_decref(whole);
    }
    end_reading(&reading);
}

static void expect_all(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        expect_where("user", &rows[i]);
    }
}

/* waterline 4.1 */
static void every_form_has_one_normal_form(void **state)
{
    static const struct row rows[] = {
        {"5", "{'id': 5}"},
        {"'5'", "{'id': 5}"},
        {"-1", "{'id': -1}"},
        {"'0x10'", "{'id': 16}"},
        {"'1e3'", "{'id': 1000}"},
        {"[1, '2']", "{'id': {'in': [1, 2]}}"},
        {"[]", NULL},
        {"false", NULL},
        {"0", NULL},
        {"''", NULL},
        {"{'where': 0}", "{'id': 0}"},
        {"{'where': []}", NULL},
        {"{'where': 5}", "{'id': 5}"},
        {"{'where': [1]}", "{'id': {'in': [1]}}"},
        {"{'where': null}", "{}"},
        {"{'where': {}}", "{}"},
        {"{'limit': 5}", "{}"},
        {"{'name': 'A'}", "{'name': 'A'}"},
        {"{'where': {'name': 'A'}, 'limit': 5}", "{'name': 'A'}"},
        {"null", "{}"},
        {"{}", "{}"},
    };

    (void)state;
    expect_all(rows, ARRAY_LEN(rows));
    expect_where("home", &(struct row){"'a'", "{'id': 'a'}"});
    expect_where("home", &(struct row){"5", "{'id': '5'}"});
}

static void no_criteria_at_all_is_all_records(void **state)
{
    struct orm *orm = read_models();
    struct arena arena = {0};
    struct criteria criteria;
    struct buf problem = {0};

    (void)state;
    assert_int_equal(criteria_read(&criteria, &arena, orm_find_model(orm, STR("user")), NULL,
                                   (struct criteria_options){0}, &problem),
                     0);
    models_expect_json(criteria_to_json(&criteria),
                       "{'where': {}, 'limit': 9007199254740991, 'skip': 0, 'sort': [], 'select': "
                       "['*'], 'omit': []}");
    assert_null(criteria_primary_key(&criteria));
    arena_deinit(&arena);
    orm_destroy(orm);
}

/* waterline 12: every operator, its old names, and values of other types. */
static void every_operator_is_understood(void **state)
{
    static const struct row rows[] = {
        {"{'age': '7'}", "{'age': 7}"},
        {"{'active': 1}", "{'active': true}"},
        {"{'name': 5}", "{'name': '5'}"},
        {"{'name': true}", "{'name': 'true'}"},
        {"{'name': null}", "{'name': null}"},
        {"{'name': {'!=': null}}", "{'name': {'!=': null}}"},
        {"{'name': {'!=': 5}}", "{'name': {'!=': '5'}}"},
        {"{'name': {'!': 'a'}}", "{'name': {'!=': 'a'}}"},
        {"{'name': {'not': 'a'}}", "{'name': {'!=': 'a'}}"},
        {"{'name': {'!==': 'a'}}", "{'name': {'!=': 'a'}}"},
        {"{'name': {'!=': ['a', 'b']}}", "{'name': {'nin': ['a', 'b']}}"},
        {"{'name': {'not': []}}", "{}"},
        {"{'name': {'nin': ['a', 5]}}", "{'name': {'nin': ['a', '5']}}"},
        {"{'name': {'nin': []}}", "{}"},
        {"{'name': ['a', 'a']}", "{'name': {'in': ['a', 'a']}}"},
        {"{'name': {'in': ['a']}}", "{'name': {'in': ['a']}}"},
        {"{'name': {'in': []}}", NULL},
        {"{'name': []}", NULL},
        {"{'age': {'<': '5'}}", "{'age': {'<': 5}}"},
        {"{'age': {'lessThan': 5}}", "{'age': {'<': 5}}"},
        {"{'age': {'lessThanOrEqual': 5}}", "{'age': {'<=': 5}}"},
        {"{'age': {'greaterThan': 5}}", "{'age': {'>': 5}}"},
        {"{'age': {'greaterThanOrEqual': 5}}", "{'age': {'>=': 5}}"},
        {"{'name': {'contains': '100%'}}", "{'name': {'like': '%100\\\\%%'}}"},
        {"{'name': {'contains': 'a_b\\\\c'}}", "{'name': {'like': '%a\\\\_b\\\\\\\\c%'}}"},
        {"{'name': {'contains': 5}}", "{'name': {'like': '%5%'}}"},
        {"{'name': {'startsWith': 'a'}}", "{'name': {'like': 'a%'}}"},
        {"{'name': {'endsWith': 'a'}}", "{'name': {'like': '%a'}}"},
        {"{'name': {'contains': ''}}", "{}"},
        {"{'name': {'like': '%a_'}}", "{'name': {'like': '%a_'}}"},
        {"{'name': {'like': '%%'}}", "{}"},
        {"{'meta': {'contains': 'x'}}", "{'meta': {'like': '%x%'}}"},
        {"{'home': {'contains': 'x'}}", "{'home': {'like': '%x%'}}"},
        {"{'meta': {'in': [{'a': 1}, 'x']}}", "{'meta': {'in': [{'a': 1}, 'x']}}"},
        {"{'meta': 5}", "{'meta': 5}"},
        {"{'boss': '5'}", "{'boss': 5}"},
        {"{'boss': null}", "{'boss': null}"},
        {"{'home': 5}", "{'home': '5'}"},
    };

    (void)state;
    expect_all(rows, ARRAY_LEN(rows));
}

/* waterline 13, 4.2, 12.4 */
static void conditions_are_combined(void **state)
{
    static const struct row rows[] = {
        {"{'name': 'a', 'age': 5}", "{'and': [{'name': 'a'}, {'age': 5}]}"},
        {"{'age': {'>': 5, '<': 9}}", "{'and': [{'age': {'>': 5}}, {'age': {'<': 9}}]}"},
        {"{'name': 'a', 'age': {'>': 5, '<': 9}}",
         "{'and': [{'name': 'a'}, {'and': [{'age': {'>': 5}}, {'age': {'<': 9}}]}]}"},
        {"{'or': [{'name': 'a'}, {'age': 5}]}", "{'or': [{'name': 'a'}, {'age': 5}]}"},
        {"{'or': [{'name': 'a'}]}", "{'or': [{'name': 'a'}]}"},
        {"{'and': [{'name': 'a'}]}", "{'and': [{'name': 'a'}]}"},
        {"{'or': []}", NULL},
        {"{'and': []}", "{}"},
        {"{'and': [{}]}", "{}"},
        {"{'and': [{}, {'age': 5}]}", "{'and': [{'age': 5}]}"},
        {"{'or': [{}, {'age': 5}]}", "{}"},
        {"{'or': [{'age': {'nin': []}}, {'age': 5}]}", "{}"},
        {"{'or': [{'name': {'contains': ''}}]}", "{}"},
        {"{'or': [{'name': []}, {'age': 5}]}", "{'or': [{'age': 5}]}"},
        {"{'or': [{'name': []}]}", NULL},
        {"{'and': [{'name': []}, {'age': 5}]}", NULL},
        {"{'name': 'a', 'or': []}", NULL},
        {"{'name': 'a', 'age': {'nin': []}}", "{'and': [{'name': 'a'}]}"},
        {"{'and': [{'or': [{'age': 1}, {'and': [{'age': 2}, {'age': 3}]}]}]}",
         "{'and': [{'or': [{'age': 1}, {'and': [{'age': 2}, {'age': 3}]}]}]}"},
        /* What decides comes first: what is behind it is not looked at, as in Waterline. */
        {"{'or': [{}, {'bogus': 5}]}", "{}"},
        {"{'and': [{'name': []}, {'bogus': 5}]}", NULL},
        {"{'where': {'or': []}, 'limit': 'x'}", NULL},
        {"{'limit': 0, 'skip': 'x'}", NULL},
    };

    (void)state;
    expect_all(rows, ARRAY_LEN(rows));
}

/* waterline 15, 16, 17: the clauses beside `where`. */
static void every_clause_is_normalized(void **state)
{
    static const struct {
        const char *given, *clause, *expected;
    } rows[] = {
        {"{'limit': '5'}", "limit", "5"},
        {"{'limit': ' 2'}", "limit", "2"},
        {"{'limit': '1e2'}", "limit", "100"},
        {"{'limit': 2.0}", "limit", "2"},
        {"{'limit': null}", "limit", "9007199254740991"},
        {"{'limit': -1}", "limit", "9007199254740991"},
        {"{'limit': -1.5}", "limit", "9007199254740991"},
        {"{'limit': 'Infinity'}", "limit", "9007199254740991"},
        {"{'limit': 9007199254740991}", "limit", "9007199254740991"},
        {"{'skip': '5'}", "skip", "5"},
        {"{'skip': ''}", "skip", "0"},
        {"{'skip': 0}", "skip", "0"},
        {"{'sort': 'name'}", "sort", "[{'name': 'ASC'}]"},
        {"{'sort': 'name desc'}", "sort", "[{'name': 'DESC'}]"},
        {"{'sort': 'name \\t DESC'}", "sort", "[{'name': 'DESC'}]"},
        {"{'sort': ['name ASC', {'age': 'desc'}]}", "sort", "[{'name': 'ASC'}, {'age': 'DESC'}]"},
        {"{'sort': {'name': -1, 'age': 1}}", "sort", "[{'name': 'DESC'}, {'age': 'ASC'}]"},
        {"{'sort': []}", "sort", "[]"},
        {"{'sort': {}}", "sort", "[]"},
        {"{'select': '*'}", "select", "['*']"},
        {"{'select': ['*']}", "select", "['*']"},
        {"{'select': 'name'}", "select", "['name', 'id']"},
        {"{'select': []}", "select", "['id']"},
        {"{'select': ['name', 'id', 'name']}", "select", "['name', 'id']"},
        {"{'omit': ['name', 'name', 'pets']}", "omit", "['name']"},
        {"{'omit': [], 'select': ['name']}", "select", "['name', 'id']"},
        {"{'omit': ['pets'], 'select': ['name']}", "omit", "[]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct reading reading;

        read_criteria(&reading, "user", rows[i].given, (struct criteria_options){0});
        if (reading.rc < 0) {
            fail_msg("%s: %s", rows[i].given, reading.problem.ptr);
        }
        json_t *whole = criteria_to_json(&reading.criteria);

        models_expect_json(json_incref(json_object_get(whole, rows[i].clause)), rows[i].expected);
        json_decref(whole);
        end_reading(&reading);
    }
}

struct refusal {
    const char *given;
    const char *problem; /* is in what is said */
};

static void expect_refusal(const struct refusal *row)
{
    struct reading reading;

    read_criteria(&reading, "user", row->given, (struct criteria_options){0});
    if (reading.rc != SAILS_EINVAL || strstr(reading.problem.ptr, row->problem) == NULL) {
        fail_msg("%s: %s, %s", row->given, sails_err_name(reading.rc), reading.problem.ptr);
    }
    end_reading(&reading);
}

/* waterline 4.2: what cannot be used is refused, with the attribute or the clause in it. */
static void a_where_that_cannot_be_used_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {"true", "instead got: true"},
        {"'x'", "Could not filter by `id`: Does not match the declared data type of the "
                "corresponding attribute.  1 error validating value: \n • Specified value (a "
                "string: 'x') doesn't match the expected type: 'number'"},
        {"' 5'", "Could not filter by `id`"},
        {"[null]", "Could not filter by `id`: Got unsupported value (`null`) in an `in`"},
        {"{'where': false}", "`where` clause should be a dictionary.  But instead, got: false"},
        {"{'where': ''}", "Could not filter by `id`"},
        {"{'bogus': 5}", "`bogus` is not a recognized attribute for this model (`user`)"},
        {"{'pets': []}", "Cannot filter by `pets` because it is a plural association"},
        {"{'age': 'abc'}", "Could not filter by `age`: Does not match the declared data type"},
        {"{'age': {'in': ['a']}}", "Invalid item within `in` modifier array."},
        {"{'age': {'in': 5}}", "An `in` modifier should always be provided as an array."},
        {"{'age': {'in': [null]}}", "Got unsupported value (`null`) in an `in` modifier array."},
        {"{'age': {'nin': 5}}", "An `nin` modifier should always be provided as an array."},
        {"{'age': {'nin': [null]}}", "`or: [{ age: { '!=': null } }, ...]`"},
        {"{'age': {'!=': 'x'}}", "Invalid `!=` (\"not equal\") modifier."},
        {"{'age': {'<': null}}", "`null` is not supported with comparison modifiers."},
        {"{'age': {'>=': 'x'}}", "Invalid `>=` modifier."},
        {"{'active': {'<': 1}}", "cannot be used with a boolean attribute"},
        {"{'age': {'contains': '5'}}", "cannot be used with a boolean or numeric attribute"},
        {"{'boss': {'startsWith': '5'}}", "cannot be used with a boolean or numeric attribute"},
        {"{'name': {'contains': null}}", "Invalid `contains` (string search) modifier."},
        {"{'name': {'contains': {}}}", "Invalid `contains` (string search) modifier."},
        {"{'name': {'like': ''}}", "Invalid `like`"},
        {"{'name': {'like': 5}}", "Invalid `like`"},
        {"{'name': {}}", "has no keys"},
        {"{'name': {'bogus': 5}}", "Unrecognized modifier (`bogus`)"},
        {"{'name': {'a': 1}}", "Unrecognized modifier (`a`)"},
        {"{'name': ['a', {}]}", "Could not filter by `name`"},
        {"{'name': 'a\\u0000b'}", "A text with the character NUL"},
        {"{'boss': 'x'}", "singular (\"model\") association"},
        {"{'or': {}}", "Expected an array at `or`"},
        {"{'and': 5}", "Expected an array at `and`"},
        {"{'or': [5]}", "each item within an `and`/`or` predicate's array"},
        {"{'or': [null]}", "each item within an `and`/`or` predicate's array"},
        {"{'meta.a': 5}", "Cannot use dot notation in a constraint target"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_refusal(&rows[i]);
    }
}

static void bytes_are_no_text_to_search_for(void **state)
{
    static const char *const modifiers[] = {"like", "contains", "!=", "in"};
    struct orm *orm = read_models();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(modifiers); i++) {
        bool is_list = strcmp(modifiers[i], "in") == 0;
        json_t *bytes = json_value_binary("abc", 3);
        json_t *json =
            json_pack("{s:{s:o}}", "name", modifiers[i], is_list ? json_pack("[o]", bytes) : bytes);
        struct arena arena = {0};
        struct criteria criteria;
        struct buf problem = {0};

        assert_int_equal(criteria_read(&criteria, &arena, orm_find_model(orm, STR("user")), json,
                                       (struct criteria_options){0}, &problem),
                         SAILS_EINVAL);
        assert_non_null(strstr(problem.ptr, "`name`"));
        buf_deinit(&problem);
        arena_deinit(&arena);
        json_decref(json);
    }
    orm_destroy(orm);
}

/* waterline 14, 15, 16 */
static void a_clause_that_cannot_be_used_is_refused(void **state)
{
    static const struct refusal rows[] = {
        {"{'where': {}, 'name': 'a'}", "contains an unrecognized property: 'name'"},
        {"{'groupBy': 'name'}", "The `groupBy` clause is no longer supported"},
        {"{'sum': 'age'}", "The `sum` clause"},
        {"{'limit': 'x'}", "The `limit` clause in the provided criteria is invalid"},
        {"{'limit': 1.5}", "The `limit` clause"},
        {"{'limit': true}", "The `limit` clause"},
        {"{'limit': []}", "The `limit` clause"},
        {"{'limit': 9007199254740993}", "The `limit` clause"},
        {"{'skip': null}", "The `skip` clause"},
        {"{'skip': -1}", "The `skip` clause"},
        {"{'skip': 'x'}", "The `skip` clause"},
        {"{'skip': 'Infinity'}", "The `skip` clause"},
        {"{'sort': null}", "The `sort` clause"},
        {"{'sort': 5}", "The `sort` clause"},
        {"{'sort': 'name SIDEWAYS'}", "should use `SIDEWAYS` as the sort direction"},
        {"{'sort': ' name'}", "Invalid `sort` clause"},
        {"{'sort': 'name '}", "Invalid `sort` clause"},
        {"{'sort': ''}", "Invalid `sort` clause"},
        {"{'sort': 'name ASC x'}", "Invalid `sort` clause"},
        {"{'sort': ['name', 'name DESC']}", "Cannot sort by the same thing (`name`) twice!"},
        {"{'sort': 'bogus'}", "sort by `bogus`-- but that is not a recognized attribute"},
        {"{'sort': 'pets'}", "Cannot sort by `pets`"},
        {"{'sort': 'meta.a'}", "Cannot use dot notation"},
        {"{'sort': {'name': 'ASC'}}", "it should use -1 and 1"},
        {"{'sort': {'name': 2}}", "it should use -1 and 1"},
        {"{'sort': [{'name': -1}]}", "the sort direction should be either"},
        {"{'sort': [{}]}", "exactly one key"},
        {"{'sort': [{'name': 'ASC', 'age': 'ASC'}]}", "exactly one key"},
        {"{'sort': [5]}", "unexpected data type"},
        {"{'select': 5}", "The `select` clause"},
        {"{'select': [5]}", "The `select` clause"},
        {"{'select': ['*', 'name']}", "contains an item (`*`)"},
        {"{'select': ['bogus']}", "contains an item (`bogus`)"},
        {"{'select': ['pets']}", "plural (\"collection\") association"},
        {"{'omit': 'name'}", "The `omit` clause"},
        {"{'omit': [5]}", "The `omit` clause"},
        {"{'omit': ['id']}", "attempts to omit the primary key (`id`)"},
        {"{'omit': ['bogus']}", "contains an item (`bogus`)"},
        {"{'omit': ['name'], 'select': ['age']}", "Cannot specify both `omit` AND `select`"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_refusal(&rows[i]);
    }
}

static void deep_targets_are_read_where_they_are_allowed(void **state)
{
    struct criteria_options options = {.allows_deep_targets = true, .like_ignores_case = true};
    struct reading reading;

    (void)state;
    read_criteria(&reading, "user",
                  "{'where': {'meta.a.b': {'>': 5}, 'name': {'like': 'x'}}, 'sort': 'meta.c DESC'}",
                  options);
    assert_int_equal(reading.rc, 0);
    const struct predicate *deep = reading.criteria.where->parts;

    assert_string_equal(deep->attribute->name.ptr, "meta");
    assert_true(str_eq(deep->path, STR("a.b")));
    assert_true(deep->next->ignore_case);
    models_expect_json(criteria_to_json(&reading.criteria),
                       "{'where': {'and': [{'meta.a.b': {'>': 5}}, {'name': {'like': 'x'}}]}, "
                       "'limit': 9007199254740991, 'skip': 0, 'sort': [{'meta.c': 'DESC'}], "
                       "'select': ['*'], 'omit': []}");
    end_reading(&reading);
    read_criteria(&reading, "user", "{'name.a': 5}", options);
    assert_int_equal(reading.rc, SAILS_EINVAL);
    end_reading(&reading);
    read_criteria(&reading, "user", "{'sort': 'name.a'}", options);
    assert_int_equal(reading.rc, SAILS_EINVAL);
    end_reading(&reading);
}

static void a_look_up_by_key_is_known_as_such(void **state)
{
    struct reading reading;

    (void)state;
    read_criteria(&reading, "user", "{'where': {'id': '7'}}", (struct criteria_options){0});
    assert_int_equal(json_integer_value(criteria_primary_key(&reading.criteria)), 7);
    end_reading(&reading);
    read_criteria(&reading, "user", "{'id': {'!=': 7}}", (struct criteria_options){0});
    assert_null(criteria_primary_key(&reading.criteria));
    end_reading(&reading);
    read_criteria(&reading, "user", "{'or': [{'id': 7}]}", (struct criteria_options){0});
    assert_null(criteria_primary_key(&reading.criteria));
    end_reading(&reading);
}

/* ---- limits ---- */

static int read_built(json_t *json, struct buf *problem)
{
    struct orm *orm = read_models();
    struct arena arena = {0};
    struct criteria criteria;
    int rc = criteria_read(&criteria, &arena, orm_find_model(orm, STR("user")), json,
                           (struct criteria_options){0}, problem);

    json_decref(json);
    arena_deinit(&arena);
    orm_destroy(orm);
    return rc;
}

static json_t *nested(unsigned depth)
{
    json_t *json = json_pack("{s:i}", "age", 5);

    for (unsigned i = 0; i < depth; i++) {
        json = json_pack("{s:[o]}", i % 2 == 0 ? "or" : "and", json);
    }
    return json;
}

static json_t *list_of(size_t n, json_t *(*make)(size_t i))
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, make(i));
    }
    return list;
}

static json_t *make_condition(size_t i)
{
    return json_pack("{s:I}", "age", (json_int_t)i);
}

static json_t *make_number(size_t i)
{
    return json_integer((json_int_t)i);
}

static json_t *make_sort(size_t i)
{
    (void)i;
    return json_string("name");
}

static void what_is_too_much_is_refused(void **state)
{
    struct buf problem = {0};

    (void)state;
    assert_int_equal(read_built(nested(CRITERIA_DEPTH_MAX), &problem), 0);
    assert_int_equal(read_built(nested(CRITERIA_DEPTH_MAX + 1), &problem), SAILS_ETOOBIG);
    assert_non_null(strstr(problem.ptr, "nested deeper than 25 levels"));
    problem.len = 0;
    assert_int_equal(
        read_built(json_pack("{s:o}", "or", list_of(CRITERIA_PREDICATES_MAX - 1, make_condition)),
                   &problem),
        0);
    assert_int_equal(
        read_built(json_pack("{s:o}", "or", list_of(CRITERIA_PREDICATES_MAX, make_condition)),
                   &problem),
        SAILS_ETOOBIG);
    assert_non_null(strstr(problem.ptr, "more than 1000 conditions"));
    problem.len = 0;
    assert_int_equal(read_built(list_of(CRITERIA_VALUES_MAX, make_number), &problem), 0);
    assert_int_equal(read_built(list_of(CRITERIA_VALUES_MAX + 1, make_number), &problem),
                     SAILS_ETOOBIG);
    assert_non_null(strstr(problem.ptr, "more than 30000 values"));
    problem.len = 0;
    assert_int_equal(
        read_built(json_pack("{s:o}", "sort", list_of(CRITERIA_SORTS_MAX + 1, make_sort)),
                   &problem),
        SAILS_ETOOBIG);
    assert_non_null(strstr(problem.ptr, "no more than 64"));
    buf_deinit(&problem);
}

static int read_and_write(const struct orm_model *model, json_t *json, bool *is_written)
{
    struct arena arena = {0};
    struct criteria criteria;
    struct buf problem = {0};
    json_t *written = NULL;
    int rc = criteria_read(&criteria, &arena, model, json, (struct criteria_options){0}, &problem);

    if (rc == 0) {
        written = criteria_to_json(&criteria);
        rc = written != NULL ? 0 : SAILS_ENOMEM;
    }
    *is_written = written != NULL;
    json_decref(written);
    buf_deinit(&problem);
    arena_deinit(&arena);
    return rc;
}

static void any_allocation_may_fail(void **state)
{
    static const struct {
        const char *given;
        int rc;
    } rows[] = {
        {"{'where': {'or': [{'name': {'contains': 5}, 'age': '7'}, {'age': {'in': ['1', 2], '>': "
         "'3'}}, {'meta': {'contains': 'a\\\\b'}}]}, 'limit': '5', 'sort': ['name DESC'], 'select': "
         "['name']}",
         0},
        {"{'omit': ['name'], 'sort': {'age': 1}}", 0},
        {"{'age': {'in': [{}]}}", SAILS_EINVAL},
        {"{'sort': 'x y z'}", SAILS_EINVAL},
    };
    struct orm *orm = read_models();
    const struct orm_model *user = orm_find_model(orm, STR("user"));

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *json = models_json(rows[i].given);
        bool has_failed = true;

        for (long n = 0; has_failed; n++) {
            bool is_written = false;

            mem_fail_after(n);
            int rc = read_and_write(user, json, &is_written);

            has_failed = mem_has_failed() != 0;
            mem_fail_after(-1);
            assert_int_equal(rc, has_failed ? SAILS_ENOMEM : rows[i].rc);
            assert_int_equal(is_written, rc == 0);
        }
        json_decref(json);
    }
    orm_destroy(orm);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_has_one_normal_form),
        cmocka_unit_test(no_criteria_at_all_is_all_records),
        cmocka_unit_test(every_operator_is_understood),
        cmocka_unit_test(conditions_are_combined),
        cmocka_unit_test(every_clause_is_normalized),
        cmocka_unit_test(a_where_that_cannot_be_used_is_refused),
        cmocka_unit_test(bytes_are_no_text_to_search_for),
        cmocka_unit_test(a_clause_that_cannot_be_used_is_refused),
        cmocka_unit_test(deep_targets_are_read_where_they_are_allowed),
        cmocka_unit_test(a_look_up_by_key_is_known_as_such),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
