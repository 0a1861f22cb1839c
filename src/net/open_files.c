#include "net/open_files.h"

#include <sys/resource.h>

void open_files_raise(const struct log *log)
{
    struct rlimit limit;
    rlim_t before = 0;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) {
        return;
    }
    before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        log_line(log, LOG_VERBOSE, "Open files and connections: %llu at most (it was %llu)",
                 (unsigned long long)limit.rlim_cur, (unsigned long long)before);
    }
}
