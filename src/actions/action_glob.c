#include "actions/action_glob.h"

/* Without the "!". */
static bool take_exclusion(struct str *item)
{
    if (item->len == 0 || item->ptr[0] != '!') {
        return false;
    }
    *item = str_trim(str_from_offset(*item, 1));
    return true;
}

static bool ends_with_star(struct str item)
{
    return item.len > 0 && item.ptr[item.len - 1] == '*';
}

/* A star stands alone, or behind a slash at the end. */
static bool is_item(struct str item)
{
    size_t star = str_find(item, '*');

    return item.len > 0 &&
           (star == item.len || (star + 1 == item.len && (star == 0 || item.ptr[star - 1] == '/')));
}

bool action_glob_is_list(struct str list)
{
    struct str item;
    bool has_any = false;

    while (str_take_part(&list, ',', &item)) {
        has_any = !take_exclusion(&item) || has_any;
        if (!is_item(item)) {
            return false;
        }
    }
    return has_any;
}

static bool begins_with(struct str text, struct str prefix)
{
    return text.len >= prefix.len && str_eq_nocase((struct str){text.ptr, prefix.len}, prefix);
}

bool action_glob_covers(struct str item, struct str identity)
{
    struct str prefix = item;

    if (!ends_with_star(item)) {
        return str_eq_nocase(item, identity);
    }
    prefix.len--; /* "user/" */
    if (begins_with(identity, prefix)) {
        return true;
    }
    prefix.len -= prefix.len > 0 ? 1 : 0; /* "user" */
    return str_eq_nocase(prefix, identity);
}

bool action_glob_has(struct str list, struct str identity)
{
    struct str item;
    bool is_in = false;
    bool is_out = false;

    while (str_take_part(&list, ',', &item)) {
        bool excludes = take_exclusion(&item);
        bool covers = action_glob_covers(item, identity);

        is_in = is_in || (covers && !excludes);
        is_out = is_out || (covers && excludes);
    }
    return is_in && !is_out;
}
