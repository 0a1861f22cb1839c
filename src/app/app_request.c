#include "app/app.h"
#include "base/waiter.h"
#include "gate/request_virtual.h"

#include <sails/request.h>

/* include/sails/request.h: what a program asks itself. */

static int check(const struct sails_app *app, const char *address, sails_request_cb done)
{
    if (app == NULL || address == NULL || done == NULL) {
        return SAILS_EINVAL;
    }
    return app->state == APP_LIFTED ? 0 : SAILS_ESTATE;
}

int sails_app_request(sails_app *app, const char *address, json_t *data, json_t *headers,
                      sails_request_cb done, void *ctx)
{
    struct request_virtual_call call = {address, data, headers, done, ctx};
    struct worker *worker = NULL;
    int rc = check(app, address, done);

    if (rc < 0) {
        json_decref(data);
        json_decref(headers);
        return rc;
    }
    worker = worker_current(app->pool);
    return request_virtual_post(&app->requests, worker != NULL ? worker : app->pool->workers[0],
                                &call);
}

/* ---- waiting for it ---- */

int sails_app_request_wait(sails_app *app, const char *address, json_t *data, json_t *headers,
                           json_t **jwr)
{
    struct waiter waiter;
    bool is_worker = app != NULL && app->state == APP_LIFTED && worker_current(app->pool) != NULL;
    int rc = 0;

    if (is_worker) {
        json_decref(data);
        json_decref(headers);
        return SAILS_ESTATE;
    }
    waiter_init(&waiter);
    rc = sails_app_request(app, address, data, headers, waiter_tell, &waiter);
    if (rc == 0) {
        rc = waiter_wait(&waiter);
    }
    if (rc == 0 && jwr != NULL) {
        *jwr = json_incref(waiter.value);
    }
    waiter_deinit(&waiter);
    return rc;
}
