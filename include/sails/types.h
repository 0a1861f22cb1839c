/**
 * @file sails/types.h
 * @brief The handles that all headers speak of.
 *
 * Every other header includes it; a program has no need to.
 */
#ifndef SAILS_TYPES_H
#define SAILS_TYPES_H

#include <sails/export.h>
#include <stddef.h>

/*
 * Lists of texts, as expressions; they end with NULL. SAILS_LIST_OF_TEXTS lives as long as a compound literal
 * (C: its block; C++: the call that it is an argument of) and takes any texts; SAILS_TABLE_OF_TEXTS may
 * stand in a static table, and takes constants.
 */
#ifdef __cplusplus
#include <initializer_list>
#define SAILS_LIST_OF_TEXTS(...) (std::initializer_list<const char *>{__VA_ARGS__, nullptr}.begin())
#define SAILS_TABLE_OF_TEXTS(...)                                                                  \
    ([]() -> const char *const * {                                                                 \
        static const char *const texts[] = {__VA_ARGS__, nullptr};                                 \
        return texts;                                                                              \
    }())
#else
#define SAILS_LIST_OF_TEXTS(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define SAILS_TABLE_OF_TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#endif

SAILS_BEGIN_DECLS

/** An application: see sails/app.h. */
typedef struct sails_app sails_app;

/** A request, over HTTP or over a socket: see sails/req.h. */
typedef struct sails_req sails_req;

/** Its answer: see sails/res.h. */
typedef struct sails_res sails_res;

/** A connection to a database that somebody has for a while: an action that waits, a transaction. */
typedef struct sails_db sails_db;

/** Answers a request: see sails/req.h. Runs on a worker's thread and must not block. */
typedef void (*sails_action)(sails_req *req, sails_res *res);

/**
 * Tells how an operation has ended. One rule for all operations that take a callback, whatever its type:
 * what is wrong with the call itself (an argument, the state, no memory to begin with) is returned, and then
 * nothing is called; after a return of 0 the callback hears everything else, once. It runs on a worker's
 * thread, never before the call has returned if that was made on one, and may call whatever may be called
 * from any thread.
 *
 * @param status  0, or a negative code of sails/err.h: each function says which.
 */
typedef void (*sails_done_cb)(int status, void *ctx);

/** Longest name of a room, in bytes. Shortest: 1. */
#define SAILS_ROOM_NAME_MAX 255

SAILS_END_DECLS

#endif
