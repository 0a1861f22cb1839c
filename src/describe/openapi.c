#include "describe/openapi.h"

#include "base/mem.h"
#include "describe/openapi_operation.h"
#include "describe/openapi_path.h"
#include "describe/openapi_schema.h"

#include <sails/err.h>
#include <sails/version.h>

struct openapi {
    json_t *paths;    /* template to path item */
    json_t *shapes;   /* shape of a template to {names, item} of the one that stands for it */
    json_t *ids;      /* operationId to null */
    json_t *unrouted; /* operations without a template */
    bool has_refusal; /* somebody refers to it */
    const struct openapi_more *more;
    bool failed;
};

/* ---- methods ---- */

/* Those that OpenAPI knows; an address without one is bound to the first five (app-config-cli 6.1). */
static const char *const verbs[] = {"get",    "post", "put",     "patch",
                                    "delete", "head", "options", "trace"};
enum {
    N_DEFAULT_VERBS = 5
};

static bool has_verb(const struct route_info *route, size_t verb)
{
    struct str method = route_info_method(route);

    if (method.len == 0) {
        return verb < N_DEFAULT_VERBS;
    }
    return str_eq_nocase(method, STR("ALL")) || str_eq_nocase(method, str_from(verbs[verb]));
}

/* ---- operations ---- */

/* "get_user_id" for GET /user/{id}; a number behind it where there is one already. */
static void put_id(struct openapi *doc, json_t *operation, const char *verb, struct str path)
{
    struct buf id = {0};
    size_t base = 0;
    bool is_word = true;

    buf_append_str(&id, str_from(verb));
    for (size_t i = 0; i < path.len; i++) {
        bool was_word = is_word;
        char c = path.ptr[i];

        is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_word && !was_word) {
            buf_append_char(&id, '_');
        }
        if (is_word) {
            buf_append_char(&id, c);
        }
    }
    base = id.len;
    for (size_t n = 2; !id.failed && json_object_getn(doc->ids, id.ptr, id.len) != NULL; n++) {
        id.len = base;
        buf_printf(&id, "_%zu", n);
    }
    if (id.failed || json_object_setn_new(doc->ids, id.ptr, id.len, json_null()) != 0) {
        doc->failed = true;
    } else {
        openapi_schema_put(operation, "operationId", json_stringn(id.ptr, id.len), &doc->failed);
    }
    buf_deinit(&id);
}

/* Takes the members. */
static void merge(json_t *operation, json_t *members, bool *failed)
{
    json_t *own = json_object_get(operation, "parameters");
    json_t *others = json_object_get(members, "parameters");

    if (own != NULL && others != NULL) {
        *failed = json_array_extend(own, others) != 0 || *failed;
        (void)json_object_del(members, "parameters");
    }
    *failed = json_object_update(operation, members) != 0 || *failed;
    json_decref(members);
}

static void add_more(struct openapi *doc, json_t *operation, const struct route_info *route,
                     const char *verb)
{
    bool has = false;
    json_t *members = NULL;

    if (doc->more->describe == NULL) {
        return;
    }
    members = doc->more->describe(doc->more->ctx, route, verb, &has);
    if (has) {
        merge(operation, members, &doc->failed);
    }
}

static json_t *make_operation(struct openapi *doc, const struct route_info *route, struct str path,
                              const struct openapi_place *place)
{
    json_t *operation = json_object();

    put_id(doc, operation, place->verb, path);
    openapi_operation_fill(operation, route, place, &doc->failed);
    add_more(doc, operation, route, place->verb);
    doc->has_refusal = doc->has_refusal || route->target->inputs != NULL;
    return operation;
}

/* ---- paths ---- */

/*
 * Templates that differ in names only are the same path to OpenAPI, and only one may be there. So the
 * item of the first one has the others' operations, too, under the names of its template.
 */
static json_t *find_item(struct openapi *doc, const struct openapi_path *path, const json_t **shown)
{
    json_t *known = json_object_getn(doc->shapes, path->shape.ptr, path->shape.len);
    json_t *item = NULL;

    *shown = path->names;
    if (known != NULL) {
        *shown = json_object_get(known, "names");
        return json_object_get(known, "item");
    }
    item = json_object();
    known = json_pack("{sO, sO}", "names", path->names, "item", item);
    if (json_object_setn_new(doc->shapes, path->shape.ptr, path->shape.len, known) != 0) {
        doc->failed = true;
    }
    if (json_object_setn_new(doc->paths, path->text.ptr, path->text.len, item) != 0) {
        doc->failed = true;
        return NULL;
    }
    return item;
}

static void add_template(struct openapi *doc, const struct route_info *route,
                         const struct openapi_path *path)
{
    struct openapi_place place = {.names = path->names};
    json_t *item = find_item(doc, path, &place.shown);

    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        place.verb = verbs[i];
        if (!doc->failed && has_verb(route, i) && json_object_get(item, verbs[i]) == NULL) {
            openapi_schema_put(item, verbs[i],
                               make_operation(doc, route, buf_str(&path->text), &place),
                               &doc->failed);
        }
    }
}

static const char *wildcard_of(const struct route_info *route)
{
    return route->target->def != NULL ? route->target->def->url_wildcard_suffix : NULL;
}

static void add_paths(struct openapi *doc, const struct route_info *route)
{
    size_t n = openapi_path_variants(route_info_path(route));

    for (size_t i = 0; i < n; i++) {
        struct openapi_path path;

        if (openapi_path_init(&path, route_info_path(route), i, wildcard_of(route)) == 0) {
            add_template(doc, route, &path);
        } else {
            doc->failed = true;
        }
        openapi_path_deinit(&path);
    }
}

/* A regular expression: the operation of its first method, for all of them are alike. */
static void add_unrouted(struct openapi *doc, const struct route_info *route)
{
    struct openapi_place place = {0};
    json_t *methods = json_array();
    json_t *operation = NULL;

    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (has_verb(route, i)) {
            place.verb = place.verb != NULL ? place.verb : verbs[i];
            doc->failed = json_array_append_new(methods, json_string(verbs[i])) != 0 || doc->failed;
        }
    }
    if (place.verb == NULL) {
        json_decref(methods); /* CONNECT, which OpenAPI does not know */
        return;
    }
    operation = make_operation(doc, route, route_info_path(route), &place);
    openapi_schema_put(operation, "x-sails-methods", methods, &doc->failed);
    doc->failed = json_array_append_new(doc->unrouted, operation) != 0 || doc->failed;
}

/* ---- the document ---- */

static void openapi_init(struct openapi *doc, const struct openapi_more *more)
{
    *doc = (struct openapi){
        .more = more,
        .paths = json_object(),
        .shapes = json_object(),
        .ids = json_object(),
        .unrouted = json_array(),
    };
    doc->failed =
        doc->paths == NULL || doc->shapes == NULL || doc->ids == NULL || doc->unrouted == NULL;
}

static void openapi_deinit(struct openapi *doc)
{
    json_decref(doc->paths);
    json_decref(doc->shapes);
    json_decref(doc->ids);
    json_decref(doc->unrouted);
}

static json_t *components_of(struct openapi *doc)
{
    json_t *components = doc->has_refusal ? openapi_operation_components() : json_object();

    if (doc->more->schemas != NULL) {
        openapi_schema_put(components, "schemas", json_incref(doc->more->schemas), &doc->failed);
    }
    return components;
}

static json_t *assemble(struct openapi *doc, const char *title)
{
    json_t *document = json_pack("{s:s, s:{s:s, s:s}, s:O}", "openapi", "3.1.0", "info", "title",
                                 title, "version", SAILS_VERSION, "paths", doc->paths);

    if (doc->has_refusal || doc->more->schemas != NULL) {
        openapi_schema_put(document, "components", components_of(doc), &doc->failed);
    }
    if (json_array_size(doc->unrouted) > 0) {
        openapi_schema_put(document, "x-sails-routes", json_incref(doc->unrouted), &doc->failed);
    }
    if (document == NULL || doc->failed) {
        json_decref(document);
        return NULL;
    }
    return document;
}

int openapi_create(const char *title, const struct route_info *routes, size_t n,
                   const struct openapi_more *more, json_t **document)
{
    struct openapi doc;
    json_t *made = NULL;

    openapi_init(&doc, more);
    for (size_t i = 0; !doc.failed && i < n; i++) {
        if (openapi_path_variants(route_info_path(&routes[i])) > 0) {
            add_paths(&doc, &routes[i]);
        } else {
            add_unrouted(&doc, &routes[i]);
        }
    }
    if (!doc.failed) {
        made = assemble(&doc, title);
    }
    openapi_deinit(&doc);
    if (made == NULL) {
        return SAILS_ENOMEM;
    }
    *document = made;
    return 0;
}
