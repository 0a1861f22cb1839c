#include "orders.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct placing {
    const json_t *wanted;
    json_t *order; /* NULL until it is whole */
};

/* One statement looks and takes, so that two orders cannot both have the last piece. SQL says it best. */
static int take_from_stock(sails_db *db, const json_t *product, json_t *quantity)
{
    int64_t n_changed = 0;
    int rc = sails_native(
        db, NULL, "UPDATE product SET stock = stock - $1 WHERE id = $2 AND stock >= $1",
        json_pack("[O, O]", quantity, json_object_get(product, "id")), NULL, &n_changed);

    if (rc == 0 && n_changed == 0) {
        rc = sails_db_refuse(db, "E_NO_STOCK", "There is not that much in stock.");
    }
    return rc;
}

/* Adds an item to the list, and its price to the total. */
static int add_item(sails_db *db, const json_t *wanted, json_int_t order, json_t *items,
                    json_int_t *total)
{
    json_t *quantity = json_object_get(wanted, "quantity");
    json_t *product = NULL;
    json_t *price = NULL;
    int rc =
        sails_find_one(db, "product", json_pack("{s:O}", "id", json_object_get(wanted, "product")),
                       NULL, &product);

    if (rc == 0 && product == NULL) {
        rc = sails_db_refuse(db, "E_NO_PRODUCT", "There is no such product.");
    }
    rc = rc == 0 ? take_from_stock(db, product, quantity) : rc;
    if (rc == 0) {
        price = json_object_get(product, "price");
        *total += json_integer_value(price) * (json_int_t)json_number_value(quantity);
        rc = json_array_append_new(items, json_pack("{s:I, s:O, s:O, s:O}", "order", order,
                                                    "product", json_object_get(product, "id"),
                                                    "quantity", quantity, "price", price));
    }
    json_decref(product);
    return rc < 0 ? rc : 0;
}

static int write_items(sails_db *db, const json_t *wanted, json_int_t order)
{
    json_t *items = json_array();
    json_int_t total = 0;
    json_t *item = NULL;
    size_t i = 0;
    int rc = 0;

    json_array_foreach(json_object_get(wanted, "items"), i, item)
    {
        rc = rc == 0 ? add_item(db, item, order, items, &total) : rc;
    }
    if (rc < 0) {
        json_decref(items);
        return rc;
    }
    rc = sails_create_each(db, "item", items, NULL, NULL);
    return rc == 0 ? sails_update_one(db, "order", json_integer(order),
                                      json_pack("{s:I}", "total", total), NULL, NULL)
                   : rc;
}

/* In a transaction: what fails undoes all that was done before it. */
static int place(sails_db *db, void *ctx)
{
    struct placing *placing = ctx;
    struct sails_query with_items = {.populates = json_pack("{s:b}", "items", 1)};
    json_t *order = NULL;
    json_int_t id = 0;
    int rc = sails_create(
        db, "order", json_pack("{s:O}", "customer", json_object_get(placing->wanted, "customer")),
        NULL, &order);

    id = json_integer_value(json_object_get(order, "id"));
    json_decref(order);
    rc = rc == 0 ? write_items(db, placing->wanted, id) : rc;
    if (rc < 0) {
        json_decref(with_items.populates);
        return rc;
    }
    return sails_find_one(db, "order", json_integer(id), &with_items, &placing->order);
}

int orders_place(sails_db *db, const json_t *wanted, json_t **order)
{
    struct placing placing = {.wanted = wanted};
    int rc = sails_transaction(db, place, &placing);

    if (rc < 0) {
        json_decref(placing.order);
    } else {
        *order = placing.order;
    }
    return rc;
}

int orders_report(sails_db *db, json_t **rows)
{
    return sails_native(db, NULL,
                        "SELECT product.name, SUM(item.quantity) AS sold,"
                        " SUM(item.quantity * item.price) AS turnover"
                        " FROM item JOIN product ON product.id = item.product"
                        " GROUP BY product.id, product.name ORDER BY turnover DESC",
                        NULL, rows, NULL);
}

/* beforeCreate of an order */
static int lower_customer(sails_db *db, const char *model, json_t *order, void *ctx)
{
    const char *customer = json_string_value(json_object_get(order, "customer"));
    char *lower = customer != NULL ? strdup(customer) : NULL;
    int rc = lower != NULL ? 0 : SAILS_ENOMEM;

    (void)db;
    (void)model;
    (void)ctx;
    for (char *c = lower; rc == 0 && *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    if (rc == 0 && json_object_set_new(order, "customer", json_string(lower)) != 0) {
        rc = SAILS_ENOMEM;
    }
    free(lower);
    return rc;
}

const struct sails_model_function orders_functions[] = {
    {.name = "lower_customer", .lifecycle = lower_customer},
    {0},
};
