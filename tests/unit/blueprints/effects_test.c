#include "blueprints/effects.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

static const struct orm_attribute number_key = {.type = ORM_NUMBER};
static const struct orm_model user = {.identity = {"user", 4}, .primary_key = &number_key};

/* One of each kind, about records 1 to `n`. */
static void gather(struct effects *effects, json_int_t n)
{
    for (json_int_t i = 1; i <= n; i++) {
        json_t *key = json_integer(i);

        effects_subscribe(effects, &user, key);
        effects_send(effects, &user, key, json_pack("{s:O}", "id", key));
        effects_introduce(effects, &user, key);
        effects_retire(effects, &user, key);
        effects_unsubscribe(effects, &user, key);
        json_decref(key);
    }
    effects_watch(effects, &user);
    effects_send_to_class(effects, &user, json_true());
}

static void without_memory_what_is_gathered_is_known_to_be_incomplete(void **state)
{
    (void)state;
    for (long n = 0;; n++) {
        struct effects effects = {.socket_id = "somebody"};
        bool has_failed = false;

        mem_fail_after(n);
        gather(&effects, 3);
        has_failed = mem_has_failed();
        mem_fail_after(-1);
        assert_int_equal(effects_error(&effects), has_failed ? SAILS_ENOMEM : 0);
        effects_deinit(&effects);
        if (!has_failed) {
            break;
        }
    }
}

static void data_that_could_not_be_made_is_a_failure(void **state)
{
    struct effects effects = {0};
    json_t *key = json_integer(1);

    (void)state;
    effects_send(&effects, &user, key, NULL);
    assert_int_equal(effects_error(&effects), SAILS_ENOMEM);
    effects_deinit(&effects);
    effects = (struct effects){0};
    effects_send_to_class(&effects, &user, NULL);
    assert_int_equal(effects_error(&effects), SAILS_ENOMEM);
    effects_deinit(&effects);
    json_decref(key);
}

/* Whom nobody can be subscribed to, nobody is told of. */
static void a_key_without_a_room_concerns_nobody(void **state)
{
    struct effects effects = {.socket_id = "somebody"};
    char longest[SAILS_ROOM_NAME_MAX];
    json_t *key = NULL;

    (void)state;
    memset(longest, 'x', sizeof(longest));
    key = json_stringn(longest, sizeof(longest));
    effects_send(&effects, &user, key, json_true());
    effects_introduce(&effects, &user, key);
    effects_retire(&effects, &user, key);
    assert_int_equal(effects_error(&effects), 0);
    assert_int_equal(effects.n, 0);
    assert_true(effects.records == 0);
    effects_deinit(&effects);
    json_decref(key);
}

static void rooms_that_follow_one_another_are_joined_at_once(void **state)
{
    struct effects effects = {.socket_id = "somebody"};
    struct effects over_http = {0};
    json_t *keys[] = {json_integer(1), json_integer(2), json_integer(3)};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        effects_subscribe(&effects, &user, keys[i]);
        effects_watch(&effects, &user);
        effects_subscribe(&over_http, &user, keys[i]);
        json_decref(keys[i]);
    }
    assert_int_equal(effects.n, 1);
    assert_int_equal(over_http.n, 0);
    effects_deinit(&effects);
    effects_deinit(&over_http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_what_is_gathered_is_known_to_be_incomplete),
        cmocka_unit_test(data_that_could_not_be_made_is_a_failure),
        cmocka_unit_test(a_key_without_a_room_concerns_nobody),
        cmocka_unit_test(rooms_that_follow_one_another_are_joined_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
