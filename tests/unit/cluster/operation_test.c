#include "cluster/operation.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/io.h>

static void names_are_copied_and_may_die(void **state)
{
    char room[] = "kitchen", other[] = "hall", except[] = "cellar", id[] = "ann", nsp[] = "/chat";
    const char *to[] = {room, other, NULL};
    const char *excepts[] = {except, NULL};
    const char *rooms[] = {other, NULL};
    struct operation_spec spec = {
        .kind = OPERATION_JOIN,
        .nsp = str_from(nsp),
        .to = to,
        .except = excepts,
        .except_id = id,
        .rooms = rooms,
        .must_match = true,
        .close = true,
        .is_volatile = true,
    };
    struct operation *op = NULL;

    (void)state;
    assert_int_equal(operation_create(&spec, &op), 0);
    memset(room, '?', sizeof(room) - 1);
    memset(other, '?', sizeof(other) - 1);
    memset(except, '?', sizeof(except) - 1);
    memset(id, '?', sizeof(id) - 1);
    memset(nsp, '?', sizeof(nsp) - 1);
    assert_int_equal(op->kind, OPERATION_JOIN);
    assert_true(str_eq(op->nsp, STR("/chat")));
    assert_int_equal(op->target.n_rooms, 2);
    assert_true(str_eq(op->target.rooms[0], STR("kitchen")));
    assert_true(str_eq(op->target.rooms[1], STR("hall")));
    assert_int_equal(op->target.n_except, 1);
    assert_true(str_eq(op->target.except[0], STR("cellar")));
    assert_true(str_eq(op->target.except_id, STR("ann")));
    assert_int_equal(op->n_rooms, 1);
    assert_true(str_eq(op->rooms[0], STR("hall")));
    assert_false(op->to_nobody);
    assert_true(op->must_match && op->close && op->is_volatile);
    operation_release(op);
    operation_release(NULL);
}

static void no_list_is_everybody_and_an_empty_list_is_nobody(void **state)
{
    struct operation_spec spec = {.kind = OPERATION_FETCH, .nsp = STR("/")};
    struct operation *op = NULL;

    (void)state;
    assert_int_equal(operation_create(&spec, &op), 0);
    assert_false(op->to_nobody);
    assert_int_equal(op->target.n_rooms, 0);
    assert_int_equal(op->target.except_id.len, 0);
    operation_release(op);
    spec.to = (const char *const[]){NULL};
    assert_int_equal(operation_create(&spec, &op), 0);
    assert_true(op->to_nobody);
    operation_release(op);
}

static void names_have_1_to_255_bytes(void **state)
{
    char long_name[SAILS_ROOM_NAME_MAX + 2], longest[SAILS_ROOM_NAME_MAX + 1];
    const char *const *good = SAILS_ROOMS(longest, "a");
    const char *const *bad[] = {
        SAILS_ROOMS(long_name),
        SAILS_ROOMS(""),
        SAILS_ROOMS("a", ""),
        SAILS_ROOMS("a", long_name, "b"),
    };
    struct operation *op = NULL;

    (void)state;
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct operation_spec to = {.kind = OPERATION_BROADCAST, .nsp = STR("/"), .to = bad[i]};
        struct operation_spec except = {.nsp = STR("/"), .except = bad[i]};
        struct operation_spec rooms = {.kind = OPERATION_JOIN, .nsp = STR("/"), .rooms = bad[i]};

        assert_int_equal(operation_create(&to, &op), SAILS_EINVAL);
        assert_int_equal(operation_create(&except, &op), SAILS_EINVAL);
        assert_int_equal(operation_create(&rooms, &op), SAILS_EINVAL);
    }
    assert_null(op);
    assert_int_equal(operation_create(&(struct operation_spec){.kind = OPERATION_LEAVE,
                                                               .nsp = STR("/"),
                                                               .to = good,
                                                               .except = good,
                                                               .rooms = good},
                                      &op),
                     0);
    assert_int_equal(op->target.rooms[0].len, SAILS_ROOM_NAME_MAX);
    operation_release(op);
}

static void joining_and_leaving_need_rooms(void **state)
{
    static const enum operation_kind kinds[] = {OPERATION_JOIN, OPERATION_LEAVE};
    struct operation *op = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct operation_spec spec = {.kind = kinds[i], .nsp = STR("/")};

        assert_int_equal(operation_create(&spec, &op), SAILS_EINVAL);
        spec.rooms = (const char *const[]){NULL};
        assert_int_equal(operation_create(&spec, &op), SAILS_EINVAL);
    }
    assert_null(op);
}

static void an_operation_holds_its_message_and_answers(void **state)
{
    struct sio_message_options options = {0};
    struct sio_message *message = NULL;
    struct answers *answers = answers_create(0, 1000, NULL, NULL);
    struct operation *op = NULL;
    struct operation_spec spec = {.kind = OPERATION_BROADCAST, .nsp = STR("/")};

    (void)state;
    assert_int_equal(sio_message_create(STR("/"), "e", NULL, NULL, -1, &options, &message), 0);
    spec.message = message;
    spec.answers = answers;
    assert_int_equal(operation_create(&spec, &op), 0);
    sio_message_release(message);
    answers_release(answers);
    assert_ptr_equal(operation_retain(op), op);
    operation_release(op);
    assert_non_null(op->message);
    operation_release(op);
}

static void without_memory_there_is_no_operation(void **state)
{
    struct operation_spec spec = {
        .kind = OPERATION_JOIN, .nsp = STR("/"), .to = SAILS_ROOMS("a"), .rooms = SAILS_ROOMS("b")};
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        struct operation *op = NULL;

        mem_fail_after(n);
        rc = operation_create(&spec, &op);
        assert_int_equal(rc, mem_has_failed() ? SAILS_ENOMEM : 0);
        mem_fail_after(-1);
        operation_release(op);
    }
    assert_int_equal(rc, 0);
}

static json_t *describe_nobody(struct sio_socket *socket)
{
    (void)socket;
    fail_msg("nobody is here");
    return NULL;
}

static void a_worker_without_the_namespace_has_nothing_to_do(void **state)
{
    struct operation_spec spec = {.kind = OPERATION_FETCH, .nsp = STR("/")};
    struct operation *op = NULL;

    (void)state;
    assert_int_equal(operation_create(&spec, &op), 0);
    operation_apply(op, 3, NULL, describe_nobody);
    assert_int_equal(atomic_load(&op->matched), 0);
    assert_null(op->fetched[3]);
    operation_release(op);
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
    struct answers *answers = answers_create(7, 1000, on_answers, &outcome);

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

static void without_memory_there_are_no_answers(void **state)
{
    (void)state;
    mem_fail_after(0);
    assert_null(answers_create(0, 1, on_answers, NULL));
    assert_true(mem_has_failed());
    mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_copied_and_may_die),
        cmocka_unit_test(no_list_is_everybody_and_an_empty_list_is_nobody),
        cmocka_unit_test(names_have_1_to_255_bytes),
        cmocka_unit_test(joining_and_leaving_need_rooms),
        cmocka_unit_test(an_operation_holds_its_message_and_answers),
        cmocka_unit_test(without_memory_there_is_no_operation),
        cmocka_unit_test(a_worker_without_the_namespace_has_nothing_to_do),
        cmocka_unit_test(nobody_asked_is_everybody_answered),
        cmocka_unit_test(without_memory_there_are_no_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
