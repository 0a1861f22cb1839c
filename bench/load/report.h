/*
 * report.h - a run in words: for a terminal, or as JSON.
 */
#ifndef BENCH_LOAD_REPORT_H
#define BENCH_LOAD_REPORT_H

#include "load/run.h"

#include <stdio.h>

void report_write(const struct run *run, FILE *out);
void report_write_json(const struct run *run, FILE *out);

#endif
