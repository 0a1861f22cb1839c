#include "engineio/eio_common.h"

#include "base/mem.h"

#include <assert.h>

void eio_commons_init(struct eio_commons *table, struct hash_key key)
{
    *table = (struct eio_commons){.hash_key = key};
}

void eio_commons_deinit(struct eio_commons *table)
{
    assert(table->by_text.count == 0);
    map_deinit(&table->by_text);
}

static struct eio_common *find(const struct eio_commons *table, struct str text, uint64_t hash)
{
    for (struct map_node *n = map_find(&table->by_text, hash); n != NULL; n = map_find_next(n)) {
        struct eio_common *common = container_of(n, struct eio_common, by_text);

        if (str_eq(eio_common_text(common), text)) {
            return common;
        }
    }
    return NULL;
}

static struct eio_common *create(struct eio_commons *table, struct str text)
{
    struct eio_common *common =
        text.len <= UINT32_MAX ? mem_alloc(sizeof(*common) + text.len) : NULL;

    if (common != NULL) {
        *common = (struct eio_common){.table = table, .refs = 1, .len = (uint32_t)text.len};
        memcpy(common->text, text.ptr, text.len);
    }
    return common;
}

static struct eio_common *find_or_create(struct eio_commons *table, struct str text)
{
    uint64_t hash = hash_str(table->hash_key, text);
    struct eio_common *common = find(table, text, hash);

    if (common != NULL) {
        common->refs++;
        return common;
    }
    common = create(table, text);
    if (common != NULL) {
        map_insert(&table->by_text, &common->by_text, hash);
    }
    return common;
}

struct eio_common *eio_common_get(struct eio_commons *table, struct str text)
{
    if (table == NULL) {
        return create(NULL, text);
    }
    if (table->latest != NULL && str_eq(eio_common_text(table->latest), text)) {
        table->latest->refs++;
    } else {
        table->latest = find_or_create(table, text);
    }
    return table->latest;
}

void eio_common_release(struct eio_common *common)
{
    if (--common->refs > 0) {
        return;
    }
    if (common->table != NULL) {
        map_remove(&common->table->by_text, &common->by_text);
        if (common->table->latest == common) {
            common->table->latest = NULL;
        }
    }
    mem_free(common);
}
