/*
 * config_comments.h - JSON with comments.
 *
 * Purpose    Configuration files may have comments, as Sails' have. They become blanks before the
 *            text is parsed, so that line and column of a later error are those of the file.
 * Ownership  None: the caller's text is changed in place.
 * Threads    Any.
 * Floor      config; uses base.
 */
#ifndef CONFIG_CONFIG_COMMENTS_H
#define CONFIG_CONFIG_COMMENTS_H

#include <stddef.h>

/*
 * Blanks what stands between two slashes and the end of the line, or between slash-star and
 * star-slash, outside of strings; line ends stay. Whatever else is wrong with the text is left for the
 * parser to find.
 * 0; SAILS_ECONFIG: a comment has no end, *line (from 1) is where it begins.
 */
int config_comments_blank(char *text, size_t len, size_t *line);

#endif
