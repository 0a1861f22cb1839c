#include "app/app.h"
#include "app_dev_js.h"
#include "sails_io_js.h"
#include "views/page.h"

#include <sails/res.h>

/*
 * While an application is being written `sails lift` starts a new process after each change, and says in a file
 * how things are: {"version": 7, "problem": "api/controllers/a.c:5: ..."}. Pages that have loaded the
 * client ask for it.
 */

/* The name of the file. */
static const char variable[] = "SAILS_DEV_STATE";

bool app_dev_is_on(void)
{
    return getenv(variable) != NULL;
}

const char *app_dev_script(void)
{
    return app_dev_is_on() ? app_dev_js : NULL;
}

static void send_client(sails_req *req, sails_res *res)
{
    struct buf text = {0};

    (void)req;
    buf_append_str(&text, str_from(sails_io_js));
    buf_append(&text, app_dev_js, sizeof(app_dev_js));
    sails_res_type(res, "js");
    if (buf_error(&text) == 0) {
        sails_res_send(res, text.ptr);
    } else {
        sails_res_server_error(res, NULL);
    }
    buf_deinit(&text);
}

static void send_state(sails_req *req, sails_res *res)
{
    const char *path = getenv(variable);
    struct buf text = {0};
    json_t *state = NULL;

    (void)req;
    if (path != NULL && page_read(&text, path) == 0) {
        state = json_loadb(text.ptr, text.len, 0, NULL);
    }
    buf_deinit(&text);
    sails_res_set(res, "Cache-Control", "no-store");
    sails_res_json(res, state != NULL ? state : json_object());
}

int app_dev_bind(struct sails_app *app)
{
    return sails_app_route(app, "GET /__sails_dev", send_state);
}

int app_dev_bind_client(struct sails_app *app, const char *path)
{
    char address[128];

    (void)snprintf(address, sizeof(address), "GET %s", path);
    return sails_app_route(app, address, send_client);
}
