#include "web/query.h"

#include "base/buf.h"
#include "base/json_value.h"
#include "base/macros.h"
#include "base/utf8.h"
#include "http/url.h"
#include "web/query_tree.h"

#include <assert.h>
#include <sails/err.h>
#include <stdio.h>

/*
 * First all pairs by their whole names, the values of equal names in a list; then the tree that their names
 * tell.
 */

/* Express: 5 levels, 1000 parameters, lists of 1000; its body parser: 32, 1000 and 100. */
const struct query_limits query_url_limits = {.depth = 5, .n_params = 1000, .list_size = 1000};
const struct query_limits query_body_limits = {
    .depth = QUERY_TREE_DEPTH_MAX, .n_params = 1000, .list_size = 100, .is_strict = true};

/* ---- pairs ---- */

/* NULL where it is not UTF-8, or memory is out (`text` says which). */
static json_t *text_value(const struct buf *text)
{
    return buf_error(text) == 0 ? json_stringn(text->len > 0 ? text->ptr : "", text->len) : NULL;
}

static bool needs_decoding(struct str raw)
{
    return str_find(raw, '%') < raw.len || str_find(raw, '+') < raw.len;
}

/* What cannot be decoded stays as it was sent, but for its pluses. */
static json_t *decode_text(struct str raw)
{
    struct buf text = {0};
    json_t *value = NULL;

    if (!needs_decoding(raw)) {
        return json_stringn(raw.len > 0 ? raw.ptr : "", raw.len);
    }
    if (url_decode(&text, raw, true, true) == 0) {
        value = text_value(&text);
    }
    if (value == NULL) {
        buf_clear(&text);
        for (size_t i = 0; i < raw.len; i++) {
            buf_append_char(&text, (char)(raw.ptr[i] == '+' ? ' ' : raw.ptr[i]));
        }
        value = text_value(&text);
    }
    buf_deinit(&text);
    return value;
}

/* A second value of one name makes a list of both. Takes `value`. */
static int add_value(json_t *object, struct str name, json_t *value)
{
    json_t *before = json_object_getn(object, name.ptr, name.len);

    if (json_is_array(before)) {
        return json_array_append_new(before, value);
    }
    if (before != NULL) {
        value = json_pack("[O, o]", before, value);
    }
    return json_object_setn_new_nocheck(object, name.ptr, name.len, value);
}

static bool is_name(struct str text)
{
    return text.len > 0 && memchr(text.ptr, '\0', text.len) == NULL;
}

/* A pair that is not UTF-8 even as it was sent is left out, and so is one whose name has a NUL. */
static int add_pair(json_t *object, struct str raw_name, struct str raw_value)
{
    bool is_plain = !needs_decoding(raw_name) && utf8_is_valid(str_bytes(raw_name));
    json_t *decoded = is_plain ? NULL : decode_text(raw_name);
    struct str name = is_plain ? raw_name : json_value_text(decoded);
    int rc = 0;

    if (is_name(name)) {
        json_t *value = decode_text(raw_value);

        if (value != NULL && add_value(object, name, value) != 0) {
            rc = SAILS_ENOMEM;
        }
    }
    json_decref(decoded);
    return rc;
}

json_t *query_parse_flat(struct str text)
{
    json_t *object = json_object();
    struct str name, value;

    while (object != NULL && url_take_pair(&text, &name, &value)) {
        if (add_pair(object, name, value) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* "a[b=c]=1": the name ends behind the first "]=", if there is one. */
static void move_equals_sign(struct str *name, struct str *value)
{
    struct str pair = {name->ptr, (size_t)(value->ptr - name->ptr) + value->len};

    for (size_t i = 0; value->ptr != NULL && i + 1 < pair.len; i++) {
        if (pair.ptr[i] == ']' && pair.ptr[i + 1] == '=') {
            *name = (struct str){pair.ptr, i + 1};
            *value = str_from_offset(pair, i + 2);
            return;
        }
    }
}

static int collect_pairs(struct str text, const struct query_limits *limits, json_t *flat,
                         size_t *n_params)
{
    struct str name, value;
    int rc = 0;

    while (rc == 0 && url_take_pair(&text, &name, &value)) {
        if (*n_params == limits->n_params) {
            return limits->is_strict ? SAILS_ETOOBIG : 0;
        }
        move_equals_sign(&name, &value);
        rc = add_pair(flat, name, value);
        *n_params += 1;
    }
    return rc;
}

int query_parse(struct str text, const struct query_limits *limits, json_t **out)
{
    json_t *flat = json_object();
    json_t *tree = json_object();
    size_t n_params = 0;
    int rc = flat != NULL && tree != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        rc = collect_pairs(text, limits, flat, &n_params);
    }
    if (rc == 0) {
        rc = query_tree_grow(&tree, flat, limits, n_params);
    }
    if (rc == 0) {
        *out = tree;
        tree = NULL;
    }
    json_decref(flat);
    json_decref(tree);
    return rc;
}
