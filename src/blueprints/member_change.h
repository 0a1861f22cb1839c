/*
 * member_change.h - who comes into a collection, and who goes.
 *
 * Purpose    Look up what a list of ids changes in a collection, and tell it once it has been changed.
 * Ownership  A change owns its lists: member_change_deinit().
 * Threads    The thread of the call.
 * Floor      blueprints; uses orm, base.
 */
#ifndef BLUEPRINTS_MEMBER_CHANGE_H
#define BLUEPRINTS_MEMBER_CHANGE_H

#include "blueprints/blueprint_call.h"

/* What will change when a collection has other members: gathered before, told afterwards. */
struct member_change {
    const struct orm_attribute *collection;
    json_t *
        members; /* keys of those that there are and shall be in it, in the order given, each once */
    json_t *stolen;  /* [[child, former parent], ...]: of another parent's so far */
    json_t *added;   /* keys */
    json_t *dropped; /* keys; of replace */
};

void member_change_deinit(struct member_change *change);

/* `parent`: NULL: it has no members yet. `ids` is borrowed. */
int member_change_find(struct blueprint_call *call, struct sails_db *db,
                       const struct orm_attribute *collection, json_t *parent, json_t *ids,
                       struct member_change *change);
void member_change_tell(struct blueprint_call *call, const struct member_change *change,
                        json_t *parent);
void member_change_tell_stolen(struct blueprint_call *call, const struct member_change *change);

/* Records with the keys of those of `ids` (borrowed) that there are. */
int member_change_find_children(const struct blueprint_call *call, struct sails_db *db,
                                const struct orm_attribute *collection, json_t *ids,
                                json_t **children);

/* The parent of a child that has one at a time; a view. NULL: none. */
json_t *member_change_former_parent(const struct orm_attribute *collection, const json_t *child);

/* `rc`. Ids that cannot be keys are wrong values, or wrong ids, and no wrong criteria, which nobody has sent. */
int member_change_blame_ids(const struct blueprint_call *call, struct sails_db *db, int rc);

#endif
