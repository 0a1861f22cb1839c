/**
 * @file sails/view.h
 * @brief Views: pages made of templates (EJS), as `res.view()` of Sails makes them.
 *
 * A view is a file below views/, named without its extension: "pages/home" is views/pages/home.ejs or
 * views/pages/home/index.ejs, else such a file .html, which is sent as it is. A template is EJS, run as ECMAScript 5:
 * `<%= escaped %>`, `<%- as it is %>`, `<% code %>`, and these beside its locals: include(), partial(), layout(),
 * block(), exposeLocalsToBrowser(), `req`, `session`, `sails`, `_csrf`, `view`.
 *
 *     static void show_users(sails_req *req, sails_res *res)
 *     {
 *         sails_res_view(res, "pages/users", json_pack("{s:[s, s]}", "users", "ann", "bob"));
 *     }
 *
 *     <% users.forEach(function (user) { %><li><%= user %></li><% }) %>
 *
 * In production each is compiled once; else a file that has changed is read again. Settings are below `views`: `layout`,
 * `locals`, and the limits `timeout` and `maxMemory`.
 *
 * Ownership  JSON values are taken, also when it fails. Everything else is borrowed.
 * Threads    sails_res_...(): as sails/res.h. sails_app_...(): any.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL, or NULL.
 */
#ifndef SAILS_VIEW_H
#define SAILS_VIEW_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>

SAILS_BEGIN_DECLS

/**
 * Answers with a view, within the layout that `views.layout` names. The local `layout` names another one, and false
 * none. A template sees `locals`, then what sails_res_set_local() has set, then the option `locals` of the route, then
 * the setting `views.locals`: of equal names the first counts.
 *
 * A view that is not there, or that fails, is logged, and answered with 500: outside production with its file, its line
 * and the error.
 *
 * @param name    Without extension, relative to views/; NULL: by the action, "user/find".
 * @param locals  An object, taken; NULL: none.
 * @return 0; SAILS_EINVAL: `res` is NULL; SAILS_ESTATE: answered already; SAILS_ENOENT: there is no such view, no layout
 *         of that name, or `name` is NULL and no action leads here; SAILS_EREFUSED: a template has an error;
 *         SAILS_ETIMEOUT, SAILS_ETOOBIG: it was over `views.timeout`, `views.maxMemory`; SAILS_ENOMEM. But for the first
 *         two it has been answered with 500.
 * @see    Sails reference, res.view()
 */
SAILS_API int sails_res_view(sails_res *res, const char *name, json_t *locals);

/**
 * Sets a local of the view that the request may be answered with: what a policy has for every page.
 *
 * @param value  Taken; NULL: the local goes.
 * @return 0; SAILS_EINVAL: NULL, or no UTF-8; SAILS_ESTATE: answered already; SAILS_ENOMEM.
 * @see    Sails documentation, "Locals"; Express, res.locals
 */
SAILS_API int sails_res_set_local(sails_res *res, const char *name, json_t *value);

/** What sails_res_set_local() has set; a view until the next change. NULL: nothing, or NULL. */
SAILS_API json_t *sails_res_local(const sails_res *res, const char *name);

/**
 * Makes a view, without a request: a mail, say. Of what templates find beside their locals there is no `req`,
 * `session` and `_csrf`. Once the app is being lifted: hooks, the bootstrap function and all that runs later.
 *
 * @param name    As in sails_res_view(), not NULL.
 * @param locals  An object, taken; NULL: none. `layout` as in sails_res_view().
 * @param html    Gets a new reference to the page, a JSON string; written on success only.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: there are no views yet; SAILS_EUTF8: the page is none; SAILS_ENOENT,
 *         SAILS_EREFUSED, SAILS_ETIMEOUT, SAILS_ETOOBIG: as sails_res_view(), logged; SAILS_ENOMEM.
 * @see    Sails reference, sails.renderView()
 */
SAILS_API int sails_app_render_view(sails_app *app, const char *name, json_t *locals,
                                    json_t **html);

SAILS_END_DECLS

#endif
