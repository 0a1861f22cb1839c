#include "blueprints/blueprint_run.h"

#include "base/macros.h"
#include "request/res.h"

#include <assert.h>
#include <sails/err.h>

/*
 * What is told belongs to what has been changed: the messages are made while the transaction is open, from records as it
 * sees them, and leave once it is committed. So that the messages about a record come in the order of its changes,
 * the commit and the telling are one step for others who change the same record (effects.h).
 *
 *     begin, queries, changes, messages made      may wait for the database's locks
 *     publish_order_lock                          nothing is left but the commit
 *     commit
 *     effects_apply
 *     publish_order_unlock
 *
 * SQLite has one writer at a time, and a commit costs the same whether one record was changed or fifty: locks, pages of
 * the log, the disk. So the calls that a worker has gathered while others were under way (models/task_line.h) share a transaction, each in a
 * savepoint of its own:
 *
 *     begin
 *       savepoint, call, release                  what fails is rolled back to here, and the others go on
 *       savepoint, call, release
 *     publish_order_lock                          the records of all
 *     commit
 *     effects_apply                               of each call, in the order of the calls
 *     publish_order_unlock
 *
 * Nobody sees the difference: each call sees what those before it have done, as if it had come after them, and is answered
 * once it is committed. When the transaction as a whole is lost (the time limit of a statement and a full disk end it, or its
 * commit fails), nothing has been done and nobody was told: then each call runs once more, in a transaction of
 * its own, so that it fails for what it does itself. A program's callbacks would notice that they are called twice,
 * so calls to models that have some do not share.
 */

static const struct {
    int (*run)(struct blueprint_call *call, struct sails_db *db);
    bool is_reading;
} blueprints_of_kinds[BLUEPRINT_KINDS] = {
    [BLUEPRINT_FIND] = {blueprint_find, true},
    [BLUEPRINT_FIND_ONE] = {blueprint_find_one, true},
    [BLUEPRINT_CREATE] = {blueprint_change_create, false},
    [BLUEPRINT_UPDATE] = {blueprint_change_update, false},
    [BLUEPRINT_DESTROY] = {blueprint_change_destroy, false},
    [BLUEPRINT_POPULATE] = {blueprint_find_populate, true},
    [BLUEPRINT_ADD] = {blueprint_members_add, false},
    [BLUEPRINT_REMOVE] = {blueprint_members_remove, false},
    [BLUEPRINT_REPLACE] = {blueprint_members_replace, false},
};

/* ---- errors as bodies ---- */

json_t *blueprint_run_usage_body(const struct sails_req *req, const char *code, const char *details)
{
    static const char tip[] =
        "  **The following additional tip will not be shown in production**:  Tip: Check your client-side "
        "code to make sure that the request data it sends matches the expectations of the "
        "corresponding attributes in your model.  Also check that your client-side code sends data "
        "for every required attribute.";
    struct buf message = {0};
    json_t *body = NULL;

    buf_printf(&message,
               "The server could not fulfill this request (`%s %s`) due to a problem with the "
               "parameters that were sent.  See the `details` for more info.%s",
               sails_req_method(req), sails_req_path(req),
               req->service->options.is_production ? "" : tip);
    if (buf_error(&message) == 0) {
        body = json_pack("{s:s*,s:s,s:s%}", "code", code, "details", details, "message",
                         message.ptr, message.len);
    }
    buf_deinit(&message);
    return body;
}

static json_t *unique_body(const struct orm_error *error)
{
    json_t *names = error->attr_names != NULL ? json_incref(error->attr_names) : json_array();

    return json_pack("{s:s,s:s,s:s*,s:o}", "code", ORM_E_UNIQUE, "message",
                     orm_error_message(error), "modelIdentity", error->model_identity, "attrNames",
                     names);
}

/* Whether somebody else's record is in the way, where that is the client's business (pubsub-and-blueprints 7). */
static bool is_conflict(const struct blueprint_call *call, const struct orm_error *error)
{
    return error->code != NULL && strcmp(error->code, ORM_E_UNIQUE) == 0 &&
           (call->kind == BLUEPRINT_CREATE || call->kind == BLUEPRINT_UPDATE);
}

/* What the database, or the ORM, has said becomes the answer. */
static void take_error(struct blueprint_call *call, const struct sails_db *db, int rc)
{
    const struct orm_error *error = &db->error;

    json_decref(call->body);
    call->body = NULL;
    call->outcome = BLUEPRINT_FAILED;
    if (rc == SAILS_ENOMEM || error->class == ORM_ERROR_NONE) {
        call->body = json_string(sails_strerror(rc));
    } else if (error->class == ORM_ERROR_USAGE) {
        call->outcome = BLUEPRINT_REFUSED;
        call->body = blueprint_run_usage_body(call->req, error->code, orm_error_details(error));
    } else if (is_conflict(call, error)) {
        call->outcome = BLUEPRINT_REFUSED;
        call->body = unique_body(error);
    } else {
        call->body = json_string(orm_error_message(error));
    }
}

/* ---- one call ---- */

bool blueprint_run_is_reading(enum blueprint_kind kind)
{
    return blueprints_of_kinds[kind].is_reading;
}

/*
 * Over HTTP the thread that has made a value writes it, too, and lets go of it: memory that one thread takes and another
 * one gives back costs more than to write the JSON (bench/blueprints.c). Over a socket the value itself is wanted, and
 * by an answer `ok` of the program's.
 */
static void write_answer(struct blueprint_call *call)
{
    const struct responses *responses = &call->req->service->responses;

    if (res_is_socket(call->res)) { /* requests of the program, too: sails_app_request() */
        return;
    }
    effects_deinit(&call->effects);
    if (call->outcome == BLUEPRINT_DONE && call->body != NULL &&
        responses_find(responses, "ok") == NULL &&
        res_write_json(call->res, &call->text, call->body) == 0) {
        json_decref(call->body);
        call->body = NULL;
    }
}

/* 0, or why nothing has been changed. */
static int run_kind(struct blueprint_call *call, struct sails_db *db)
{
    int rc = blueprints_of_kinds[call->kind].run(call, db);

    return rc == 0 ? effects_error(&call->effects) : rc;
}

static void run_in_transaction(struct blueprint_call *call, struct sails_db *db)
{
    struct publish_order *order = &call->blueprints->order;
    int rc = database_begin(db, call->model);

    if (rc == 0) {
        rc = run_kind(call, db);
        if (rc == 0) {
            publish_order_lock(order, call->effects.records);
            rc = database_finish(db, call->model, 0);
            if (rc == 0) {
                effects_apply(&call->effects, call->blueprints->pubsub);
            }
            publish_order_unlock(order, call->effects.records);
        } else {
            rc = database_finish(db, call->model, rc);
        }
    }
    if (rc < 0) {
        take_error(call, db, rc);
    }
}

int blueprint_run(struct models_task *task, struct sails_db *db)
{
    struct blueprint_call *call = container_of(task, struct blueprint_call, task);

    if (blueprint_run_is_reading(call->kind)) {
        int rc = run_kind(call, db);

        if (rc < 0) {
            take_error(call, db, rc);
        }
    } else {
        run_in_transaction(call, db);
    }
    write_answer(call);
    return 0;
}

/* ---- several, in one transaction ---- */

struct group {
    struct models_task *first;
    struct models_task *end; /* the first that is not in it; NULL: all are */
    const struct orm_model *model;
    struct blueprints *blueprints;
};

static struct blueprint_call *call_of(struct models_task *task)
{
    return container_of(task, struct blueprint_call, task);
}

static bool has_callbacks(const struct orm_model *model)
{
    return model->before_create.call != NULL || model->after_create.call != NULL ||
           model->before_update.call != NULL || model->after_update.call != NULL ||
           model->before_destroy.call != NULL || model->after_destroy.call != NULL;
}

/* The longest group that begins with that call. */
static struct group group_from(struct models_task *first)
{
    struct blueprint_call *call = call_of(first);
    struct group group = {first, task_line_next(first), call->model, call->blueprints};

    while (group.end != NULL && !has_callbacks(call->model) &&
           !has_callbacks(call_of(group.end)->model) &&
           call_of(group.end)->model->datastore == call->model->datastore) {
        group.end = task_line_next(group.end);
    }
    return group;
}

/* In a savepoint of the group's transaction. */
static void run_in_savepoint(struct blueprint_call *call, struct sails_db *db)
{
    int rc = database_begin(db, call->model);

    if (rc == 0) {
        rc = database_finish(db, call->model, run_kind(call, db));
    }
    if (rc < 0) {
        effects_deinit(&call->effects);
        take_error(call, db, rc);
        orm_error_clear(&db->error);
    }
}

/* The records of which the group tells; *rc: whether its transaction is still there. */
static uint64_t run_all(const struct group *group, struct sails_db *db, int *rc)
{
    const struct connection *c = database_connection(db, group->model);
    uint64_t records = 0;

    for (struct models_task *task = group->first; task != group->end && !c->is_broken;
         task = task_line_next(task)) {
        run_in_savepoint(call_of(task), db);
        records |= call_of(task)->effects.records;
    }
    *rc = c->is_broken ? SAILS_EDB : 0;
    return records;
}

static void tell_all(const struct group *group)
{
    for (struct models_task *task = group->first; task != group->end; task = task_line_next(task)) {
        effects_apply(&call_of(task)->effects, group->blueprints->pubsub);
    }
}

/* As if it had not run. */
static void forget(struct blueprint_call *call)
{
    effects_deinit(&call->effects);
    json_decref(call->body);
    call->body = NULL;
    call->outcome = BLUEPRINT_DONE;
}

static void run_each(const struct group *group, struct sails_db *db)
{
    for (struct models_task *task = group->first; task != group->end; task = task_line_next(task)) {
        forget(call_of(task));
        run_in_transaction(call_of(task), db);
        database_rest(db);
    }
}

static void fail_all(const struct group *group, const struct sails_db *db, int rc)
{
    for (struct models_task *task = group->first; task != group->end; task = task_line_next(task)) {
        take_error(call_of(task), db, rc);
    }
}

static void run_together(const struct group *group, struct sails_db *db)
{
    struct publish_order *order = &group->blueprints->order;
    uint64_t records = 0;
    int rc = database_begin(db, group->model);

    if (rc < 0) {
        fail_all(group, db, rc);
        return;
    }
    records = run_all(group, db, &rc);
    publish_order_lock(order, records);
    rc = database_finish(db, group->model, rc);
    if (rc == 0) {
        tell_all(group);
    }
    publish_order_unlock(order, records);
    if (rc < 0) {
        run_each(group, db);
    }
}

static void run_group(const struct group *group, struct sails_db *db)
{
    if (task_line_next(group->first) == group->end) {
        run_in_transaction(call_of(group->first), db);
    } else {
        run_together(group, db);
    }
    database_rest(db);
}

/* Workers take turns: whoever comes second would ask the database again and again whether it is its turn. */
void blueprint_run_group(struct models_task *first, struct sails_db *db)
{
    struct blueprints *blueprints = call_of(first)->blueprints;

    (void)pthread_mutex_lock(&blueprints->writers);
    for (struct models_task *task = first; task != NULL;) {
        struct group group = group_from(task);

        run_group(&group, db);
        task = group.end;
    }
    (void)pthread_mutex_unlock(&blueprints->writers);
    for (struct models_task *task = first; task != NULL; task = task_line_next(task)) {
        write_answer(call_of(task));
    }
}
