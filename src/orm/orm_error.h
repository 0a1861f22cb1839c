/*
 * orm_error.h - why a call of the ORM has failed.
 *
 * Purpose    The one value in which every failure of the ORM is told: its class, its code, texts for
 *            people, and what programs decide by (waterline 10).
 * Ownership  An error owns its texts and values until orm_error_clear(). Codes are static texts or its own.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 *
 * A function that fails returns a negative code and has set the error of its caller's; the other way
 * round, an error that is set is always returned. Where there is no memory for the texts, the code is
 * SAILS_ENOMEM and the error says so.
 *
 *     usage     the call is wrong; nothing was done                     SAILS_EINVAL
 *     adapter   the database has refused; nothing was done              what the caller names
 *     plain     anything else: too many records, an error of a callback what the caller names
 */
#ifndef ORM_ORM_ERROR_H
#define ORM_ORM_ERROR_H

#include "base/buf.h"

#include <jansson.h>

enum orm_error_class {
    ORM_ERROR_NONE,
    ORM_ERROR_USAGE,   /* "UsageError" */
    ORM_ERROR_ADAPTER, /* "AdapterError" */
    ORM_ERROR_PLAIN    /* "Error" */
};

/* The codes of waterline 10, as texts: they are compared by programs. */
#define ORM_E_INVALID_NEW_RECORD           "E_INVALID_NEW_RECORD"
#define ORM_E_INVALID_NEW_RECORDS          "E_INVALID_NEW_RECORDS"
#define ORM_E_INVALID_VALUES_TO_SET        "E_INVALID_VALUES_TO_SET"
#define ORM_E_INVALID_CRITERIA             "E_INVALID_CRITERIA"
#define ORM_E_INVALID_POPULATES            "E_INVALID_POPULATES"
#define ORM_E_INVALID_META                 "E_INVALID_META"
#define ORM_E_INVALID_NUMERIC_ATTR_NAME    "E_INVALID_NUMERIC_ATTR_NAME"
#define ORM_E_INVALID_STREAM_ITERATEE      "E_INVALID_STREAM_ITERATEE"
#define ORM_E_INVALID_TARGET_RECORD_IDS    "E_INVALID_TARGET_RECORD_IDS"
#define ORM_E_INVALID_COLLECTION_ATTR_NAME "E_INVALID_COLLECTION_ATTR_NAME"
#define ORM_E_INVALID_ASSOCIATED_IDS       "E_INVALID_ASSOCIATED_IDS"
#define ORM_E_INVALID_MODEL_DEF            "E_INVALID_MODEL_DEF"
#define ORM_E_TYPE                         "E_TYPE"
#define ORM_E_REQUIRED                     "E_REQUIRED"
#define ORM_E_VIOLATES_RULES               "E_VIOLATES_RULES"
#define ORM_E_HIGHLY_IRREGULAR             "E_HIGHLY_IRREGULAR"
#define ORM_E_UNIQUE                       "E_UNIQUE"
#define ORM_E_NO_SUCH_PHYSICAL_MODEL       "E_NO_SUCH_PHYSICAL_MODEL"

struct orm_error {
    enum orm_error_class class;
    const char *name;   /* NULL: that of the class; an error of a callback may bring its own */
    const char *code;   /* "E_UNIQUE"; NULL: none */
    struct buf message; /* with a NUL behind it where class is not NONE; as `details` */
    struct buf details; /* empty: none */
    const char *model_identity; /* NULL: none. A view of the model's, which outlives all calls */
    json_t *attr_names;         /* a list of texts; NULL: none */
    json_t *rule_violations;    /* a list of {rule, message}; NULL: none */
    char *own_name;             /* what `name` and `code` point to where they are not static */
    char *own_code;
};

/* {0} is a valid error that says nothing, too. */
static inline void orm_error_init(struct orm_error *error)
{
    *error = (struct orm_error){0};
}

/* Forgets everything. To be called before the memory of the error goes. */
void orm_error_clear(struct orm_error *error);

/*
 * A call that is wrong: `details` as printf makes them, and the message that Waterline puts around them.
 * Forgets what was in the error before. `code` is static, as in the following. SAILS_EINVAL; SAILS_ENOMEM.
 */
int orm_error_set_usage(struct orm_error *error, const char *code, const char *model_identity,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same with details that are made already; they are copied. */
int orm_error_set_usage_str(struct orm_error *error, const char *code, const char *model_identity,
                            struct str details);

/* Any other error. `code` may be NULL. `rc`, or SAILS_ENOMEM. */
int orm_error_set(struct orm_error *error, enum orm_error_class class, int rc, const char *code,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* An error of somebody else's code, unchanged: a callback's. All but `message` may be NULL; copies.
 * `rc`, or SAILS_ENOMEM. */
int orm_error_set_foreign(struct orm_error *error, int rc, const char *name, const char *code,
                          const char *message);

/* Says that memory is out, and returns SAILS_ENOMEM. Cannot fail. */
int orm_error_set_no_memory(struct orm_error *error);

/* "UsageError"; "" while nothing is set. */
const char *orm_error_name(const struct orm_error *error);

/* Never NULL. */
const char *orm_error_message(const struct orm_error *error);
const char *orm_error_details(const struct orm_error *error);

/* {"name", "message"} and of code, details, attrNames, modelIdentity, ruleViolations what there is
 * (modelIdentity only beside attrNames or ruleViolations). A new reference; NULL: no memory. */
json_t *orm_error_to_json(const struct orm_error *error);

#endif
