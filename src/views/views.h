/*
 * views.h - the views of an application.
 *
 * Purpose    Find views by the names that Sails gives them, and make pages of them: templates of EJS, or
 *            HTML as it is.
 * Ownership  Owns files and engines.
 * Threads    Opened and closed by one; then any, each with an engine of its own while it renders.
 * Floor      views; uses base. Reads files.
 *
 *     "pages/home"  views/pages/home.ejs, .../home/index.ejs, .../home.html, .../home/index.html
 */
#ifndef VIEWS_VIEWS_H
#define VIEWS_VIEWS_H

#include "base/log.h"
#include "views/view_engine.h"

#include <pthread.h>

struct views {
    struct view_files files;
    struct view_limits limits;
    char *layout; /* "layouts/layout.ejs"; NULL: none */
    pthread_mutex_t lock;
    struct view_engine **idle; /* engines that nobody uses */
    size_t n_idle, idle_cap;
};

struct views_options {
    const char *folder;
    const char
        *layout;  /* without extension; NULL: layouts/layout or layout, if there is one; "": none */
    bool rereads; /* files may change while the app runs */
    struct view_limits limits;
    const struct log *log;
};

/*
 * Templates that are none are told to the log; they fail again when they are asked for. 0; SAILS_ECONFIG: told, a file
 * cannot be read or the layout is not there; SAILS_ENOMEM.
 */
int views_open(struct views *views, const struct views_options *options);
void views_close(struct views *views); /* {0} is harmless */

/* What a name leads to, with its extension: VIEW_NAME_MAX bytes. False: nothing. */
bool views_find(const struct views *views, struct str name, char *file);

/* Whether it is a template, and not a page as it is. */
bool views_is_template(const char *file);

/*
 * Appends the page. `layout` of the call: a name without extension; "": views->layout; NULL: none. Its name: what
 * views_find() gives. Errors as view_engine_render().
 */
int views_render(struct views *views, const struct view_call *call, struct buf *html,
                 struct view_fault *fault);

#endif
