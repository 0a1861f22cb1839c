/**
 * @file sails/types.h
 * @brief The handles that all headers speak of.
 *
 * Every other header includes it; a program has no need to.
 */
#ifndef SAILS_TYPES_H
#define SAILS_TYPES_H

#include <sails/export.h>

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

/** Longest name of a room, in bytes. Shortest: 1. */
#define SAILS_ROOM_NAME_MAX 255

SAILS_END_DECLS

#endif
