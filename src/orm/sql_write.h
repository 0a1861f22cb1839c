/*
 * sql_write.h - statements that change records.
 *
 * Purpose    INSERT, UPDATE, DELETE.
 * Ownership  As sql.h.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 */
#ifndef ORM_SQL_WRITE_H
#define ORM_SQL_WRITE_H

#include "orm/sql.h"
#include "orm/values.h"

/*
 * INSERT of `n` new records of one model. All have a primary key that is null, which is left to the
 * database then, or none has: `with_key`. `returning_record`: all columns behind RETURNING, where the
 * dialect has it.
 */
void sql_write_insert(struct sql *sql, const struct values *records, size_t n, bool with_key,
                      bool returning_record);

/* The statement that sql_write_insert() has made, with the values of other records: as many, of the same model
 * and with_key. */
void sql_write_insert_again(struct sql *sql, const struct values *records, size_t n, bool with_key);

/* UPDATE with the values of `set`, of which there is at least one that has a column. */
void sql_write_update(struct sql *sql, const struct values *set, const struct predicate *where);

/* The same for the records of these primary keys. */
void sql_write_update_keys(struct sql *sql, const struct values *set, json_t *const *keys,
                           size_t n);

void sql_write_delete(struct sql *sql, const struct orm_model *model,
                      const struct predicate *where);
void sql_write_delete_keys(struct sql *sql, const struct orm_model *model, json_t *const *keys,
                           size_t n);

#endif
