#include "net/redis_reply.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

enum {
    PLENTY = 64 * 1024
};

/* Replies as one text: "n" nil, "t:..." "s:..." "e:..." texts, "i:..." integers, "[...]" arrays. */
static void write_reply(struct buf *out, const struct redis_reply *reply)
{
    switch (reply->kind) {
    case REDIS_NIL:
        buf_append_char(out, 'n');
        break;
    case REDIS_TEXT:
        buf_printf(out, "t:%.*s", STR_FMT(reply->text));
        break;
    case REDIS_STATUS:
        buf_printf(out, "s:%.*s", STR_FMT(reply->text));
        break;
    case REDIS_ERROR:
        buf_printf(out, "e:%.*s", STR_FMT(reply->text));
        break;
    case REDIS_INTEGER:
        buf_printf(out, "i:%lld", (long long)reply->integer);
        break;
    case REDIS_ARRAY:
        buf_append_char(out, '[');
        for (size_t i = 0; i < reply->n_items; i++) {
            buf_append_str(out, i > 0 ? STR(" ") : STR(""));
            write_reply(out, reply->items[i]);
        }
        buf_append_char(out, ']');
        break;
    }
}

static int read_all(struct redis_reader *reader, struct buf *out)
{
    for (;;) {
        struct redis_reply *reply = NULL;
        int rc = redis_reader_next(reader, &reply);

        if (rc < 0 || reply == NULL) {
            return rc;
        }
        write_reply(out, reply);
        buf_append_char(out, ';');
        redis_reply_destroy(reply);
    }
}

/* Feeds `text` in pieces of `step` bytes. */
static int read_in_steps(struct str text, size_t step, size_t max_reply, struct buf *out)
{
    struct redis_reader *reader = redis_reader_create(max_reply);
    int rc = reader != NULL ? 0 : SAILS_ENOMEM;

    for (size_t at = 0; rc == 0 && at < text.len; at += step) {
        size_t len = text.len - at < step ? text.len - at : step;

        rc = redis_reader_feed(reader, (struct bytes){(const uint8_t *)text.ptr + at, len});
        rc = rc == 0 ? read_all(reader, out) : rc;
    }
    redis_reader_destroy(reader);
    return rc;
}

static const struct {
    const char *text;
    const char *want;
} valid[] = {
    {"+OK\r\n", "s:OK;"},
    {"-WRONGPASS no\r\n", "e:WRONGPASS no;"},
    {":-12\r\n", "i:-12;"},
    {":9223372036854775807\r\n", "i:9223372036854775807;"},
    {"$-1\r\n", "n;"},
    {"*-1\r\n", "n;"},
    {"$0\r\n\r\n", "t:;"},
    {"$4\r\na\r\nb\r\n", "t:a\r\nb;"},
    {"*0\r\n", "[];"},
    {"*3\r\n$1\r\na\r\n:1\r\n*2\r\n+x\r\n$-1\r\n", "[t:a i:1 [s:x n]];"},
    {"+a\r\n+b\r\n:3\r\n", "s:a;s:b;i:3;"},
};

static void replies_are_read_the_same_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        for (size_t step = 1; step <= strlen(valid[i].text); step++) {
            struct buf got = {0};
            int rc = read_in_steps(str_from(valid[i].text), step, PLENTY, &got);

            if (rc != 0 || !str_eq(buf_str(&got), str_from(valid[i].want))) {
                fail_msg("case %zu, step %zu: %d, %.*s", i, step, rc, STR_FMT(buf_str(&got)));
            }
            buf_deinit(&got);
        }
    }
}

static void what_is_not_resp_is_refused(void **state)
{
    static const char *const cases[] = {
        "HTTP/1.1 400 Bad Request\r\n",
        ":12x\r\n",
        "$-2\r\n",
        "*-2\r\n",
        "$x\r\n",
        "\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 1; step <= strlen(cases[i]); step++) {
            struct buf got = {0};
            int rc = read_in_steps(str_from(cases[i]), step, PLENTY, &got);

            if (rc != SAILS_EPROTO || got.len != 0) {
                fail_msg("case %zu, step %zu: %d", i, step, rc);
            }
            buf_deinit(&got);
        }
    }
}

/* What the server announces is refused before anything is allocated for it. */
static void a_reply_over_the_limit_is_refused(void **state)
{
    char text[3000];
    struct buf got = {0};

    (void)state;
    assert_int_equal(read_in_steps(STR("*1000000000\r\n"), 13, 1000, &got), SAILS_ETOOBIG);
    assert_int_equal(read_in_steps(STR("*2147483647\r\n"), 13, PLENTY, &got), SAILS_ETOOBIG);
    memset(text, 'x', sizeof(text));
    memcpy(text, "$9000\r\n", 7);
    assert_int_equal(read_in_steps((struct str){text, sizeof(text)}, 100, 1000, &got),
                     SAILS_ETOOBIG);
    memcpy(text, "$2000\r\n", 7);
    memcpy(text + 2007, "\r\n", 2);
    assert_int_equal(read_in_steps((struct str){text, 2009}, 2009, 1000, &got), SAILS_ETOOBIG);
    assert_int_equal(read_in_steps((struct str){text, 2009}, 2009, 4000, &got), 0);
    buf_deinit(&got);
}

static void the_limit_is_for_each_reply_anew(void **state)
{
    struct buf got = {0};
    char text[600];

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        memcpy(text + 6 * i, "$0\r\n\r\n", 6);
    }
    assert_int_equal(read_in_steps((struct str){text, sizeof(text)}, sizeof(text), 1000, &got), 0);
    assert_int_equal(got.len, 100 * strlen("t:;"));
    buf_deinit(&got);
}

static void each_allocation_of_a_reply_may_fail(void **state)
{
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct redis_reader *reader = NULL;
        struct redis_reply *reply = NULL;

        mem_fail_after(n);
        reader = redis_reader_create(PLENTY);
        rc = reader != NULL ? redis_reader_feed(reader, str_bytes(str_from(valid[9].text)))
                            : SAILS_ENOMEM;
        if (rc == 0) {
            rc = redis_reader_next(reader, &reply);
        }
        mem_fail_after(-1);
        assert_true(rc == SAILS_ENOMEM || (rc == 0 && reply != NULL));
        redis_reply_destroy(reply);
        redis_reader_destroy(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read_the_same_at_every_cut),
        cmocka_unit_test(what_is_not_resp_is_refused),
        cmocka_unit_test(a_reply_over_the_limit_is_refused),
        cmocka_unit_test(the_limit_is_for_each_reply_anew),
        cmocka_unit_test(each_allocation_of_a_reply_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
