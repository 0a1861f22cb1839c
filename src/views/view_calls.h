/*
 * view_calls.h - an engine inside, and what its templates call.
 *
 * Purpose    The functions of C that JavaScript sees: printing, escaping, the guard of loops, files; and the heap,
 *            whose size is limited.
 * Ownership  view_engine.c owns the engine.
 * Threads    The engine's.
 * Floor      views; uses base and Duktape.
 */
#ifndef VIEWS_VIEW_CALLS_H
#define VIEWS_VIEW_CALLS_H

#include "views/ejs.h"
#include "views/view_engine.h"

#include <duktape.h>

enum {
    GUARDS_A_LOOK =
        256 /* between looks at the clock, which cost as much as some rounds of a loop */
};

struct view_program {
    struct list in_engine;
    char *name;
    struct buf text;
    struct view_stamp stamp;
};

struct view_engine {
    duk_context *ctx;
    const struct view_files *files;
    struct view_limits limits;
    size_t used;
    bool is_full; /* there was no room for a piece; collecting garbage may have made some */
    bool is_spent;
    bool timed_out;
    uint64_t ends_ns;
    unsigned until_look;
    struct list programs;
    struct ejs_literals literals;
    struct buf script; /* of the template that is being compiled */
    struct buf out;    /* what templates have printed */
    const struct view_call *call;
    const char *fault_name; /* for faults that C finds; NULL: JavaScript's */
    size_t fault_line;
};

/* Duktape's memory functions; ctx: the engine. */
void *view_calls_take(void *ctx, duk_size_t size);
void *view_calls_change(void *ctx, void *ptr, duk_size_t size);
void view_calls_give(void *ctx, void *ptr);

/* Processor time of this thread: a machine that is busy elsewhere lets no view fail. */
uint64_t view_calls_now_ns(void);

struct view_engine *view_calls_engine(duk_context *ctx);

/* Pushes run(), has(), ask(), print(), text(), escape() and guard(): view_prelude.js says what they do. */
void view_calls_push(duk_context *ctx);

enum {
    VIEW_CALLS = 7 /* that it pushes */
};

#endif
