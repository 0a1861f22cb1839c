#include "load/measure.h"

#include "load/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The number behind a word of a file; -1: there is none. */
static long read_number(const char *path, const char *line_begin, const char *word)
{
    char line[512];
    long number = -1;
    FILE *file = fopen(path, "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        const char *at =
            strncmp(line, line_begin, strlen(line_begin)) == 0 ? strstr(line, word) : NULL;

        if (at != NULL) {
            number = strtol(at + strlen(word), NULL, 10);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return number;
}

/* Fields 14 and 15 of stat; the second field, the name, may have anything in it. */
static void add_ticks(pid_t pid, double ticks[2])
{
    char path[64], line[1024];
    FILE *file = NULL;
    char *at = NULL;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        at = strrchr(line, ')');
    }
    for (int field = 2; at != NULL && field < 14; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at != NULL) {
        ticks[0] += strtod(at, &at);
        ticks[1] += strtod(at, NULL);
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void add_process(struct measure *measure, pid_t pid)
{
    char path[64];
    clockid_t clock;
    struct timespec time;
    long rss = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    rss = read_number(path, "VmRSS:", "VmRSS:");
    if (rss < 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        base_end("process %d: it cannot be measured; is it running?", (int)pid);
    }
    measure->rss_kib += rss;
    measure->cpu_us += (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
    add_ticks(pid, measure->ticks);
}

struct measure measure_take(const pid_t *pids, size_t n)
{
    struct measure measure = {0};
    long pages = read_number("/proc/net/sockstat", "TCP:", "mem ");

    for (size_t i = 0; i < n; i++) {
        add_process(&measure, pids[i]);
    }
    measure.sockets_kib = pages > 0 ? pages * (sysconf(_SC_PAGESIZE) / 1024) : 0;
    measure.slab_kib = read_number("/proc/meminfo", "Slab:", "Slab:");
    return measure;
}

struct measure measure_between(const struct measure *before, const struct measure *after)
{
    return (struct measure){
        .cpu_us = after->cpu_us - before->cpu_us,
        .ticks = {after->ticks[0] - before->ticks[0], after->ticks[1] - before->ticks[1]},
        .rss_kib = after->rss_kib - before->rss_kib,
        .sockets_kib = after->sockets_kib - before->sockets_kib,
        .slab_kib = after->slab_kib - before->slab_kib,
    };
}

void measure_add(struct measure *to, const struct measure *more)
{
    to->cpu_us += more->cpu_us;
    to->ticks[0] += more->ticks[0];
    to->ticks[1] += more->ticks[1];
    to->rss_kib += more->rss_kib;
    to->sockets_kib += more->sockets_kib;
    to->slab_kib += more->slab_kib;
}

double measure_kernel_share(const struct measure *used)
{
    double all = used->ticks[0] + used->ticks[1];

    return all > 0 ? used->ticks[1] / all : 0;
}
