#include "base/distance.h"

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

static bool is_same_letter(char a, char b)
{
    return str_eq_nocase((struct str){&a, 1}, (struct str){&b, 1});
}

/* In one row of the table: row[j] is the distance of the first i bytes of `a` and j of `b`. */
size_t distance_between(struct str a, struct str b)
{
    size_t row[DISTANCE_NAME_MAX + 1];

    if (a.len > DISTANCE_NAME_MAX || b.len > DISTANCE_NAME_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            size_t changed = diagonal + (is_same_letter(a.ptr[i], b.ptr[j]) ? 0 : 1);

            diagonal = row[j + 1];
            row[j + 1] = least(row[j + 1] + 1, row[j] + 1, changed);
        }
    }
    return row[b.len];
}

size_t distance_limit(size_t len)
{
    return len / 3 + 1;
}
