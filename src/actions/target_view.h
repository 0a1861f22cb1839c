/*
 * target_view.h - targets that are pages: {"view": "pages/home"}.
 *
 * Purpose    Finds the template or the file of HTML that a view's name means, and reads the latter.
 * Ownership  A page becomes its step's.
 * Threads    Startup.
 * Floor      actions; uses views, base.
 */
#ifndef ACTIONS_TARGET_VIEW_H
#define ACTIONS_TARGET_VIEW_H

#include "actions/target_read.h"

/* As target_read(), of an object with `view` in it. */
int target_view_read(struct target_reader *reader, const json_t *object,
                     struct request_target *out);

#endif
