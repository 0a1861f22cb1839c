#include "router/route_tree.h"

#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 * A tree over plain segments; "GET /chat/:room", "/chat/new" and "/chat/<star>" give
 *
 *     (root) --"chat"--> (tails: /chat/<star>) --"new"--> (ends: /chat/new)
 *                                              --param--> (ends: GET /chat/:room)
 *
 * A search follows the text and the parameter of each node, so it sees at most two nodes more with each
 * node that it sees, and no more nodes than the tree has of the path's length.
 *
 * I1  No node is deeper than ROUTE_SEGMENTS_MAX: recursion is bounded.
 * I2  Both lists of a node are in the order of route_precedes().
 */

/* The text is copied: a node outlives the route that it was made for if that cannot be added. */
static struct route_node *create_node(struct str text)
{
    struct route_node *node = mem_calloc(1, sizeof(*node) + text.len);

    if (node != NULL) {
        list_init(&node->ends);
        list_init(&node->tails);
        node->text_len = text.len;
        memcpy(node->text, text.len > 0 ? text.ptr : "", text.len);
    }
    return node;
}

struct route_node *route_tree_create(void)
{
    return create_node(STR(""));
}

void route_tree_destroy(struct route_node *root)
{
    if (root == NULL) {
        return;
    }
    route_tree_destroy(root->param);
    map_each(child, &root->children) {
        route_tree_destroy(container_of(child, struct route_node, by_text));
    }
    map_deinit(&root->children);
    mem_free(root);
}

static struct route_node *find_child(const struct route_node *node, struct str text)
{
    uint64_t hash = 0;

    if (node->children.count == 0) {
        return NULL;
    }
    hash = hash_nocase(text);
    for (struct map_node *n = map_find(&node->children, hash); n != NULL; n = map_find_next(n)) {
        struct route_node *child = container_of(n, struct route_node, by_text);

        if (str_eq_nocase((struct str){child->text, child->text_len}, text)) {
            return child;
        }
    }
    return NULL;
}

/* ---- filling ---- */

/* The child for a plain segment, made if need be. NULL: no memory. */
static struct route_node *take_child(struct route_node *node, const struct route_segment *segment)
{
    bool is_param = segment->kind == ROUTE_PARAM;
    struct route_node *child = is_param ? node->param : find_child(node, segment->text);

    if (child != NULL) {
        return child;
    }
    child = create_node(is_param ? STR("") : segment->text);
    if (child != NULL && is_param) {
        node->param = child;
    } else if (child != NULL) {
        map_insert(&node->children, &child->by_text, hash_nocase(segment->text));
    }
    return child;
}

/* I2 */
static void order_check(const struct list *routes)
{
    for (const struct list *node = routes->next; node->next != routes; node = node->next) {
        assert(!route_precedes(container_of(node->next, const struct route, in_tree),
                               container_of(node, const struct route, in_tree)));
    }
}

static void insert_in_order(struct list *routes, struct route *route)
{
    struct list *before = routes;

    while (before->prev != routes &&
           route_precedes(route, container_of(before->prev, struct route, in_tree))) {
        before = before->prev;
    }
    list_insert_before(before, &route->in_tree);
    order_check(routes);
}

/* Where memory runs out, nodes without a route may be left behind; they do no harm. */
int route_tree_add(struct route_node *root, struct route *route)
{
    struct route_node *node = root;
    size_t n = 0;

    while (n < route->n_segments && route->segments[n].kind <= ROUTE_PARAM) {
        node = take_child(node, &route->segments[n++]);
        if (node == NULL) {
            return SAILS_ENOMEM;
        }
    }
    insert_in_order(n == route->n_segments && route->pattern == NULL ? &node->ends : &node->tails,
                    route);
    return 0;
}

/* ---- looking up ---- */

static void search(const struct route_node *node, struct str rest, route_tree_visit visit,
                   void *ctx)
{
    const struct route_node *child = NULL;
    struct str segment;

    if (!list_is_empty(&node->tails)) {
        visit(&node->tails, ctx);
    }
    if (!route_take_segment(&rest, &segment)) {
        if (!list_is_empty(&node->ends)) {
            visit(&node->ends, ctx);
        }
        return;
    }
    child = find_child(node, segment);
    if (child != NULL) {
        search(child, rest, visit, ctx);
    }
    if (node->param != NULL) {
        search(node->param, rest, visit, ctx);
    }
}

void route_tree_find(const struct route_node *root, struct str path, route_tree_visit visit,
                     void *ctx)
{
    if (root != NULL) {
        search(root, route_trim_path(path), visit, ctx);
    }
}
