/*
 * orders.h - what the shop does with its records. Knows nothing of requests: a `db` is all it needs, so
 * that it can be tested without a server.
 *
 * Results are new references. After an error sails_db_error(db) says what was wrong.
 */
#ifndef SHOP_ORDERS_H
#define SHOP_ORDERS_H

#include <sails/sails.h>

/*
 * Takes what is ordered from the stock and writes the order, or does neither.
 *
 * wanted  Borrowed: {"customer": email, "items": [{"product": id, "quantity": n}, ...]}
 * order   With its items.
 *
 * SAILS_EREFUSED with the code "E_NO_STOCK" or "E_NO_PRODUCT".
 */
int orders_place(sails_db *db, const json_t *wanted, json_t **order);

/* What was sold, the most first: [{"name", "sold", "turnover"}] */
int orders_report(sails_db *db, json_t **rows);

/* The functions that models name. */
extern const struct sails_model_function orders_functions[];

#endif
