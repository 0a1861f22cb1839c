#include "base/bounded_regex.h"

#include "base/mem.h"

#include <sails/err.h>

enum {
    MATCH_STEPS_MAX = 100000, /* some milliseconds; an honest path of 1 KiB needs a hundredth */
    MATCH_DEPTH_MAX = 10000,
    MATCH_HEAP_MAX_KIB = 1024
};

static void *allocate(PCRE2_SIZE size, void *ctx)
{
    (void)ctx;
    return mem_alloc(size);
}

static void release(void *ptr, void *ctx)
{
    (void)ctx;
    mem_free(ptr);
}

static int set_limits(struct bounded_regex *regex, pcre2_general_context *memory)
{
    regex->limits = pcre2_match_context_create(memory);
    if (regex->limits == NULL) {
        return SAILS_ENOMEM;
    }
    pcre2_set_match_limit(regex->limits, MATCH_STEPS_MAX);
    pcre2_set_depth_limit(regex->limits, MATCH_DEPTH_MAX);
    pcre2_set_heap_limit(regex->limits, MATCH_HEAP_MAX_KIB);
    return 0;
}

static int set_code(struct bounded_regex *regex, struct str text, uint32_t options,
                    pcre2_general_context *memory)
{
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    int error = 0;
    PCRE2_SIZE at = 0;

    if (context == NULL) {
        return SAILS_ENOMEM;
    }
    options |= PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF;
    regex->code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len, options, &error, &at, context);
    pcre2_compile_context_free(context);
    if (regex->code == NULL) {
        return error == PCRE2_ERROR_HEAP_FAILED ? SAILS_ENOMEM : SAILS_EINVAL;
    }
    return 0;
}

int bounded_regex_compile(struct bounded_regex *regex, struct str text, uint32_t options)
{
    pcre2_general_context *memory = pcre2_general_context_create(allocate, release, NULL);
    int rc = memory != NULL ? set_limits(regex, memory) : SAILS_ENOMEM;

    if (rc == 0) {
        rc = set_code(regex, text, options, memory);
    }
    pcre2_general_context_free(memory);
    return rc;
}

void bounded_regex_deinit(struct bounded_regex *regex)
{
    pcre2_code_free(regex->code);
    pcre2_match_context_free(regex->limits);
}

int bounded_regex_match(const struct bounded_regex *regex, struct str text,
                        pcre2_match_data **groups)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    int rc = 0;

    if (data == NULL) {
        return SAILS_ENOMEM;
    }
    rc = pcre2_match(regex->code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, data, regex->limits);
    if (rc > 0 && groups != NULL) {
        *groups = data;
        return 1;
    }
    pcre2_match_data_free(data);
    if (rc > 0) {
        return 1;
    }
    if (rc == PCRE2_ERROR_NOMEMORY) {
        return SAILS_ENOMEM;
    }
    return rc == PCRE2_ERROR_NOMATCH ? 0 : SAILS_ETOOBIG;
}
