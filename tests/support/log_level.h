/*
 * log_level.h - the names of levels, for tests that look for lines with theirs: "error Could not ...".
 */
#ifndef SUPPORT_LOG_LEVEL_H
#define SUPPORT_LOG_LEVEL_H

#include <sails/app.h>

static inline const char *log_level_name(enum sails_log_level level)
{
    static const char *const names[] = {
        [SAILS_LOG_SILENT] = "silent", [SAILS_LOG_CRIT] = "crit",       [SAILS_LOG_ERROR] = "error",
        [SAILS_LOG_WARN] = "warn",     [SAILS_LOG_DEBUG] = "debug",     [SAILS_LOG_BLANK] = "blank",
        [SAILS_LOG_INFO] = "info",     [SAILS_LOG_VERBOSE] = "verbose", [SAILS_LOG_SILLY] = "silly",
    };

    return names[level];
}

#endif
