/*
 * zoo.h - keepers and their pets, and who hears of which: what a run by chance is held against.
 *
 * A keeper has many pets, a pet has one keeper at a time. The model knows the records, who has subscribed to each and who
 * watches which class, and from these what every socket gets.
 */
#ifndef BLUEPRINTS_ZOO_H
#define BLUEPRINTS_ZOO_H

#include "support/chance.h"
#include "support/live_app.h"

#include <sails/sails.h>

enum {
    SOCKETS = 6,
    REQUESTS = 1500,
    IDS_MAX = REQUESTS + 2,
    LIVING_MAX = 8 /* of each; a list has 30 */
};

enum kind {
    KEEPER,
    PET
};

static const char *const names[] = {"keeper", "pet"};

struct record {
    bool lives;
    int name;
    int owner; /* of a pet; 0: nobody */
};

struct zoo {
    struct live live;
    struct ws_client sockets[SOCKETS];
    struct chance chance;
    struct record records[2][IDS_MAX];
    bool hears[2][IDS_MAX][SOCKETS];
    bool watches[2][SOCKETS];
    int n_made[2];
    json_t *expected[SOCKETS]; /* texts of frames */
    size_t actor;
    int status;
};

/* ---- records as they are shown ---- */

static UNUSED json_t *plain(const struct zoo *zoo, enum kind kind, int id)
{
    const struct record *record = &zoo->records[kind][id];

    if (kind == KEEPER) {
        return json_pack("{s:i,s:i}", "id", id, "name", record->name);
    }
    return json_pack("{s:i,s:i,s:o}", "id", id, "name", record->name, "owner",
                     record->owner != 0 ? json_integer(record->owner) : json_null());
}

static UNUSED json_t *populated(const struct zoo *zoo, enum kind kind, int id)
{
    json_t *record = plain(zoo, kind, id);
    json_t *pets = json_array();

    if (kind == PET && zoo->records[PET][id].owner != 0) {
        json_object_set_new(record, "owner", plain(zoo, KEEPER, zoo->records[PET][id].owner));
    }
    for (int p = 1; kind == KEEPER && p <= zoo->n_made[PET]; p++) {
        if (zoo->records[PET][p].lives && zoo->records[PET][p].owner == id) {
            json_array_append_new(pets, plain(zoo, PET, p));
        }
    }
    if (kind == KEEPER) {
        json_object_set(record, "pets", pets);
    }
    json_decref(pets);
    return record;
}

/* ---- who hears what ---- */

static UNUSED void expect(struct zoo *zoo, size_t socket, enum kind kind, json_t *message)
{
    json_t *event = json_pack("[s,O]", names[kind], message);
    char *text = json_dumps(event, JSON_COMPACT);

    json_array_append_new(zoo->expected[socket], json_pack("s+", "42", text));
    mem_free(text); /* jansson's: mem_free() is its free() */
    json_decref(event);
}

/* Takes the message. */
static UNUSED void tell_subscribers(struct zoo *zoo, enum kind kind, int id, json_t *message)
{
    for (size_t i = 0; i < SOCKETS; i++) {
        if (i != zoo->actor && zoo->hears[kind][id][i]) {
            expect(zoo, i, kind, message);
        }
    }
    json_decref(message);
}

static UNUSED void tell_member(struct zoo *zoo, int keeper, const char *verb, const char *key,
                               int pet)
{
    tell_subscribers(
        zoo, KEEPER, keeper,
        json_pack("{s:i,s:s,s:s,s:i}", "id", keeper, "verb", verb, "attribute", "pets", key, pet));
}

static UNUSED void tell_added(struct zoo *zoo, int keeper, int pet)
{
    tell_member(zoo, keeper, "addedTo", "addedId", pet);
}

static UNUSED void tell_removed(struct zoo *zoo, int keeper, int pet)
{
    tell_member(zoo, keeper, "removedFrom", "removedId", pet);
}

static UNUSED void tell_owner(struct zoo *zoo, int pet, int keeper)
{
    tell_subscribers(zoo, PET, pet,
                     json_pack("{s:s,s:{s:o},s:i}", "verb", "updated", "data", "owner",
                               keeper != 0 ? json_integer(keeper) : json_null(), "id", pet));
}

static UNUSED void tell_created(struct zoo *zoo, enum kind kind, int id)
{
    json_t *message =
        json_pack("{s:s,s:o,s:i}", "verb", "created", "data", populated(zoo, kind, id), "id", id);

    for (size_t i = 0; i < SOCKETS; i++) {
        if (i != zoo->actor && zoo->watches[kind][i]) {
            expect(zoo, i, kind, message);
        }
        zoo->hears[kind][id][i] = zoo->hears[kind][id][i] || zoo->watches[kind][i];
    }
    json_decref(message);
}

static UNUSED void subscribe(struct zoo *zoo, enum kind kind, int id)
{
    zoo->hears[kind][id][zoo->actor] = true;
}

/* What is populated in a record, and the class of it. */
static UNUSED void subscribe_deep(struct zoo *zoo, enum kind kind, int id)
{
    zoo->watches[kind == KEEPER ? PET : KEEPER][zoo->actor] = true;
    if (kind == PET && zoo->records[PET][id].owner != 0) {
        subscribe(zoo, KEEPER, zoo->records[PET][id].owner);
    }
    for (int p = 1; kind == KEEPER && p <= zoo->n_made[PET]; p++) {
        if (zoo->records[PET][p].lives && zoo->records[PET][p].owner == id) {
            subscribe(zoo, PET, p);
        }
    }
}

#endif
