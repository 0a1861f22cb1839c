/*
 * messages.h - what subscribers and watchers are told (pubsub-and-blueprints 4).
 *
 * Purpose    One function for each of Sails' internal publishing methods: which messages, with which keys in which
 *            order, to whom.
 * Ownership  Borrows everything; what has to stay in a message is kept by reference.
 * Threads    One thread at a time.
 * Floor      blueprints; uses pubsub, orm, base.
 *
 * Records come in two forms: as the database has them, which the messages about associations are made from, and as
 * people may see them (record_view.h), which goes into messages.
 *
 *     class room of user     {"verb":"created","data":{...},"id":1}
 *     room of user 1         {"verb":"updated","data":{...},"id":1,"previous":{...}}
 *                            {"verb":"destroyed","id":1,"previous":{...}}
 *                            {"id":1,"verb":"addedTo","attribute":"pets","addedId":2}
 *                            {"id":1,"verb":"removedFrom","attribute":"pets","removedId":2}
 */
#ifndef BLUEPRINTS_MESSAGES_H
#define BLUEPRINTS_MESSAGES_H

#include "blueprints/effects.h"

/* A record in both forms. */
struct seen_record {
    json_t *stored; /* populated where the model has associations */
    json_t *shown;
};

void seen_record_deinit(struct seen_record *record);

/* The other side of its associations, then the watchers, who become its subscribers. */
void messages_created(struct effects *effects, const struct orm_model *model,
                      const struct seen_record *record);

/* The other side of its to-ones that have changed, then its subscribers. `changes` are as stored, `shown` as they
 * are told. */
void messages_updated(struct effects *effects, const struct orm_model *model, const json_t *key,
                      json_t *changes, json_t *shown, const struct seen_record *previous);

/* Its subscribers, who cease to be, then the other side of its associations. */
void messages_destroyed(struct effects *effects, const struct orm_model *model,
                        const struct seen_record *previous);

/* A child in a collection of the parent's, and out of it. `both_sides`: subscribers of the child are told, too, and the
 * requester becomes one where it was added. */
void messages_added(struct effects *effects, const struct orm_attribute *collection, json_t *parent,
                    json_t *child, bool both_sides);
void messages_removed(struct effects *effects, const struct orm_attribute *collection,
                      json_t *parent, json_t *child, bool both_sides);

/* The primary key of what an association of a record holds: a key, or a populated record. A view; NULL: nothing. */
json_t *messages_key_of(const struct orm_attribute *association, json_t *value);

#endif
