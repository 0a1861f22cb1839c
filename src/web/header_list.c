#include "web/header_list.h"

#include "base/macros.h"
#include "base/utf8.h"
#include "http/http_fields.h"

#include <sails/err.h>

/* Room that most requests and responses need: growing step by step would cost more. */
enum {
    FIRST_TEXT = 512,
    FIRST_SLOTS = 12
};

/* Where in `text` they are; text moves when it grows. */
struct header_slot {
    size_t name_at, name_len;
    size_t value_at, value_len;
};

static size_t count(const struct header_list *list)
{
    return list->slots.len / sizeof(struct header_slot);
}

static struct header_slot *slot_at(const struct header_list *list, size_t at)
{
    return (struct header_slot *)(void *)list->slots.ptr + at;
}

void header_list_deinit(struct header_list *list)
{
    buf_deinit(&list->text);
    buf_deinit(&list->slots);
}

static struct str text_at(const struct header_list *list, size_t at, size_t len)
{
    return (struct str){list->text.ptr + at, len};
}

static struct header_slot *find(const struct header_list *list, struct str name)
{
    for (size_t i = 0; name.len > 0 && i < count(list); i++) {
        struct header_slot *slot = slot_at(list, i);

        if (str_eq_nocase(text_at(list, slot->name_at, slot->name_len), name)) {
            return slot;
        }
    }
    return NULL;
}

static size_t append_text(struct header_list *list, struct str text)
{
    size_t at = list->text.len;

    buf_append_str(&list->text, text);
    buf_append_char(&list->text, '\0');
    return at;
}

/* Room for a header, and at first for some more. */
static bool reserve(struct header_list *list, size_t text_len)
{
    bool is_first = list->text.cap == 0;

    return buf_reserve(&list->text, is_first && text_len < FIRST_TEXT ? FIRST_TEXT : text_len) &&
           buf_reserve(&list->slots, (is_first ? FIRST_SLOTS : 1) * sizeof(struct header_slot));
}

int header_list_add(struct header_list *list, struct str name, struct str value)
{
    struct header_slot made = {.name_len = name.len, .value_len = value.len};

    if (!reserve(list, name.len + value.len + 2)) {
        return SAILS_ENOMEM;
    }
    made.name_at = append_text(list, name);
    made.value_at = append_text(list, value);
    buf_append(&list->slots, &made, sizeof(made));
    return 0;
}

static void remove_slot(struct header_list *list, struct header_slot *slot)
{
    struct header_slot *last = slot_at(list, count(list) - 1);

    memmove(slot, slot + 1, (size_t)(last - slot) * sizeof(*slot));
    list->slots.len -= sizeof(*slot);
}

/* Every further one of that name. */
static void remove_others(struct header_list *list, const struct header_slot *first,
                          struct str name)
{
    for (size_t i = count(list); slot_at(list, i - 1) != first; i--) {
        struct header_slot *slot = slot_at(list, i - 1);

        if (str_eq_nocase(text_at(list, slot->name_at, slot->name_len), name)) {
            remove_slot(list, slot);
        }
    }
}

int header_list_set(struct header_list *list, struct str name, struct str value)
{
    struct header_slot *slot = find(list, name);
    size_t at = 0;

    if (slot == NULL) {
        return header_list_add(list, name, value);
    }
    at = append_text(list, value);
    if (buf_error(&list->text) == 0) {
        slot->value_at = at;
        slot->value_len = value.len;
        remove_others(list, slot, name);
    }
    return buf_error(&list->text);
}

struct str header_list_get(const struct header_list *list, struct str name)
{
    const struct header_slot *slot = find(list, name);

    return slot != NULL ? text_at(list, slot->value_at, slot->value_len) : (struct str){NULL, 0};
}

void header_list_remove(struct header_list *list, struct str name)
{
    struct header_slot *slot = find(list, name);

    if (slot != NULL) {
        remove_others(list, slot, name);
        remove_slot(list, slot);
    }
}

bool header_list_at(const struct header_list *list, size_t at, struct str *name, struct str *value)
{
    const struct header_slot *slot = NULL;

    if (at >= count(list)) {
        return false;
    }
    slot = slot_at(list, at);
    *name = text_at(list, slot->name_at, slot->name_len);
    *value = text_at(list, slot->value_at, slot->value_len);
    return true;
}

bool header_list_is_header(struct str name, struct str value)
{
    return http_fields_may_have(name, value) && utf8_is_valid(str_bytes(value));
}
