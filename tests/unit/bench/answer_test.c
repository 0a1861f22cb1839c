#include "load/answer.h"

#include "support/cmocka.h"

#include <string.h>

struct row {
    const char *text;
    int status;
    const char *body;
};

/* Each is the same however much has come before it, and nothing is changed until it is whole. */
static void an_answer_is_taken_once_it_is_whole(void **state)
{
    static const struct row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"},
        {"HTTP/1.1 404 Not Found\r\nX: y\r\ncontent-length:0\r\n\r\n", 404, ""},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
         200, "abcdefg"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", 101, ""},
        {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char data[256];
        size_t len = strlen(rows[i].text);
        struct answer answer = {0};

        memcpy(data, rows[i].text, len);
        for (size_t cut = 0; cut < len; cut++) {
            assert_int_equal(answer_take(data, cut, &answer), 0);
            assert_memory_equal(data, rows[i].text, len);
        }
        memcpy(data + len, "HTTP", 4); /* the next one begins */
        assert_int_equal(answer_take(data, len + 4, &answer), 1);
        assert_int_equal(answer.status, rows[i].status);
        assert_int_equal(answer.used, len);
        assert_int_equal(answer.len, strlen(rows[i].body));
        assert_memory_equal(answer.body, rows[i].body, answer.len);
    }
}

static void what_is_no_answer_is_refused(void **state)
{
    static const char *const texts[] = {
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil it ends",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char data[128];
        struct answer answer;

        memcpy(data, texts[i], strlen(texts[i]) + 1);
        assert_int_equal(answer_take(data, strlen(data), &answer), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_taken_once_it_is_whole),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
