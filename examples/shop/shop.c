#include "shop.h"

#include "orders.h"

/* Sockets that have asked for the products are told when the stock changes. */
#define LISTENERS "products"

/* ---- products: asked for on a worker, which goes on meanwhile ---- */

static void answer(int status, json_t *value, void *ctx)
{
    sails_res *res = ctx;

    if (status < 0) {
        sails_res_server_error(res, value);
    } else if (value == NULL) {
        sails_res_not_found(res);
    } else {
        sails_res_json(res, value);
    }
}

static void answer_failure(sails_res *res, int rc)
{
    if (rc < 0) {
        answer(rc, json_string(sails_strerror(rc)), res);
    }
}

static void find_products(sails_req *req, sails_res *res)
{
    if (sails_req_is_socket(req)) {
        sails_sockets_join(sails_req_app(req), sails_sockets_get_id(req), LISTENERS, NULL, NULL);
    }
    answer_failure(res, sails_find_async(sails_req_app(req), "product",
                                         json_pack("{s:s}", "sort", "name"), NULL, answer, res));
}

static const struct sails_input id_inputs[] = {
    {.name = "id", .type = "number", .required = true, .is_integer = true, .min = "1"},
    {0},
};

static void find_order(sails_req *req, sails_res *res)
{
    struct sails_query query = {.populates = json_pack("{s:b}", "items", 1)};

    answer_failure(
        res, sails_find_one_async(sails_req_app(req), "order",
                                  json_integer((json_int_t)sails_req_input_number(req, "id", 0)),
                                  &query, answer, res));
}

/* ---- orders: in a straight line, on a thread that may wait ---- */

static bool is_short(const json_t *items)
{
    return json_array_size(items) >= 1 && json_array_size(items) <= 100;
}

static const struct sails_input order_inputs[] = {
    {.name = "customer", .type = "string", .required = true, .is_email = true, .max_length = 200},
    {.name = "items",
     .type = "[{product: number, quantity: number}]",
     .required = true,
     .custom = is_short,
     .description = "From one to a hundred"},
    {0},
};

static const struct sails_exit order_exits[] = {
    {.name = "success", .status = 201},
    {.name = "refused", .status = 409, .description = "Not enough in stock, or no such product."},
    {.name = "invalid", .status = 400, .description = "A value that the models do not allow."},
    {0},
};

/* Tells all listeners what there is now. */
static void tell_stock(sails_req *req, sails_db *db, const json_t *order)
{
    json_t *products = NULL;
    json_t *ids = json_array();
    json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(order, "items"), i, item)
    {
        json_array_append(ids, json_object_get(item, "product"));
    }
    if (sails_find(db, "product", json_pack("{s:o}", "id", ids), NULL, &products) == 0) {
        sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(LISTENERS), "stock", products,
                                NULL);
    }
}

static void create_order(sails_req *req, sails_res *res)
{
    sails_db *db = sails_req_db(req);
    json_t *order = NULL;
    int rc = 0;

    if (db == NULL) {
        sails_res_send_status(res, 503); /* every connection is in use, and stays so */
        return;
    }
    rc = orders_place(db, sails_req_inputs(req), &order);
    if (rc == 0) {
        tell_stock(req, db, order);
        sails_res_exit(res, "success", order);
    } else if (rc == SAILS_EREFUSED) {
        sails_res_exit(res, "refused", sails_db_error_json(db));
    } else if (rc == SAILS_EINVAL) {
        sails_res_exit(res, "invalid", sails_db_error_json(db));
    } else {
        sails_res_server_error(res, sails_db_error_json(db));
    }
}

static void report(sails_req *req, sails_res *res)
{
    sails_db *db = sails_req_db(req);
    json_t *rows = NULL;

    if (db == NULL) {
        sails_res_send_status(res, 503);
    } else if (orders_report(db, &rows) == 0) {
        sails_res_json(res, rows);
    } else {
        sails_res_server_error(res, sails_db_error_json(db));
    }
}

static const struct {
    const char *name;
    struct sails_action_def def;
} actions[] = {
    {"products/find",
     {.run = find_products,
      .friendly_name = "List the products",
      .description = "A socket that asks is told of the stock from then on."}},
    {"orders/find-one", {.run = find_order, .inputs = id_inputs, .friendly_name = "Read an order"}},
    {"orders/create",
     {.run = create_order,
      .inputs = order_inputs,
      .exits = order_exits,
      .friendly_name = "Order",
      .may_wait = true}},
    {"orders/report", {.run = report, .friendly_name = "What was sold", .may_wait = true}},
};

/* A shop that sells nothing gets some goods. */
static int fill_shelves(sails_app *app, void *ctx)
{
    json_t *goods = json_pack("[{s:s,s:i,s:i}, {s:s,s:i,s:i}]", "name", "Oar", "price", 4900,
                              "stock", 10, "name", "Sail", "price", 29900, "stock", 3);
    sails_db *db = NULL;
    int64_t n = 0;
    int rc = sails_app_lease(app, &db);

    (void)ctx;
    rc = rc == 0 ? sails_count(db, "product", NULL, &n) : rc;
    rc = rc == 0 && n == 0 ? sails_create_each(db, "product", json_incref(goods), NULL, NULL) : rc;
    if (rc < 0) {
        sails_log(app, SAILS_LOG_ERROR, "no goods: %s", db != NULL ? sails_db_error(db) : "");
    }
    json_decref(goods);
    sails_app_release(app, db);
    return rc;
}

void shop_set_up(sails_app *app)
{
    sails_app_model_functions(app, orders_functions);
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        sails_app_action(app, actions[i].name, &actions[i].def);
    }
    sails_app_bootstrap(app, fill_shelves, NULL);
}
