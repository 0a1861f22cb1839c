/**
 * @file sails/version.h
 * @brief The version of the library.
 */
#ifndef SAILS_VERSION_H
#define SAILS_VERSION_H

#include <sails/export.h>

SAILS_BEGIN_DECLS

/** The version that a program was compiled with. */
#define SAILS_VERSION "0.1.0"

/** The version that it runs with: a static string. Any thread. */
SAILS_API const char *sails_version(void);

SAILS_END_DECLS

#endif
