#include "cluster/operation.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/io.h>

/* More names than an operation has room for. */
static const char *const many[] = {"r0", "r1", "r2", "r3", "r4", "r5",
                                   "r6", "r7", "r8", "r9", NULL};

static void names_are_views(void **state)
{
    struct operation_spec spec = {
        .kind = OPERATION_JOIN,
        .flags = OPERATION_CLOSE | OPERATION_VOLATILE,
        .to = SAILS_ROOMS("kitchen", "hall"),
        .except = SAILS_ROOMS("cellar"),
        .except_id = "ann",
        .rooms = SAILS_ROOMS("hall"),
    };
    struct operation op;

    (void)state;
    mem_fail_after(0); /* few names need no memory */
    assert_int_equal(operation_init(&op, &spec), 0);
    mem_fail_after(-1);
    assert_int_equal(op.kind, OPERATION_JOIN);
    assert_int_equal(op.flags, OPERATION_CLOSE | OPERATION_VOLATILE);
    assert_int_equal(op.target.n_rooms, 2);
    assert_ptr_equal(op.target.rooms[0].ptr, spec.to[0]);
    assert_true(str_eq(op.target.rooms[0], STR("kitchen")));
    assert_true(str_eq(op.target.rooms[1], STR("hall")));
    assert_int_equal(op.target.n_except, 1);
    assert_true(str_eq(op.target.except[0], STR("cellar")));
    assert_true(str_eq(op.target.except_id, STR("ann")));
    assert_int_equal(op.n_rooms, 1);
    assert_true(str_eq(op.rooms[0], STR("hall")));
    assert_false(op.to_nobody);
    operation_deinit(&op);
}

static void as_many_names_as_you_like(void **state)
{
    struct operation_spec spec = {
        .kind = OPERATION_LEAVE, .to = many, .except = many, .rooms = many};
    struct operation op;

    (void)state;
    assert_int_equal(operation_init(&op, &spec), 0);
    for (size_t i = 0; i < 10; i++) {
        assert_true(str_eq(op.target.rooms[i], str_from(many[i])));
        assert_true(str_eq(op.target.except[i], str_from(many[i])));
        assert_true(str_eq(op.rooms[i], str_from(many[i])));
    }
    operation_deinit(&op);
    mem_fail_after(0);
    assert_int_equal(operation_init(&op, &spec), SAILS_ENOMEM);
    mem_fail_after(-1);
}

static void what_a_copy_names_is_its_own(void **state)
{
    char room[] = "kitchen", other[] = "hall", except[] = "cellar", id[] = "ann", nsp[] = "/chat";
    struct operation_spec spec = {
        .kind = OPERATION_JOIN,
        .flags = OPERATION_CLOSE,
        .to = (const char *[]){room, other, NULL},
        .except = (const char *[]){except, NULL},
        .except_id = id,
        .rooms = (const char *[]){other, NULL},
        .event = "views do not last",
    };
    struct operation op, copy;
    void *memory = NULL;

    (void)state;
    assert_int_equal(operation_init(&op, &spec), 0);
    op.nsp = str_from(nsp);
    memory = mem_alloc(operation_copy_size(&op));
    operation_copy(&copy, &op, memory);
    operation_deinit(&op);
    memset(&op, 0, sizeof(op));
    memset(room, '?', sizeof(room) - 1);
    memset(other, '?', sizeof(other) - 1);
    memset(except, '?', sizeof(except) - 1);
    memset(id, '?', sizeof(id) - 1);
    memset(nsp, '?', sizeof(nsp) - 1);
    assert_int_equal(copy.kind, OPERATION_JOIN);
    assert_int_equal(copy.flags, OPERATION_CLOSE);
    assert_true(str_eq(copy.nsp, STR("/chat")));
    assert_int_equal(copy.target.n_rooms, 2);
    assert_true(str_eq(copy.target.rooms[0], STR("kitchen")));
    assert_true(str_eq(copy.target.rooms[1], STR("hall")));
    assert_int_equal(copy.target.n_except, 1);
    assert_true(str_eq(copy.target.except[0], STR("cellar")));
    assert_true(str_eq(copy.target.except_id, STR("ann")));
    assert_int_equal(copy.n_rooms, 1);
    assert_true(str_eq(copy.rooms[0], STR("hall")));
    assert_null(copy.event);
    assert_null(copy.args);
    mem_free(memory);
}

static void no_list_is_everybody_and_an_empty_list_is_nobody(void **state)
{
    struct operation_spec spec = {.kind = OPERATION_FETCH};
    struct operation op;

    (void)state;
    assert_int_equal(operation_init(&op, &spec), 0);
    assert_false(op.to_nobody);
    assert_int_equal(op.target.n_rooms, 0);
    assert_int_equal(op.target.except_id.len, 0);
    spec.to = (const char *const[]){NULL};
    assert_int_equal(operation_init(&op, &spec), 0);
    assert_true(op.to_nobody);
}

static void names_have_1_to_255_bytes(void **state)
{
    char long_name[SAILS_ROOM_NAME_MAX + 2], longest[SAILS_ROOM_NAME_MAX + 1];
    const char *const *good = SAILS_ROOMS(longest, "a");
    const struct {
        const char *const *names;
        int rc;
    } bad[] = {
        {SAILS_ROOMS(long_name), SAILS_ETOOBIG},
        {SAILS_ROOMS(""), SAILS_EINVAL},
        {SAILS_ROOMS("a", ""), SAILS_EINVAL},
        {SAILS_ROOMS("a", long_name, "b"), SAILS_ETOOBIG},
    };
    struct operation op;

    (void)state;
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct operation_spec to = {.kind = OPERATION_BROADCAST, .to = bad[i].names};
        struct operation_spec except = {.except = bad[i].names};
        struct operation_spec rooms = {.kind = OPERATION_JOIN, .rooms = bad[i].names};

        assert_int_equal(operation_init(&op, &to), bad[i].rc);
        assert_int_equal(operation_init(&op, &except), bad[i].rc);
        assert_int_equal(operation_init(&op, &rooms), bad[i].rc);
    }
    assert_int_equal(operation_init(&op, &(struct operation_spec){.kind = OPERATION_LEAVE,
                                                                  .to = good,
                                                                  .except = good,
                                                                  .rooms = good}),
                     0);
    assert_int_equal(op.target.rooms[0].len, SAILS_ROOM_NAME_MAX);
}

static void names_come_from_json_as_well(void **state)
{
    static const char *const bad[] = {"5",    "{\"a\": 1}", "[\"a\", 5]",   "[\"\"]",
                                      "\"\"", "[[\"a\"]]",  "\"a\\u0000b\""};
    json_t *text = json_string("a");
    json_t *list = json_pack("[s, s]", "b", "c");
    json_t *none = json_array();
    struct operation op;

    (void)state;
    assert_int_equal(operation_init(&op, &(struct operation_spec){.to = SAILS_ROOMS("x"),
                                                                  .to_json = list,
                                                                  .except_json = text}),
                     0);
    assert_int_equal(op.target.n_rooms, 3);
    assert_true(str_eq(op.target.rooms[0], STR("x")));
    assert_true(str_eq(op.target.rooms[2], STR("c")));
    assert_int_equal(op.target.n_except, 1);
    assert_true(str_eq(op.target.except[0], STR("a")));
    operation_deinit(&op);
    assert_int_equal(operation_init(&op, &(struct operation_spec){.to_json = none}), 0);
    assert_true(op.to_nobody);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        json_t *value = json_loads(bad[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

        assert_non_null(value);
        assert_int_equal(operation_init(&op, &(struct operation_spec){.to_json = value}),
                         SAILS_EINVAL);
        assert_int_equal(operation_init(&op, &(struct operation_spec){.except_json = value}),
                         SAILS_EINVAL);
        json_decref(value);
    }
    json_decref(text);
    json_decref(list);
    json_decref(none);
}

static void joining_and_leaving_need_rooms(void **state)
{
    static const enum operation_kind kinds[] = {OPERATION_JOIN, OPERATION_LEAVE};
    struct operation op;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct operation_spec spec = {.kind = kinds[i]};

        assert_int_equal(operation_init(&op, &spec), SAILS_EINVAL);
        spec.rooms = (const char *const[]){NULL};
        assert_int_equal(operation_init(&op, &spec), SAILS_EINVAL);
    }
}

static json_t *describe_nobody(struct sio_socket *socket)
{
    (void)socket;
    fail_msg("nobody is here");
    return NULL;
}

static void a_worker_without_the_namespace_has_nothing_to_do(void **state)
{
    struct operation op;
    struct operation_part part = {.describe = describe_nobody, .n_matched = 7, .status = -1};

    (void)state;
    assert_int_equal(operation_init(&op, &(struct operation_spec){.kind = OPERATION_FETCH}), 0);
    operation_apply(&op, &part);
    assert_int_equal(part.n_matched, 0);
    assert_int_equal(part.status, 0);
    assert_null(part.found);
}

/* ---- answers ---- */

struct outcome {
    int n_calls;
    int status;
    size_t n_answers;
};

static void on_answers(int status, json_t *list, void *ctx)
{
    struct outcome *outcome = ctx;

    outcome->n_calls++;
    outcome->status = status;
    outcome->n_answers = json_array_size(list);
}

static void nobody_asked_is_everybody_answered(void **state)
{
    struct outcome outcome = {.status = -1};
    struct answers *answers = answers_create(1000, on_answers, &outcome);

    (void)state;
    assert_ptr_equal(answers_retain(answers), answers);
    answers_release(answers);
    assert_int_equal(outcome.n_calls, 0);
    answers_close(answers, 0);
    assert_int_equal(outcome.n_calls, 1);
    assert_int_equal(outcome.status, 0);
    assert_int_equal(outcome.n_answers, 0);
    answers_release(answers);
    answers_release(NULL);
    answers_expect(NULL, NULL);
}

/* What a carrier brings from other nodes counts like what comes from here. */
static void other_nodes_may_be_asked_until_everybody_has_been(void **state)
{
    struct outcome outcome = {.status = -1};
    struct answers *answers = answers_create(1000, on_answers, &outcome);

    (void)state;
    answers_expect_more(answers, 3);
    answers_give(answers, json_string("one"), 0);
    answers_expect_more(answers, 1);
    answers_give(answers, json_string("two"), 0);
    answers_close(answers, 0);
    answers_give(answers, json_string("three"), 0);
    assert_int_equal(outcome.n_calls, 0);
    answers_give(answers, NULL, SAILS_ETIMEOUT);
    assert_int_equal(outcome.n_calls, 1);
    assert_int_equal(outcome.status, SAILS_ETIMEOUT);
    assert_int_equal(outcome.n_answers, 3);
    answers_release(answers);
}

static void without_memory_there_are_no_answers(void **state)
{
    (void)state;
    mem_fail_after(0);
    assert_null(answers_create(1, on_answers, NULL));
    assert_true(mem_has_failed());
    mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_views),
        cmocka_unit_test(as_many_names_as_you_like),
        cmocka_unit_test(what_a_copy_names_is_its_own),
        cmocka_unit_test(no_list_is_everybody_and_an_empty_list_is_nobody),
        cmocka_unit_test(names_have_1_to_255_bytes),
        cmocka_unit_test(names_come_from_json_as_well),
        cmocka_unit_test(joining_and_leaving_need_rooms),
        cmocka_unit_test(a_worker_without_the_namespace_has_nothing_to_do),
        cmocka_unit_test(nobody_asked_is_everybody_answered),
        cmocka_unit_test(other_nodes_may_be_asked_until_everybody_has_been),
        cmocka_unit_test(without_memory_there_are_no_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
