#include "app/app.h"
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

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool is_told;
    int status;
    json_t *jwr;
};

static void wake(int status, json_t *jwr, void *ctx)
{
    struct waiter *waiter = ctx;

    (void)pthread_mutex_lock(&waiter->lock);
    waiter->is_told = true;
    waiter->status = status;
    waiter->jwr = json_incref(jwr);
    (void)pthread_cond_signal(&waiter->told);
    (void)pthread_mutex_unlock(&waiter->lock);
}

static int wait(struct waiter *waiter)
{
    (void)pthread_mutex_lock(&waiter->lock);
    while (!waiter->is_told) {
        (void)pthread_cond_wait(&waiter->told, &waiter->lock);
    }
    (void)pthread_mutex_unlock(&waiter->lock);
    return waiter->status;
}

int sails_app_request_wait(sails_app *app, const char *address, json_t *data, json_t *headers,
                           json_t **jwr)
{
    struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};
    bool is_worker = app != NULL && app->state == APP_LIFTED && worker_current(app->pool) != NULL;
    int rc = 0;

    if (is_worker) {
        json_decref(data);
        json_decref(headers);
        return SAILS_ESTATE;
    }
    rc = sails_app_request(app, address, data, headers, wake, &waiter);
    if (rc == 0) {
        rc = wait(&waiter);
    }
    if (rc == 0 && jwr != NULL) {
        *jwr = json_incref(waiter.jwr);
    }
    json_decref(waiter.jwr);
    (void)pthread_cond_destroy(&waiter.told);
    (void)pthread_mutex_destroy(&waiter.lock);
    return rc;
}
