/*
 * pair.h - two nodes of one cluster in a simulated world, with a client on each: see fleet.h.
 */
#ifndef SUPPORT_PAIR_H
#define SUPPORT_PAIR_H

#include "support/fleet.h"

#include <sails/sockets.h>

/* Two nodes, the second with workers; a client on each, that of the second in room "r". */
struct pair {
    struct fleet fleet;
    struct ws_client clients[2];
    struct told done;
};

static UNUSED struct pair *pair_open(void)
{
    struct pair *pair = mem_alloc(sizeof(*pair));

    assert_non_null(pair);
    fleet_init(&pair->fleet, 1);
    fleet_add(&pair->fleet, 1);
    fleet_add(&pair->fleet, 3);
    fleet_lift(&pair->fleet);
    told_init(&pair->done);
    for (size_t i = 0; i < 2; i++) {
        ws_client_expect_in(&pair->clients[i], pair->fleet.nodes[i].port, 5);
    }
    assert_int_equal(
        sails_sockets_join(pair->fleet.nodes[1].app, pair->clients[1].id, "r", tell, &pair->done),
        0);
    assert_int_equal(told_status(&pair->done), 0);
    return pair;
}

static UNUSED void pair_end(struct pair *pair)
{
    for (size_t i = 0; i < 2; i++) {
        ws_client_close(&pair->clients[i]);
    }
    fleet_end(&pair->fleet);
    mem_free(pair);
}

/* All that nodes have published, one a line: "channel payload". For payloads that are text. */
struct tapped {
    struct buf text;
};

static UNUSED void tap(struct str channel, struct bytes payload, void *ctx)
{
    struct tapped *tapped = ctx;

    buf_append_str(&tapped->text, channel);
    buf_append_char(&tapped->text, ' ');
    buf_append_str(&tapped->text, bytes_str(payload));
    buf_append_char(&tapped->text, '\n');
}

/* What was published since the last look is exactly this. */
static UNUSED void expect_tapped(struct pair *pair, struct tapped *tapped, const char *text)
{
    fleet_settle(&pair->fleet);
    buf_append_char(&tapped->text, '\0');
    assert_int_equal(buf_error(&tapped->text), 0);
    assert_string_equal(tapped->text.ptr, text);
    buf_clear(&tapped->text);
}

/* Says something to all nodes, as one that is none of them. */
static UNUSED void say(struct pair *pair, const char *channel, const char *text)
{
    sim_broker_publish(&pair->fleet.broker, channel, text, strlen(text));
    fleet_settle(&pair->fleet);
}

#endif
