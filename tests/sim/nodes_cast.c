#include "base/buf.h"
#include "sim/nodes_simulation.h"
#include "sim/packet.h"

/*
 * The clients: what they hear is held against what is promised.
 */

static struct promises *promises_of(const struct member *member)
{
    return &member->sim->promises;
}

static void on_connect(struct member *member, struct str payload)
{
    struct str sid = packet_sid(payload);

    if (sid.ptr == NULL || sid.len >= NODES_ID_SIZE) {
        promises_complain(promises_of(member), "client %zu is connected as %.*s", member->index,
                          STR_FMT(payload));
        return;
    }
    memcpy(member->id, sid.ptr, sid.len);
    member->id[sid.len] = '\0';
    member->is_in = true;
    promises_enters(promises_of(member), member->index, member->node, member->rooms);
}

/* ["said",7] */
static void on_event(struct member *member, const struct packet *packet)
{
    struct buf answer = {0};
    uint64_t message = 0;

    if (!str_to_u64(packet_number(packet->payload, "[\"said\",", ']'), UINT32_MAX, &message)) {
        promises_complain(promises_of(member), "client %zu hears %.*s", member->index,
                          STR_FMT(packet->payload));
        return;
    }
    promises_hears(promises_of(member), member->index, (unsigned)message);
    if (packet->id.len > 0) {
        buf_printf(&answer, "3%.*s[%llu]", STR_FMT(packet->id), (unsigned long long)message);
        wire_send(&member->wire, buf_str(&answer));
    }
    buf_deinit(&answer);
}

static void on_message(struct wire *wire, struct str text, void *ctx)
{
    struct member *member = ctx;
    struct packet packet = packet_read(text);

    (void)wire;
    switch (packet.type) {
    case '0':
        on_connect(member, packet.payload);
        break;
    case '2':
        on_event(member, &packet);
        break;
    default:
        promises_complain(promises_of(member), "client %zu hears %.*s", member->index,
                          STR_FMT(text));
    }
}

static void on_open(struct wire *wire, void *ctx)
{
    (void)ctx;
    wire_send(wire, STR("0"));
}

static void on_end(struct wire *wire, const char *problem, void *ctx)
{
    struct member *member = ctx;

    (void)wire;
    if (problem != NULL || !member->sim->is_restarting) {
        promises_complain(promises_of(member), "the connection of client %zu ends: %s",
                          member->index, problem != NULL ? problem : "why?");
    }
    member->is_on = member->is_in = false;
}

static const struct wire_events events = {
    .on_open = on_open, .on_message = on_message, .on_end = on_end};

void nodes_cast_init(struct nodes_simulation *sim)
{
    for (size_t i = 0; i < NODES_CAST; i++) {
        struct member *member = &sim->cast[i];

        *member = (struct member){.sim = sim, .index = i};
        wire_init(&member->wire, &sim->world, &events, member);
    }
}

void nodes_enter(struct member *member, size_t node)
{
    struct nodes_simulation *sim = member->sim;
    unsigned rooms = (unsigned)nodes_below(sim, 1u << PROMISES_ROOMS);

    for (unsigned room = 0; room < PROMISES_ROOMS; room++) {
        member->rooms[room] = (rooms & 1u << room) != 0;
    }
    member->node = node;
    (void)snprintf(member->query, sizeof(member->query), "&rooms=%u", rooms);
    member->is_on =
        wire_open(&member->wire, sim->nodes[node].port, 4,
                  &(struct wire_style){.way = (enum wire_way)nodes_below(sim, 3)}, member->query);
    nodes_trace(sim, "client %zu enters node %zu, for rooms %x", member->index, node, rooms);
    if (!member->is_on) {
        promises_complain(&sim->promises, "node %zu does not listen", node);
    }
}

void nodes_check_in(struct member *member)
{
    if (member->is_on && !member->is_in) {
        promises_complain(promises_of(member), "client %zu never heard that it is connected",
                          member->index);
    }
}

void nodes_leave(struct member *member, bool is_cut)
{
    nodes_trace(member->sim, "client %zu %s", member->index, is_cut ? "is cut off" : "goes");
    member->sim->life++;
    promises_leaves(promises_of(member), member->index);
    wire_close(&member->wire, is_cut);
    member->is_on = member->is_in = false;
}

void nodes_bid(struct member *member)
{
    wire_send(&member->wire, STR("2[\"bid\"]"));
}
