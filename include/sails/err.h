/**
 * @file sails/err.h
 * @brief Error codes.
 *
 * Functions that can fail return 0, or a negative code. System errors are `-errno` (which are
 * also libuv's codes) and pass through unchanged; the library's own codes begin at -10001 and go
 * down. Every header lists which codes its functions return, and why.
 */
#ifndef SAILS_ERR_H
#define SAILS_ERR_H

#include <sails/export.h>

SAILS_BEGIN_DECLS

/* name, value, text: the one table from which enum, names and texts come. */
#define SAILS_ERR_TABLE(X)                                                                         \
    X(SAILS_ENOMEM, -10001, "out of memory")                                                       \
    X(SAILS_EINVAL, -10002, "invalid argument")                                                    \
    X(SAILS_ENOENT, -10003, "no such thing")                                                       \
    X(SAILS_EEXIST, -10004, "exists already")                                                      \
    X(SAILS_ESTATE, -10005, "not possible in this state")                                          \
    X(SAILS_EPROTO, -10006, "the peer broke the protocol")                                         \
    X(SAILS_ETOOBIG, -10007, "over a limit")                                                       \
    X(SAILS_EUTF8, -10008, "not valid UTF-8")                                                      \
    X(SAILS_EJSON, -10009, "not valid JSON")                                                       \
    X(SAILS_ERESERVED, -10010, "a reserved event name")                                            \
    X(SAILS_ETIMEOUT, -10011, "operation has timed out")                                           \
    X(SAILS_ECLOSED, -10012, "the connection is closed")                                           \
    X(SAILS_ESLOW, -10013, "the peer reads too slowly")                                            \
    X(SAILS_ECONFIG, -10014, "invalid configuration")                                              \
    X(SAILS_ETLS, -10015, "TLS failed")                                                            \
    X(SAILS_EDEFLATE, -10016, "invalid compressed data")                                           \
    X(SAILS_ELENGTHPARAM, -10017, "E_ROUTE_WITH_LENGTH: no parameter can be named \"length\"")     \
    X(SAILS_EREFUSED, -10018, "refused, by another server or by the application")                  \
    X(SAILS_EBUSY, -10019, "as much is waiting already as may")                                    \
    X(SAILS_EIDENTITY, -10020, "E_INVALID_ACTION_IDENTITY: an identity is \"user/find\"")          \
    X(SAILS_ECONFLICT, -10021, "E_CONFLICT: that name is taken")                                   \
    X(SAILS_ENOROUTE, -10022, "E_NOT_FOUND: no route leads there")                                 \
    X(SAILS_EUSAGE, -10023, "E_USAGE: a target is \"user/find\" or \"UserController.find\"")       \
    X(SAILS_EUPLOADLIMIT, -10024, "E_EXCEEDS_UPLOAD_LIMIT: the files are too big")                 \
    X(SAILS_EOVERLOAD, -10025, "too much of that is being held already")                           \
    X(SAILS_ECANCELED, -10026, "cancelled before it was done")                                     \
    X(SAILS_ENOTFILE, -10027, "no file, but a folder, a pipe, a device or a socket")               \
    X(SAILS_EBOOTSTRAP, -10030, "the bootstrap function failed")                                   \
    X(SAILS_EHOOK, -10031, "a hook failed")                                                        \
    X(SAILS_EDB, -10040, "the database has refused")

/** The library's own error codes. */
enum sails_err {
#define SAILS_ERR_ENUM(name, value, text) name = (value),
    SAILS_ERR_TABLE(SAILS_ERR_ENUM)
#undef SAILS_ERR_ENUM
};

/**
 * Text of a code, for people: one of the library's own, or a system error (`-errno`).
 *
 * @return A static string, never NULL; "unknown error" for a code that nobody knows. Any thread.
 */
SAILS_API const char *sails_strerror(int err);

/**
 * Name of a code, for logs: "SAILS_ENOMEM", a system error's name such as "EADDRINUSE", or "OK" for 0.
 *
 * @return A static string, never NULL; "UNKNOWN" for a code that nobody knows. Any thread.
 */
SAILS_API const char *sails_err_name(int err);

SAILS_END_DECLS

#endif
