#include "schema/text_pattern.h"

#include "base/bounded_regex.h"
#include "base/mem.h"

#include <sails/err.h>

struct text_pattern {
    struct bounded_regex regex;
};

/* False: there is no such flag. */
static bool read_flags(struct str flags, uint32_t *options)
{
    for (size_t i = 0; i < flags.len; i++) {
        switch (flags.ptr[i]) {
        case 'i':
            *options |= PCRE2_CASELESS;
            break;
        case 'm':
            *options |= PCRE2_MULTILINE;
            break;
        case 's':
            *options |= PCRE2_DOTALL;
            break;
        case 'g': /* whether it matches does not depend on how often */
        case 'u': /* always */
            break;
        default:
            return false;
        }
    }
    return true;
}

/* What is between the slashes, and the flags behind them. */
static bool read_literal(struct str *regex, uint32_t *options)
{
    size_t end = regex->len;

    if (regex->len < 2 || regex->ptr[0] != '/') {
        return true;
    }
    while (end > 0 && regex->ptr[end - 1] != '/') {
        end--;
    }
    if (end <= 1) {
        return true; /* the first is the only slash */
    }
    if (!read_flags(str_from_offset(*regex, end), options)) {
        return false;
    }
    *regex = (struct str){regex->ptr + 1, end - 2};
    return true;
}

int text_pattern_create(struct str regex, struct text_pattern **out)
{
    struct text_pattern *pattern = NULL;
    uint32_t options = PCRE2_UTF;
    int rc = 0;

    if (!read_literal(&regex, &options)) {
        return SAILS_EINVAL;
    }
    pattern = mem_calloc(1, sizeof(*pattern));
    if (pattern == NULL) {
        return SAILS_ENOMEM;
    }
    rc = bounded_regex_compile(&pattern->regex, regex, options);
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
