#include "pubsub/room_list.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

static const struct orm_attribute number_key = {.type = ORM_NUMBER};
static const struct orm_attribute text_key = {.type = ORM_STRING};
static const struct orm_model user = {.identity = {"user", 4}, .primary_key = &number_key};
static const struct orm_model doc = {.identity = {"doc", 3}, .primary_key = &text_key};

static void expect_names(const struct room_list *list, const char *const *want, size_t n)
{
    const char *name = list->names.ptr;

    assert_int_equal(list->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(name, want[i]);
        name += strlen(name) + 1;
    }
}

/* pubsub-and-blueprints 1 */
static void records_and_models_have_rooms(void **state)
{
    static const char *const want[] = {"sails_model_user_1:user", "sails_model_create_user",
                                       "sails_model_doc_a:doc"};
    struct room_list list = {0};
    json_t *one = json_integer(1);
    json_t *a = json_string("a");
    json_t *zero = json_integer(0);

    (void)state;
    assert_int_equal(room_list_add_record(&list, &user, one), 0);
    assert_int_equal(room_list_add_class(&list, &user), 0);
    assert_int_equal(room_list_add_record(&list, &doc, a), 0);
    expect_names(&list, want, ARRAY_LEN(want));
    /* What is none leaves the list as it was. */
    assert_int_equal(room_list_add_record(&list, &doc, zero), SAILS_EINVAL);
    assert_int_equal(room_list_add_record(&list, &doc, NULL), SAILS_EINVAL);
    assert_int_equal(room_list_add_record(&list, &user, json_true()), SAILS_EINVAL);
    expect_names(&list, want, ARRAY_LEN(want));
    json_decref(one);
    json_decref(a);
    json_decref(zero);
    room_list_deinit(&list);
}

static void without_memory_a_list_stays_as_it_was(void **state)
{
    json_t *key =
        json_string("a key of some length, so that the names have to grow more than once");
    struct room_list list = {0};

    (void)state;
    for (long n = 0;; n++) {
        size_t before = list.n;
        bool has_failed = false;
        int rc = 0;

        mem_fail_after(n);
        rc = room_list_add_record(&list, &doc, key);
        has_failed = mem_has_failed();
        mem_fail_after(-1);
        if (!has_failed) {
            assert_int_equal(rc, 0);
            break;
        }
        assert_int_equal(rc, SAILS_ENOMEM);
        assert_int_equal(list.n, before);
        assert_int_equal(list.names.len, 0);
    }
    assert_string_equal(room_list_only(&list),
                        "sails_model_doc_a key of some length, so that the names have to grow more "
                        "than once:doc");
    json_decref(key);
    room_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_models_have_rooms),
        cmocka_unit_test(without_memory_a_list_stays_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
