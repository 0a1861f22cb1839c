#include "load/report.h"

#include <jansson.h>

#include <stdlib.h>

static const struct {
    const char *name;
    double percent;
} percentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}};

enum {
    N_PERCENTILES = sizeof(percentiles) / sizeof(percentiles[0])
};

static double us(uint64_t ns)
{
    return (double)ns / 1000;
}

/* With a rate everything counts from when it was due, and there is nothing to correct. */
static struct histogram *corrected(const struct run *run)
{
    struct histogram *histogram = NULL;

    if (run->options->scenario->kind == SCENARIO_QUESTIONS && run->options->rate == 0) {
        histogram = base_alloc(1, sizeof(*histogram));
        histogram_correct(histogram, &run->latency, histogram_percentile(&run->latency, 50));
    }
    return histogram;
}

static double per_unit(const struct run *run, double value)
{
    return run->units > 0 ? value / (double)run->units : 0;
}

static double bytes_each(const struct run *run, long more_kib)
{
    return (double)more_kib * 1024 / (double)run->options->connections;
}

static const char *transport_name(const struct run *run)
{
    switch (run->options->kind.transport) {
    case CLIENT_WEBSOCKET:
        return "websocket";
    case CLIENT_POLLING:
        return "polling";
    case CLIENT_HTTP:
        return "http";
    }
    return "";
}

/* ---- for a terminal ---- */

static void write_times(FILE *out, const char *name, const struct histogram *histogram)
{
    fprintf(out, "%-12s mean %.1f", name, histogram_mean(histogram) / 1000);
    for (size_t i = 0; i < N_PERCENTILES; i++) {
        fprintf(out, "  %s %.1f", percentiles[i].name,
                us(histogram_percentile(histogram, percentiles[i].percent)));
    }
    fprintf(out, "  max %.1f us\n", us(histogram->max));
}

static void write_faults(const struct run *run, FILE *out)
{
    const struct order_faults *faults = &run->faults;

    if (run_is_in_order(run)) {
        fputs("checked      nothing lost, doubled, damaged or out of order\n", out);
    } else {
        fprintf(out,
                "checked      %llu lost, %llu doubled, %llu out of order, %llu damaged, %zu closed",
                (unsigned long long)faults->lost, (unsigned long long)faults->duplicated,
                (unsigned long long)faults->reordered, (unsigned long long)run->damaged,
                run->engine.n_closed - run->slow_closed);
        fprintf(out, "%s%s\n", run->engine.n_closed > 0 ? ": " : "", run->engine.why);
    }
    if (run->options->slow > 0) {
        fprintf(out, "slow         %zu %% of the connections, of which the server closed %llu\n",
                run->options->slow, (unsigned long long)run->slow_closed);
    }
}

static void write_server(const struct run *run, FILE *out)
{
    struct measure more = measure_between(&run->before, &run->connected);

    fprintf(out, "server       %.3f s CPU, %.2f us for one %s, of it %.0f %% the kernel's\n",
            run->used.cpu_us / 1e6, per_unit(run, run->used.cpu_us), run->options->scenario->unit,
            measure_kernel_share(&run->used) * 100);
    fprintf(
        out,
        "memory       RSS %ld KiB before, %ld KiB connected (%.0f bytes each), %ld KiB at the end\n",
        run->before.rss_kib, run->connected.rss_kib, bytes_each(run, more.rss_kib),
        run->end.rss_kib);
}

void report_write(const struct run *run, FILE *out)
{
    const struct options *options = run->options;
    struct histogram *fair = corrected(run);
    struct measure more = measure_between(&run->before, &run->connected);

    fprintf(out, "%-12s %s, %s, revision %d, %zu connections\n", options->scenario->name,
            options->kind.to.host, transport_name(run), options->kind.protocol,
            options->connections);
    fprintf(out, "done         %llu (%s) in %.3f s: %.0f a second\n",
            (unsigned long long)run->units, options->scenario->unit, run->seconds,
            run->seconds > 0 ? (double)run->units / run->seconds : 0);
    write_times(out, "took", &run->latency);
    if (fair != NULL) {
        write_times(out, "corrected", fair);
    }
    write_faults(run, out);
    if (options->n_pids > 0) {
        write_server(run, out);
    }
    fprintf(
        out,
        "kernel       %+ld KiB of sockets' buffers, %+ld KiB of structures (the whole machine's)\n",
        more.sockets_kib, more.slab_kib);
    fprintf(out, "generator    %.3f s CPU\n", run->generator_us / 1e6);
    free(fair);
}

/* ---- JSON ---- */

static json_t *times(const struct histogram *histogram)
{
    json_t *object = json_object();

    json_object_set_new(object, "mean", json_real(histogram_mean(histogram) / 1000));
    json_object_set_new(object, "min", json_real(us(histogram->min)));
    for (size_t i = 0; i < N_PERCENTILES; i++) {
        uint64_t ns = histogram_percentile(histogram, percentiles[i].percent);

        json_object_set_new(object, percentiles[i].name, json_real(us(ns)));
    }
    json_object_set_new(object, "max", json_real(us(histogram->max)));
    return object;
}

static json_t *server(const struct run *run)
{
    struct measure more = measure_between(&run->before, &run->connected);

    return json_pack(
        "{s:f,s:f,s:f,s:I,s:I,s:I,s:f}", "cpu_us", run->used.cpu_us, "cpu_us_per_unit",
        per_unit(run, run->used.cpu_us), "kernel_share", measure_kernel_share(&run->used),
        "rss_kib_before", (json_int_t)run->before.rss_kib, "rss_kib_connected",
        (json_int_t)run->connected.rss_kib, "rss_kib_end", (json_int_t)run->end.rss_kib,
        "rss_bytes_per_connection", bytes_each(run, more.rss_kib));
}

static json_t *kernel(const struct run *run)
{
    struct measure more = measure_between(&run->before, &run->connected);

    return json_pack("{s:I,s:I,s:f}", "sockets_kib", (json_int_t)more.sockets_kib, "slab_kib",
                     (json_int_t)more.slab_kib, "bytes_per_connection",
                     bytes_each(run, more.sockets_kib + more.slab_kib));
}

static json_t *checked(const struct run *run)
{
    const struct order_faults *faults = &run->faults;

    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "lost", (json_int_t)faults->lost,
                     "duplicated", (json_int_t)faults->duplicated, "reordered",
                     (json_int_t)faults->reordered, "damaged", (json_int_t)run->damaged, "closed",
                     (json_int_t)(run->engine.n_closed - run->slow_closed), "slow_closed",
                     (json_int_t)run->slow_closed, "in_order", run_is_in_order(run));
}

void report_write_json(const struct run *run, FILE *out)
{
    const struct options *options = run->options;
    struct histogram *fair = corrected(run);
    json_t *object = json_pack(
        "{s:s,s:s,s:s,s:i,s:I,s:s,s:I,s:f,s:o,s:o,s:o,s:f}", "scenario", options->scenario->name,
        "server_at", options->kind.to.host, "transport", transport_name(run), "protocol",
        options->kind.protocol, "connections", (json_int_t)options->connections, "unit",
        options->scenario->unit, "units", (json_int_t)run->units, "seconds", run->seconds,
        "checked", checked(run), "latency_us", times(&run->latency), "kernel", kernel(run),
        "generator_cpu_us", run->generator_us);

    if (fair != NULL) {
        json_object_set_new(object, "corrected_us", times(fair));
    }
    if (options->n_pids > 0) {
        json_object_set_new(object, "server", server(run));
    }
    if (object == NULL || json_dumpf(object, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) != 0) {
        base_end("no memory for the report");
    }
    fputc('\n', out);
    json_decref(object);
    free(fair);
}
