#include "gate/socket_message.h"

#include "base/json_parse.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <stdlib.h>

static const struct sio_packet_limits limits = {.json = {.max_depth = 100}};

struct heard {
    struct sio_packet packet;
    struct sails_io_event event;
};

static void hear(struct heard *heard, const char *text)
{
    assert_int_equal(sio_packet_decode(str_from(text), &limits, &heard->packet), 0);
    heard->event = (struct sails_io_event){.packet = &heard->packet};
}

static void assert_same_value(const json_t *a, const json_t *b)
{
    assert_true((a == NULL && b == NULL) || json_equal(a, b));
}

/* Of headers an empty dictionary is none. */
static const json_t *if_not_empty(const json_t *headers)
{
    return json_is_object(headers) && json_object_size(headers) == 0 ? NULL : headers;
}

static const struct {
    const char *text;
    bool is_read_as_text;
} messages[] = {
    {"21[\"get\",{\"method\":\"get\",\"headers\":{},\"data\":{},\"url\":\"/a?b=c\"}]", true},
    {"2[\"get\",{\"url\":\"/a\"}]", true},
    {"2 [ \"get\" , { \"url\" : \"/a\" , \"data\" : [ 1 , { } ] } ] ", true},
    {"2[\"post\",{\"url\":\"/a\",\"headers\":{\"X\":\"y\",\"z\":[1,null]},\"data\":{\"a\":{\"b\":[]}}}]",
     true},
    {"2[\"get\",{\"url\":\"/a\",\"params\":{\"a\":\"\\u00e9\\n\"},\"data\":null}]", true},
    {"2[\"get\",{\"url\":\"/a\",\"headers\":5,\"data\":\"text\",\"params\":false}]", true},
    {"2[\"get\",{\"url\":\"/a\",\"url\":\"/b\",\"data\":1,\"data\":{\"x\":1.5}}]", true},
    {"2[\"get\",{\"url\":5,\"url\":\"/\xc3\xa9\"}]", true},
    {"2[\"get\",{\"other\":{\"url\":\"/c\"},\"url\":\"/a\",\"\":0}]", true},
    /* What must be decoded, or is told with the whole message. */
    {"2[\"get\",{\"url\":\"/\\u0061\"}]", false},
    {"2[\"get\",{\"\\u0075rl\":\"/a\"}]", false},
    {"2[\"get\",{\"url\":\"/a\",\"\\u0064ata\":{}}]", false},
    {"2[\"get\",{\"url\":\"/a\",\"url\":\"\"}]", false},
    {"2[\"get\",{\"url\":\"\"}]", false},
    {"2[\"get\",{\"url\":null}]", false},
    {"2[\"get\",{\"url\":[\"/a\"]}]", false},
    {"2[\"get\",{}]", false},
    {"2[\"get\",[\"url\"]]", false},
    {"2[\"get\"]", false},
    {"2[\"get\",\"url\"]", false},
    {"2[\"get\",{\"url\":\"/a\"},null]", false},
    {"2[\"get\",{\"url\":\"/a\"},{\"url\":\"/b\"}]", false},
    {"2[\"get\",null,{\"url\":\"/a\"}]", false},
};

static void its_text_says_what_its_value_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        struct socket_message text = {0}, value = {0};
        struct heard heard;

        hear(&heard, messages[i].text);
        if (socket_message_read(&text, &heard.event) != messages[i].is_read_as_text) {
            fail_msg("%s", messages[i].text);
        }
        socket_message_read_value(&value, sails_io_event_arg(&heard.event, 0));
        if (messages[i].is_read_as_text) {
            assert_true(str_eq(text.url, value.url));
            assert_same_value(text.headers, if_not_empty(value.headers));
            assert_same_value(text.data, value.data);
            assert_same_value(text.params, value.params);
        } else {
            assert_null(text.url.ptr);
            assert_null(text.data);
        }
        socket_message_deinit(&text);
        socket_message_deinit(&value);
        io_event_deinit(&heard.event);
    }
}

static void what_has_binary_values_or_no_right_names_is_left_to_its_value(void **state)
{
    struct socket_message message = {0};
    struct heard heard;

    (void)state;
    hear(&heard, "2[\"get\",{\"url\":\"/a\",\"a\\u0000\":1}]");
    assert_true(heard.packet.has_nul_name);
    assert_false(socket_message_read(&message, &heard.event));

    hear(&heard, "2[\"get\",{\"url\":\"/a\"}]");
    heard.packet.n_attachments = 1;
    assert_false(socket_message_read(&message, &heard.event));
    assert_null(message.url.ptr);
}

static void without_memory_nothing_is_kept(void **state)
{
    struct socket_message message = {0};
    struct heard heard;
    bool is_read = false;

    (void)state;
    hear(&heard, "2[\"get\",{\"url\":\"/\",\"headers\":{\"a\":\"\\n\"},\"data\":{\"b\":\"\\n\"},"
                 "\"params\":{\"c\":\"\\n\"}}]");
    for (long n = 0; !is_read; n++) {
        mem_fail_after(n);
        is_read = socket_message_read(&message, &heard.event);
        mem_fail_after(-1);
        assert_true(is_read || (message.url.ptr == NULL && message.data == NULL));
    }
    socket_message_deinit(&message);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_text_says_what_its_value_says),
        cmocka_unit_test(what_has_binary_values_or_no_right_names_is_left_to_its_value),
        cmocka_unit_test(without_memory_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
