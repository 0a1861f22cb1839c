/*
 * cli_names.h - names of applications and of what is in them.
 *
 * Purpose    One name, written as each place wants it: "my-shop", "MyShop".
 * Ownership  Callers free what is returned, with mem_free().
 * Threads    Any.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_NAMES_H
#define CLI_CLI_NAMES_H

#include "base/str.h"

/*
 * "myShop", "My Shop" and "my_shop" become "my-shop", "demo1" becomes "demo-1": words are parted where letters
 * grow, at digits, and at anything else, as lodash's kebabCase() does for names of ASCII. NULL: no memory. "":
 * there is no letter and no digit in it.
 */
char *cli_name_kebab(struct str name);

#endif
