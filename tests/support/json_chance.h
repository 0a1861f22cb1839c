/*
 * support/json_chance.h - JSON made of bytes that somebody else chooses.
 *
 * A fuzzer that must first find out what JSON is, finds out little else. Here each byte is a decision: which
 * kind of value, which of the words that mean something, how many members. So every input is some
 * JSON, and near inputs are near JSON.
 */
#ifndef SUPPORT_JSON_CHANCE_H
#define SUPPORT_JSON_CHANCE_H

#include "base/str.h"

#include <jansson.h>

enum {
    JSON_CHANCE_DEPTH_MAX = 12
};

struct json_chance {
    struct bytes rest;
    const char *const *words; /* names of members, and texts */
    size_t n_words;
};

/* 0 to n - 1; 0 when nothing is left. */
static inline size_t json_chance_pick(struct json_chance *c, size_t n)
{
    size_t picked = 0;

    if (c->rest.len > 0) {
        picked = c->rest.ptr[0] % n;
        c->rest = bytes_from_offset(c->rest, 1);
    }
    return picked;
}

static inline const char *json_chance_word(struct json_chance *c)
{
    return c->words[json_chance_pick(c, c->n_words)];
}

static inline json_t *json_chance_number(struct json_chance *c)
{
    static const double reals[] = {0.5, -1.5, 1e21, 1e300, 9007199254740994.0, -0.0};
    static const json_int_t integers[] = {
        0, 1, 2, -1, 7, INT64_C(9007199254740991), INT64_C(9007199254740993), INT64_MAX, INT64_MIN};
    size_t picked = json_chance_pick(c, 16);

    if (picked < 9) {
        return json_integer(integers[picked]);
    }
    return picked < 15 ? json_real(reals[picked - 9]) : json_integer((json_int_t)c->rest.len);
}

static inline json_t *json_chance_text(struct json_chance *c)
{
    static const char *const odd[] = {"", " 5", "5", "%", "a_b\\", "a\nb", "0x10", "@f", "é"};
    size_t picked = json_chance_pick(c, 24);

    if (picked == 23) {
        return json_stringn("a\0b", 3);
    }
    return json_string(picked < 9 ? odd[picked] : json_chance_word(c));
}

/* A value; below `depth` levels only plain ones. */
static inline json_t *json_chance_value(struct json_chance *c, unsigned depth)
{
    size_t kind = json_chance_pick(c, depth < JSON_CHANCE_DEPTH_MAX ? 16 : 8);
    json_t *made = NULL;

    if (kind < 8) {
        return kind == 0   ? json_null()
               : kind == 1 ? json_true()
               : kind == 2 ? json_false()
               : kind < 5  ? json_chance_number(c)
                           : json_chance_text(c);
    }
    made = kind < 12 ? json_array() : json_object();
    for (size_t n = json_chance_pick(c, 5); n > 0; n--) {
        if (kind < 12) {
            json_array_append_new(made, json_chance_value(c, depth + 1));
        } else {
            const char *name = json_chance_word(c);

            json_object_set_new(made, name, json_chance_value(c, depth + 1));
        }
    }
    return made;
}

#endif
