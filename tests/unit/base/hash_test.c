#include "base/hash.h"

#include "base/macros.h"
#include "support/cmocka.h"

/* Key 00 01 .. 0f, message 00 01 .. of each length: the vectors of SipHash-1-3. */
static void the_published_vectors_come_out(void **state)
{
    static const struct {
        size_t len;
        uint64_t want;
    } cases[] = {
        {0, UINT64_C(0xabac0158050fc4dc)},  {1, UINT64_C(0xc9f49bf37d57ca93)},
        {2, UINT64_C(0x82cb9b024dc7d44d)},  {7, UINT64_C(0xd3927d989bb11140)},
        {8, UINT64_C(0x369095118d299a8e)},  {9, UINT64_C(0x25a48eb36c063de4)},
        {15, UINT64_C(0xd320d86d2a519956)}, {16, UINT64_C(0xcc4fdd1a7d908b66)},
        {63, UINT64_C(0x9d199062b7bbb3a8)},
    };
    struct hash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    uint8_t message[64];

    (void)state;
    for (size_t i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(hash_bytes(key, (struct bytes){message, cases[i].len}) == cases[i].want);
    }
}

static void another_key_gives_another_hash(void **state)
{
    (void)state;
    assert_true(hash_str((struct hash_key){1, 2}, STR("room")) !=
                hash_str((struct hash_key){1, 3}, STR("room")));
    assert_true(hash_str((struct hash_key){1, 2}, STR("room")) !=
                hash_str((struct hash_key){1, 2}, STR("rooms")));
    assert_true(hash_str((struct hash_key){1, 2}, (struct str){NULL, 0}) ==
                hash_str((struct hash_key){1, 2}, STR("")));
}

static void names_in_any_case_meet(void **state)
{
    (void)state;
    assert_true(hash_nocase(STR("User/Find")) == hash_nocase(STR("user/find")));
    assert_true(hash_nocase(STR("user/find")) != hash_nocase(STR("user/fine")));
    assert_true(hash_nocase((struct str){NULL, 0}) == hash_nocase(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_come_out),
        cmocka_unit_test(another_key_gives_another_hash),
        cmocka_unit_test(names_in_any_case_meet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
