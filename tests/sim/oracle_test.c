/*
 * Each complaint of the oracle, made to come: a watchman who never says a word might be asleep.
 */
#include "sim/oracle.h"

#include "support/cmocka.h"

#include <sails/err.h>
#include <string.h>

/* Two workers; what is really so is what the test says. */
struct scene {
    struct oracle oracle;
    bool rooms[ORACLE_SOCKETS_MAX][ORACLE_ROOMS_MAX];
    bool is_gone[ORACLE_SOCKETS_MAX];
    size_t n_rooms[ORACLE_WORKERS_MAX];
    int a; /* on worker 0 */
    int b; /* on worker 1 */
};

static bool look(void *ctx, const struct oracle_socket *socket, bool rooms[ORACLE_ROOMS_MAX])
{
    struct scene *s = ctx;
    size_t i = (size_t)(socket - s->oracle.sockets);

    memcpy(rooms, s->rooms[i], sizeof(s->rooms[i]));
    return !s->is_gone[i];
}

static size_t count_rooms(void *ctx, unsigned worker, unsigned nsp)
{
    const struct scene *s = ctx;

    return nsp == 0 ? s->n_rooms[worker] : 0;
}

static struct scene the_scene; /* too big for a stack */

static int come(struct scene *s, const char *id, unsigned worker)
{
    return oracle_connects(&s->oracle,
                           &(struct oracle_newcomer){.id = id, .worker = worker, .client = -1});
}

static struct scene *begin(void)
{
    struct scene *s = &the_scene;

    memset(s, 0, sizeof(*s));
    oracle_init(&s->oracle, 2);
    s->oracle.look = look;
    s->oracle.count_rooms = count_rooms;
    s->oracle.look_ctx = s;
    s->a = come(s, "aaaaaaaaaaaaaaaaaaaa", 0);
    s->b = come(s, "bbbbbbbbbbbbbbbbbbbb", 1);
    s->rooms[s->a][ORACLE_FIRST_ID + s->a] = true;
    s->rooms[s->b][ORACLE_FIRST_ID + s->b] = true;
    return s;
}

static void turn(struct scene *s, unsigned worker, bool has_failed)
{
    oracle_before_turn(&s->oracle, worker);
    oracle_after_turn(&s->oracle, worker, has_failed);
}

/* Begins anew after it. */
static void expect(struct scene *s, const char *complaint)
{
    if (strstr(s->oracle.complaint, complaint) == NULL) {
        fail_msg("expected \"%s\", got \"%s\"", complaint, s->oracle.complaint);
    }
    oracle_deinit(&s->oracle);
}

static void expect_nothing(struct scene *s)
{
    assert_string_equal(s->oracle.complaint, "");
    oracle_deinit(&s->oracle);
}

static int call(struct scene *s, enum oracle_kind kind, int to, int room, int worker)
{
    struct oracle_call made = {.kind = kind, .except_socket = -1, .to = {to}, .n_to = 1};

    made.rooms[0] = room;
    made.n_rooms = kind == ORACLE_JOIN || kind == ORACLE_LEAVE ? 1 : 0;
    made.names_socket = made.must_match = made.n_rooms > 0;
    return oracle_call(&s->oracle, &made, worker);
}

/* To everybody, by some other thread. */
static void blast(struct scene *s, unsigned message)
{
    const struct oracle_call made = {
        .kind = ORACLE_SEND, .except_socket = -1, .is_to_all = true, .message = message};

    (void)oracle_call(&s->oracle, &made, -1);
}

/* b joins r0, and does in truth. */
static void join(struct scene *s)
{
    (void)call(s, ORACLE_JOIN, ORACLE_FIRST_ID + s->b, 0, 0);
    s->rooms[s->b][0] = true;
    s->n_rooms[1] = 1;
    turn(s, 1, false);
}

/* ---- messages ---- */

static void what_is_sent_is_heard_once_and_in_order(void **state)
{
    struct scene *s = begin();

    (void)state;
    blast(s, 1);
    blast(s, 2);
    turn(s, 0, false);
    oracle_hears(&s->oracle, s->a, 1);
    oracle_hears(&s->oracle, s->a, 2);
    oracle_must_have_heard_all(&s->oracle, s->a);
    expect_nothing(s);

    s = begin();
    blast(s, 1);
    blast(s, 2);
    turn(s, 0, false);
    oracle_hears(&s->oracle, s->a, 2);
    expect(s, "hears message 2, but 1 comes first");

    s = begin();
    blast(s, 1);
    turn(s, 0, false);
    oracle_hears(&s->oracle, s->a, 1);
    oracle_hears(&s->oracle, s->a, 1);
    expect(s, "hears message 1, which was not sent to it");
}

static void what_is_sent_must_arrive_and_not_before_its_worker_has_applied_it(void **state)
{
    struct scene *s = begin();

    (void)state;
    blast(s, 1);
    turn(s, 0, false);
    oracle_must_have_heard_all(&s->oracle, s->a);
    expect(s, "gets nothing more without message 1");

    s = begin();
    blast(s, 1);
    turn(s, 0, false);
    oracle_hears(&s->oracle, s->b, 1);
    expect(s, "hears message 1, which was not sent to it");

    s = begin();
    oracle_hears(&s->oracle, 77, 1);
    expect(s, "a socket that never connected");
}

static void an_answer_does_not_overtake_what_was_sent_before(void **state)
{
    struct scene *s = begin();

    (void)state;
    blast(s, 1);
    turn(s, 0, false);
    oracle_has_reached(&s->oracle, s->a, oracle_position(&s->oracle, s->a), "answer 5");
    expect(s, "gets answer 5 without message 1");
}

static void rooms_select_and_omit(void **state)
{
    struct scene *s = begin();
    struct oracle_call made = {
        .kind = ORACLE_SEND, .except_socket = -1, .to = {0}, .n_to = 1, .message = 1};

    (void)state;
    join(s);
    (void)oracle_call(&s->oracle, &made, 1);
    made.except_socket = s->b;
    made.message = 2;
    (void)oracle_call(&s->oracle, &made, 1);
    made.except_socket = -1;
    made.except[0] = ORACLE_FIRST_ID + s->b;
    made.n_except = 1;
    made.message = 3;
    (void)oracle_call(&s->oracle, &made, 1);
    turn(s, 0, false);
    oracle_hears(&s->oracle, s->b, 1);
    oracle_must_have_heard_all(&s->oracle, s->a);
    oracle_must_have_heard_all(&s->oracle, s->b);
    expect_nothing(s);
}

/* ---- rooms ---- */

static void a_member_too_few_or_too_many_is_seen_and_a_room_without_members(void **state)
{
    struct scene *s = begin();

    (void)state;
    join(s);
    expect_nothing(s);

    s = begin();
    (void)call(s, ORACLE_JOIN, ORACLE_FIRST_ID + s->b, 0, 0);
    turn(s, 1, false);
    expect(s, "is not in room r0");

    s = begin();
    s->rooms[s->a][3] = true;
    turn(s, 0, false);
    expect(s, "is in room r3");

    s = begin();
    s->n_rooms[0] = 1;
    turn(s, 0, false);
    expect(s, "worker 0 has 1 rooms, not 0");

    s = begin();
    s->is_gone[s->a] = true;
    turn(s, 0, false);
    expect(s, "is not there any more");
}

/* sails-sockets: an id is a socket first of all, whoever is in a room of that name */
static void an_id_stands_for_its_socket(void **state)
{
    struct scene *s = begin();

    (void)state;
    /* a joins the room that bears b's id; what names b then concerns b alone. */
    (void)call(s, ORACLE_JOIN, ORACLE_FIRST_ID + s->a, ORACLE_FIRST_ID + s->b, 0);
    s->rooms[s->a][ORACLE_FIRST_ID + s->b] = true;
    s->n_rooms[0] = 1;
    turn(s, 0, false);
    join(s);
    turn(s, 0, false);
    expect_nothing(s);
}

static void whom_nobody_is_any_more_a_name_leaves_open_until_done(void **state)
{
    struct scene *s = begin();
    int joined = -1;

    (void)state;
    (void)call(s, ORACLE_JOIN, ORACLE_FIRST_ID + s->a, ORACLE_GHOST, 0);
    s->rooms[s->a][ORACLE_GHOST] = true;
    s->n_rooms[0] = 1;
    turn(s, 0, false);
    joined = call(s, ORACLE_JOIN, ORACLE_GHOST, 2, 0);
    turn(s, 0, false); /* it may not be in r2 yet */
    s->rooms[s->a][2] = true;
    s->n_rooms[0] = 2;
    turn(s, 0, false); /* or may */
    oracle_done(&s->oracle, joined, 0);
    turn(s, 0, false);
    s->rooms[s->a][2] = false; /* but now it must */
    s->n_rooms[0] = 1;
    turn(s, 0, false);
    expect(s, "is not in room r2");
}

/* ---- done ---- */

static void done_is_told_once_when_all_have_applied_it_and_with_what_has_come_of_it(void **state)
{
    struct scene *s = begin();
    int left = call(s, ORACLE_LEAVE, ORACLE_FIRST_ID + s->b, 0, 0);

    (void)state;
    oracle_done(&s->oracle, left, 0);
    expect(s, "is told before 1 workers have applied it");

    s = begin();
    left = call(s, ORACLE_LEAVE, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_done(&s->oracle, left, 0);
    oracle_done(&s->oracle, left, 0);
    expect(s, "is told twice");

    s = begin();
    left = call(s, ORACLE_LEAVE, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_done(&s->oracle, left, SAILS_ENOENT);
    expect(s, "and has concerned 1");

    s = begin();
    left = call(s, ORACLE_LEAVE, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_must_be_told(&s->oracle, left);
    expect(s, "was never told");

    s = begin();
    left = call(s, ORACLE_LEAVE, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_returns(&s->oracle, left, SAILS_EINVAL);
    expect(s, "has returned -10002");
}

static void fetching_finds_whom_it_names_and_nobody_else(void **state)
{
    struct scene *s = begin();
    int fetched = call(s, ORACLE_FETCH, ORACLE_FIRST_ID + s->a, 0, 0);

    (void)state;
    oracle_found(&s->oracle, fetched, 0, &s->a, 1);
    expect_nothing(s);

    s = begin();
    fetched = call(s, ORACLE_FETCH, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_found(&s->oracle, fetched, 0, &s->b, 1);
    expect(s, "has found socket 1");

    s = begin();
    fetched = call(s, ORACLE_FETCH, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_found(&s->oracle, fetched, 0, NULL, 0);
    expect(s, "has found 0, not 1");
}

static void answers_are_as_many_as_were_asked(void **state)
{
    struct scene *s = begin();
    int asked = call(s, ORACLE_ASK, ORACLE_FIRST_ID + s->a, 0, 0);

    (void)state;
    oracle_answered(&s->oracle, asked, 0, 1);
    expect_nothing(s);

    s = begin();
    asked = call(s, ORACLE_ASK, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_answered(&s->oracle, asked, SAILS_ETIMEOUT, 0);
    expect_nothing(s);

    s = begin();
    asked = call(s, ORACLE_ASK, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_answered(&s->oracle, asked, 0, 0);
    expect(s, "has 0 answers and status 0, and asked 1");

    s = begin();
    asked = call(s, ORACLE_ASK, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_answered(&s->oracle, asked, SAILS_ETIMEOUT, 2);
    expect(s, "has 2 answers");
}

/* ---- coming and going ---- */

static void nobody_goes_without_a_reason(void **state)
{
    struct scene *s = begin();

    (void)state;
    oracle_goes(&s->oracle, s->a, "transport error");
    expect(s, "goes for no reason: transport error");

    s = begin();
    s->oracle.sockets[s->a].is_excused = true;
    oracle_goes(&s->oracle, s->a, "transport close");
    expect_nothing(s);

    s = begin();
    s->oracle.sockets[s->a].is_excused = true;
    oracle_goes(&s->oracle, s->a, "parse error");
    expect(s, "goes for no reason: parse error");

    s = begin();
    (void)call(s, ORACLE_DISCONNECT, ORACLE_FIRST_ID + s->a, 0, 0);
    oracle_goes(&s->oracle, s->a, "server namespace disconnect");
    oracle_goes(&s->oracle, s->a, "server namespace disconnect");
    expect(s, "a socket goes that is not there");

    s = begin();
    (void)come(s, "aaaaaaaaaaaaaaaaaaaa", 1);
    expect(s, "was given out twice");
}

/* ---- listeners of rooms ---- */

static struct scene *listen(void)
{
    struct scene *s = begin();

    s->oracle.hears_of_rooms = true;
    return s;
}

static void tell_join(struct scene *s)
{
    oracle_told_room(&s->oracle, 0, 0, true);
    oracle_told_member(&s->oracle, s->b, 0, true);
    join(s);
}

static void what_happens_to_rooms_is_told_once_and_in_order(void **state)
{
    struct scene *s = listen();

    (void)state;
    tell_join(s);
    turn(s, 1, false);
    expect_nothing(s);

    s = listen();
    join(s);
    expect(s, "has joined room r0, and nobody is told");

    s = listen();
    oracle_told_member(&s->oracle, s->b, 0, true);
    expect(s, "joined room r0, which is not there");

    s = listen();
    tell_join(s);
    oracle_told_member(&s->oracle, s->b, 0, true);
    expect(s, "joined room r0 twice");

    s = listen();
    tell_join(s);
    oracle_told_room(&s->oracle, 0, 0, true);
    expect(s, "r0 is told to be created twice");

    s = listen();
    tell_join(s);
    oracle_told_room(&s->oracle, 0, 0, false);
    expect(s, "r0 is told to be deleted, and has 1 members");

    s = listen();
    tell_join(s);
    oracle_told_member(&s->oracle, s->b, 0, false);
    turn(s, 0, false);
    expect(s, "r0 has 0 members, and nobody is told that it is deleted");

    s = listen();
    tell_join(s);
    s->oracle.sockets[s->b].is_excused = true;
    oracle_goes(&s->oracle, s->b, "transport close");
    expect(s, "nobody is told that it has left room r0");
}

/* ---- who comes back ---- */

/* b is in r0, has heard 1, and is sent 2 when it loses its connection. */
static struct scene *lose(void)
{
    struct scene *s = begin();

    s->oracle.keeps = true;
    s->oracle.sockets[s->b].can_return = true;
    join(s);
    turn(s, 0, false);
    blast(s, 1);
    blast(s, 2);
    turn(s, 0, false);
    turn(s, 1, false);
    oracle_hears(&s->oracle, s->b, 1);
    s->oracle.sockets[s->b].is_excused = true;
    oracle_goes(&s->oracle, s->b, "transport close");
    s->n_rooms[1] = 0;
    return s;
}

static int come_back_as(struct scene *s, int former, bool is_recovered)
{
    return oracle_comes_back(&s->oracle, former, true,
                             &(struct oracle_newcomer){.id = "bbbbbbbbbbbbbbbbbbbb", .client = -1},
                             is_recovered);
}

static void who_comes_back_hears_what_it_has_missed_once_and_in_order(void **state)
{
    struct scene *s = lose();

    (void)state;
    (void)call(s, ORACLE_SEND, 0, 0, -1);
    s->oracle.calls[s->oracle.n_calls - 1].call.message = 3;
    blast(s, 4);
    turn(s, 0, false);
    turn(s, 1, false);
    assert_int_equal(come_back_as(s, s->b, true), s->b);
    oracle_hears(&s->oracle, s->b, 2);
    oracle_hears(&s->oracle, s->b, 3);
    oracle_hears(&s->oracle, s->b, 4);
    oracle_must_have_heard_all(&s->oracle, s->b);
    s->n_rooms[0] = 1;
    turn(s, 0, false);
    expect_nothing(s);

    s = lose();
    (void)come_back_as(s, s->b, true);
    oracle_hears(&s->oracle, s->b, 1);
    expect(s, "hears message 1, but 2 comes first");

    s = lose();
    blast(s, 3);
    (void)come_back_as(s, s->b, true);
    oracle_hears(&s->oracle, s->b, 2);
    oracle_must_have_heard_all(&s->oracle, s->b);
    expect(s, "gets nothing more without message 3");

    s = lose();
    (void)come_back_as(s, s->b, true);
    s->rooms[s->b][0] = false;
    turn(s, 0, false);
    expect(s, "is not in room r0");
}

static void who_is_away_must_be_recovered_and_nobody_else(void **state)
{
    struct scene *s = lose();

    (void)state;
    (void)come_back_as(s, s->b, false);
    expect(s, "is not recovered, and could be");

    s = lose();
    (void)come_back_as(s, s->a, true);
    expect(s, "is recovered, and could not be");
}

/* ---- memory ---- */

static void a_turn_without_memory_excuses_itself_and_nothing_else(void **state)
{
    struct scene *s = begin();

    (void)state;
    blast(s, 1);
    turn(s, 0, true);
    turn(s, 1, false);
    oracle_must_have_heard_all(&s->oracle, s->a);
    s->rooms[s->a][4] = true; /* whoever knows: the join of an earlier turn may have been late */
    s->n_rooms[0] = 1;
    turn(s, 0, true);
    turn(s, 0, false);
    assert_string_equal(s->oracle.complaint, "");
    oracle_must_have_heard_all(&s->oracle, s->b);
    expect(s, "gets nothing more without message 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_is_heard_once_and_in_order),
        cmocka_unit_test(what_is_sent_must_arrive_and_not_before_its_worker_has_applied_it),
        cmocka_unit_test(an_answer_does_not_overtake_what_was_sent_before),
        cmocka_unit_test(rooms_select_and_omit),
        cmocka_unit_test(a_member_too_few_or_too_many_is_seen_and_a_room_without_members),
        cmocka_unit_test(an_id_stands_for_its_socket),
        cmocka_unit_test(whom_nobody_is_any_more_a_name_leaves_open_until_done),
        cmocka_unit_test(done_is_told_once_when_all_have_applied_it_and_with_what_has_come_of_it),
        cmocka_unit_test(fetching_finds_whom_it_names_and_nobody_else),
        cmocka_unit_test(answers_are_as_many_as_were_asked),
        cmocka_unit_test(nobody_goes_without_a_reason),
        cmocka_unit_test(what_happens_to_rooms_is_told_once_and_in_order),
        cmocka_unit_test(who_comes_back_hears_what_it_has_missed_once_and_in_order),
        cmocka_unit_test(who_is_away_must_be_recovered_and_nobody_else),
        cmocka_unit_test(a_turn_without_memory_excuses_itself_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
