#include "app/app_describe.h"

#include "base/mem.h"
#include "describe/app_routes.h"
#include "describe/openapi.h"

bool app_wants_description(const struct sails_app *app)
{
    return app->wishes.routes || app->wishes.openapi;
}

/* Title of a document: the program's name without its folders. */
static const char *title_of(const char *program)
{
    const char *slash = strrchr(program, '/');

    return slash != NULL ? slash + 1 : program;
}

static int write_document(struct buf *out, const char *program, const struct route_info *routes,
                          size_t n)
{
    json_t *document = NULL;
    char *text = NULL;
    int rc = openapi_create(title_of(program), routes, n, &document);

    if (rc < 0) {
        return rc;
    }
    text = json_dumps(document, JSON_INDENT(2));
    json_decref(document);
    if (text == NULL) {
        return SAILS_ENOMEM;
    }
    buf_append_str(out, str_from(text));
    buf_append_char(out, '\n');
    mem_free(text);
    return 0;
}

static int write_description(const struct sails_app *app, const char *program, struct buf *out)
{
    struct route_info *routes = NULL;
    size_t n = 0;
    int rc = route_info_collect(&app->requests.router, &routes, &n);

    if (rc == 0 && app->wishes.openapi) {
        rc = write_document(out, program, routes, n);
    } else if (rc == 0) {
        app_routes_write(out, routes, n);
    }
    mem_free(routes);
    return rc == 0 ? buf_error(out) : rc;
}

int app_describe(struct sails_app *app, const char *program)
{
    struct buf text = {0};
    int rc = app_models_link(app);

    rc = rc == 0 ? app_routing_bind(app) : rc;

    if (rc == 0) {
        rc = write_description(app, program, &text);
    }
    if (rc == 0 && fwrite(text.ptr, 1, text.len, stdout) != text.len) {
        rc = SAILS_ECLOSED;
    }
    buf_deinit(&text);
    return rc;
}
