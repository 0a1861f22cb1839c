/**
 * @file sails/model.h
 * @brief What C adds to a model that is defined in JSON: its functions.
 *
 * A model's definition names functions: `"beforeCreate": "@user_before_create"`. They are given to the
 * application under these names before the lift.
 *
 * Ownership  Said with each callback.
 * Threads    Functions of models run on the threads of the datastores, several at the same time, and
 *            may wait.
 * Errors     Said with each callback.
 */
#ifndef SAILS_MODEL_H
#define SAILS_MODEL_H

#include <jansson.h>

#include <sails/types.h>
#include <stdbool.h>

SAILS_BEGIN_DECLS

/**
 * A life-cycle callback: beforeCreate, afterCreate, beforeUpdate, afterUpdate, beforeDestroy or
 * afterDestroy.
 *
 * @param db     The connection on which the call runs: what is asked for with it is part of the same
 *               transaction.
 * @param model  The identity of the model.
 * @param value  Borrowed: the new record, the values to set, the criteria; or the record that was created,
 *               changed, destroyed. What a "before" callback changes in it is what is done, and is not
 *               checked again.
 * @return 0; a negative code ends the call with that error, and a "before" callback's before anything was
 *         written. sails_db_refuse() (sails/db.h) gives it a code and words.
 * @see    Sails documentation, "Lifecycle callbacks"
 */
typedef int (*sails_lifecycle_cb)(sails_db *db, const char *model, json_t *value, void *ctx);

/**
 * A rule of one's own, `custom`. It must not wait, nor ask a database.
 *
 * @param value    Borrowed. Never null.
 * @param message  NULL to begin with. A new string that is put there is what people are told.
 * @return Whether the value is allowed.
 * @see    Sails documentation, "Validations", `custom`
 */
typedef bool (*sails_custom_rule_cb)(const char *model, const json_t *value, json_t **message,
                                     void *ctx);

/**
 * The form in which a record leaves the application, `customToJSON`.
 *
 * @param record  Borrowed; not to be changed.
 * @return A new reference; NULL: no memory.
 * @see    Sails documentation, "Model settings", `customToJSON`
 */
typedef json_t *(*sails_to_json_cb)(const char *model, json_t *record, void *ctx);

/** What a name in a definition stands for: one of the three, as the place wants it. */
struct sails_model_function {
    const char *name; /**< Without the "@". */
    sails_lifecycle_cb lifecycle;
    sails_custom_rule_cb custom_rule;
    sails_to_json_cb to_json;
    void *ctx; /**< Handed to it. */
};

SAILS_END_DECLS

#endif
