#include "app/app.h"
#include "request/res_view.h"

#include <sails/version.h>
#include <sails/view.h>

/* Views: their settings, and pages without a request. */

/* NULL: the usual one, if there is one; "": none. */
static const char *layout_of(const struct config *config)
{
    return json_is_false(config_get(config, "views.layout")) ? ""
                                                             : config_text(config, "views.layout");
}

/* `sails` in templates: what an app shows anyway. */
static json_t *tell_app(const struct config *config)
{
    return json_pack("{s:s, s:{s:O, s:O}}", "version", SAILS_VERSION, "config", "custom",
                     config_get(config, "custom"), "environment",
                     config_get(config, "environment"));
}

int app_views_open(struct sails_app *app)
{
    const struct config *c = &app->config;
    struct views_options options = {
        .folder = config_text(c, "paths.views"),
        .layout = layout_of(c),
        .rereads = !config_is_production(c),
        .limits = {(uint64_t)config_integer(c, "views.timeout"),
                   (size_t)config_integer(c, "views.maxMemory")},
        .log = &app->log,
    };
    int rc = 0;

    app_views_close(app);
    rc = views_open(&app->views, &options);
    if (rc < 0) {
        return rc;
    }
    app->requests.views = &app->views;
    app->requests.view_locals = config_get(c, "views.locals");
    app->requests.view_sails = tell_app(c);
    return app->requests.view_sails != NULL ? 0 : SAILS_ENOMEM;
}

void app_views_close(struct sails_app *app)
{
    app->requests.views = NULL;
    json_decref(app->requests.view_sails);
    app->requests.view_sails = NULL;
    views_close(&app->views);
}

static int render(const struct sails_app *app, const char *file, json_t *locals, json_t **html)
{
    struct view_fault fault = {0};
    struct buf page = {0};
    int rc = res_view_add_locals(locals, app->requests.view_locals);

    if (rc == 0) {
        rc = res_view_render(&app->requests, NULL, file, locals, &page, &fault);
    }
    if (rc == 0) {
        json_t *text = json_stringn(page.len > 0 ? page.ptr : "", page.len);

        rc = text != NULL ? 0 : SAILS_EUTF8;
        *html = text != NULL ? text : *html;
    }
    view_fault_deinit(&fault);
    buf_deinit(&page);
    return rc;
}

int sails_app_render_view(sails_app *app, const char *name, json_t *locals, json_t **html)
{
    char file[VIEW_NAME_MAX];
    json_t *own = locals != NULL ? json_copy(locals) : json_object();
    int rc = own != NULL ? 0 : SAILS_ENOMEM;

    json_decref(locals);
    if (app == NULL || name == NULL || html == NULL) {
        rc = SAILS_EINVAL;
    } else if (rc == 0 && app->requests.views == NULL) {
        rc = SAILS_ESTATE;
    } else if (rc == 0 && !views_find(app->requests.views, str_from(name), file)) {
        log_line(&app->log, LOG_ERROR, "There is no view %s below %s/", name,
                 app->views.files.folder);
        rc = SAILS_ENOENT;
    }
    if (rc == 0) {
        rc = render(app, file, own, html);
    }
    json_decref(own);
    return rc;
}
