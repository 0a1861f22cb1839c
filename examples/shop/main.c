/*
 * A shop: products, orders that take from the stock, a report. The models are in api/models/, the routes in
 * config/. Run it in this folder.
 */
#include "shop.h"

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();

    shop_set_up(app);
    return sails_app_run(app, argc, argv);
}
