/*
 * bounded_regex.h - regular expressions on texts from strangers.
 *
 * Purpose    A pattern can take exponential time on some texts: so each match has a limit of steps and of
 *            memory, and over it the answer is an error, not "no".
 * Ownership  bounded_regex_compile() to bounded_regex_deinit().
 * Threads    Any, once it is compiled.
 * Floor      base; uses PCRE2.
 */
#ifndef BASE_BOUNDED_REGEX_H
#define BASE_BOUNDED_REGEX_H

#include "base/str.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct bounded_regex {
    pcre2_code *code;
    pcre2_match_context *limits;
};

/* As JavaScript's: "$" is the very end. `options`: PCRE2's, besides. 0; SAILS_EINVAL: it does not compile;
 * SAILS_ENOMEM. Deinit in any case. */
int bounded_regex_compile(struct bounded_regex *regex, struct str text, uint32_t options);

/* {0} is harmless. */
void bounded_regex_deinit(struct bounded_regex *regex);

/*
 * 1: it matches somewhere in the text, and *groups (unless NULL) has where; the caller frees that with
 * pcre2_match_data_free(). 0: it does not; SAILS_ETOOBIG: nobody knows, for finding out costs more than
 * the limit; SAILS_ENOMEM.
 */
int bounded_regex_match(const struct bounded_regex *regex, struct str text,
                        pcre2_match_data **groups);

#endif
