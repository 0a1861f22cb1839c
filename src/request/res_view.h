/*
 * res_view.h - locals and layout of a view, for requests and without one.
 *
 * Purpose    What sails_res_view() and sails_app_render_view() share.
 * Ownership  JSON values are taken.
 * Threads    Any.
 * Floor      request; uses views, base.
 */
#ifndef REQUEST_RES_VIEW_H
#define REQUEST_RES_VIEW_H

#include "request/request.h"
#include "views/views.h"

/*
 * Appends the page of a file that views_find() gave. Its layout is the local of that name. `locals`: an object,
 * borrowed. `req`: NULL: there is none. Errors as views_render(), logged with the lines around.
 */
int res_view_render(const struct request_service *service, struct sails_req *req, const char *file,
                    json_t *locals, struct buf *html, struct view_fault *fault);

/* Puts the members of `more` (NULL: none) that `locals` has not into it. 0, SAILS_ENOMEM. */
int res_view_add_locals(json_t *locals, const json_t *more);

#endif
