/*
 * populate_apart.h - the children of a junction that is in another datastore than they are.
 *
 * Purpose    What one statement with a join says within a database takes two and a join of our own: the pairs,
 *            then the children.
 * Ownership  None.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 */
#ifndef ORM_POPULATE_APART_H
#define ORM_POPULATE_APART_H

#include "orm/orm_query.h"
#include "orm/records.h"

/*
 * Appends the children of some parents to the reader's list, and to its extras whose each is: for each parent
 * those of its page, in the order of the criteria. 0, or a negative code with db->error set.
 */
int populate_apart(struct sails_db *db, struct orm_query *q, const struct orm_junction *junction,
                   json_t *const *parents, size_t n_parents, const struct records_reader *reader);

#endif
