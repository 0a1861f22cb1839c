#include "blueprints/plural.h"

#include "base/macros.h"
#include "support/cmocka.h"

/* pubsub-and-blueprints 9, 14: what the `pluralize` of npm makes of names of models */
static void words_have_their_plural(void **state)
{
    static const char *const words[][2] = {
        {"user", "users"},
        {"house", "houses"},
        {"person", "people"},
        {"category", "categories"},
        {"news", "news"},
        {"usercomment", "usercomments"},
        {"pet", "pets"},
        {"box", "boxes"},
        {"day", "days"},
        {"key", "keys"},
        {"boy", "boys"},
        {"child", "children"},
        {"woman", "women"},
        {"mouse", "mice"},
        {"status", "statuses"},
        {"address", "addresses"},
        {"match", "matches"},
        {"dish", "dishes"},
        {"analysis", "analyses"},
        {"index", "indices"},
        {"matrix", "matrices"},
        {"knife", "knives"},
        {"leaf", "leaves"},
        {"half", "halves"},
        {"hero", "heroes"},
        {"photo", "photos"},
        {"company", "companies"},
        {"series", "series"},
        {"sheep", "sheep"},
        {"users", "users"},
        {"people", "people"},
        {"bus", "buses"},
        {"criterion", "criteria"},
        {"datum", "data"},
        {"quiz", "quizzes"},
        {"foot", "feet"},
        {"tooth", "teeth"},
        {"goose", "geese"},
        {"cactus", "cacti"},
        {"alias", "aliases"},
        {"equipment", "equipment"},
        {"chief", "chiefs"},
        {"proof", "proofs"},
        {"colloquy", "colloquies"},
        {"human", "humans"},
        {"equity", "equities"},
        {"vertex", "vertices"},
        {"axis", "axes"},
    };
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        buf_clear(&out);
        plural_append(&out, str_from(words[i][0]));
        buf_append_char(&out, '\0');
        assert_string_equal(out.ptr, words[i][1]);
    }
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_their_plural),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
