#include "socketio/sio_message.h"

#include "base/json_value.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct sio_message_options options;

static void assert_part(const struct sio_message *m, size_t at, bool is_binary, const char *want)
{
    struct bytes data = eio_message_data(m->parts[at]);

    assert_true(at < m->n_parts);
    assert_true(m->parts[at]->is_binary == is_binary);
    if (!str_eq(bytes_str(data), str_from(want))) {
        fail_msg("%.*s instead of %s", STR_FMT(bytes_str(data)), want);
    }
}

/* socket-io 1, 12, 15, 31: the forms of events and acks. */
static void events_and_acks_are_written_by_the_grammar(void **state)
{
    static const struct {
        const char *nsp;
        const char *event;
        const char *args;
        const char *offset;
        int64_t id;
        const char *text;
    } cases[] = {
        {"/", "foo", NULL, NULL, -1, "2[\"foo\"]"},
        {"/admin", "bar", "[1,\"x\"]", NULL, 13, "2/admin,13[\"bar\",1,\"x\"]"},
        {"/", "a", "[1]", "Q83jS_L", -1, "2[\"a\",1,\"Q83jS_L\"]"},
        {"/", "", "[]", "o", -1, "2[\"\",\"o\"]"},
        {"/", NULL, NULL, NULL, 12, "312[]"},
        {"/admin", NULL, "[\"bar\",null]", NULL, 0, "3/admin,0[\"bar\",null]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *args = cases[i].args != NULL ? json_loads(cases[i].args, 0, NULL) : NULL;
        struct sio_message *m = NULL;

        assert_int_equal(sio_message_create(str_from(cases[i].nsp), cases[i].event, args,
                                            cases[i].offset, cases[i].id, &options, &m),
                         0);
        assert_int_equal(m->n_parts, 1);
        assert_part(m, 0, false, cases[i].text);
        sio_message_release(m);
        json_decref(args);
    }
}

/* socket-io 12, 13 */
static void binary_arguments_become_attachments_in_order(void **state)
{
    json_t *args =
        json_pack("[o,{s:o}]", json_value_binary("AA", 2), "b", json_value_binary("B", 1));
    struct sio_message *m = NULL;

    (void)state;
    assert_int_equal(sio_message_create(STR("/admin"), "baz", args, NULL, 7, &options, &m), 0);
    assert_int_equal(m->n_parts, 3);
    assert_part(m, 0, false,
                "52-/admin,7[\"baz\",{\"_placeholder\":true,\"num\":0},"
                "{\"b\":{\"_placeholder\":true,\"num\":1}}]");
    assert_part(m, 1, true, "AA");
    assert_part(m, 2, true, "B");
    sio_message_release(sio_message_retain(m));
    sio_message_release(m);

    assert_int_equal(sio_message_create(STR("/"), NULL, args, NULL, 15, &options, &m), 0);
    assert_part(
        m, 0, false,
        "62-15[{\"_placeholder\":true,\"num\":0},{\"b\":{\"_placeholder\":true,\"num\":1}}]");
    sio_message_release(m);
    json_decref(args);
}

static void a_value_that_is_sent_twice_is_kept_once(void **state)
{
    json_t *args = json_array();
    json_t *value = json_value_binary("AA", 2);
    struct sio_message *m = NULL;

    (void)state;
    json_array_append(args, value);
    json_array_append_new(args, json_value_binary("AA", 2));
    json_array_append_new(args, value);
    assert_int_equal(sio_message_create(STR("/"), "x", args, NULL, -1, &options, &m), 0);
    assert_int_equal(m->n_parts, 4);
    assert_ptr_equal(m->parts[1], m->parts[3]);
    assert_ptr_not_equal(m->parts[1], m->parts[2]);
    assert_part(m, 3, true, "AA");
    sio_message_release(m);
    json_decref(args);
}

/* socket-io 40 */
static void more_attachments_than_clients_accept_are_refused(void **state)
{
    struct sio_message_options more = {.max_attachments = 11};
    json_t *args = json_array();
    struct sio_message *m = NULL;

    (void)state;
    for (int i = 0; i < 11; i++) {
        json_array_append_new(args, json_value_binary("x", 1));
    }
    assert_int_equal(sio_message_create(STR("/"), "a", args, NULL, -1, &options, &m),
                     SAILS_ETOOBIG);
    assert_null(m);
    assert_int_equal(sio_message_create(STR("/"), "a", args, NULL, -1, &more, &m), 0);
    assert_int_equal(m->n_parts, 12);
    sio_message_release(m);
    json_decref(args);
}

/* socket-io 19 */
static void reserved_names_and_bad_values_are_refused(void **state)
{
    static const char *const names[] = {"connect",       "connect_error", "disconnect",
                                        "disconnecting", "newListener",   "removeListener"};
    struct sio_message *m = NULL;
    json_t *object = json_object();
    json_t *args = json_pack("[o]", json_stringn_nocheck("\xc0", 1));

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(sio_message_create(STR("/"), names[i], NULL, NULL, -1, &options, &m),
                         SAILS_ERESERVED);
    }
    assert_int_equal(sio_message_create(STR("/"), "a", object, NULL, -1, &options, &m),
                     SAILS_EINVAL);
    assert_int_equal(sio_message_create(STR("/"), "a", args, NULL, -1, &options, &m), SAILS_EJSON);
    assert_int_equal(sio_message_create(STR("/"), "\xff", NULL, NULL, -1, &options, &m),
                     SAILS_EJSON);
    assert_null(m);
    json_decref(object);
    json_decref(args);
}

static void a_raw_payload_is_taken_as_it_is(void **state)
{
    struct sio_message *m = NULL;

    (void)state;
    assert_int_equal(
        sio_message_create_raw(SIO_EVENT, STR("/n"), 3, STR("[\"a\", 1]"), &options, &m), 0);
    assert_part(m, 0, false, "2/n,3[\"a\", 1]");
    sio_message_release(m);
}

static void no_failed_allocation_is_missed(void **state)
{
    json_t *args = json_pack("[o,s]", json_value_binary("AA", 2), "text");
    struct sio_message *m = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = sio_message_create(STR("/"), "a", args, NULL, 1, &options, &m);
        assert_true(rc == 0 || m == NULL);
    }
    mem_fail_after(-1);
    assert_int_equal(rc, 0);
    sio_message_release(m);
    sio_message_release(NULL);
    json_decref(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_and_acks_are_written_by_the_grammar),
        cmocka_unit_test(binary_arguments_become_attachments_in_order),
        cmocka_unit_test(a_value_that_is_sent_twice_is_kept_once),
        cmocka_unit_test(more_attachments_than_clients_accept_are_refused),
        cmocka_unit_test(reserved_names_and_bad_values_are_refused),
        cmocka_unit_test(a_raw_payload_is_taken_as_it_is),
        cmocka_unit_test(no_failed_allocation_is_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
