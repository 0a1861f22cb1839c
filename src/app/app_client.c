#include "app/app.h"
#include "base/mem.h"
#include "sails_io_js.h"

#include <sails/res.h>

static void send_client(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_type(res, "js");
    sails_res_send(res, sails_io_js);
}

int sails_app_client(sails_app *app, const char *path)
{
    struct buf address = {0};
    int rc = 0;

    if (app == NULL || path == NULL || path[0] != '/') {
        return setup_result(app != NULL ? &app->setup : NULL, SAILS_EINVAL, "sails_app_client",
                            path, "a path begins with \"/\"");
    }
    buf_printf(&address, "GET %s", path);
    rc = buf_error(&address);
    if (rc == 0) {
        rc = sails_app_route(app, address.ptr, send_client);
    }
    buf_deinit(&address);
    return rc;
}
