#include "net/redis.h"

#include "redis_bench.h"

static void a_command_is_answered_by_its_reply(void **state)
{
    struct bench bench;
    struct question first = {0};
    struct question second = {0};

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &first, "GET sess:a"), 0);
    assert_int_equal(ask(&bench, &second, "GET sess:b"), 0);
    fake_redis_expect(&bench.fake, "GET sess:a");
    fake_redis_expect(&bench.fake, "GET sess:b");
    fake_redis_say(&bench.fake, "$1\r\nA\r\n$");
    expect_answer(&first, 0, "A");
    fake_redis_say(&bench.fake, "1\r\nB\r\n");
    expect_answer(&second, 0, "B");
    bench_deinit(&bench);
    assert_int_equal(first.n_answers, 1);
    assert_int_equal(second.n_answers, 1);
}

static void an_error_reply_is_an_error(void **state)
{
    struct bench bench;
    struct question question = {0};

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &question, "GET list"), 0);
    fake_redis_expect(&bench.fake, "GET list");
    fake_redis_say(&bench.fake, "-WRONGTYPE no text\r\n");
    expect_answer(&question, SAILS_EREFUSED, "WRONGTYPE no text");
    bench_deinit(&bench);
}

static void a_command_without_a_name_is_refused(void **state)
{
    struct bench bench;
    struct question question = {0};

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &question, ""), SAILS_EINVAL);
    bench_deinit(&bench);
    assert_int_equal(question.n_answers, 0);
}

static void options_out_of_range_are_refused(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench.options.port = 0;
    assert_int_equal(bench_open(&bench), SAILS_EINVAL);
    bench.options.port = 65536;
    assert_int_equal(bench_open(&bench), SAILS_EINVAL);
    bench.options.port = 1;
    bench.options.host = "";
    assert_int_equal(bench_open(&bench), SAILS_EINVAL);
    bench.options.host = NULL;
    assert_int_equal(bench_open(&bench), SAILS_EINVAL);
    bench_deinit(&bench);
}

/* ---- who we are ---- */

static void it_says_who_it_is_before_anything_else(void **state)
{
    static const struct {
        const char *username;
        const char *password;
        unsigned db;
        const char *greetings[2];
    } cases[] = {
        {NULL, "secret", 0, {"AUTH secret"}},
        {"ann", "secret", 0, {"AUTH ann secret"}},
        {NULL, "secret", 3, {"AUTH secret", "SELECT 3"}},
        {NULL, NULL, 3, {"SELECT 3"}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench bench;
        struct question question = {0};

        bench_init(&bench);
        bench.options.username = cases[i].username;
        bench.options.password = cases[i].password;
        bench.options.db = cases[i].db;
        assert_int_equal(bench_open(&bench), 0);
        assert_int_equal(ask(&bench, &question, "GET a"), 0);
        fake_redis_accept(&bench.fake);
        for (size_t k = 0; k < 2 && cases[i].greetings[k] != NULL; k++) {
            fake_redis_expect(&bench.fake, cases[i].greetings[k]);
            fake_redis_say(&bench.fake, "+OK\r\n");
        }
        fake_redis_expect(&bench.fake, "GET a");
        fake_redis_say(&bench.fake, "+A\r\n");
        expect_answer(&question, 0, "A");
        bench_deinit(&bench);
    }
}

static void a_wrong_password_is_logged_once_and_tried_again(void **state)
{
    struct bench bench;
    struct question question = {0};
    const char *line = NULL;

    (void)state;
    bench_init(&bench);
    bench.options.password = "secret";
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(ask(&bench, &question, "GET a"), 0);
    for (int i = 0; i < 2; i++) {
        fake_redis_accept(&bench.fake);
        fake_redis_expect(&bench.fake, "AUTH secret");
        fake_redis_say(&bench.fake, "-WRONGPASS invalid password\r\n");
        fake_redis_expect_end(&bench.fake);
    }
    expect_answer(&question, SAILS_ECLOSED, "");
    line = lines_next(&bench.lines);
    assert_non_null(strstr(line, "WRONGPASS"));
    assert_null(strstr(line, "secret"));
    fake_redis_accept(&bench.fake);
    fake_redis_expect(&bench.fake, "AUTH secret");
    fake_redis_say(&bench.fake, "+OK\r\n");
    expect_change(&bench, 0);
    lines_expect(&bench.lines, "is back");
    lines_expect_silence(&bench.lines);
    bench_deinit(&bench);
}

/* ---- a server that is not there, goes, and comes back ---- */

/* redis-cluster 12: an error at once, so that no client has to wait for Redis. */
static void without_a_server_commands_are_refused_at_once(void **state)
{
    struct bench bench;
    struct question early = {0};
    struct question late = {0};

    (void)state;
    bench_init(&bench);
    bench.options.retry_ms = FOREVER_MS;
    bench.options.max_retry_ms = FOREVER_MS;
    fake_redis_refuse(&bench.fake);
    assert_int_equal(bench_open(&bench), 0);
    if (ask(&bench, &early, "GET a") == 0) {
        expect_answer(&early, SAILS_ECLOSED, "");
    }
    lines_expect(&bench.lines, "refused");
    assert_int_equal(ask(&bench, &late, "GET a"), SAILS_ECLOSED);
    bench_deinit(&bench);
    assert_int_equal(late.n_answers, 0);
}

static void a_command_may_wait_for_the_server(void **state)
{
    struct bench bench;
    struct question question = {0};

    (void)state;
    bench_init(&bench);
    bench.options.wait_ms = FOREVER_MS;
    fake_redis_refuse(&bench.fake);
    assert_int_equal(bench_open(&bench), 0);
    (void)lines_next(&bench.lines);
    assert_int_equal(ask(&bench, &question, "GET a"), 0);
    fake_redis_listen(&bench.fake);
    fake_redis_welcome(&bench.fake);
    fake_redis_expect(&bench.fake, "GET a");
    fake_redis_say(&bench.fake, "+A\r\n");
    expect_answer(&question, 0, "A");
    bench_deinit(&bench);
}

static void it_waits_no_longer_than_told(void **state)
{
    struct bench bench;
    struct question question = {0};

    (void)state;
    bench_init(&bench);
    bench.options.wait_ms = 20;
    fake_redis_refuse(&bench.fake);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(ask(&bench, &question, "GET a"), 0);
    expect_answer(&question, SAILS_ETIMEOUT, "");
    bench_deinit(&bench);
    assert_int_equal(question.n_answers, 1);
}

/* The answer may be lost behind the command: only the caller knows whether it may be repeated. */
static void a_cut_at_any_byte_of_an_answer_is_told_and_healed(void **state)
{
    static const char answer[] = "$5\r\nhello\r\n";

    (void)state;
    for (size_t cut = 0; cut < sizeof(answer) - 1; cut++) {
        struct bench bench;
        struct question lost = {0};
        struct question again = {0};
        char part[sizeof(answer)];

        bench_init(&bench);
        bench_connect(&bench);
        assert_int_equal(ask(&bench, &lost, "GET a"), 0);
        fake_redis_expect(&bench.fake, "GET a");
        (void)snprintf(part, sizeof(part), "%.*s", (int)cut, answer);
        fake_redis_say(&bench.fake, part);
        fake_redis_hang_up(&bench.fake);
        expect_answer(&lost, SAILS_ECLOSED, "");
        expect_change(&bench, SAILS_ECLOSED);
        fake_redis_welcome(&bench.fake);
        expect_change(&bench, 0);
        assert_int_equal(ask(&bench, &again, "GET a"), 0);
        fake_redis_expect(&bench.fake, "GET a");
        fake_redis_say(&bench.fake, answer);
        expect_answer(&again, 0, "hello");
        bench_deinit(&bench);
        assert_int_equal(lost.n_answers, 1);
    }
}

static void each_loss_and_each_return_is_logged_once(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    lines_expect_silence(&bench.lines); /* to connect is nothing to speak of */
    for (int i = 0; i < 3; i++) {
        fake_redis_hang_up(&bench.fake);
        lines_expect(&bench.lines, "trying again");
        expect_change(&bench, SAILS_ECLOSED);
        fake_redis_accept(&bench.fake); /* and hangs up once more */
        fake_redis_welcome(&bench.fake);
        expect_change(&bench, 0);
        lines_expect(&bench.lines, "is back");
        lines_expect_silence(&bench.lines);
    }
    bench_deinit(&bench);
}

/* ---- a server that is slow, or mad ---- */

static void a_server_that_does_not_answer_in_time_is_left(void **state)
{
    struct bench bench;
    struct question slow = {0};
    struct question other = {0};

    (void)state;
    bench_init(&bench);
    bench.options.command_timeout_ms = 30;
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &slow, "GET a"), 0);
    assert_int_equal(ask(&bench, &other, "GET b"), 0);
    expect_answer(&slow, SAILS_ETIMEOUT, "");
    lines_wait(&other.answered);
    assert_true(other.status == SAILS_ETIMEOUT || other.status == SAILS_ECLOSED);
    fake_redis_expect_end(&bench.fake);
    fake_redis_accept(&bench.fake);
    bench_deinit(&bench);
    assert_int_equal(slow.n_answers, 1);
    assert_int_equal(other.n_answers, 1);
}

static void a_server_that_does_not_greet_in_time_is_left(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench.options.connect_timeout_ms = 30;
    assert_int_equal(bench_open(&bench), 0);
    fake_redis_accept(&bench.fake);
    fake_redis_expect(&bench.fake, "PING");
    fake_redis_expect_end(&bench.fake);
    fake_redis_accept(&bench.fake);
    bench_deinit(&bench);
}

static void a_server_that_breaks_the_protocol_is_left(void **state)
{
    static const char *const cases[] = {
        "HTTP/1.1 400 Bad Request\r\n",
        "*2147483647\r\n",
        "+OK\r\n+nobody asked\r\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench bench;
        struct question question = {0};

        bench_init(&bench);
        bench_connect(&bench);
        assert_int_equal(ask(&bench, &question, "GET a"), 0);
        fake_redis_expect(&bench.fake, "GET a");
        fake_redis_say(&bench.fake, cases[i]);
        lines_wait(&question.answered);
        fake_redis_expect_end(&bench.fake);
        fake_redis_welcome(&bench.fake);
        bench_deinit(&bench);
        assert_int_equal(question.n_answers, 1);
    }
}

/* ---- bounds ---- */

static void what_waits_is_bounded(void **state)
{
    struct bench bench;
    struct question questions[3] = {{0}};

    (void)state;
    bench_init(&bench);
    bench.options.max_commands = 2;
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(ask(&bench, &questions[0], "GET a"), 0);
    assert_int_equal(ask(&bench, &questions[1], "GET b"), 0);
    assert_int_equal(ask(&bench, &questions[2], "GET c"), SAILS_ETOOBIG);
    bench_close(&bench);
    bench.options.max_commands = 10;
    bench.options.max_queue = 45; /* "*2\r\n$3\r\nGET\r\n$1\r\na\r\n" has 20 bytes */
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(ask(&bench, &questions[0], "GET a"), 0);
    assert_int_equal(ask(&bench, &questions[1], "GET b"), 0);
    assert_int_equal(ask(&bench, &questions[2], "GET c"), SAILS_ETOOBIG);
    bench_deinit(&bench);
    assert_int_equal(questions[2].n_answers, 0);
}

/* More than the kernel takes at once. */
static void a_long_command_arrives_whole(void **state)
{
    enum {
        LONG = 8 * 1024 * 1024
    };
    struct bench bench;
    struct question question = {0};
    char *command = mem_alloc(LONG + 1);

    (void)state;
    assert_non_null(command);
    memset(command, 'x', LONG);
    memcpy(command, "SET a ", 6);
    command[LONG] = '\0';
    bench_init(&bench);
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &question, command), 0);
    fake_redis_expect(&bench.fake, command);
    fake_redis_say(&bench.fake, "+OK\r\n");
    expect_answer(&question, 0, "OK");
    bench_deinit(&bench);
    mem_free(command);
}

/* ---- closing ---- */

static void closing_answers_all_that_is_open(void **state)
{
    struct bench bench;
    struct question waiting = {0};
    struct question sent = {0};

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &sent, "GET a"), 0);
    bench_close(&bench);
    expect_answer(&sent, SAILS_ECLOSED, "");
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(ask(&bench, &waiting, "GET a"), 0);
    bench_close(&bench);
    expect_answer(&waiting, SAILS_ECLOSED, "");
    bench_deinit(&bench);
    assert_int_equal(waiting.n_answers, 1);
    assert_int_equal(sent.n_answers, 1);
}

static void do_ask_and_close(struct world *world, struct worker *worker, void *arg)
{
    struct question *question = arg;

    do_ask(world, worker, question);
    do_close(world, worker, question->bench);
}

static void what_was_said_in_the_turn_of_the_close_is_sent(void **state)
{
    struct bench bench;
    struct question last = {0};

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    last.bench = &bench;
    last.command = "SET a 1";
    assert_int_equal(sem_init(&last.answered, 0, 0), 0);
    world_do(&bench.world, 0, do_ask_and_close, &last);
    fake_redis_expect(&bench.fake, "SET a 1");
    expect_answer(&last, SAILS_ECLOSED, "");
    bench_deinit(&bench);
}

static void nothing_can_be_sent_while_closing(void **state)
{
    struct bench bench;
    struct question question = {.next = "GET b"};

    (void)state;
    bench_init(&bench);
    assert_int_equal(bench_open(&bench), 0);
    assert_int_equal(ask(&bench, &question, "GET a"), 0);
    bench_close(&bench);
    assert_int_equal(question.rc, SAILS_ECLOSED);
    assert_int_equal(question.n_answers, 1);
    bench_deinit(&bench);
}

static void a_callback_may_close(void **state)
{
    struct bench bench;

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct question closing = {.closes = true};
        struct question other = {0};

        bench_init(&bench);
        bench.options.command_timeout_ms = i == 0 ? 10 : FOREVER_MS;
        bench_connect(&bench);
        assert_int_equal(ask(&bench, &closing, "GET a"), 0);
        assert_int_equal(ask(&bench, &other, "GET b"), 0);
        switch (i) {
        case 0: /* in the callback of a deadline */
            break;
        case 1:
            fake_redis_say(&bench.fake, "+A\r\n+B\r\n");
            break;
        case 2:
            fake_redis_hang_up(&bench.fake);
            break;
        default:
            fake_redis_say(&bench.fake, "nonsense\r\n");
        }
        lines_wait(&closing.answered);
        expect_answer(&other, SAILS_ECLOSED, "");
        bench_close(&bench); /* once more is harmless, and comes behind what was going on */
        lines_expect_silence(&bench.changes);
        bench_deinit(&bench);
        assert_int_equal(closing.n_answers, 1);
        assert_int_equal(other.n_answers, 1);
    }
}

static void it_can_be_closed_at_any_stage(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    assert_int_equal(bench_open(&bench), 0); /* looks the name up */
    bench_close(&bench);
    assert_int_equal(bench_open(&bench), 0);
    fake_redis_accept(&bench.fake); /* greets */
    bench_close(&bench);
    fake_redis_refuse(&bench.fake);
    bench.options.retry_ms = FOREVER_MS;
    bench.options.max_retry_ms = FOREVER_MS;
    assert_int_equal(bench_open(&bench), 0);
    (void)lines_next(&bench.lines); /* pauses */
    bench_close(&bench);
    bench_deinit(&bench);
}

/* ---- subscriptions ---- */

static void on_bench_push(const struct redis_reply *message, void *ctx)
{
    struct bench *bench = ctx;
    char text[LINES_SIZE];

    (void)snprintf(text, sizeof(text), "%.*s|%.*s", STR_FMT(message->items[1]->text),
                   STR_FMT(message->items[2]->text));
    lines_say(&bench->pushes, text);
}

static void messages_answer_no_command(void **state)
{
    struct bench bench;
    struct question subscribe = {0};
    struct question ping = {0};

    (void)state;
    bench_init(&bench);
    bench.options.on_push = on_bench_push;
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &subscribe, "SUBSCRIBE news"), 0);
    assert_int_equal(ask(&bench, &ping, "PING"), 0);
    fake_redis_expect(&bench.fake, "SUBSCRIBE news");
    fake_redis_expect(&bench.fake, "PING");
    fake_redis_say(&bench.fake, "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n"
                                "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n"
                                "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    expect_answer(&subscribe, 0, "");
    assert_string_equal(lines_next(&bench.pushes), "news|hello");
    expect_answer(&ping, 0, "");
    bench_deinit(&bench);
}

static void without_subscriptions_an_array_is_an_answer(void **state)
{
    struct bench bench;
    struct question question = {0};

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    assert_int_equal(ask(&bench, &question, "LRANGE a 0 2"), 0);
    fake_redis_say(&bench.fake, "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$1\r\ny\r\n");
    expect_answer(&question, 0, "");
    bench_deinit(&bench);
}

/* ---- memory ---- */

static void do_spare(struct world *world, struct worker *worker, void *arg)
{
    bool *has_failed = arg;

    (void)world;
    (void)worker;
    *has_failed = mem_has_failed();
    mem_fail_after(-1);
}

/* Whether the next connection gets as far as its greeting. */
static bool is_greeted(struct fake_redis *fake)
{
    char data[64];

    fake_redis_accept(fake);
    return recv(fake->peer, data, sizeof(data), 0) > 0;
}

static void each_allocation_of_connecting_may_fail(void **state)
{
    bool has_failed = true;

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct bench bench;

        bench_init(&bench);
        bench.fail_after = n;
        if (bench_open(&bench) == 0) {
            while (!is_greeted(&bench.fake)) {
            }
            world_do(&bench.world, 0, do_spare, &has_failed);
            fake_redis_say(&bench.fake, "+PONG\r\n");
            expect_change(&bench, 0);
        } else {
            assert_int_equal(bench.opened, SAILS_ENOMEM);
        }
        bench_deinit(&bench);
    }
}

static void each_allocation_of_a_command_may_fail(void **state)
{
    struct bench bench;
    int rc = SAILS_ENOMEM;

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    for (long n = 1; rc != 0; n++) {
        struct question question = {.fail_after = n};

        rc = ask(&bench, &question, "GET a");
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        if (rc == 0) {
            fake_redis_expect(&bench.fake, "GET a");
            fake_redis_say(&bench.fake, "+A\r\n");
            expect_answer(&question, 0, "A");
        }
        assert_int_equal(question.n_answers, rc == 0 ? 1 : 0);
    }
    bench_deinit(&bench);
}

static void do_fail(struct world *world, struct worker *worker, void *arg)
{
    const long *n = arg;

    (void)world;
    (void)worker;
    mem_fail_after(*n);
}

static void each_allocation_of_an_answer_may_fail(void **state)
{
    struct bench bench;
    int status = SAILS_ECLOSED;

    (void)state;
    bench_init(&bench);
    bench_connect(&bench);
    for (long n = 0; status != 0; n++) {
        struct question question = {0};

        assert_int_equal(ask(&bench, &question, "GET a"), 0);
        fake_redis_expect(&bench.fake, "GET a");
        world_do(&bench.world, 0, do_fail, &n);
        fake_redis_say(&bench.fake, "*2\r\n$1\r\na\r\n:1\r\n");
        lines_wait(&question.answered);
        status = question.status;
        if (status != 0) {
            assert_int_equal(status, SAILS_ECLOSED);
            (void)lines_next(&bench.changes);
            fake_redis_welcome(&bench.fake);
            expect_change(&bench, 0);
        }
        assert_int_equal(question.n_answers, 1);
    }
    bench_deinit(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_answered_by_its_reply),
        cmocka_unit_test(an_error_reply_is_an_error),
        cmocka_unit_test(a_command_without_a_name_is_refused),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(it_says_who_it_is_before_anything_else),
        cmocka_unit_test(a_wrong_password_is_logged_once_and_tried_again),
        cmocka_unit_test(without_a_server_commands_are_refused_at_once),
        cmocka_unit_test(a_command_may_wait_for_the_server),
        cmocka_unit_test(it_waits_no_longer_than_told),
        cmocka_unit_test(a_cut_at_any_byte_of_an_answer_is_told_and_healed),
        cmocka_unit_test(each_loss_and_each_return_is_logged_once),
        cmocka_unit_test(a_server_that_does_not_answer_in_time_is_left),
        cmocka_unit_test(a_server_that_does_not_greet_in_time_is_left),
        cmocka_unit_test(a_server_that_breaks_the_protocol_is_left),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(a_long_command_arrives_whole),
        cmocka_unit_test(closing_answers_all_that_is_open),
        cmocka_unit_test(what_was_said_in_the_turn_of_the_close_is_sent),
        cmocka_unit_test(nothing_can_be_sent_while_closing),
        cmocka_unit_test(a_callback_may_close),
        cmocka_unit_test(it_can_be_closed_at_any_stage),
        cmocka_unit_test(messages_answer_no_command),
        cmocka_unit_test(without_subscriptions_an_array_is_an_answer),
        cmocka_unit_test(each_allocation_of_connecting_may_fail),
        cmocka_unit_test(each_allocation_of_a_command_may_fail),
        cmocka_unit_test(each_allocation_of_an_answer_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
