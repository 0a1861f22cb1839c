#include "million.h"
#include "swarm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void describe_machine(const struct million *m, FILE *out)
{
    struct utsname system;
    char line[256], model[256] = "unknown";
    FILE *file = fopen("/proc/cpuinfo", "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "model name : %255[^\n]", model) == 1) {
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    uname(&system);
    fprintf(
        out,
        "Machine: %ld processors (%s), %.1f GiB of memory, %s %s. Load before the run, of other work: %.1f.\n\n",
        sysconf(_SC_NPROCESSORS_ONLN), model,
        (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1 << 30), system.sysname,
        system.release, m->load);
}

static void describe_run(const struct million *m, FILE *out)
{
    const struct choice *c = &m->choice;
    time_t now = time(NULL);
    char date[32];

    strftime(date, sizeof(date), "%d %B %Y", gmtime(&now));
    fprintf(out, "# %zu connections\n\nBy `bench/million --connections %zu`, %s. ", c->n, c->n,
            date);
    if (c->n_servers == 1) {
        fprintf(out, "One process of `bench-server`");
    } else {
        fprintf(
            out,
            "%zu processes of `bench-server`, which share the port and reach each other's rooms over Redis",
            c->n_servers);
    }
    fprintf(out, "; %zu of clients. Heartbeats each %.1f s (the default is 25).\n\n",
            c->n_processes, (double)c->heartbeat_ms / 1000);
    describe_machine(m, out);
}

static void tell_kind(const struct million *m, FILE *out, const char *kind, long before,
                      long connected, long after, long left)
{
    fprintf(out, "| %s | %.1f | %.1f | %.1f | %.1f | %.0f |\n", kind, (double)before / 1024,
            (double)connected / 1024, (double)after / 1024, (double)left / 1024,
            (double)(connected - before) * 1024 / (double)m->choice.n);
}

static void tell_memory(const struct million *m, FILE *out)
{
    const struct memory *i = &m->idle, *c = &m->connected, *a = &m->after, *l = &m->left;
    long has = m->before.available;

    fprintf(
        out,
        "| memory, MiB | no clients | all connected | after the broadcasts | all gone | bytes for one connection |\n"
        "|---|---|---|---|---|---|\n");
    tell_kind(m, out, "servers, RSS", i->servers_rss, c->servers_rss, a->servers_rss,
              l->servers_rss);
    tell_kind(m, out, "servers, PSS", i->servers_pss, c->servers_pss, a->servers_pss,
              l->servers_pss);
    tell_kind(m, out, "clients, PSS", i->clients_pss, c->clients_pss, a->clients_pss,
              l->clients_pss);
    tell_kind(m, out, "kernel, slab (both ends)", i->slab, c->slab, a->slab, l->slab);
    tell_kind(m, out, "kernel, TCP buffers", i->tcp_buffers, c->tcp_buffers, a->tcp_buffers,
              l->tcp_buffers);
    tell_kind(m, out, "kernel, page tables", i->page_tables, c->page_tables, a->page_tables,
              l->page_tables);
    tell_kind(m, out, "used in all", has - i->available, has - c->available, has - a->available,
              has - l->available);
    fprintf(out,
            "\nTCP sockets in use: %ld, %ld, %ld, %ld. \"Used in all\" is what `MemAvailable` "
            "has lost since the beginning.\n\n",
            i->tcp_sockets, c->tcp_sockets, a->tcp_sockets, l->tcp_sockets);
}

static void tell_caches(const struct million *m, FILE *out)
{
    struct slab_cache grown[10];
    size_t n = memory_grown(&m->idle, &m->connected, grown, 10);

    if (n == 0) {
        return; /* not root */
    }
    fprintf(
        out,
        "| the kernel's slab, what has grown most | MiB | bytes for one connection |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "| %s | %.1f | %.0f |\n", grown[i].name, (double)grown[i].kib / 1024,
                (double)grown[i].kib * 1024 / (double)m->choice.n);
    }
    fprintf(out, "\n");
}

static void tell_part(FILE *out, const char *what, const struct part *part, size_t n)
{
    fprintf(out, "| %s | %.2f | %.2f | %.2f | %.2f |\n", what, part->seconds, part->servers_cpu_s,
            part->clients_cpu_s, part->servers_cpu_s * 1e6 / (double)n);
}

static void tell_times(const struct million *m, FILE *out)
{
    const struct choice *c = &m->choice;

    fprintf(
        out,
        "| | seconds | CPU s, servers | CPU s, clients | CPU us of the servers for one |\n|---|---|---|---|---|\n");
    tell_part(out, "servers start: one", &m->starting, c->n_servers);
    tell_part(out, "clients connect, upgrade and join `/`: one connection", &m->connecting, c->n);
    tell_part(out, "heartbeats, as many as clients: one", &m->beating, m->n_heartbeats);
    tell_part(out, "broadcasts to the room: one delivery", &m->room.part,
              c->rounds * m->room.receivers);
    tell_part(out, "broadcasts to all: one delivery", &m->all.part, c->rounds * m->all.receivers);
    tell_part(out, "clients go: one", &m->leaving, c->n);
    fprintf(out, "\n");
}

static void tell_broadcasts(const struct million *m, FILE *out, const char *what, enum heard kind,
                            struct broadcasts *b)
{
    fprintf(out, "| %s | %zu | %zu | %u | %u | %u | %.0f |\n", what, b->receivers, m->choice.rounds,
            clients_latency_ms(m->clients, kind, 0.01), clients_latency_ms(m->clients, kind, 0.5),
            clients_latency_ms(m->clients, kind, 0.99), median(b->last_ms, m->choice.rounds));
}

static void report(struct million *m, FILE *out)
{
    describe_run(m, out);
    tell_memory(m, out);
    tell_caches(m, out);
    tell_times(m, out);
    fprintf(
        out,
        "| broadcast to | receivers | times | ms until 1 %% have it | 50 %% | 99 %% | all (median) |\n|---|---|---|---|---|---|---|\n");
    tell_broadcasts(m, out, "the room", HEARD_BY_ROOM, &m->room);
    tell_broadcasts(m, out, "all", HEARD_BY_ALL, &m->all);
    fprintf(out,
            "\nEach client has heard what it should, once; %zu heartbeats were answered in all.\n",
            clients_heartbeats(m->clients));
}

void million_report(struct million *m)
{
    FILE *file = NULL;

    report(m, stdout);
    if (m->choice.report == NULL) {
        return;
    }
    file = fopen(m->choice.report, "w");
    if (file == NULL) {
        die("%s: %s", m->choice.report, strerror(errno));
    }
    report(m, file);
    fclose(file);
}
