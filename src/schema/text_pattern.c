#include "schema/text_pattern.h"

#include "base/bounded_regex.h"
#include "base/mem.h"

#include <sails/err.h>

struct text_pattern {
    struct bounded_regex regex;
};

int text_pattern_create(const char *regex, struct text_pattern **out)
{
    struct text_pattern *pattern = mem_calloc(1, sizeof(*pattern));
    int rc = 0;

    if (pattern == NULL) {
        return SAILS_ENOMEM;
    }
    rc = bounded_regex_compile(&pattern->regex, str_from(regex), PCRE2_UTF);
    if (rc < 0) {
        text_pattern_destroy(pattern);
        return rc;
    }
    *out = pattern;
    return 0;
}

void text_pattern_destroy(struct text_pattern *pattern)
{
    if (pattern != NULL) {
        bounded_regex_deinit(&pattern->regex);
        mem_free(pattern);
    }
}

int text_pattern_match(const struct text_pattern *pattern, struct str text)
{
    return bounded_regex_match(&pattern->regex, text, NULL);
}
