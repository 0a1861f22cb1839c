/*
 * The JSON scanner against jansson's parser: whatever jansson accepts is valid here, and what is
 * valid here is refused by jansson only for what json_parse.h says it cannot hold. And what was
 * parsed and written must be valid and parse to the same value.
 */
#include "base/json_parse.h"
#include "base/json_text.h"
#include "base/json_value.h"
#include "base/mem.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits limits = {.max_depth = 200};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

/* Whether jansson's refusal is one of those that json_parse() is there for. */
static bool is_excused(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_numeric_overflow: /* 1e400, or more than 64 bits */
    case json_error_null_character:   /* "\u0000" */
        return true;
    default:
        /* A lone surrogate has no code of its own. */
        return strstr(error->text, "Unicode") != NULL;
    }
}

static void check_rewritten(json_t *value)
{
    struct buf text = {0};
    json_t *again = NULL;
    size_t n_binary = 0;

    require(json_value_write_binary(&text, value, NULL, 0, &n_binary) == 0);
    require(n_binary == 0);
    require(json_text_check(buf_str(&text), &limits) == 0);
    require(json_parse(buf_str(&text), &limits, &again) == 0);
    json_decref(again);
    buf_deinit(&text);
}

/* Walking an array must meet its elements, and end. */
static void check_elements(struct str array, const json_t *value)
{
    struct str rest = json_text_elements(array);
    struct str element;
    size_t n = 0;

    while (json_text_next(&rest, &element)) {
        require(json_text_check(element, &limits) == 0);
        n++;
    }
    require(n == json_array_size(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    json_error_t error;
    json_t *theirs = json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    json_t *ours = NULL;
    int rc = json_parse(text, &limits, &ours);

    require((rc == 0) == (ours != NULL));
    require(rc == json_text_check(text, &limits));
    /* Of a NUL, which is never valid, jansson thinks that the text ends there. */
    if (theirs != NULL) {
        bool has_nul = memchr(data, '\0', size) != NULL;

        require(has_nul || rc == SAILS_ETOOBIG || json_equal(ours, theirs));
    } else if (rc == 0) {
        require(is_excused(&error));
    }
    if (rc == 0) {
        check_rewritten(ours);
    }
    if (json_is_array(ours)) {
        check_elements(text, ours);
    }
    json_decref(ours);
    json_decref(theirs);
    return 0;
}
