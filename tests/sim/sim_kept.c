#include "sim/sim_kept.h"

#include "base/macros.h"
#include "base/mem.h"

struct sim_kept *sim_kept_find(const struct sim_broker *broker, struct str key)
{
    list_each(node, &broker->kept) {
        struct sim_kept *kept = container_of(node, struct sim_kept, in_broker);

        if (str_eq(str_from(kept->key.ptr), key)) {
            return kept;
        }
    }
    return NULL;
}

void sim_kept_destroy(struct sim_kept *kept)
{
    list_remove(&kept->in_broker);
    buf_deinit(&kept->key);
    buf_deinit(&kept->value);
    mem_free(kept);
}

void sim_kept_put(struct sim_broker *broker, struct str key, struct str value)
{
    struct sim_kept *kept = sim_kept_find(broker, key);

    if (kept != NULL) {
        sim_kept_destroy(kept);
    }
    kept = sim_world_alloc(sizeof(*kept));
    *kept = (struct sim_kept){.key = {0}};
    buf_append_str(&kept->key, key);
    buf_append_char(&kept->key, '\0');
    buf_append_str(&kept->value, value);
    buf_append_char(&kept->value, '\0');
    list_append(&broker->kept, &kept->in_broker);
}

const char *sim_broker_kept(const struct sim_broker *broker, const char *key)
{
    const struct sim_kept *kept = sim_kept_find(broker, str_from(key));

    return kept != NULL ? kept->value.ptr : NULL;
}
