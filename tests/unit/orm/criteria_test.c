#include "orm/criteria.h"

#include "base/mem.h"
#include "orm/definitions.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const char models[] =
    "{\"user\": {\"attributes\": {"
    "   \"id\": {\"type\": \"number\", \"autoIncrement\": true},"
    "   \"name\": \"string\", \"age\": \"number\", \"active\": \"boolean\", \"meta\": \"json\","
    "   \"boss\": {\"model\": \"user\"}, \"doc\": {\"model\": \"doc\"},"
    "   \"pets\": {\"collection\": \"user\", \"via\": \"boss\"}}},"
    " \"doc\": {\"primaryKey\": \"key\", \"attributes\": {"
    "   \"key\": {\"type\": \"string\", \"required\": true}, \"size\": \"number\"}}}";

struct fixture {
    struct orm *orm;
    struct arena arena;
    struct criteria criteria;
    struct buf problem;
};

static int set_up(void **state)
{
    struct fixture *f = mem_calloc(1, sizeof(*f));
    struct definitions d = {.models = json_loads(models, 0, NULL)};
    struct buf warnings = {0};
    bool is_about_models = false;

    assert_non_null(d.models);
    if (definitions_read(&d, &f->problem, &warnings, &is_about_models, &f->orm) != 0) {
        fail_msg("%.*s", STR_FMT(buf_str(&f->problem)));
    }
    buf_deinit(&warnings);
    json_decref(d.models);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    buf_deinit(&f->problem);
    orm_destroy(f->orm);
    mem_free(f);
    return 0;
}

static int read_options(struct fixture *f, const char *model, const char *text,
                        struct criteria_options options)
{
    json_t *json = text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    int rc = 0;

    assert_true(text == NULL || json != NULL);
    buf_clear(&f->problem);
    arena_init(&f->arena, NULL, 0);
    rc = criteria_read(&f->criteria, &f->arena, orm_find_model(f->orm, str_from(model)), json,
                       options, &f->problem);
    json_decref(json);
    return rc;
}

static int read_text(struct fixture *f, const char *model, const char *text)
{
    return read_options(f, model, text, (struct criteria_options){0});
}

/* `want`: the `where` of the normal form; "nothing"; or NULL: refused. */
static void check_where(struct fixture *f, const char *model, const char *text, const char *want)
{
    int rc = read_text(f, model, text);

    if (want == NULL) {
        if (rc != SAILS_EINVAL || f->problem.len == 0) {
            fail_msg("%s: taken (%d)", text, rc);
        }
    } else if (rc < 0) {
        fail_msg("%s: %d %.*s", text, rc, STR_FMT(buf_str(&f->problem)));
    } else if (strcmp(want, "nothing") == 0) {
        if (!f->criteria.matches_nothing) {
            fail_msg("%s: could match something", text);
        }
    } else {
        json_t *json = criteria_to_json(&f->criteria);
        char *where = json_dumps(json_object_get(json, "where"), JSON_COMPACT | JSON_ENCODE_ANY);

        if (f->criteria.matches_nothing || strcmp(where, want) != 0) {
            fail_msg("%s: %s, not %s", text, where, want);
        }
        free(where);
        json_decref(json);
    }
    arena_deinit(&f->arena);
}

struct where_case {
    const char *text;
    const char *want;
};

static void check_all(void **state, const struct where_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check_where(*state, "user", cases[i].text, cases[i].want);
    }
}

/* waterline 14, 17 and section 4.1 */
static void the_forms_of_a_criteria_are_one(void **state)
{
    static const struct where_case cases[] = {
        {NULL, "{}"},
        {"null", "{}"},
        {"{}", "{}"},
        {"5", "{\"id\":5}"},
        {"\"5\"", "{\"id\":5}"},
        {"[1,2]", "{\"id\":{\"in\":[1,2]}}"},
        {"[\"1\"]", "{\"id\":{\"in\":[1]}}"},
        {"[]", "nothing"},
        {"false", "nothing"},
        {"0", "nothing"},
        {"\"\"", "nothing"},
        {"true", NULL},
        {"\"abc\"", NULL},
        {"{\"name\":\"A\"}", "{\"name\":\"A\"}"},
        {"{\"where\":{\"name\":\"A\"}}", "{\"name\":\"A\"}"},
        {"{\"where\":5}", "{\"id\":5}"},
        {"{\"where\":[1,2]}", "{\"id\":{\"in\":[1,2]}}"},
        {"{\"where\":null}", "{}"},
        {"{\"where\":0}", "nothing"},
        {"{\"where\":[]}", "nothing"},
        {"{\"where\":false}", NULL},
        {"{\"where\":\"\"}", NULL},
        {"{\"where\":{},\"name\":\"A\"}", NULL},
        {"{\"limit\":1,\"nme\":\"A\"}", NULL},
        {"{\"groupBy\":[\"name\"]}", NULL},
        {"{\"where\":{},\"sum\":\"age\"}", NULL},
    };

    check_all(state, cases, sizeof(cases) / sizeof(cases[0]));
    check_where(*state, "doc", "5", "{\"key\":\"5\"}");
    check_where(*state, "doc", "[\"a\"]", "{\"key\":{\"in\":[\"a\"]}}");
}

/* waterline 12 and section 4.2 */
static void constraints_have_one_form(void **state)
{
    static const struct where_case cases[] = {
        {"{\"age\":\"7\"}", "{\"age\":7}"},
        {"{\"active\":1}", "{\"active\":true}"},
        {"{\"name\":5}", "{\"name\":\"5\"}"},
        {"{\"name\":null}", "{\"name\":null}"},
        {"{\"name\":{\"!=\":null}}", "{\"name\":{\"!=\":null}}"},
        {"{\"name\":{\"!\":\"a\"}}", "{\"name\":{\"!=\":\"a\"}}"},
        {"{\"name\":{\"not\":\"a\"}}", "{\"name\":{\"!=\":\"a\"}}"},
        {"{\"name\":{\"!=\":[\"a\",\"b\"]}}", "{\"name\":{\"nin\":[\"a\",\"b\"]}}"},
        {"{\"name\":[\"a\",\"a\"]}", "{\"name\":{\"in\":[\"a\",\"a\"]}}"},
        {"{\"name\":[]}", "nothing"},
        {"{\"name\":{\"in\":[]}}", "nothing"},
        {"{\"name\":{\"nin\":[]}}", "{}"},
        {"{\"name\":{\"!=\":[]}}", "{}"},
        {"{\"name\":{\"in\":\"a\"}}", NULL},
        {"{\"name\":[null]}", NULL},
        {"{\"name\":{\"nin\":[null]}}", NULL},
        {"{\"age\":{\"lessThan\":5}}", "{\"age\":{\"<\":5}}"},
        {"{\"age\":{\"greaterThanOrEqual\":\"5\"}}", "{\"age\":{\">=\":5}}"},
        {"{\"age\":{\">\":null}}", NULL},
        {"{\"active\":{\"<\":true}}", NULL},
        {"{\"age\":{\">\":5,\"<\":9}}", "{\"and\":[{\"age\":{\">\":5}},{\"age\":{\"<\":9}}]}"},
        {"{\"name\":{\"contains\":\"a\"}}", "{\"name\":{\"like\":\"%a%\"}}"},
        {"{\"name\":{\"contains\":\"50%\"}}", "{\"name\":{\"like\":\"%50\\\\%%\"}}"},
        {"{\"name\":{\"contains\":\"_\\\\\"}}", "{\"name\":{\"like\":\"%\\\\_\\\\\\\\%\"}}"},
        {"{\"name\":{\"contains\":\"\"}}", "{}"},
        {"{\"name\":{\"startsWith\":\"a\"}}", "{\"name\":{\"like\":\"a%\"}}"},
        {"{\"name\":{\"endsWith\":\"a\"}}", "{\"name\":{\"like\":\"%a\"}}"},
        {"{\"name\":{\"like\":\"%a_b%\"}}", "{\"name\":{\"like\":\"%a_b%\"}}"},
        {"{\"name\":{\"like\":\"%%\"}}", "{}"},
        {"{\"age\":{\"contains\":\"1\"}}", NULL},
        {"{\"boss\":{\"contains\":\"1\"}}", NULL},
        {"{\"name\":{\"contains\":null}}", NULL},
        {"{\"name\":{\"sounds\":\"a\"}}", NULL},
        {"{\"name\":{}}", NULL},
        {"{\"age\":\"abc\"}", NULL},
        {"{\"age\":true}", "{\"age\":1}"},
        {"{\"boss\":\"3\"}", "{\"boss\":3}"},
        {"{\"doc\":3}", "{\"doc\":\"3\"}"},
        {"{\"pets\":[1]}", NULL},
        {"{\"nme\":1}", NULL},
        {"{\"meta.a\":1}", NULL},
        {"{\"meta\":[1]}", "{\"meta\":{\"in\":[1]}}"},
    };

    check_all(state, cases, sizeof(cases) / sizeof(cases[0]));
}

/* waterline 13 and section 12.4 */
static void and_and_or_are_decided_where_they_can_be(void **state)
{
    static const struct where_case cases[] = {
        {"{\"name\":\"a\",\"age\":1}", "{\"and\":[{\"name\":\"a\"},{\"age\":1}]}"},
        {"{\"or\":[]}", "nothing"},
        {"{\"and\":[]}", "{}"},
        {"{\"or\":[{},{\"age\":1}]}", "{}"},
        {"{\"or\":[{\"age\":1}]}", "{\"or\":[{\"age\":1}]}"},
        {"{\"and\":[{\"age\":1}]}", "{\"and\":[{\"age\":1}]}"},
        {"{\"and\":[{},{\"age\":1}]}", "{\"and\":[{\"age\":1}]}"},
        {"{\"or\":[{\"name\":[]},{\"age\":1}]}", "{\"or\":[{\"age\":1}]}"},
        {"{\"and\":[{\"name\":[]},{\"age\":1}]}", "nothing"},
        {"{\"or\":[{\"name\":{\"nin\":[]}},{\"age\":1}]}", "{}"},
        {"{\"or\":[{\"name\":{\"contains\":\"\"}},{\"age\":1}]}", "{}"},
        {"{\"or\":[{\"age\":1},{\"and\":[{\"name\":\"a\"},{\"age\":2}]}]}",
         "{\"or\":[{\"age\":1},{\"and\":[{\"name\":\"a\"},{\"age\":2}]}]}"},
        {"{\"or\":{\"age\":1}}", NULL},
        {"{\"or\":[5]}", NULL},
        {"{\"and\":\"x\"}", NULL},
    };

    check_all(state, cases, sizeof(cases) / sizeof(cases[0]));
}

/* `want`: limit, skip, sort, select and omit of the normal form; NULL: refused. */
static void check_clauses(struct fixture *f, const char *text, const char *want)
{
    int rc = read_text(f, "user", text);

    if (want == NULL) {
        if (rc != SAILS_EINVAL || f->problem.len == 0) {
            fail_msg("%s: taken (%d)", text, rc);
        }
    } else if (strcmp(want, "nothing") == 0) {
        if (rc < 0 || !f->criteria.matches_nothing) {
            fail_msg("%s: could match something (%d)", text, rc);
        }
    } else {
        json_t *json = rc == 0 ? criteria_to_json(&f->criteria) : NULL;
        char *got = NULL;

        json_object_del(json, "where");
        got = json_dumps(json, JSON_COMPACT);
        if (got == NULL || strcmp(got, want) != 0) {
            fail_msg("%s: %s, not %s", text, got, want);
        }
        free(got);
        json_decref(json);
    }
    arena_deinit(&f->arena);
}

#define NO_LIMIT "{\"limit\":9007199254740991,\"skip\":0,"
#define NO_SORT  "\"sort\":[],"
#define ALL      "\"select\":[\"*\"],\"omit\":[]}"

/* waterline 15, 16, 17 */
static void clauses_have_one_form(void **state)
{
    static const struct where_case cases[] = {
        {"{}", NO_LIMIT NO_SORT ALL},
        {"{\"limit\":\"5\",\"skip\":\"2\"}", "{\"limit\":5,\"skip\":2," NO_SORT ALL},
        {"{\"limit\":\" 2\"}", "{\"limit\":2,\"skip\":0," NO_SORT ALL},
        {"{\"limit\":\"1e2\"}", "{\"limit\":100,\"skip\":0," NO_SORT ALL},
        {"{\"limit\":null}", NO_LIMIT NO_SORT ALL},
        {"{\"limit\":-1}", NO_LIMIT NO_SORT ALL},
        {"{\"limit\":0}", "nothing"},
        {"{\"limit\":\"\"}", "nothing"},
        {"{\"limit\":\"abc\"}", NULL},
        {"{\"limit\":2.5}", NULL},
        {"{\"skip\":-1}", NULL},
        {"{\"skip\":null}", NULL},
        {"{\"sort\":\"name DESC\"}", NO_LIMIT "\"sort\":[{\"name\":\"DESC\"}]," ALL},
        {"{\"sort\":\"name\"}", NO_LIMIT "\"sort\":[{\"name\":\"ASC\"}]," ALL},
        {"{\"sort\":[\"name ASC\",{\"age\":\"DESC\"}]}",
         NO_LIMIT "\"sort\":[{\"name\":\"ASC\"},{\"age\":\"DESC\"}]," ALL},
        {"{\"sort\":{\"name\":-1,\"age\":1}}",
         NO_LIMIT "\"sort\":[{\"name\":\"DESC\"},{\"age\":\"ASC\"}]," ALL},
        {"{\"sort\":[]}", NO_LIMIT NO_SORT ALL},
        {"{\"sort\":\"name SIDEWAYS\"}", NULL},
        {"{\"sort\":\" name\"}", NULL},
        {"{\"sort\":\"name asc\"}", NULL},
        {"{\"sort\":[\"name\",\"name DESC\"]}", NULL},
        {"{\"sort\":[{\"name\":-1}]}", NULL},
        {"{\"sort\":{\"name\":\"ASC\"}}", NULL},
        {"{\"sort\":null}", NULL},
        {"{\"sort\":\"nme\"}", NULL},
        {"{\"sort\":\"pets\"}", NULL},
        {"{\"select\":[\"name\"]}", NO_LIMIT NO_SORT "\"select\":[\"name\",\"id\"],\"omit\":[]}"},
        {"{\"select\":\"name\"}", NO_LIMIT NO_SORT "\"select\":[\"name\",\"id\"],\"omit\":[]}"},
        {"{\"select\":\"*\"}", NO_LIMIT NO_SORT ALL},
        {"{\"select\":[\"*\"]}", NO_LIMIT NO_SORT ALL},
        {"{\"select\":[]}", NO_LIMIT NO_SORT "\"select\":[\"id\"],\"omit\":[]}"},
        {"{\"select\":[\"pets\"]}", NULL},
        {"{\"select\":[\"nme\"]}", NULL},
        {"{\"omit\":[\"name\"]}", NO_LIMIT NO_SORT "\"select\":[\"*\"],\"omit\":[\"name\"]}"},
        {"{\"omit\":\"name\"}", NULL},
        {"{\"omit\":[\"id\"]}", NULL},
        {"{\"select\":[\"name\"],\"omit\":[\"age\"]}", NULL},
        {"{\"select\":[\"*\"],\"omit\":[\"age\"]}",
         NO_LIMIT NO_SORT "\"select\":[\"*\"],\"omit\":[\"age\"]}"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_clauses(*state, cases[i].text, cases[i].want);
    }
}

static void depth_and_size_are_limited(void **state)
{
    struct fixture *f = *state;
    struct buf text = {0};

    for (int i = 0; i <= CRITERIA_DEPTH_MAX; i++) {
        buf_append_str(&text, STR("{\"or\":["));
    }
    buf_append_str(&text, STR("{\"age\":1}"));
    for (int i = 0; i <= CRITERIA_DEPTH_MAX; i++) {
        buf_append_str(&text, STR("]}"));
    }
    buf_append_char(&text, '\0');
    assert_int_equal(read_text(f, "user", text.ptr), SAILS_ETOOBIG);
    assert_true(f->problem.len > 0);
    arena_deinit(&f->arena);
    buf_clear(&text);
    buf_append_str(&text, STR("{\"or\":[{\"age\":1}"));
    for (int i = 0; i < CRITERIA_PREDICATES_MAX; i++) {
        buf_append_str(&text, STR(",{\"age\":1}"));
    }
    buf_append_str(&text, STR("]}"));
    buf_append_char(&text, '\0');
    assert_int_equal(read_text(f, "user", text.ptr), SAILS_ETOOBIG);
    arena_deinit(&f->arena);
    buf_deinit(&text);
}

static void deep_targets_are_asked_for(void **state)
{
    struct fixture *f = *state;
    struct criteria_options options = {.allows_deep_targets = true};

    assert_int_equal(read_options(f, "user", "{\"meta.a.b\":1}", options), 0);
    assert_true(str_eq(f->criteria.where->path, STR("a.b")));
    arena_deinit(&f->arena);
    assert_int_equal(read_options(f, "user", "{\"name.a\":1}", options), SAILS_EINVAL);
    arena_deinit(&f->arena);
}

static void without_memory_it_fails(void **state)
{
    struct fixture *f = *state;
    int failed = 1;

    for (long n = 0; failed; n++) {
        json_t *json = json_loads("{\"where\":{\"or\":[{\"age\":\"1\"},{\"name\":[\"a\",\"b\"]}]},"
                                  "\"sort\":\"name DESC\",\"select\":[\"name\"]}",
                                  0, NULL);
        int rc = 0;

        arena_init(&f->arena, NULL, 0);
        buf_clear(&f->problem);
        mem_fail_after(n);
        rc = criteria_read(&f->criteria, &f->arena, orm_find_model(f->orm, STR("user")), json,
                           (struct criteria_options){0}, &f->problem);
        failed = mem_has_failed();
        mem_fail_after(-1);
        assert_int_equal(rc, failed ? SAILS_ENOMEM : 0);
        arena_deinit(&f->arena);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_forms_of_a_criteria_are_one),
        cmocka_unit_test(constraints_have_one_form),
        cmocka_unit_test(and_and_or_are_decided_where_they_can_be),
        cmocka_unit_test(clauses_have_one_form),
        cmocka_unit_test(depth_and_size_are_limited),
        cmocka_unit_test(deep_targets_are_asked_for),
        cmocka_unit_test(without_memory_it_fails),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
