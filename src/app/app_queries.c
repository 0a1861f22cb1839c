#include "app/app.h"
#include "models/query.h"

/* include/sails/models.h: the calls that call back. */

static int ask(sails_app *app, const struct query_call *call)
{
    struct worker *worker = NULL;

    if (app == NULL || app->models.models == NULL || app->pool == NULL) {
        query_drop(call);
        return app == NULL ? SAILS_EINVAL : SAILS_ESTATE;
    }
    worker = worker_current(app->pool);
    return query_run(app->models.models, worker != NULL ? worker : app->pool->workers[0], call);
}

typedef int (*run_fn)(struct sails_db *db, const struct query_call *call, json_t **value);

static int ask_model(sails_app *app, run_fn run, const char *model, json_t *criteria,
                     json_t *values, const struct sails_query *query, sails_query_cb done,
                     void *ctx)
{
    struct query_call call = {.run = run,
                              .model = model,
                              .criteria = criteria,
                              .values = values,
                              .query = query != NULL ? *query : (struct sails_query){0},
                              .done = done,
                              .ctx = ctx};

    return ask(app, &call);
}

int sails_query_async(sails_app *app, sails_query_fn run, sails_query_cb done, void *ctx)
{
    struct query_call call = {.run = query_function, .function = run, .done = done, .ctx = ctx};

    return run != NULL ? ask(app, &call) : SAILS_EINVAL;
}

/* ---- reading ---- */

int sails_find_async(sails_app *app, const char *model, json_t *criteria,
                     const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_find, model, criteria, NULL, query, done, ctx);
}

int sails_find_one_async(sails_app *app, const char *model, json_t *criteria,
                         const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_find_one, model, criteria, NULL, query, done, ctx);
}

int sails_count_async(sails_app *app, const char *model, json_t *criteria, sails_query_cb done,
                      void *ctx)
{
    return ask_model(app, query_count, model, criteria, NULL, NULL, done, ctx);
}

/* About an attribute: numbers, and collections. */
static int ask_attribute(sails_app *app, run_fn run, const char *model, const char *attribute,
                         json_t *criteria, json_t *values, sails_query_cb done, void *ctx)
{
    struct query_call call = {.run = run,
                              .model = model,
                              .attribute = attribute,
                              .criteria = criteria,
                              .values = values,
                              .done = done,
                              .ctx = ctx};

    return ask(app, &call);
}

int sails_sum_async(sails_app *app, const char *model, const char *attribute, json_t *criteria,
                    sails_query_cb done, void *ctx)
{
    return ask_attribute(app, query_sum, model, attribute, criteria, NULL, done, ctx);
}

int sails_avg_async(sails_app *app, const char *model, const char *attribute, json_t *criteria,
                    sails_query_cb done, void *ctx)
{
    return ask_attribute(app, query_avg, model, attribute, criteria, NULL, done, ctx);
}

/* ---- writing ---- */

int sails_create_async(sails_app *app, const char *model, json_t *values,
                       const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_create, model, NULL, values, query, done, ctx);
}

int sails_create_each_async(sails_app *app, const char *model, json_t *records,
                            const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_create_each, model, NULL, records, query, done, ctx);
}

int sails_find_or_create_async(sails_app *app, const char *model, json_t *criteria, json_t *values,
                               const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_find_or_create, model, criteria, values, query, done, ctx);
}

int sails_update_async(sails_app *app, const char *model, json_t *criteria, json_t *values,
                       const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_update, model, criteria, values, query, done, ctx);
}

int sails_update_one_async(sails_app *app, const char *model, json_t *criteria, json_t *values,
                           const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_update_one, model, criteria, values, query, done, ctx);
}

int sails_destroy_async(sails_app *app, const char *model, json_t *criteria,
                        const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_destroy, model, criteria, NULL, query, done, ctx);
}

int sails_destroy_one_async(sails_app *app, const char *model, json_t *criteria,
                            const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_destroy_one, model, criteria, NULL, query, done, ctx);
}

int sails_archive_async(sails_app *app, const char *model, json_t *criteria,
                        const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_archive, model, criteria, NULL, query, done, ctx);
}

int sails_archive_one_async(sails_app *app, const char *model, json_t *criteria,
                            const struct sails_query *query, sails_query_cb done, void *ctx)
{
    return ask_model(app, query_archive_one, model, criteria, NULL, query, done, ctx);
}

/* ---- collections ---- */

int sails_add_to_collection_async(sails_app *app, const char *model, json_t *targets,
                                  const char *attribute, json_t *members, sails_query_cb done,
                                  void *ctx)
{
    return ask_attribute(app, query_add_to_collection, model, attribute, targets, members, done,
                         ctx);
}

int sails_remove_from_collection_async(sails_app *app, const char *model, json_t *targets,
                                       const char *attribute, json_t *members, sails_query_cb done,
                                       void *ctx)
{
    return ask_attribute(app, query_remove_from_collection, model, attribute, targets, members,
                         done, ctx);
}

int sails_replace_collection_async(sails_app *app, const char *model, json_t *targets,
                                   const char *attribute, json_t *members, sails_query_cb done,
                                   void *ctx)
{
    return ask_attribute(app, query_replace_collection, model, attribute, targets, members, done,
                         ctx);
}

/* ---- datastores ---- */

int sails_native_async(sails_app *app, const char *datastore, const char *sql, json_t *values,
                       sails_query_cb done, void *ctx)
{
    return ask_attribute(app, query_native, datastore, sql, NULL, values, done, ctx);
}
