/* shop.h - the shop as an application: actions, functions of models. Before the lift. */
#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include <sails/app.h>

void shop_set_up(sails_app *app);

#endif
