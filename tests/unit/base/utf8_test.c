#include "base/utf8.h"

#include "base/macros.h"
#include "support/cmocka.h"

struct sample {
    const char *text;
    size_t len;
};

#define SAMPLE(literal)                                                                            \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct sample valid[] = {
    SAMPLE(""),
    SAMPLE("plain text that is longer than a word"),
    SAMPLE("\x00\x7f"),
    SAMPLE("\xc2\x80\xdf\xbf"),
    SAMPLE(
        "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"), /* U+FFFF is no character, but valid */
    SAMPLE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
    SAMPLE("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5 and then plain text, plain text"),
    SAMPLE("\xef\xbf\xbe\xf0\x9f\xbf\xbe\xef\xb7\x90"), /* non-characters */
};

/* In each the last byte is the first impossible one. */
static const struct sample invalid[] = {
    SAMPLE("\x80"),
    SAMPLE("plain text, plain text\xbf"),
    SAMPLE("\xc0"),
    SAMPLE("\xc1"),
    SAMPLE("\xc2\x7f"),
    SAMPLE("\xc2\xc2"),
    SAMPLE("\xe0\x9f"),
    SAMPLE("\xe0\xa0\x7f"),
    SAMPLE("\xed\xa0"), /* surrogates */
    SAMPLE("\xf0\x8f"),
    SAMPLE("\xf0\x90\x80\xc0"),
    SAMPLE("\xf4\x90"), /* above U+10FFFF */
    SAMPLE("\xf5"),
    SAMPLE("\xff"),
    SAMPLE("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0"),
};

static bool feed(struct utf8_check *check, const char *text, size_t len)
{
    return utf8_check_feed(check, (struct bytes){(const uint8_t *)text, len});
}

static void valid_text_is_accepted_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        for (size_t cut = 0; cut <= valid[i].len; cut++) {
            struct utf8_check check = {0};

            assert_true(feed(&check, valid[i].text, cut));
            assert_true(feed(&check, valid[i].text + cut, valid[i].len - cut));
            assert_true(utf8_check_is_whole(&check));
        }
    }
}

static void the_first_impossible_byte_is_refused_at_every_cut_and_none_before_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(invalid); i++) {
        for (size_t cut = 0; cut < invalid[i].len; cut++) {
            struct utf8_check check = {0};
            struct utf8_check before = {0};

            assert_true(feed(&before, invalid[i].text, invalid[i].len - 1));
            assert_true(feed(&check, invalid[i].text, cut));
            assert_false(feed(&check, invalid[i].text + cut, invalid[i].len - cut));
        }
    }
}

static void an_incomplete_character_is_possible_but_not_whole(void **state)
{
    struct utf8_check check = {0};

    (void)state;
    assert_true(feed(&check, "a\xf0\x9f", 3));
    assert_false(utf8_check_is_whole(&check));
    assert_false(utf8_is_valid((struct bytes){(const uint8_t *)"a\xf0\x9f", 3}));
}

/* Written another way than the check: decode, and compare with what encoding gives. */
static bool is_shortest_form(const uint8_t *b, size_t len, uint32_t *point)
{
    static const uint8_t marks[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint8_t masks[] = {0, 0x80, 0xe0, 0xf0, 0xf8};

    if ((b[0] & masks[len]) != marks[len]) {
        return false;
    }
    *point = b[0] & (uint8_t)~masks[len];
    for (size_t i = 1; i < len; i++) {
        if ((b[i] & 0xc0) != 0x80) {
            return false;
        }
        *point = *point << 6 | (b[i] & 0x3f);
    }
    return *point >= least[len] && *point <= 0x10ffff && (*point < 0xd800 || *point > 0xdfff);
}

static void every_character_of_one_to_four_bytes_is_judged_as_rfc_3629_says(void **state)
{
    static const uint8_t tails[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};

    (void)state;
    for (unsigned first = 0; first <= 0xff; first++) {
        for (unsigned second = 0; second <= 0xff; second++) {
            for (size_t t = 0; t < ARRAY_LEN(tails) * ARRAY_LEN(tails); t++) {
                uint8_t b[4] = {(uint8_t)first, (uint8_t)second, tails[t / ARRAY_LEN(tails)],
                                tails[t % ARRAY_LEN(tails)]};
                size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
                uint32_t point = 0;

                assert_int_equal(utf8_is_valid((struct bytes){b, len}),
                                 is_shortest_form(b, len, &point));
            }
        }
    }
}

static void the_length_in_utf16_counts_pairs_twice(void **state)
{
    (void)state;
    assert_int_equal(utf8_utf16_len(STR("")), 0);
    assert_int_equal(utf8_utf16_len(STR("abc")), 3);
    assert_int_equal(utf8_utf16_len(STR("h\xc3\xa9\xe2\x82\xac")), 3);
    assert_int_equal(utf8_utf16_len(STR("\xf0\x9f\x98\x80!")), 3);
}

static void text_of_either_kind_becomes_utf8(void **state)
{
    static const struct {
        const char *bytes, *want;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"caf\xe9", "caf\xc3\xa9"},
        {"\x80\xff\xc3\xa9", "\xc2\x80\xc3\xbf\xc3\x83\xc2\xa9"}, /* all of it, or nothing */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = {0};

        utf8_append_any(&out, str_from(cases[i].bytes));
        assert_true(str_eq(buf_str(&out), str_from(cases[i].want)));
        assert_true(utf8_is_valid(buf_bytes(&out)));
        buf_deinit(&out);
    }
}

static void a_cut_goes_through_no_character(void **state)
{
    static const char text[] = "a\xe2\x82\xac\xf0\x9f\x98\x80";
    static const size_t lens[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};

    (void)state;
    for (size_t max = 0; max < ARRAY_LEN(lens); max++) {
        assert_int_equal(utf8_cut(STR(text), max).len, lens[max]);
    }
    assert_int_equal(utf8_cut((struct str){NULL, 0}, 3).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_text_is_accepted_at_every_cut),
        cmocka_unit_test(the_first_impossible_byte_is_refused_at_every_cut_and_none_before_it),
        cmocka_unit_test(an_incomplete_character_is_possible_but_not_whole),
        cmocka_unit_test(every_character_of_one_to_four_bytes_is_judged_as_rfc_3629_says),
        cmocka_unit_test(the_length_in_utf16_counts_pairs_twice),
        cmocka_unit_test(text_of_either_kind_becomes_utf8),
        cmocka_unit_test(a_cut_goes_through_no_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
