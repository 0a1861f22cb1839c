/*
 * config_sails.h - settings of Sails that do not exist here.
 *
 * Purpose    Whoever brings a configuration along hears what became of a setting, and not that nobody
 *            knows it.
 * Ownership  None.
 * Threads    Any.
 * Floor      config; uses base.
 */
#ifndef CONFIG_CONFIG_SAILS_H
#define CONFIG_CONFIG_SAILS_H

/* What is done here instead of a setting of Sails, or of one below it: "http.middleware.order". NULL: Sails
 * has no such setting either. */
const char *config_sails_instead(const char *name);

#endif
