#include "web/digest.h"

#include "support/cmocka.h"

#include <stdio.h>

static void expect_digest(const uint8_t *digest, size_t len, const char *want)
{
    char text[2 * DIGEST_SHA256_LEN + 1] = "";

    for (size_t i = 0; i < len; i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    assert_string_equal(text, want);
}

/* `n` bytes of `c`. */
static struct str fill(char *out, int c, size_t n)
{
    memset(out, c, n);
    return (struct str){out, n};
}

/* RFC 4231 sections 4.2 to 4.4, 4.7 and 4.8: keys that are shorter than a block, and longer. */
static void hmacs_are_those_of_rfc_4231(void **state)
{
    char key[131], data[50];
    uint8_t digest[DIGEST_SHA256_LEN];

    (void)state;
    assert_true(digest_hmac_sha256(digest, fill(key, 0x0b, 20), STR("Hi There")));
    expect_digest(digest, sizeof(digest),
                  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_true(digest_hmac_sha256(digest, STR("Jefe"), STR("what do ya want for nothing?")));
    expect_digest(digest, sizeof(digest),
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_true(digest_hmac_sha256(digest, fill(key, 0xaa, 20), fill(data, 0xdd, 50)));
    expect_digest(digest, sizeof(digest),
                  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    assert_true(digest_hmac_sha256(digest, fill(key, 0xaa, 131),
                                   STR("Test Using Larger Than Block-Size Key - Hash Key First")));
    expect_digest(digest, sizeof(digest),
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* A key of exactly one block, and one byte more; nothing at all. */
static void a_key_of_a_block_is_the_longest_that_is_not_hashed(void **state)
{
    char key[65];
    uint8_t hashed[DIGEST_SHA256_LEN], digest[DIGEST_SHA256_LEN];

    (void)state;
    assert_true(digest_hmac_sha256(digest, (struct str){NULL, 0}, (struct str){NULL, 0}));
    expect_digest(digest, sizeof(digest),
                  "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    assert_true(digest_hmac_sha256(digest, fill(key, 'k', 64), STR("text")));
    assert_true(digest_hmac_sha256(hashed, fill(key, 'k', 65), STR("text")));
    assert_memory_not_equal(digest, hashed, sizeof(digest));
}

/* FIPS 180, and of nothing. */
static void sha1_is_that_of_fips_180(void **state)
{
    uint8_t digest[DIGEST_SHA1_LEN];

    (void)state;
    assert_true(digest_sha1(digest, str_bytes(STR("abc"))));
    expect_digest(digest, sizeof(digest), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_true(digest_sha1(digest, (struct bytes){NULL, 0}));
    expect_digest(digest, sizeof(digest), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmacs_are_those_of_rfc_4231),
        cmocka_unit_test(a_key_of_a_block_is_the_longest_that_is_not_hashed),
        cmocka_unit_test(sha1_is_that_of_fips_180),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
