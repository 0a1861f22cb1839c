#include "base/macros.h"
#include "orm/orm_query_reader.h"
#include "orm/value_fit.h"

#include <math.h>
#include <sails/err.h>

/* The meta keys (waterline 8), and the settings of a model that stand for them where they are not given. */

enum {
    BATCH_SIZE = 30 /* Waterline's */
};

static const struct flag {
    const char *name;
    size_t offset; /* in struct orm_meta, of a bool */
} flags[] = {
#define FLAG(name, member)                                                                         \
    {                                                                                              \
        (name), offsetof(struct orm_meta, member)                                                  \
    }
    FLAG("fetch", fetch),
    FLAG("cascade", cascade),
    FLAG("decrypt", decrypt),
    FLAG("skipAllLifecycleCallbacks", skip_lifecycle_callbacks),
    FLAG("skipEncryption", skip_encryption),
    FLAG("enableExperimentalDeepTargets", allows_deep_targets),
    FLAG("makeLikeModifierCaseInsensitive", like_ignores_case),
#undef FLAG
};

static void set_defaults(struct orm_query *q)
{
    const struct orm_model *model = q->model;
    bool destroys = q->method == ORM_DESTROY || q->method == ORM_ARCHIVE;

    q->meta = (struct orm_meta){.batch_size = BATCH_SIZE};
    q->meta.fetch = (q->method == ORM_CREATE && model->fetch_on_create) ||
                    (q->method == ORM_CREATE_EACH && model->fetch_on_create_each) ||
                    (q->method == ORM_UPDATE && model->fetch_on_update) ||
                    (destroys && model->fetch_on_destroy);
    q->meta.cascade = model->cascade_on_destroy;
}

static int read_flag(struct query_reader *r, const struct flag *flag, json_t *value)
{
    bool *out = (bool *)((char *)&r->query->meta + flag->offset);

    if (!json_is_boolean(value)) {
        return orm_query_refuse(r, ORM_E_INVALID_META,
                                "If provided, `%s` should be either `true` or `false`.",
                                flag->name);
    }
    *out = json_is_true(value);
    return 0;
}

static int read_batch_size(struct query_reader *r, json_t *value)
{
    double size = json_number_value(value);

    if (!(size >= 1 && size <= (double)VALUE_FIT_SAFE_MAX && size == floor(size))) {
        return orm_query_refuse_value(r, ORM_E_INVALID_META,
                                      "If provided, `batchSize` should be a whole, positive, safe, "
                                      "and natural integer.  Instead, got ",
                                      value);
    }
    if (r->query->method != ORM_STREAM) {
        return orm_query_refuse(
            r, ORM_E_INVALID_META,
            "`batchSize` cannot be used with .%s() -- it is only compatible with "
            "the .stream() model method.",
            orm_method_name(r->query->method));
    }
    r->query->meta.batch_size = (size_t)size;
    return 0;
}

static int read_encrypt_with(struct query_reader *r, json_t *value)
{
    if (!json_is_string(value) || json_string_length(value) == 0) {
        return orm_query_refuse(r, ORM_E_INVALID_META,
                                "If provided, `encryptWith` should be a non-empty string (the name "
                                "of one of the configured data encryption keys).");
    }
    r->query->meta.encrypt_with = json_string_value(value);
    return 0;
}

/* What nobody here knows is left to whoever does. */
static int read_key(struct query_reader *r, const char *name, json_t *value)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (strcmp(flags[i].name, name) == 0) {
            return read_flag(r, &flags[i], value);
        }
    }
    if (strcmp(name, "batchSize") == 0) {
        return read_batch_size(r, value);
    }
    if (strcmp(name, "encryptWith") == 0) {
        return read_encrypt_with(r, value);
    }
    if (strcmp(name, "mutateArgs") == 0 && !json_is_boolean(value)) {
        return orm_query_refuse(r, ORM_E_INVALID_META,
                                "If provided, `mutateArgs` should be either `true` or `false`.");
    }
    return 0;
}

int orm_query_meta_read(struct query_reader *r)
{
    json_t *meta = r->call->meta;
    const char *name = NULL;
    json_t *value = NULL;
    int rc = 0;

    set_defaults(r->query);
    if (meta == NULL) {
        return 0;
    }
    if (!json_is_object(meta)) {
        return orm_query_refuse_value(r, ORM_E_INVALID_META,
                                      "If `meta` is provided, it should be a dictionary (i.e. a "
                                      "plain JavaScript object).  But instead, got: ",
                                      meta);
    }
    if (arena_keep(&r->query->arena, meta) == NULL) {
        return SAILS_ENOMEM;
    }
    json_object_foreach(meta, name, value)
    {
        rc = read_key(r, name, value);
        if (rc < 0) {
            break;
        }
    }
    return rc;
}
