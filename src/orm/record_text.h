/*
 * record_text.h - rows become JSON text, without values in between.
 *
 * Purpose    What only goes out again need not be made into some dozen pieces of memory a record, and freed: a list of records is
 *            written as it is read. The text is the one that json_value_write() makes of the same records.
 * Ownership  The text is the caller's.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 */
#ifndef ORM_RECORD_TEXT_H
#define ORM_RECORD_TEXT_H

#include "orm/database.h"

struct record_text {
    const struct criteria *criteria; /* whose columns */
    bool decrypts;
    struct buf *out;
    size_t n; /* records written, a comma between them */
};

/* Runs db->sql and appends its records. 0, or a negative code with db->error set. */
int record_text_query(struct sails_db *db, struct record_text *text);

#endif
