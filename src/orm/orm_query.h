/*
 * orm_query.h - a call of a model's method, in one normal form.
 *
 * Purpose    One way from what an application says to what is run: every argument of every method is
 *            checked and normalized here, in Waterline's order and with its errors (waterline 3 to 8).
 * Ownership  A query owns all of its memory; borrowed JSON is kept by reference. orm_query_deinit() in any
 *            case.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 *
 *     struct orm_call (JSON) --orm_query_init()--> struct orm_query --> SQL
 *                                   |
 *                                   +--> struct orm_error
 */
#ifndef ORM_ORM_QUERY_H
#define ORM_ORM_QUERY_H

#include "orm/criteria.h"
#include "orm/values.h"

#include <stdalign.h>

enum orm_method {
    ORM_FIND,
    ORM_FIND_ONE,
    ORM_STREAM,
    ORM_COUNT,
    ORM_SUM,
    ORM_AVG,
    ORM_CREATE,
    ORM_CREATE_EACH,
    ORM_FIND_OR_CREATE,
    ORM_UPDATE,
    ORM_UPDATE_ONE,
    ORM_DESTROY,
    ORM_DESTROY_ONE,
    ORM_ARCHIVE,
    ORM_ARCHIVE_ONE,
    ORM_ADD_TO_COLLECTION,
    ORM_REMOVE_FROM_COLLECTION,
    ORM_REPLACE_COLLECTION
};

/* "findOne". */
const char *orm_method_name(enum orm_method method);

/* What is said in a call. NULL is Waterline's `undefined`; what the method does not have is not looked at.
 * Everything is borrowed. */
struct orm_call {
    json_t *criteria;
    json_t *populates;
    json_t *values;    /* of createEach: a list */
    json_t *attribute; /* of sum, avg, and the collection methods */
    json_t *targets;
    json_t *members;
    json_t *meta;
    json_t *page; /* paginate(page, size) of find and stream */
    json_t *page_size;
    bool has_iteratee; /* of stream: somebody wants the records */
    int64_t now_ms;    /* for automatic timestamps; milliseconds since 1970 */
};

/* The meta keys (waterline 8) and the model's settings, together. */
struct orm_meta {
    bool fetch;
    bool cascade;
    bool decrypt;
    bool skip_lifecycle_callbacks;
    bool skip_encryption;
    bool allows_deep_targets;
    bool like_ignores_case;
    const char *encrypt_with; /* NULL: "default" */
    size_t batch_size;        /* of streams */
};

struct orm_populate {
    const struct orm_attribute *attribute;
    const struct criteria *criteria; /* NULL: a to-one; else of a to-many (it may match nothing) */
};

enum {
    ORM_QUERY_FIRST_MEMORY = 1024 /* bytes that every query has: an ordinary one needs no heap */
};

struct orm_query {
    enum orm_method method;
    const struct orm_model *model;
    struct orm_meta meta;
    bool
        is_noop; /* no record can match, or there is nothing to write; what is beside is not complete */

    struct criteria criteria;
    struct orm_populate *populates;
    size_t n_populates;

    struct values *records; /* create, findOrCreate, update, updateOne: one; createEach: n */
    size_t n_records;

    const struct orm_attribute *attribute; /* of sum, avg, and the collection methods */
    json_t **targets;                      /* ids, each once */
    size_t n_targets;
    json_t **members; /* ids of the other model, each once */
    size_t n_members;

    struct arena arena;
    alignas(max_align_t) char first_memory[ORM_QUERY_FIRST_MEMORY];
};

/*
 * 0; SAILS_EINVAL, SAILS_ETOOBIG: `error` says what is wrong with the call; SAILS_ENOMEM.
 * orm_query_deinit() in each case. A query must not be moved in memory.
 */
int orm_query_init(struct orm_query *query, const struct orm_model *model, enum orm_method method,
                   const struct orm_call *call, struct orm_error *error);

void orm_query_deinit(struct orm_query *query);

/* Refuses a criteria of {} for what is about one record. orm_query_init() has done it but for
 * findOrCreate(), where Waterline finds it out when it looks. 0, or as orm_query_init(). */
int orm_query_check_breadth(const struct orm_query *query, struct orm_error *error);

/* {"criteria", "populates", "values", "targets", "members"}, those that the method has, or {"noop":true}.
 * A new reference; NULL: no memory. */
json_t *orm_query_to_json(const struct orm_query *query);

/*
 * validate(): the value as it would be stored. 0, and *out is a new reference, or NULL where the model
 * ignores that attribute; else as orm_query_init(), with the codes E_TYPE, E_REQUIRED, E_VIOLATES_RULES,
 * E_HIGHLY_IRREGULAR.
 */
int orm_query_validate(const struct orm_model *model, json_t *attribute, json_t *value,
                       json_t **out, struct orm_error *error);

#endif
