/*
 * How an application is tested: lifted on any free port, with its records in memory, and asked in a straight
 * line. Each test has a database of its own, with the goods that the shop begins with.
 */
#include "orders.h"

#include "shop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* It needs what stands before it. */
#include <cmocka.h>

struct fixture {
    sails_app *app;
    sails_db *db;
};

static int lift(void **state)
{
    static struct fixture f;

    f.app = sails_app_create();
    shop_set_up(f.app);
    sails_app_set(f.app, "port", json_integer(0));
    sails_app_set(f.app, "log.level", json_string("error"));
    sails_app_set(f.app, "datastores", json_pack("{s:{s:s}}", "default", "url", ":memory:"));
    *state = &f;
    return sails_app_load(f.app, 0, NULL) == 0 && sails_app_lift(f.app) == 0 &&
                   sails_app_lease(f.app, &f.db) == 0
               ? 0
               : -1;
}

static int lower(void **state)
{
    struct fixture *f = *state;

    sails_app_release(f->app, f->db);
    sails_app_destroy(f->app);
    return 0;
}

/* Of a product and another; 0 of any: none is ordered. */
static json_t *wanted(int oars, int sails)
{
    json_t *items = json_array();

    if (oars != 0) {
        json_array_append_new(items, json_pack("{s:i, s:i}", "product", 1, "quantity", oars));
    }
    if (sails != 0) {
        json_array_append_new(items, json_pack("{s:i, s:i}", "product", 2, "quantity", sails));
    }
    return json_pack("{s:s, s:o}", "customer", "Ann@Example.com", "items", items);
}

static int place(struct fixture *f, json_t *what, json_t **order)
{
    int rc = orders_place(f->db, what, order);

    json_decref(what);
    return rc;
}

static void expect_stock(struct fixture *f, json_int_t oars, json_int_t sails)
{
    const json_int_t stock[] = {oars, sails};
    json_t *products = NULL;

    assert_int_equal(
        sails_find(f->db, "product", json_pack("{s:s}", "sort", "id"), NULL, &products), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(json_integer_value(json_object_get(json_array_get(products, i), "stock")),
                         stock[i]);
    }
    json_decref(products);
}

static void an_order_takes_from_the_stock(void **state)
{
    struct fixture *f = *state;
    json_t *order = NULL;

    assert_int_equal(place(f, wanted(2, 1), &order), 0);
    assert_string_equal(json_string_value(json_object_get(order, "customer")), "ann@example.com");
    assert_int_equal(json_integer_value(json_object_get(order, "total")), 2 * 4900 + 29900);
    assert_int_equal(json_array_size(json_object_get(order, "items")), 2);
    json_decref(order);
    expect_stock(f, 8, 2);
}

/* Also the part of it that could be had. */
static void what_is_not_there_is_not_sold(void **state)
{
    struct fixture *f = *state;
    json_t *order = NULL;
    int64_t n = -1;

    assert_int_equal(place(f, wanted(2, 4), &order), SAILS_EREFUSED);
    assert_string_equal(sails_db_error_code(f->db), "E_NO_STOCK");
    assert_null(order);
    expect_stock(f, 10, 3);
    assert_int_equal(sails_count(f->db, "order", NULL, &n), 0);
    assert_int_equal(n, 0);
}

/* A negative quantity would fill the stock. */
static void a_wrong_quantity_changes_nothing(void **state)
{
    struct fixture *f = *state;
    json_t *order = NULL;

    assert_int_equal(place(f, wanted(-5, 1), &order), SAILS_EINVAL);
    assert_string_equal(sails_db_error_code(f->db), "E_INVALID_NEW_RECORDS");
    expect_stock(f, 10, 3);
}

static void the_report_adds_up(void **state)
{
    struct fixture *f = *state;
    json_t *order = NULL;
    json_t *rows = NULL;
    const json_t *first = NULL;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(place(f, wanted(3, 1), &order), 0);
        json_decref(order);
    }
    assert_int_equal(orders_report(f->db, &rows), 0);
    assert_int_equal(json_array_size(rows), 2);
    first = json_array_get(rows, 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "Sail");
    assert_int_equal(json_integer_value(json_object_get(first, "sold")), 2);
    assert_int_equal(json_integer_value(json_object_get(first, "turnover")), 2 * 29900);
    json_decref(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_order_takes_from_the_stock, lift, lower),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_sold, lift, lower),
        cmocka_unit_test_setup_teardown(a_wrong_quantity_changes_nothing, lift, lower),
        cmocka_unit_test_setup_teardown(the_report_adds_up, lift, lower),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
