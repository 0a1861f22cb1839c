/*
 * names.h - lists of names as JSON has them, and as the API wants them.
 *
 * Purpose    ["a", "b"] to {"a", "b", NULL}, without allocating.
 * Ownership  Borrows the texts of the JSON value, which must outlive the list.
 */
#ifndef APPS_SUPPORT_NAMES_H
#define APPS_SUPPORT_NAMES_H

#include <jansson.h>

#include <sails/io.h>
#include <stddef.h>

#define NAMES_MAX 32

struct names {
    const char *list[NAMES_MAX + 1];
};

/* One text is a list of one. What is no text is left out, and what is beyond NAMES_MAX, too. */
static inline const char *const *names_of(struct names *names, const json_t *value)
{
    size_t n = 0;

    if (json_is_string(value)) {
        names->list[n++] = json_string_value(value);
    }
    for (size_t i = 0; i < json_array_size(value) && n < NAMES_MAX; i++) {
        const char *name = json_string_value(json_array_get(value, i));

        if (name != NULL) {
            names->list[n++] = name;
        }
    }
    names->list[n] = NULL;
    return names->list;
}

/* A target as the tests write it: {to: [...], except: [...], volatile, local, compress}. */
struct target {
    struct names to;
    struct names except;
    struct sails_io_target target;
};

static inline const struct sails_io_target *target_of(struct target *t, const json_t *value)
{
    const json_t *to = json_object_get(value, "to");
    const json_t *except = json_object_get(value, "except");
    const json_t *compress = json_object_get(value, "compress");

    t->target = (struct sails_io_target){
        .to = to != NULL ? names_of(&t->to, to) : NULL,
        .except = except != NULL ? names_of(&t->except, except) : NULL,
    };
    if (json_is_true(json_object_get(value, "volatile"))) {
        t->target.flags |= SAILS_IO_VOLATILE;
    }
    if (json_is_true(json_object_get(value, "local"))) {
        t->target.flags |= SAILS_IO_LOCAL;
    }
    if (json_is_false(compress)) {
        t->target.flags |= SAILS_IO_NO_COMPRESS;
    }
    return &t->target;
}

/* "SAILS_EINVAL" for the code, null for 0: how results are told to the tests. */
static inline json_t *result_of(int rc)
{
    return rc == 0 ? json_null() : json_string(sails_err_name(rc));
}

#endif
