/*
 * view_engine.h - one JavaScript engine that renders templates.
 *
 * Purpose    Compile each template once, and run it with a request's locals within limits of time, memory and depth.
 * Ownership  Owns its heap and the templates that it has compiled; borrows the files.
 * Threads    One at a time; views.h hands them out.
 * Floor      views; uses base and Duktape. Without Duktape (SAILS_HAS_EJS is 0) none can be made.
 */
#ifndef VIEWS_VIEW_ENGINE_H
#define VIEWS_VIEW_ENGINE_H

#include "views/view_files.h"

#include <jansson.h>

struct view_engine;

struct view_limits {
    uint64_t
        timeout_ms;    /* of the thread's processor time, for one view with all that it includes */
    size_t max_memory; /* bytes of one engine's heap */
};

/* One view, asked for. */
struct view_call {
    const char *name;     /* "pages/home.ejs" */
    const json_t *locals; /* an object; borrowed */
    const char *layout;   /* "layouts/layout.ejs"; NULL: none */
    /* What templates ask of the request: `req` without arguments, `__` with some. A new reference; NULL: undefined. */
    json_t *(*ask)(void *ctx, const char *name, const json_t *args);
    void *ctx;
};

/* Why there is no page. */
struct view_fault {
    struct buf why;     /* one line: "views/pages/home.ejs:3: ReferenceError: ..." */
    struct buf excerpt; /* the lines around, where it is known which */
};

void view_fault_deinit(struct view_fault *fault);

/* 0; SAILS_ENOENT: the build has no Duktape; SAILS_ENOMEM. */
int view_engine_create(const struct view_files *files, const struct view_limits *limits,
                       struct view_engine **out);
void view_engine_destroy(struct view_engine *engine);

/* Whether it must not be used again: a limit was reached, or a file has changed since it was compiled. */
bool view_engine_is_spent(const struct view_engine *engine);

/* Compiles a template, and runs nothing. Errors as below. */
int view_engine_check(struct view_engine *engine, const char *name, struct view_fault *fault);

/*
 * Appends the page. 0; SAILS_ENOENT: there is no such view; SAILS_EREFUSED: a template, or one that it includes,
 * is none, or has thrown; SAILS_ETIMEOUT, SAILS_ETOOBIG: a limit; SAILS_ENOMEM. *fault says where.
 */
int view_engine_render(struct view_engine *engine, const struct view_call *call, struct buf *html,
                       struct view_fault *fault);

#endif
