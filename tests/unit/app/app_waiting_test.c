#include "support/http_client.h"
#include "support/live_app.h"

#include <semaphore.h>

/*
 * Actions that may wait, on threads: with and behind the time limit of their request.
 */

struct desk {
    struct told begun, ended;
    sem_t go_on;
    char seen[16];   /* when it had waited */
    sails_res *kept; /* of an action that does not answer itself */
};

static void desk_init(struct desk *desk)
{
    *desk = (struct desk){.seen = ""};
    told_init(&desk->begun);
    told_init(&desk->ended);
    assert_int_equal(sem_init(&desk->go_on, 0, 0), 0);
}

static void see(struct desk *desk, const char *text)
{
    snprintf(desk->seen, sizeof(desk->seen), "%s", text != NULL ? text : "nothing");
}

static void wait_and_answer(sails_req *req, sails_res *res)
{
    struct desk *desk = sails_req_context(req);
    const char *text = sails_req_param(req, "a");

    tell(0, &desk->begun);
    must(sem_wait(&desk->go_on) == 0);
    see(desk, text);
    tell(sails_res_send(res, text), &desk->ended);
}

static void wait_and_keep(sails_req *req, sails_res *res)
{
    struct desk *desk = sails_req_context(req);

    tell(0, &desk->begun);
    must(sem_wait(&desk->go_on) == 0);
    see(desk, sails_req_param(req, "a"));
    desk->kept = res;
    tell(0, &desk->ended);
}

static const struct sails_action_def answers = {.run = wait_and_answer, .may_wait = true};
static const struct sails_action_def keeps = {.run = wait_and_keep, .may_wait = true};

static void begin(struct live *live, struct desk *desk, const struct sails_action_def *action)
{
    desk_init(desk);
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "requestTimeout", json_integer(20)), 0);
    sails_app_set_context(live->app, desk);
    assert_int_equal(sails_app_action(live->app, "wait", action), 0);
    assert_int_equal(sails_app_bind(live->app, "GET /wait", json_string("wait")), 0);
    live_lift(live);
    http_client_expect(live->port, "GET", "/wait?a=seen", "", NULL, 503, "Service Unavailable");
    told_wait(&desk->begun);
    assert_int_equal(sem_post(&desk->go_on), 0);
}

static void end(struct live *live, struct desk *desk)
{
    live_end(live);
    assert_string_equal(desk->seen, "seen");
    assert_int_equal(sem_destroy(&desk->go_on), 0);
}

static void what_it_was_asked_stays_while_it_runs(void **state)
{
    struct live live;
    struct desk desk;

    (void)state;
    begin(&live, &desk, &answers);
    assert_int_equal(told_status(&desk.ended), 0);
    end(&live, &desk);
}

static void one_that_keeps_its_request_leaves_nothing(void **state)
{
    struct live live;
    struct desk desk;

    (void)state;
    begin(&live, &desk, &keeps);
    told_wait(&desk.ended);
    end(&live, &desk);
}

static void one_that_keeps_its_request_may_answer_later(void **state)
{
    struct live live;
    struct desk desk;

    (void)state;
    begin(&live, &desk, &keeps);
    told_wait(&desk.ended);
    assert_int_equal(sails_res_send(desk.kept, "late"), 0);
    end(&live, &desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_was_asked_stays_while_it_runs),
        cmocka_unit_test(one_that_keeps_its_request_leaves_nothing),
        cmocka_unit_test(one_that_keeps_its_request_may_answer_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
