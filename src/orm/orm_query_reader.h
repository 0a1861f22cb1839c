/*
 * orm_query_reader.h - reading a call, among the files that do it.
 *
 * Purpose    What orm_query.c, orm_query_meta.c, orm_query_criteria.c and orm_query_values.c share.
 * Ownership  The reader borrows everything.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 *
 * The functions that read: 0; SAILS_EINVAL, SAILS_ETOOBIG, and the error is set; SAILS_ENOMEM. Where one
 * of them finds that there is nothing to do, it sets query->is_noop, and the rest is not read.
 */
#ifndef ORM_ORM_QUERY_READER_H
#define ORM_ORM_QUERY_READER_H

#include "orm/orm_query.h"

struct query_reader {
    struct orm_query *query;
    const struct orm_call *call;
    struct orm_error *error;
};

int orm_query_meta_read(struct query_reader *r);
int orm_query_criteria_read(struct query_reader *r);
int orm_query_criteria_read_populates(struct query_reader *r);
int orm_query_values_read_number_attribute(struct query_reader *r);
int orm_query_values_read_record(struct query_reader *r);
int orm_query_values_read_records(struct query_reader *r);
int orm_query_values_read_set(struct query_reader *r);
int orm_query_values_read_links(struct query_reader *r); /* of the collection methods */

/* ---- words ---- */

int orm_query_refuse(struct query_reader *r, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a value shown behind it; NULL: undefined. */
int orm_query_refuse_value(struct query_reader *r, const char *code, const char *before,
                           json_t *value);

/* `rc`, of SAILS_EINVAL and SAILS_ETOOBIG with the words of `problem`, which is emptied. */
int orm_query_told(struct query_reader *r, int rc, const char *code, const char *before,
                   struct buf *problem);

#endif
