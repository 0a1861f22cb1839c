/*
 * definitions.h - models, as applications define them.
 *
 * Purpose    Read models, defaults and datastores from JSON, check every key and every rule about the
 *            structure (waterline 1, 6, 12.4), and link them.
 * Ownership  Everything given is borrowed; what is kept is kept by reference.
 * Threads    Any; each result belongs to its caller until it is shared.
 * Floor      definitions; uses orm, schema, base.
 */
#ifndef DEFINITIONS_DEFINITIONS_H
#define DEFINITIONS_DEFINITIONS_H

#include "base/buf.h"
#include "orm/model.h"

/* The function that a name stands for; NULL: nobody has given one. */
typedef const struct sails_model_function *(*definitions_find_function)(const char *name,
                                                                        void *ctx);

struct definitions {
    json_t *datastores; /* name -> configuration; NULL: {"default": {}} */
    json_t *models;     /* identity -> definition */
    json_t *defaults;   /* config.models; NULL: nothing is inherited */
    json_t *
        places; /* identity -> text that messages name instead of the model, "api/models/User.json";
                           NULL: none */
    definitions_find_function find_function; /* NULL: there are none */
    void *ctx;
};

/*
 * 0, and *out; SAILS_ECONFIG: to *problems a line has been appended for each thing that is wrong, and to
 * *is_about_models whether a model's definition is among them (code E_INVALID_MODEL_DEF); SAILS_ENOMEM.
 * Lines that only warn are appended to *warnings in each case.
 */
int definitions_read(const struct definitions *definitions, struct buf *problems,
                     struct buf *warnings, bool *is_about_models, struct orm **out);

#endif
