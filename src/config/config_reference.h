/*
 * config_reference.h - the table of keys, written for people.
 *
 * Purpose    docs/configuration.md from config_keys.c and nothing else, as config_write_help() is, so
 *            that no key is missing in them and no sentence is written twice.
 * Ownership  None: everything is appended to the caller's buf.
 * Threads    Any.
 * Floor      config; uses base.
 */
#ifndef CONFIG_CONFIG_REFERENCE_H
#define CONFIG_CONFIG_REFERENCE_H

#include "config/config.h"

/* Appends the whole of docs/configuration.md. */
void config_reference_write(struct buf *out);

#endif
