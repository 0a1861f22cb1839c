#include "web/negotiate.h"

#include "base/macros.h"
#include "support/cmocka.h"

static const struct negotiate_case {
    enum negotiate_subject subject;
    const char *header;
    const char *offers[4];
    int want;
} cases[] = {
    {NEGOTIATE_TYPE, NULL, {"html", "json"}, 0},
    {NEGOTIATE_TYPE, "*/*", {"html", "json"}, 0},
    {NEGOTIATE_TYPE, "", {"html"}, NEGOTIATE_NONE},
    {NEGOTIATE_TYPE, "application/json", {"html", "json"}, 1},
    {NEGOTIATE_TYPE, "application/json", {"image/png"}, NEGOTIATE_NONE},
    {NEGOTIATE_TYPE, "text/html, application/json;q=0.9", {"json", "html"}, 1},
    {NEGOTIATE_TYPE, "application/json, text/html", {"html", "json"}, 1},
    {NEGOTIATE_TYPE, "text/*;q=0.5, application/json", {"text", "json"}, 1},
    {NEGOTIATE_TYPE, "text/*, application/json;q=0.5", {"json", "text"}, 1},
    {NEGOTIATE_TYPE, "*/*, text/html;q=0", {"html", "json"}, 1},
    {NEGOTIATE_TYPE, "*/*;q=0.1, text/plain", {"html", "text"}, 1},
    {NEGOTIATE_TYPE, "text/html;level=1", {"text/html"}, NEGOTIATE_NONE},
    {NEGOTIATE_TYPE, "text/html;level=1", {"text/html;level=1"}, 0},
    {NEGOTIATE_TYPE, "TEXT/HTML", {"html"}, 0},
    {NEGOTIATE_TYPE, "text", {"text"}, NEGOTIATE_NONE},
    {NEGOTIATE_CHARSET, NULL, {"utf-8"}, 0},
    {NEGOTIATE_CHARSET, "iso-8859-1;q=0.5, utf-8", {"iso-8859-1", "utf-8"}, 1},
    {NEGOTIATE_CHARSET, "iso-8859-1", {"utf-8"}, NEGOTIATE_NONE},
    {NEGOTIATE_CHARSET, "*, utf-8;q=0", {"utf-8", "koi8-r"}, 1},
    {NEGOTIATE_ENCODING, NULL, {"gzip", "identity"}, 1},
    {NEGOTIATE_ENCODING, NULL, {"gzip"}, NEGOTIATE_NONE},
    {NEGOTIATE_ENCODING, "gzip, deflate", {"deflate", "gzip"}, 1},
    {NEGOTIATE_ENCODING, "gzip", {"identity", "gzip"}, 1},
    {NEGOTIATE_ENCODING, "gzip", {"identity"}, 0},
    {NEGOTIATE_ENCODING, "identity;q=0, gzip", {"identity"}, NEGOTIATE_NONE},
    {NEGOTIATE_ENCODING, "*;q=0", {"identity"}, NEGOTIATE_NONE},
    {NEGOTIATE_LANGUAGE, NULL, {"de"}, 0},
    {NEGOTIATE_LANGUAGE, "fr, de;q=0.8", {"de", "fr"}, 1},
    {NEGOTIATE_LANGUAGE, "en-US", {"en"}, 0},
    {NEGOTIATE_LANGUAGE, "en", {"de", "en-GB"}, 1},
    {NEGOTIATE_LANGUAGE, "en-US", {"en-GB"}, NEGOTIATE_NONE},
    {NEGOTIATE_LANGUAGE, "en-US, en;q=0.5", {"en", "en-US"}, 1},
    {NEGOTIATE_LANGUAGE, "*", {"xx"}, 0},
};

static void the_client_s_preferences_decide(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int found = negotiate(cases[i].subject, str_from(cases[i].header), cases[i].offers);

        if (found != cases[i].want) {
            fail_msg("case %zu, \"%s\": %d", i, cases[i].header, found);
        }
    }
}

static void types_are_of_kinds(void **state)
{
    static const struct {
        const char *type, *kind;
        bool want;
    } kinds[] = {
        {"application/json", "json", true},
        {"application/json; charset=utf-8", "json", true},
        {"Application/JSON", "application/json", true},
        {"application/json", "application/*", true},
        {"application/json", "*/json", true},
        {"text/html", "text/*", true},
        {"text/html", "json", false},
        {"application/vnd.api+json", "+json", true},
        {"application/json", "+json", false},
        {"application/x-www-form-urlencoded", "urlencoded", true},
        {"multipart/form-data; boundary=x", "multipart", true},
        {"multipart", "multipart", false},
        {"", "text", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (negotiate_is_type(str_from(kinds[i].type), str_from(kinds[i].kind)) != kinds[i].want) {
            fail_msg("%s: %s", kinds[i].type, kinds[i].kind);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_s_preferences_decide),
        cmocka_unit_test(types_are_of_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
