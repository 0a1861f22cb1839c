/*
 * config_section.h - objects whose members are the program's own.
 *
 * Purpose    Merge what several sources say about a section, and find a member by a dotted name.
 * Ownership  Values are borrowed; new ones belong to the caller.
 * Threads    One at a time.
 * Floor      config; uses base.
 */
#ifndef CONFIG_CONFIG_SECTION_H
#define CONFIG_CONFIG_SECTION_H

#include <jansson.h>

/*
 * A new value: `value` over `before`. Objects merge deeply, everything else (lists, too) replaces.
 * Neither is changed, and nothing in the new one is shared with them. NULL: no memory.
 */
json_t *config_section_merge(const json_t *before, const json_t *value);

/* A new object with the value where a dotted name says: "a.b" gives {"a": {"b": value}}. NULL: no
 * memory. */
json_t *config_section_nest(const char *member, json_t *value);

/* A view; NULL: there is none. A name with dots may also be a member's whole name: "GET /x.json". */
json_t *config_section_find(json_t *section, const char *member);

#endif
