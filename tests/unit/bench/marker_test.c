#include "load/marker.h"

#include "support/cmocka.h"

#include <string.h>

static void what_was_written_is_found_in_whatever_is_around_it(void **state)
{
    static const char *const around[][2] = {
        {"", ""}, {"42[\"broadcast\",\"", "\"]"}, {"[ \"", "\" ]"}, {"{\"v\":\"", "\"},\"x\":1}"}};
    static const size_t sizes[] = {1, 20, 64, 5000};

    (void)state;
    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
            struct pile text = {0};
            struct marker wrote = {7, 12345, UINT64_C(98765432109876)}, read = {0};
            size_t size = 0;

            pile_append_text(&text, around[i][0]);
            marker_append(&text, &wrote, sizes[j]);
            pile_append_text(&text, around[i][1]);
            assert_true(marker_find(text.data, text.len, &read, &size));
            assert_int_equal(read.topic, 7);
            assert_int_equal(read.seq, 12345);
            assert_true(read.due_ns == wrote.due_ns);
            assert_int_equal(size, marker_size(&wrote, sizes[j]));
            assert_int_equal(size, text.len - strlen(around[i][0]) - strlen(around[i][1]));
            pile_free(&text);
        }
    }
}

static void a_marker_that_was_cut_is_none_or_shorter(void **state)
{
    struct pile text = {0};
    struct marker wrote = {1, 2, 3}, read;
    size_t size = 0;

    (void)state;
    marker_append(&text, &wrote, 12);
    assert_memory_equal(text.data, "~1.2.3.xxxxx", 12);
    for (size_t len = 0; len < text.len; len++) {
        if (marker_find(text.data, len, &read, &size)) {
            assert_true(len >= 7);
            assert_int_equal(size, len);
        } else {
            assert_true(len < 7);
        }
    }
    pile_free(&text);
}

static void what_is_no_marker_is_not_found(void **state)
{
    static const char *const texts[] = {"",        "nothing", "~",
                                        "~1",      "~1.2",    "~1.2.3",
                                        "~1.2.x.", "~.1.2.",  "~1.2.99999999999999999999999."};
    struct marker marker;
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_false(marker_find(texts[i], strlen(texts[i]), &marker, &size));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_found_in_whatever_is_around_it),
        cmocka_unit_test(a_marker_that_was_cut_is_none_or_shorter),
        cmocka_unit_test(what_is_no_marker_is_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
