#include "base/map.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

enum {
    N = 1000
};

struct thing {
    struct map_node in_map;
    size_t key;
    bool seen;
};

/* Few hashes, so that chains have several things in them. */
static uint64_t hash_of(size_t key)
{
    return (key % 300) * UINT64_C(0x9E3779B97F4A7C15);
}

static struct thing *find(const struct map *m, size_t key)
{
    for (struct map_node *n = map_find(m, hash_of(key)); n != NULL; n = map_find_next(n)) {
        struct thing *thing = container_of(n, struct thing, in_map);

        if (thing->key == key) {
            return thing;
        }
    }
    return NULL;
}

static void fill(struct map *m, struct thing *things)
{
    for (size_t i = 0; i < N; i++) {
        things[i] = (struct thing){.key = i};
        map_insert(m, &things[i].in_map, hash_of(i));
    }
}

static void what_is_inserted_is_found_until_it_is_removed(void **state)
{
    static struct thing things[N];
    struct map m = {0};

    (void)state;
    assert_null(find(&m, 1));
    fill(&m, things);
    assert_int_equal(m.count, N);
    for (size_t i = 0; i < N; i++) {
        assert_ptr_equal(find(&m, i), &things[i]);
    }
    for (size_t i = 0; i < N; i += 2) {
        map_remove(&m, &things[i].in_map);
    }
    assert_int_equal(m.count, N / 2);
    for (size_t i = 0; i < N; i++) {
        assert_ptr_equal(find(&m, i), i % 2 == 0 ? NULL : &things[i]);
    }
    map_deinit(&m);
    assert_null(map_first(&m));
}

static void each_is_seen_once_and_may_be_removed_meanwhile(void **state)
{
    static struct thing things[N];
    struct map m;
    size_t n = 0;

    (void)state;
    map_init(&m);
    fill(&m, things);
    map_each(node, &m) {
        struct thing *thing = container_of(node, struct thing, in_map);

        assert_false(thing->seen);
        thing->seen = true;
        n++;
        map_remove(&m, node);
    }
    assert_int_equal(n, N);
    assert_int_equal(m.count, 0);
    map_deinit(&m);
}

static void it_works_without_memory_only_slower(void **state)
{
    static struct thing things[3];
    struct map m = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(things); i++) {
        things[i] = (struct thing){.key = i};
        mem_fail_after(0);
        map_insert(&m, &things[i].in_map, hash_of(i));
    }
    mem_fail_after(-1);
    assert_null(m.buckets);
    for (size_t i = 0; i < ARRAY_LEN(things); i++) {
        assert_ptr_equal(find(&m, i), &things[i]);
    }
    map_deinit(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_inserted_is_found_until_it_is_removed),
        cmocka_unit_test(each_is_seen_once_and_may_be_removed_meanwhile),
        cmocka_unit_test(it_works_without_memory_only_slower),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
