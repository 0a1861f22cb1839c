#include "million_memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The number behind "name" at the beginning of a line of a file, 0 where there is none. */
static long number_in(const char *path, const char *name)
{
    char line[512];
    long value = 0;
    FILE *file = fopen(path, "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            value = strtol(line + strlen(name), NULL, 10);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return value;
}

static void add_programs(const pid_t *pids, size_t n, long *rss, long *pss)
{
    char path[64];

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pids[i]);
        *rss += number_in(path, "Rss:");
        *pss += number_in(path, "Pss:");
    }
}

/* "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 300", the last one in pages. */
static void read_tcp(struct memory *memory)
{
    char line[256];
    FILE *file = fopen("/proc/net/sockstat", "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        const char *pages = strstr(line, " mem ");

        if (strncmp(line, "TCP: inuse ", 11) == 0 && pages != NULL) {
            memory->tcp_sockets = strtol(line + 11, NULL, 10);
            memory->tcp_buffers = strtol(pages + 5, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* name, objects in use, objects, bytes of one, objects a slab, pages a slab : tunables ... : slabdata, slabs in use, slabs */
static void read_caches(struct memory *memory)
{
    char line[512];
    FILE *file = fopen("/proc/slabinfo", "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL &&
           memory->n_caches < SLAB_CACHES_MAX) {
        struct slab_cache *cache = &memory->caches[memory->n_caches];
        long pages = 0, slabs = 0;

        if (sscanf(line, "%31s %*d %*d %*d %*d %ld : tunables %*d %*d %*d : slabdata %*d %ld",
                   cache->name, &pages, &slabs) == 3) {
            cache->kib = slabs * pages * (sysconf(_SC_PAGESIZE) / 1024);
            memory->n_caches++;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

struct memory memory_read(const pid_t *servers, size_t n_servers, const pid_t *clients,
                          size_t n_clients)
{
    struct memory memory = {0};

    add_programs(servers, n_servers, &memory.servers_rss, &memory.servers_pss);
    add_programs(clients, n_clients, &memory.clients_rss, &memory.clients_pss);
    memory.available = number_in("/proc/meminfo", "MemAvailable:");
    memory.slab = number_in("/proc/meminfo", "Slab:");
    memory.page_tables = number_in("/proc/meminfo", "PageTables:");
    read_tcp(&memory);
    read_caches(&memory);
    return memory;
}

/* Linux tells it since 6.2 as the folder's size; to count the entries takes memory for each. */
static size_t open_files(pid_t pid)
{
    char path[64];
    struct stat folder = {0};
    size_t n = 0;
    DIR *entries = NULL;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    if (stat(path, &folder) == 0 && folder.st_size > 0) {
        return (size_t)folder.st_size;
    }
    entries = opendir(path);
    while (entries != NULL && readdir(entries) != NULL) {
        n++;
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return n;
}

size_t memory_open_files(const pid_t *pids, size_t n)
{
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += open_files(pids[i]);
    }
    return sum;
}

static long size_before(const struct memory *before, const char *name)
{
    for (size_t i = 0; i < before->n_caches; i++) {
        if (strcmp(before->caches[i].name, name) == 0) {
            return before->caches[i].kib;
        }
    }
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const struct slab_cache *x = a, *y = b;

    return x->kib > y->kib ? -1 : x->kib < y->kib;
}

size_t memory_grown(const struct memory *before, const struct memory *after,
                    struct slab_cache *grown, size_t max)
{
    struct slab_cache all[SLAB_CACHES_MAX];
    size_t n = 0;

    for (size_t i = 0; i < after->n_caches; i++) {
        all[i] = after->caches[i];
        all[i].kib -= size_before(before, all[i].name);
    }
    qsort(all, after->n_caches, sizeof(*all), by_size);
    while (n < max && n < after->n_caches && all[n].kib > 0) {
        grown[n] = all[n];
        n++;
    }
    return n;
}
