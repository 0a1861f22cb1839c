#include "websocket/ws_offer.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

/* What is answered to a header; "" if nothing is accepted. */
static const char *answer_to(const char *header, const struct ws_deflate_options *options)
{
    static char answer[WS_OFFER_ANSWER_MAX];
    struct ws_deflate_params params = {0};

    answer[0] = '\0';
    if (ws_offer_accept(str_from(header), options, &params)) {
        size_t len = ws_offer_answer(answer, &params);

        assert_true(params.is_agreed);
        assert_int_equal(len, strlen(answer));
    } else {
        assert_false(params.is_agreed);
    }
    return answer;
}

/* websocket 24, 25: the table of section 6.2, RFC 7692's examples, and each way to be wrong. */
static void the_first_usable_offer_is_accepted(void **state)
{
    static const struct {
        const char *header;
        const char *answer;
    } cases[] = {
        {"permessage-deflate", "permessage-deflate"},
        {"permessage-deflate; client_max_window_bits", "permessage-deflate"},
        {"permessage-deflate; client_max_window_bits=10",
         "permessage-deflate; client_max_window_bits=10"},
        {"permessage-deflate; server_max_window_bits=10",
         "permessage-deflate; server_max_window_bits=10"},
        {"permessage-deflate;server_max_window_bits=\"12\"",
         "permessage-deflate; server_max_window_bits=12"},
        {"permessage-deflate; server_max_window_bits=8",
         "permessage-deflate; server_max_window_bits=8"},
        {"permessage-deflate; server_max_window_bits=15",
         "permessage-deflate; server_max_window_bits=15"},
        {"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
         "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
        {"permessage-deflate; client_max_window_bits=9 ;server_max_window_bits = 11; "
         "client_no_context_takeover;server_no_context_takeover",
         "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
         "server_max_window_bits=11; client_max_window_bits=9"},

        {"permessage-deflate; foo", ""},
        {"permessage-deflate; foo, permessage-deflate", "permessage-deflate"},
        {"permessage-deflate; server_max_window_bits", ""},
        {"permessage-deflate; server_max_window_bits=7", ""},
        {"permessage-deflate; server_max_window_bits=16", ""},
        {"permessage-deflate; server_max_window_bits=010", ""},
        {"permessage-deflate; server_max_window_bits=1x", ""},
        {"permessage-deflate; client_max_window_bits=7", ""},
        {"permessage-deflate; client_max_window_bits=16", ""},
        {"permessage-deflate; client_max_window_bits=99999999999999999999", ""},
        {"permessage-deflate; server_no_context_takeover=1", ""},
        {"permessage-deflate; client_no_context_takeover=true", ""},
        {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""},
        {"permessage-deflate; client_max_window_bits; client_max_window_bits=10", ""},
        {"permessage-deflate; Server_no_context_takeover", ""},

        {"x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"},
        {"foo; bar=\"x\"; baz, bar", ""},
        {"permessage-deflate; server_max_window_bits=16, permessage-deflate; "
         "server_max_window_bits=9, permessage-deflate",
         "permessage-deflate; server_max_window_bits=9"},

        /* A broken header offers nothing. */
        {"", ""},
        {",", ""},
        {"permessage-deflate,", ""},
        {"permessage-deflate,,foo", ""},
        {"permessage-deflate;", ""},
        {"permessage-deflate; =1", ""},
        {"permessage-deflate; client_max_window_bits=", ""},
        {"permessage-deflate; client_max_window_bits=\"10", ""},
        {"permessage-deflate; client_max_window_bits=\"1 0\"", ""},
        {"permessage-deflate foo", ""},
        {"permessage-deflate, foo=bar", ""},
        {"permessage-deflate, \x01", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *answer = answer_to(cases[i].header, &ws_default_deflate_options);

        if (strcmp(answer, cases[i].answer) != 0) {
            fail_msg("%s -> %s", cases[i].header, answer);
        }
    }
}

/* RFC 7692 section 7.1.1.2. */
static void a_server_may_demand_that_the_client_resets(void **state)
{
    struct ws_deflate_options options = ws_default_deflate_options;

    (void)state;
    options.client_no_context_takeover = true;
    assert_string_equal(answer_to("permessage-deflate", &options),
                        "permessage-deflate; client_no_context_takeover");
}

static void every_cut_of_an_offer_is_judged_without_reading_beyond_it(void **state)
{
    static const char header[] = "permessage-deflate; server_max_window_bits=\"10\"; "
                                 "client_max_window_bits, foo; bar=1";

    (void)state;
    for (size_t len = 0; len < sizeof(header); len++) {
        char *cut = len > 0 ? mem_strndup(header, len) : NULL;
        struct ws_deflate_params params = {0};

        /* The NUL behind it is not the header's, so a look at it would not be seen; sanitizers see
         * any look further. */
        ws_offer_accept((struct str){cut, len}, &ws_default_deflate_options, &params);
        mem_free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_usable_offer_is_accepted),
        cmocka_unit_test(a_server_may_demand_that_the_client_resets),
        cmocka_unit_test(every_cut_of_an_offer_is_judged_without_reading_beyond_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
