#include "request/text_pattern.h"

#include "base/mem.h"

#include <sails/err.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A pattern can take exponential time on some texts; over a limit the answer is an error, not "no". */
enum {
    MATCH_STEPS_MAX = 100000,
    MATCH_DEPTH_MAX = 10000,
    MATCH_HEAP_MAX_KIB = 1024
};

struct text_pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
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

/* As JavaScript's: "$" is the very end. */
static int set_code(struct text_pattern *pattern, const char *regex, pcre2_general_context *memory)
{
    uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF;
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    int error = 0;
    PCRE2_SIZE at = 0;

    if (context == NULL) {
        return SAILS_ENOMEM;
    }
    pattern->code =
        pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, options, &error, &at, context);
    pcre2_compile_context_free(context);
    if (pattern->code == NULL) {
        return error == PCRE2_ERROR_HEAP_FAILED ? SAILS_ENOMEM : SAILS_EINVAL;
    }
    return 0;
}

static int set_limits(struct text_pattern *pattern, pcre2_general_context *memory)
{
    pattern->limits = pcre2_match_context_create(memory);
    if (pattern->limits == NULL) {
        return SAILS_ENOMEM;
    }
    pcre2_set_match_limit(pattern->limits, MATCH_STEPS_MAX);
    pcre2_set_depth_limit(pattern->limits, MATCH_DEPTH_MAX);
    pcre2_set_heap_limit(pattern->limits, MATCH_HEAP_MAX_KIB);
    return 0;
}

static int compile(struct text_pattern *pattern, const char *regex)
{
    pcre2_general_context *memory = pcre2_general_context_create(allocate, release, NULL);
    int rc = memory != NULL ? set_limits(pattern, memory) : SAILS_ENOMEM;

    if (rc == 0) {
        rc = set_code(pattern, regex, memory);
    }
    pcre2_general_context_free(memory);
    return rc;
}

int text_pattern_create(const char *regex, struct text_pattern **out)
{
    struct text_pattern *pattern = mem_calloc(1, sizeof(*pattern));
    int rc = 0;

    if (pattern == NULL) {
        return SAILS_ENOMEM;
    }
    rc = compile(pattern, regex);
    if (rc < 0) {
        text_pattern_destroy(pattern);
        return rc;
    }
    *out = pattern;
    return 0;
}

void text_pattern_destroy(struct text_pattern *pattern)
{
    if (pattern == NULL) {
        return;
    }
    pcre2_code_free(pattern->code);
    pcre2_match_context_free(pattern->limits);
    mem_free(pattern);
}

int text_pattern_match(const struct text_pattern *pattern, struct str text)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    int rc = 0;

    if (data == NULL) {
        return SAILS_ENOMEM;
    }
    rc = pcre2_match(pattern->code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, data, pattern->limits);
    pcre2_match_data_free(data);
    if (rc > 0) {
        return 1;
    }
    if (rc == PCRE2_ERROR_NOMEMORY) {
        return SAILS_ENOMEM;
    }
    return rc == PCRE2_ERROR_NOMATCH ? 0 : SAILS_ETOOBIG;
}
