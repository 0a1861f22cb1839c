#include "sim/promises.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- complaints ---- */

bool promises_complains(const struct promises *p)
{
    return p->complaint[0] != '\0';
}

void promises_complain(struct promises *p, const char *format, ...)
{
    va_list args;

    if (promises_complains(p)) {
        return; /* what follows from the first one says nothing */
    }
    va_start(args, format);
    (void)vsnprintf(p->complaint, sizeof(p->complaint), format, args);
    va_end(args);
}

/* ---- what happens ---- */

void promises_init(struct promises *p, bool keeps, uint64_t transit_ms)
{
    memset(p, 0, sizeof(*p));
    p->keeps = keeps;
    p->transit_ms = transit_ms;
    promises_begin_scene(p);
}

void promises_begin_scene(struct promises *p)
{
    p->change.of = -1;
    for (size_t i = 0; i < PROMISES_LISTENERS; i++) {
        struct promises_listener *l = &p->listeners[i];

        l->is_in = l->is_in && !l->is_unsure;
    }
}

void promises_enters(struct promises *p, size_t listener, size_t node,
                     const bool rooms[PROMISES_ROOMS])
{
    struct promises_listener *l = &p->listeners[listener];

    *l = (struct promises_listener){.node = node, .is_in = true, .first = p->n_messages + 1};
    for (size_t room = 0; room < PROMISES_ROOMS; room++) {
        l->rooms[room] = rooms[room] ? PROMISES_IN : PROMISES_OUT;
    }
}

void promises_leaves(struct promises *p, size_t listener)
{
    p->listeners[listener].is_unsure = true;
}

unsigned promises_says(struct promises *p, const struct promises_message *message)
{
    if (p->n_messages == PROMISES_MESSAGES) {
        return 0;
    }
    p->messages[++p->n_messages] = *message;
    return p->n_messages;
}

void promises_trouble(struct promises *p, size_t node, uint64_t now_ms)
{
    if (promises_has_trouble(p, node)) {
        return;
    }
    if (p->n_troubles == PROMISES_TROUBLES) {
        promises_complain(p, "too much trouble");
        return;
    }
    p->troubles[p->n_troubles++] = (struct promises_trouble){node, now_ms, UINT64_MAX};
}

void promises_trouble_ends(struct promises *p, size_t node, uint64_t now_ms)
{
    for (size_t i = 0; i < p->n_troubles; i++) {
        if (p->troubles[i].node == node && p->troubles[i].to_ms == UINT64_MAX) {
            p->troubles[i].to_ms = now_ms;
        }
    }
}

bool promises_has_trouble(const struct promises *p, size_t node)
{
    return promises_had_trouble(p, node, UINT64_MAX, UINT64_MAX);
}

bool promises_had_trouble(const struct promises *p, size_t node, uint64_t from_ms, uint64_t to_ms)
{
    for (size_t i = 0; i < p->n_troubles; i++) {
        const struct promises_trouble *t = &p->troubles[i];

        if (t->node == node && t->from_ms <= to_ms && t->to_ms >= from_ms) {
            return true;
        }
    }
    return false;
}

bool promises_changes(struct promises *p, const struct promises_change *change)
{
    if (p->change.of >= 0) {
        return false;
    }
    p->change = *change;
    for (size_t i = 0; i < PROMISES_LISTENERS; i++) {
        struct promises_listener *l = &p->listeners[i];

        if (l->is_in && l->rooms[change->of] == PROMISES_IN) {
            l->rooms[change->room] = PROMISES_UNSURE;
            l->wanted[change->room] = change->is_join ? PROMISES_IN : PROMISES_OUT;
        }
    }
    return true;
}

/* ---- what arrives ---- */

static enum promises_membership membership(const struct promises_listener *l, int room, int none)
{
    return room >= 0 ? l->rooms[room] : (enum promises_membership)none;
}

/* How sure it is that a message is for a listener. */
static enum promises_membership is_for(const struct promises_listener *l,
                                       const struct promises_message *m)
{
    enum promises_membership to = membership(l, m->room, PROMISES_IN);
    enum promises_membership except = membership(l, m->except, PROMISES_OUT);

    if (to == PROMISES_OUT || except == PROMISES_IN) {
        return PROMISES_OUT;
    }
    return except == PROMISES_UNSURE ? PROMISES_UNSURE : to;
}

void promises_hears(struct promises *p, size_t listener, unsigned message)
{
    struct promises_listener *l = &p->listeners[listener];
    const struct promises_message *m = &p->messages[message];

    if (message == 0 || message > p->n_messages) {
        promises_complain(p, "listener %zu hears message %u, which nobody has sent", listener,
                          message);
        return;
    }
    if (message < l->first || is_for(l, m) == PROMISES_OUT) {
        promises_complain(p, "listener %zu hears message %u, which is not for it", listener,
                          message);
    }
    if (l->has_heard[message]) {
        promises_complain(p, "listener %zu hears message %u twice", listener, message);
    }
    if (message < l->last[m->sender]) {
        promises_complain(p, "listener %zu hears message %u after %u of the same sender", listener,
                          message, l->last[m->sender]);
    }
    l->has_heard[message] = true;
    l->last[m->sender] = message;
}

/* Whether something was in the way, from that node at that time, that the page on scaling names. `is_kept`: until
 * the listener's node comes to read it. */
static bool may_be_lost(const struct promises *p, const struct promises_listener *l, size_t node,
                        uint64_t at_ms, bool is_kept)
{
    uint64_t end_ms = at_ms + p->transit_ms;

    if (l->node == node) {
        return false;
    }
    return promises_had_trouble(p, node, at_ms, end_ms) ||
           (!is_kept && promises_had_trouble(p, l->node, at_ms, end_ms));
}

void promises_settle(struct promises *p)
{
    for (size_t i = 0; i < PROMISES_LISTENERS; i++) {
        const struct promises_listener *l = &p->listeners[i];
        unsigned n = p->n_settled + 1 > l->first ? p->n_settled + 1 : l->first;

        for (; l->is_in && !l->is_unsure && n <= p->n_messages; n++) {
            const struct promises_message *m = &p->messages[n];

            if (is_for(l, m) == PROMISES_IN && !l->has_heard[n] &&
                !may_be_lost(p, l, m->node, m->at_ms, p->keeps && !m->is_question)) {
                promises_complain(p,
                                  "listener %zu of node %zu has never heard message %u of node %zu",
                                  i, l->node, n, m->node);
            }
        }
    }
    p->n_settled = p->n_messages;
}

void promises_sees(struct promises *p, size_t listener, const bool rooms[PROMISES_ROOMS])
{
    struct promises_listener *l = &p->listeners[listener];

    for (int room = 0; room < PROMISES_ROOMS; room++) {
        enum promises_membership want = l->rooms[room];

        if (want == PROMISES_UNSURE &&
            !may_be_lost(p, l, p->change.node, p->change.at_ms, p->keeps)) {
            want = l->wanted[room];
        }
        if (want != PROMISES_UNSURE && rooms[room] != (want == PROMISES_IN)) {
            promises_complain(p, "listener %zu is%s in room %d", listener,
                              rooms[room] ? "" : " not", room);
        }
        l->rooms[room] = rooms[room] ? PROMISES_IN : PROMISES_OUT;
    }
}

int promises_count(const struct promises *p, int room)
{
    int n = 0;

    for (size_t i = 0; i < PROMISES_LISTENERS; i++) {
        const struct promises_listener *l = &p->listeners[i];
        enum promises_membership in = membership(l, room, PROMISES_IN);

        if (l->is_in && (l->is_unsure || in == PROMISES_UNSURE)) {
            return -1;
        }
        n += l->is_in && in == PROMISES_IN ? 1 : 0;
    }
    return n;
}
