#include "app/app.h"

#include <sails/pubsub.h>

/*
 * include/sails/pubsub.h: finds the model, and hands on.
 */

static const struct orm_model *find_model(const struct sails_app *app, const char *identity)
{
    const struct orm *orm = app != NULL ? app->pubsub.orm : NULL;

    return orm != NULL && identity != NULL ? orm_find_model(orm, str_from(identity)) : NULL;
}

/* Why there is no such model. */
static int without_model(const struct sails_app *app, const char *identity)
{
    if (app == NULL || identity == NULL) {
        return SAILS_EINVAL;
    }
    if (app->state != APP_LIFTED) {
        return SAILS_ESTATE;
    }
    log_line(&app->log, LOG_ERROR, "Pub/sub: there is no model `%s`", identity);
    return SAILS_EINVAL;
}

int sails_get_room_name(sails_app *app, const char *model, json_t *id, char *name, size_t size)
{
    const struct orm_model *found = name != NULL ? find_model(app, model) : NULL;
    struct room_list rooms = {0};
    int rc = SAILS_EINVAL;

    if (name != NULL) {
        rc = found != NULL ? room_list_add_record(&rooms, found, id) : without_model(app, model);
    }
    if (rc == 0 && rooms.names.len > size) {
        rc = SAILS_ETOOBIG;
    }
    if (rc == 0) {
        memcpy(name, rooms.names.ptr, rooms.names.len);
    } else if (rc == SAILS_EINVAL && found != NULL) {
        log_line(&app->log, LOG_ERROR, "There is no room without an id of a record of `%s`",
                 found->identity.ptr);
    }
    room_list_deinit(&rooms);
    json_decref(id);
    return rc;
}

/* ---- subscribers ---- */

typedef int (*change_fn)(const struct pubsub *pubsub, const char *socket_id,
                         const struct orm_model *model, const json_t *ids);

static int change(sails_app *app, const char *socket_id, const char *model, json_t *ids,
                  change_fn run)
{
    const struct orm_model *found = find_model(app, model);
    int rc = 0;

    if (found == NULL) {
        rc = without_model(app, model);
    } else if (socket_id == NULL || socket_id[0] == '\0') {
        rc = SAILS_EINVAL;
    } else {
        rc = run(&app->pubsub, socket_id, found, ids);
    }
    json_decref(ids);
    return rc;
}

static int change_for(sails_req *req, const char *model, json_t *ids, change_fn run)
{
    const char *socket_id = req != NULL ? req->socket.id : NULL;

    if (req != NULL && model != NULL && socket_id == NULL) {
        log_line(req->service->log, LOG_DEBUG,
                 "Pub/sub for `%s`: a request over HTTP has no socket to subscribe", model);
        json_decref(ids);
        return 0;
    }
    return change(req != NULL ? req->service->app : NULL, socket_id, model, ids, run);
}

int sails_subscribe(sails_req *req, const char *model, json_t *ids)
{
    return change_for(req, model, ids, pubsub_subscribe);
}

int sails_unsubscribe(sails_req *req, const char *model, json_t *ids)
{
    return change_for(req, model, ids, pubsub_unsubscribe);
}

int sails_subscribe_socket(sails_app *app, const char *socket_id, const char *model, json_t *ids)
{
    return change(app, socket_id, model, ids, pubsub_subscribe);
}

int sails_unsubscribe_socket(sails_app *app, const char *socket_id, const char *model, json_t *ids)
{
    return change(app, socket_id, model, ids, pubsub_unsubscribe);
}

/* ---- publishing ---- */

int sails_publish(sails_app *app, const char *model, json_t *ids, json_t *data,
                  const sails_req *req)
{
    const struct orm_model *found = find_model(app, model);
    int rc = 0;

    if (found != NULL) {
        rc = pubsub_publish(&app->pubsub, found, ids, data, req != NULL ? req->socket.id : NULL);
    } else {
        rc = without_model(app, model);
        json_decref(data);
    }
    json_decref(ids);
    return rc;
}
