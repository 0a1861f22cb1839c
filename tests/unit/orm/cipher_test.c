#include "orm/cipher.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* The key of waterline 8: Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI= */
static const struct orm_encryption_key keys[] = {
    {.id = "default", .bytes = {0x06, 0xfd, 0xf1, 0xf2, 0x7d, 0xd1, 0x93, 0x5b, 0xd5, 0xb7, 0xb9,
                                0x90, 0x4f, 0x05, 0x58, 0xca, 0xae, 0xdc, 0x37, 0x7c, 0x10, 0xd2,
                                0x6d, 0x99, 0xa5, 0x95, 0x74, 0x73, 0x86, 0xf5, 0xc9, 0x82}},
    {.id = "other", .bytes = {1, 2, 3}},
};

static const struct orm_model model = {.keys = keys, .n_keys = 2};
static const unsigned char iv[CIPHER_IV_LEN] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const char vector[] =
    "YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$AAECAwQFBgcICQoL$CZGfVSU=$XMjGGjq4zNDfmdJ3p8pmaw";

/* waterline 30 */
static void the_vector_of_the_specification_holds(void **state)
{
    json_t *value = json_string("123");
    json_t *stored = NULL;
    json_t *again = NULL;

    (void)state;
    assert_int_equal(cipher_encrypt_with(&keys[0], iv, value, &stored), 0);
    assert_string_equal(json_string_value(stored), vector);
    assert_int_equal(cipher_decrypt(&model, stored, &again), 0);
    assert_true(json_equal(again, value));
    json_decref(value);
    json_decref(stored);
    json_decref(again);
}

/* waterline 30: '', 0, false and null stay as they are */
static void empty_values_are_left_plain(void **state)
{
    json_t *values = json_loads("[\"\", 0, 0.0, false, null]", 0, NULL);

    (void)state;
    for (size_t i = 0; i < json_array_size(values); i++) {
        json_t *stored = NULL;

        assert_int_equal(cipher_encrypt(&keys[0], json_array_get(values, i), &stored), 0);
        assert_ptr_equal(stored, json_array_get(values, i));
        json_decref(stored);
    }
    json_decref(values);
}

static void every_value_comes_back(void **state)
{
    json_t *values =
        json_loads("[1, -2.5, true, \"a\", {\"a\": [1, null]}, [], \"a$b$c$d\"]", 0, NULL);

    (void)state;
    json_array_append_new(values, json_string(vector)); /* what looks encrypted is encrypted */
    for (size_t i = 0; i < json_array_size(values); i++) {
        json_t *first = NULL;
        json_t *second = NULL;
        json_t *again = NULL;

        assert_int_equal(cipher_encrypt(&keys[1], json_array_get(values, i), &first), 0);
        assert_int_equal(cipher_encrypt(&keys[1], json_array_get(values, i), &second), 0);
        assert_false(json_equal(first, second)); /* an IV of its own each time */
        assert_int_equal(cipher_decrypt(&model, first, &again), 0);
        assert_true(json_equal(again, json_array_get(values, i)));
        json_decref(first);
        json_decref(second);
        json_decref(again);
    }
    json_decref(values);
}

static void what_is_not_encrypted_is_given_as_it_is(void **state)
{
    static const char *const texts[] = {
        "\"\"",
        "\"plain\"",
        "5",
        "null",
        "\"$$$\"",
        "\"a$b$c$d\"",
        "\"YWVz$AAEC$CZGf$XMjG\"",
        "\"YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$AAECAwQFBgcICQoL$CZGfVSU=\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *stored = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        json_t *value = NULL;

        assert_int_equal(cipher_decrypt(&model, stored, &value), 0);
        assert_ptr_equal(value, stored);
        json_decref(stored);
        json_decref(value);
    }
}

static void what_was_changed_is_refused(void **state)
{
    json_t *value = NULL;

    (void)state;
    for (size_t i = strlen("YWVzLTI1Ni1nY20kJGRl"); i < sizeof(vector) - 3; i++) {
        char text[sizeof(vector)];
        json_t *stored = NULL;

        memcpy(text, vector, sizeof(vector));
        if (text[i] == '$' || text[i] == '=' || text[i + 1] == '=') {
            continue; /* nothing, or bits beyond the last byte */
        }
        text[i] = text[i] == 'Q' ? 'R' : 'Q';
        stored = json_string(text);
        if (cipher_decrypt(&model, stored, &value) != SAILS_EPROTO) {
            fail_msg("taken: %s", text);
        }
        json_decref(stored);
    }
}

static void keys_are_found_by_their_ids(void **state)
{
    (void)state;
    assert_ptr_equal(cipher_find_key(&model, NULL), &keys[0]);
    assert_ptr_equal(cipher_find_key(&model, "other"), &keys[1]);
    assert_null(cipher_find_key(&model, "none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_of_the_specification_holds),
        cmocka_unit_test(empty_values_are_left_plain),
        cmocka_unit_test(every_value_comes_back),
        cmocka_unit_test(what_is_not_encrypted_is_given_as_it_is),
        cmocka_unit_test(what_was_changed_is_refused),
        cmocka_unit_test(keys_are_found_by_their_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
