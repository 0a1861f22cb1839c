/*
 * db_library.h - a library that is opened when somebody needs it.
 *
 * Purpose    The clients of database servers bring twenty libraries along, which the dynamic linker would
 *            read at each start of a program that has no such datastore (bench/README.md, "Instructions").
 * Ownership  A library lies where its functions do, and is never closed: threads may be in it.
 * Threads    Any.
 * Floor      db; uses base.
 */
#ifndef DB_DB_LIBRARY_H
#define DB_DB_LIBRARY_H

#include "db/db_error.h"

struct db_library {
    const char *file;         /* "libpq.so.5" */
    const char *package;      /* of Debian, that has it */
    const char *purpose;      /* what needs it: "PostgreSQL" */
    const char *const *names; /* of functions */
    size_t n;
    void *functions; /* a struct of `n` pointers to functions, in the order of `names` */
    void *handle;    /* NULL: not open yet */
};

/* For tables of functions: what a library's header declares. */
#define DB_LIBRARY_MEMBER(name) __typeof__(name) *name;
#define DB_LIBRARY_NAME(name)   #name,

/*
 * Opens it, if it is not open yet, and finds its functions. Returns 0, or SAILS_EDB: the file or a function
 * is not there; then the next call tries again.
 */
int db_library_open(struct db_library *library, struct db_error *error);

#endif
