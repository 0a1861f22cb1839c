/*
 * million_memory.h - what memory is there for, by kind.
 *
 * Of programs: resident, and the proportional share of what they share (PSS). Of the kernel: what the whole machine's has,
 * so that only differences say something, and only while nothing else happens on it.
 */
#ifndef BENCH_MILLION_MEMORY_H
#define BENCH_MILLION_MEMORY_H

#include <stddef.h>
#include <sys/types.h>

enum {
    SLAB_CACHES_MAX = 512
};

struct slab_cache {
    char name[32];
    long kib;
};

/* In KiB, where nothing else is said. */
struct memory {
    long servers_rss, servers_pss;
    long clients_rss, clients_pss;
    long available; /* what the machine could still give */
    long slab;      /* the kernel's small objects: sockets, files, what epoll knows of them */
    long page_tables;
    long tcp_buffers; /* what TCP holds for bytes under way */
    long tcp_sockets; /* how many are in use, both ends */
    size_t n_caches;  /* 0: only root may look */
    struct slab_cache caches[SLAB_CACHES_MAX];
};

struct memory memory_read(const pid_t *servers, size_t n_servers, const pid_t *clients,
                          size_t n_clients);

/* Connections are files. */
size_t memory_open_files(const pid_t *pids, size_t n);

/* The caches that have grown most, the first one most; gives how many. */
size_t memory_grown(const struct memory *before, const struct memory *after,
                    struct slab_cache *grown, size_t max);

#endif
