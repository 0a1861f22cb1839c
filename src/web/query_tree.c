#include "web/query_tree.h"

#include "base/macros.h"

#include <assert.h>
#include <sails/err.h>
#include <stdio.h>

/*
 * Each name is cut into segments, and its value is put into the tree along them.
 *
 * What lies in the way is kept, as in the qs library that Express uses: two texts become a list, text
 * and object a list of both, list and names an object with the indexes as names.
 *
 * I1  A null in a list of the tree is a hole: `a[1]=x` came and no `a[0]=`. At the end they go.
 * I2  There are at most HOLES_MAX of them, so that a small request cannot ask for much memory.
 * I3  Every function that takes a json_t gives it back, changed or replaced, or NULL and it is freed.
 */
enum {
    HOLES_MAX = 4096
};

/* It would be another name for every function that takes one. */
static bool has_nul(const json_t *text)
{
    return memchr(json_string_value(text), '\0', json_string_length(text)) != NULL;
}

/* ---- the segments of a name ---- */

struct segment {
    struct str name; /* without its brackets; of "[]" empty */
    bool is_list;    /* "[]", or an index within the limit */
    size_t index;
};

struct nesting {
    const struct query_limits *limits;
    size_t list_size;
    size_t n_holes;
    size_t n_segments;
    struct segment
        segments[QUERY_TREE_DEPTH_MAX + 2]; /* the first name, its levels, the rest as one */
};

static void add_segment(struct nesting *n, struct str name, bool in_brackets)
{
    uint64_t index = 0;
    bool is_index = str_to_u64(name, SIZE_MAX - 1, &index) &&
                    (name.len == 1 || name.ptr[0] != '0') && index < n->list_size;

    n->segments[n->n_segments] = (struct segment){
        .name = name,
        .is_list = in_brackets && (name.len == 0 || is_index),
        .index = is_index ? (size_t)index : 0,
    };
    n->n_segments++;
}

/* The ']' that closes the '[' at `open`, brackets within counted; or the length. */
static size_t find_close(struct str name, size_t open)
{
    size_t level = 0;

    for (size_t i = open; i < name.len; i++) {
        if (name.ptr[i] == '[') {
            level++;
        } else if (name.ptr[i] == ']' && --level == 0) {
            return i;
        }
    }
    return name.len;
}

/* A bracket that nothing closes, and what is too deep, is one last segment, brackets and all. */
static int split_name(struct nesting *n, struct str name)
{
    size_t open = str_find(name, '[');
    size_t depth = 0;

    n->n_segments = 0;
    if (open > 0) {
        add_segment(n, (struct str){name.ptr, open}, false);
    }
    while (open < name.len) {
        size_t close = find_close(name, open);
        struct str rest = str_from_offset(name, open);

        if (depth == n->limits->depth && n->limits->is_strict) {
            return SAILS_ETOOBIG;
        }
        if (depth == n->limits->depth || close == name.len) {
            add_segment(n, rest, false);
            return 0;
        }
        add_segment(n, (struct str){rest.ptr + 1, close - open - 1}, true);
        depth++;
        open = close + 1 + str_find(str_from_offset(name, close + 1), '[');
    }
    return 0;
}

/* What no object of JavaScript's may be given by others. */
static bool is_reserved(struct str name)
{
    return str_eq(name, STR("__proto__"));
}

/* It would be the parent of all objects in JavaScript, and is nobody's parameter. Within brackets it leaves an object without
 * it, as in qs: a filter that names it must not vanish. */
static bool is_nobodys(const struct nesting *n)
{
    return n->n_segments > 0 && is_reserved(n->segments[0].name);
}

/* ---- the tree ---- */

static json_t *put(struct nesting *n, json_t *target, size_t at, json_t *leaf);

/* Both: NULL if `ok` is false. Frees `target` then. */
static json_t *checked(json_t *target, bool ok)
{
    if (!ok) {
        json_decref(target);
        return NULL;
    }
    return target;
}

/* ["x"] of "x". */
static json_t *list_of(json_t *text)
{
    return text != NULL ? json_pack("[o]", text) : NULL;
}

/* {"0": "x"} of ["x"]. */
static json_t *list_to_object(json_t *list)
{
    json_t *object = json_object();
    size_t i = 0;
    json_t *value = NULL;
    bool ok = object != NULL;
    char name[24];

    json_array_foreach(list, i, value)
    {
        snprintf(name, sizeof(name), "%zu", i);
        if (!json_is_null(value)) {
            ok = ok && json_object_set(object, name, value) == 0;
        }
    }
    json_decref(list);
    return checked(object, ok);
}

/* Puts the rest of the segments under a name of an object. */
static json_t *put_in_object(struct nesting *n, json_t *object, struct str name, size_t next,
                             json_t *leaf)
{
    json_t *before = NULL;
    json_t *after = NULL;

    if (is_reserved(name)) {
        return object;
    }
    before = json_incref(json_object_getn(object, name.ptr, name.len));
    after = put(n, before, next, leaf);
    return checked(object,
                   after != NULL && json_object_setn_new(object, name.ptr, name.len, after) == 0);
}

static bool fill_holes(json_t *list, size_t size)
{
    while (json_array_size(list) < size) {
        if (json_array_append_new(list, json_null()) != 0) {
            return false;
        }
    }
    return true;
}

/* Two containers at one index become one; anything else goes to the end. */
static json_t *put_in_list(struct nesting *n, json_t *list, size_t index, size_t next, json_t *leaf)
{
    json_t *before = json_array_get(list, index);
    bool is_container = json_is_object(before) || json_is_array(before);
    bool is_inner = next < n->n_segments || json_is_array(leaf);
    json_t *value = NULL;

    if (is_container && is_inner) {
        value = put(n, json_incref(before), next, leaf);
        return checked(list, value != NULL && json_array_set_new(list, index, value) == 0);
    }
    if (json_array_size(list) < index) {
        n->n_holes += index - json_array_size(list); /* before the value makes holes of its own */
        assert(n->n_holes <= HOLES_MAX);             /* I2 */
    }
    value = put(n, NULL, next, leaf);
    if (value != NULL && json_is_null(before)) {
        n->n_holes--;
        return checked(list, json_array_set_new(list, index, value) == 0);
    }
    if (value == NULL || (before == NULL && !fill_holes(list, index))) {
        json_decref(value);
        return checked(list, false);
    }
    return checked(list, json_array_append_new(list, value) == 0);
}

static json_t *put_leaf_texts(json_t *list, const json_t *leaf)
{
    size_t i = 0;
    json_t *text = NULL;
    bool ok = true;

    json_array_foreach(leaf, i, text)
    {
        json_t *before = json_array_get(list, i);

        ok = ok && (json_is_null(before) ? json_array_set(list, i, text)
                                         : json_array_append(list, text)) == 0;
    }
    return checked(list, ok);
}

/* The end of the segments. A text beside the names of an object is a name itself, as in qs. */
static json_t *put_leaf(json_t *target, json_t *leaf)
{
    if (target == NULL) {
        return json_deep_copy(leaf);
    }
    if (json_is_string(target)) {
        target = list_of(target);
    }
    if (json_is_array(target)) {
        return json_is_array(leaf) ? put_leaf_texts(target, leaf)
                                   : checked(target, json_array_append(target, leaf) == 0);
    }
    if (json_is_array(leaf)) {
        json_t *names = list_to_object(json_incref(leaf));
        int rc = names != NULL ? json_object_update_missing(target, names) : -1;

        json_decref(names);
        return checked(target, rc == 0);
    }
    if (has_nul(leaf) || is_reserved(str_from(json_string_value(leaf)))) {
        return target;
    }
    return checked(target, json_object_set_new(target, json_string_value(leaf), json_true()) == 0);
}

/* "[]" before a list says nothing: JavaScript's concat() of a list is that list. */
static bool is_flattened(const struct nesting *n, size_t at, const json_t *leaf)
{
    bool is_last = at + 1 == n->n_segments;

    return n->segments[at].name.len == 0 &&
           (is_last ? json_is_array(leaf) : n->segments[at + 1].is_list);
}

static json_t *put_list(struct nesting *n, json_t *target, size_t at, json_t *leaf)
{
    size_t index = n->segments[at].index;

    if (is_flattened(n, at, leaf)) {
        return put(n, target, at + 1, leaf);
    }
    if (json_is_string(target)) {
        target = list_of(target);
        index = 1;
    } else if (target == NULL) {
        target = json_array();
    }
    return target != NULL ? put_in_list(n, target, index, at + 1, leaf) : NULL;
}

static json_t *drop_both(json_t *a, json_t *b)
{
    json_decref(a);
    json_decref(b);
    return NULL;
}

static json_t *put_name(struct nesting *n, json_t *target, size_t at, json_t *leaf)
{
    struct str name = n->segments[at].name;

    if (json_is_string(target)) {
        json_t *object = put_in_object(n, json_object(), name, at + 1, leaf);

        target = list_of(target);
        return target != NULL && object != NULL
                   ? checked(target, json_array_append_new(target, object) == 0)
                   : drop_both(target, object);
    }
    if (json_is_array(target)) {
        target = list_to_object(target);
    } else if (target == NULL) {
        target = json_object();
    }
    return target != NULL ? put_in_object(n, target, name, at + 1, leaf) : NULL;
}

/* The value with `leaf` (borrowed) in it, at the segments from `at`. Takes `target`; NULL: none yet. */
static json_t *put(struct nesting *n, json_t *target, size_t at, json_t *leaf)
{
    const struct segment *segment = &n->segments[at];
    char name[24];

    if (at == n->n_segments) {
        return put_leaf(target, leaf);
    }
    if (!segment->is_list || n->n_holes + segment->index > HOLES_MAX) {
        return put_name(n, target, at, leaf);
    }
    if (json_is_object(target)) {
        snprintf(name, sizeof(name), "%zu", segment->index);
        return put_in_object(n, target, str_from(name), at + 1, leaf);
    }
    return put_list(n, target, at, leaf);
}

/* I1: no holes any more. Lists keep their order. */
static void close_holes(json_t *value)
{
    const char *name = NULL;
    json_t *child = NULL;
    size_t at = 0;

    json_object_foreach(value, name, child)
    {
        close_holes(child);
    }
    while (at < json_array_size(value)) {
        child = json_array_get(value, at);
        if (json_is_null(child)) {
            json_array_remove(value, at);
        } else {
            close_holes(child);
            at++;
        }
    }
}

static int nest(struct nesting *n, json_t *flat, json_t **tree)
{
    const char *name = NULL;
    json_t *leaf = NULL;

    json_object_foreach(flat, name, leaf)
    {
        int rc = split_name(n, str_from(name));

        if (rc < 0) {
            return rc;
        }
        if (is_nobodys(n)) {
            continue;
        }
        *tree = put(n, *tree, 0, leaf);
        if (*tree == NULL) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

int query_tree_grow(json_t **tree, json_t *flat, const struct query_limits *limits, size_t n_params)
{
    struct nesting n = {
        .limits = limits,
        .list_size = limits->list_size > n_params ? limits->list_size : n_params,
    };
    int rc = nest(&n, flat, tree);

    if (rc == 0) {
        close_holes(*tree);
    }
    return rc;
}
