/*
 * app_models.h - models of an app: from files and from C to the models floor.
 *
 * Purpose    What sails_app_model() and the folder api/models say, checked, linked, migrated, and ready to be asked.
 * Ownership  The app owns it.
 * Threads    The app's own.
 * Floor      app.
 */
#ifndef APP_APP_MODELS_H
#define APP_APP_MODELS_H

#include "models/models.h"
#include "net/jobs.h"

#include <sails/models.h>

struct sails_app;

/* {0} is none. */
struct app_models {
    json_t *defined; /* by sails_app_model(): name -> definition; NULL: nothing */
    const struct sails_model_function **tables; /* of sails_app_model_functions() */
    size_t n_tables;
    struct orm
        *orm; /* as they were linked; NULL: there are none. Not the app's once `models` has it */
    struct models *models; /* NULL: not open, or there are none */
    struct jobs *waiting;  /* threads of actions that may wait */
};

/* Reads and checks them; a second call begins anew. 0; SAILS_ECONFIG: logged, a line each; SAILS_ENOMEM. */
int app_models_link(struct sails_app *app);

/* Connects, migrates, makes the threads. 0; SAILS_ECONFIG: logged; SAILS_EDB: logged; SAILS_ENOMEM. */
int app_models_open(struct sails_app *app);

/* What waits for a thread is given up. Any thread. */
void app_models_stop(struct sails_app *app);

/* Waits for what runs. Before the net is destroyed. */
void app_models_close(struct sails_app *app);

void app_models_deinit(struct app_models *models);

#endif
