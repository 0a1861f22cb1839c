#include "io/recovery_packet.h"

#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 * A reader holds the packet that it begins with, and that one all behind it:
 *
 *      log ----+                    reader
 *              v                      |
 *      ... -> packet -> packet        v
 *              (dropped by the log:) packet -> packet -> packet
 *
 * So the log may drop what has expired while somebody reads, and nobody waits for anybody.
 */

/* ---- names ---- */

static bool add_texts(size_t *size, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!size_add(*size, names[i].len, size)) {
            return false;
        }
    }
    return true;
}

/* Copies a text to *at, and moves *at behind it. */
static struct recovery_name put_name(char **at, struct hash_key key, struct str text)
{
    struct str copy = {*at, text.len};

    if (copy.len > 0) {
        memcpy(*at, text.ptr, copy.len);
        *at += copy.len;
    }
    return (struct recovery_name){hash_str(key, copy), copy};
}

static struct recovery_names put_names(struct recovery_name *list, char **at, struct hash_key key,
                                       const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        list[i] = put_name(at, key, names[i]);
    }
    return (struct recovery_names){list, n, n > 0};
}

/* ---- life ---- */

static size_t message_size(const struct sio_message *message)
{
    size_t size = sizeof(*message);

    for (size_t i = 0; i < message->n_parts; i++) {
        size += sizeof(struct eio_message) + eio_message_data(message->parts[i]).len;
    }
    return size;
}

struct recovery_packet *recovery_packet_create(struct hash_key key, struct sio_message *message,
                                               const struct sio_target *target, bool to_nobody)
{
    size_t n_to = target->n_rooms;
    size_t n_except = target->n_except;
    size_t size = 0;
    struct recovery_packet *packet = NULL;
    char *at = NULL;

    if (!size_mul(n_to + n_except, sizeof(packet->names[0]), &size) ||
        !size_add(size, sizeof(*packet), &size) || !add_texts(&size, target->rooms, n_to) ||
        !add_texts(&size, target->except, n_except) || !add_texts(&size, &target->except_id, 1)) {
        return NULL;
    }
    packet = mem_alloc(size);
    if (packet == NULL) {
        return NULL;
    }
    *packet = (struct recovery_packet){.message = sio_message_retain(message)};
    atomic_init(&packet->refs, 1);
    packet->size = size + message_size(message);
    at = (char *)(packet->names + n_to + n_except);
    packet->to = put_names(packet->names, &at, key, target->rooms, n_to);
    packet->to.is_given = packet->to.is_given || to_nobody;
    packet->except = put_names(packet->names + n_to, &at, key, target->except, n_except);
    if (target->except_id.len > 0) {
        packet->except_id = put_name(&at, key, target->except_id);
    }
    assert(at == (char *)packet + size);
    return packet;
}

struct recovery_packet *recovery_packet_retain(struct recovery_packet *packet)
{
    atomic_fetch_add_explicit(&packet->refs, 1, memory_order_relaxed);
    return packet;
}

void recovery_packet_release(struct recovery_packet *packet)
{
    while (packet != NULL &&
           atomic_fetch_sub_explicit(&packet->refs, 1, memory_order_acq_rel) == 1) {
        struct recovery_packet *next = packet->next;

        sio_message_release(packet->message);
        mem_free(packet);
        packet = next;
    }
}

/* ---- whom it concerns ---- */

struct recovery_room {
    struct map_node by_hash;
    struct str name;
};

int recovery_rooms_init(struct recovery_rooms *rooms, struct hash_key key, json_t *list)
{
    size_t i = 0;
    json_t *name = NULL;

    *rooms = (struct recovery_rooms){.rooms = NULL};
    if (json_array_size(list) == 0) {
        return 0;
    }
    rooms->rooms = mem_calloc(json_array_size(list), sizeof(struct recovery_room));
    if (rooms->rooms == NULL) {
        return SAILS_ENOMEM;
    }
    json_array_foreach(list, i, name)
    {
        struct recovery_room *room = &rooms->rooms[i];

        room->name = (struct str){json_string_value(name), json_string_length(name)};
        map_insert(&rooms->by_hash, &room->by_hash, hash_str(key, room->name));
    }
    return 0;
}

void recovery_rooms_deinit(struct recovery_rooms *rooms)
{
    map_deinit(&rooms->by_hash);
    mem_free(rooms->rooms);
}

static bool has_room(const struct recovery_rooms *rooms, const struct recovery_name *name)
{
    struct map_node *node = map_find(&rooms->by_hash, name->hash);

    for (; node != NULL; node = map_find_next(node)) {
        if (str_eq(container_of(node, struct recovery_room, by_hash)->name, name->text)) {
            return true;
        }
    }
    return false;
}

static bool has_any(const struct recovery_rooms *rooms, const struct recovery_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        if (has_room(rooms, &names->list[i])) {
            return true;
        }
    }
    return false;
}

bool recovery_packet_concerns(const struct recovery_packet *packet,
                              const struct recovery_rooms *rooms, struct str sid)
{
    if (packet->except_id.text.ptr != NULL && str_eq(packet->except_id.text, sid)) {
        return false;
    }
    if (has_any(rooms, &packet->except)) {
        return false;
    }
    return !packet->to.is_given || has_any(rooms, &packet->to);
}
