#include "cli/cli_records.h"

#include "base/macros.h"
#include "base/mem.h"
#include "cli/cli_values.h"

#include <sails/db.h>
#include <sails/models.h>

/* A call: the values of the line, each once; who takes one has a reference of his own. */
struct call {
    sails_db *db;
    const char *model;
    json_t *values;
    json_t *result; /* NULL: nothing */
};

/* The n-th value; without one everything, {}. */
static json_t *value_of(const struct call *c, size_t n)
{
    json_t *value = json_array_get(c->values, n);

    return value != NULL ? json_incref(value) : json_object();
}

static int run_find(struct call *c)
{
    return sails_find(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_find_one(struct call *c)
{
    return sails_find_one(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_count(struct call *c)
{
    int64_t n = 0;
    int rc = sails_count(c->db, c->model, value_of(c, 0), &n);

    if (rc == 0) {
        c->result = json_integer(n);
    }
    return rc;
}

static int run_create(struct call *c)
{
    return json_is_array(json_array_get(c->values, 0))
               ? sails_create_each(c->db, c->model, value_of(c, 0), NULL, &c->result)
               : sails_create(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_update(struct call *c)
{
    return sails_update(c->db, c->model, value_of(c, 0), value_of(c, 1), NULL, &c->result);
}

static int run_update_one(struct call *c)
{
    return sails_update_one(c->db, c->model, value_of(c, 0), value_of(c, 1), NULL, &c->result);
}

static int run_destroy(struct call *c)
{
    return sails_destroy(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_destroy_one(struct call *c)
{
    return sails_destroy_one(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_archive(struct call *c)
{
    return sails_archive(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_archive_one(struct call *c)
{
    return sails_archive_one(c->db, c->model, value_of(c, 0), NULL, &c->result);
}

static int run_find_or_create(struct call *c)
{
    return sails_find_or_create(c->db, c->model, value_of(c, 0), value_of(c, 1), NULL, &c->result,
                                NULL);
}

/* NULL where it is no text, which the methods refuse. */
static const char *name_of(const struct call *c, size_t n)
{
    return json_string_value(json_array_get(c->values, n));
}

static int take_number(struct call *c, int rc, double number)
{
    if (rc == 0) {
        c->result = json_real(number);
    }
    return rc;
}

static int run_sum(struct call *c)
{
    double sum = 0;
    int rc = sails_sum(c->db, c->model, name_of(c, 0), value_of(c, 1), &sum);

    return take_number(c, rc, sum);
}

static int run_avg(struct call *c)
{
    double average = 0;
    int rc = sails_avg(c->db, c->model, name_of(c, 0), value_of(c, 1), &average);

    return take_number(c, rc, average);
}

static int run_add(struct call *c)
{
    return sails_add_to_collection(c->db, c->model, value_of(c, 0), name_of(c, 1), value_of(c, 2));
}

static int run_remove(struct call *c)
{
    return sails_remove_from_collection(c->db, c->model, value_of(c, 0), name_of(c, 1),
                                        value_of(c, 2));
}

static int run_replace(struct call *c)
{
    return sails_replace_collection(c->db, c->model, value_of(c, 0), name_of(c, 1), value_of(c, 2));
}

static const struct method {
    const char *name;
    size_t n_values; /* that it needs: what changes records does not take all of them for nothing */
    int (*run)(struct call *c);
} methods[] = {
    {"find", 0, run_find},
    {"findOne", 1, run_find_one},
    {"count", 0, run_count},
    {"sum", 1, run_sum},
    {"avg", 1, run_avg},
    {"create", 1, run_create},
    {"createEach", 1, run_create},
    {"findOrCreate", 2, run_find_or_create},
    {"update", 2, run_update},
    {"updateOne", 2, run_update_one},
    {"destroy", 1, run_destroy},
    {"destroyOne", 1, run_destroy_one},
    {"archive", 1, run_archive},
    {"archiveOne", 1, run_archive_one},
    {"addToCollection", 3, run_add},
    {"removeFromCollection", 3, run_remove},
    {"replaceCollection", 3, run_replace},
};

static const struct method *find_method(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (str_eq(name, str_from(methods[i].name))) {
            return &methods[i];
        }
    }
    return NULL;
}

static void run(sails_app *app, const struct method *method, struct call *c, struct buf *out)
{
    int rc = sails_app_lease(app, &c->db);

    if (rc < 0) {
        buf_printf(out, "%s: has the application models?", sails_strerror(rc));
        return;
    }
    rc = method->run(c);
    if (rc < 0) {
        buf_printf(out, "%s", sails_db_error(c->db));
    } else {
        cli_values_write(out, c->result);
    }
    json_decref(c->result);
    sails_app_release(app, c->db);
}

/* Without the brackets around it, which may be left out. */
static struct str arguments_of(struct str rest)
{
    rest = str_trim(rest);
    return rest.len > 1 && rest.ptr[0] == '(' && rest.ptr[rest.len - 1] == ')'
               ? (struct str){rest.ptr + 1, rest.len - 2}
               : rest;
}

bool cli_records_run(sails_app *app, struct str line, struct buf *out)
{
    size_t dot = str_find(line, '.');
    size_t end = dot;
    const struct method *method = NULL;
    struct call c = {0};
    char *model = NULL;

    while (end < line.len && line.ptr[end] != ' ' && line.ptr[end] != '(') {
        end++;
    }
    method = dot < line.len ? find_method((struct str){line.ptr + dot + 1, end - dot - 1}) : NULL;
    if (method == NULL) {
        return false;
    }
    model = mem_strndup(line.ptr, dot);
    for (char *m = model; m != NULL && *m != '\0'; m++) {
        *m = char_lower(*m);
    }
    c.model = model;
    c.values = cli_values_read(arguments_of(str_from_offset(line, end)), out);
    if (c.values != NULL && json_array_size(c.values) < method->n_values) {
        buf_printf(out, "%s takes %zu values of JSON: criteria, or what is to be set", method->name,
                   method->n_values);
    } else if (c.values != NULL && model != NULL) {
        run(app, method, &c, out);
    }
    json_decref(c.values);
    mem_free(model);
    return true;
}
