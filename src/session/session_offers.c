/*
 * I1  An entry is in `by_sid` and in `by_age`, the oldest first.
 * I2  There are at most `max`.
 */
#include "session/session_offers.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#include <assert.h>
#include <pthread.h>

struct entry {
    struct map_node by_sid;
    struct list by_age;
    size_t sid_len;
    char sid[];
};

struct session_offers {
    pthread_mutex_t lock; /* of all below */
    struct hash_key hash_key;
    size_t max;
    struct map by_sid;
    struct list by_age;
};

struct session_offers *session_offers_create(struct hash_key hash_key, size_t max)
{
    struct session_offers *offers = mem_calloc(1, sizeof(*offers));

    if (offers == NULL) {
        return NULL;
    }
    if (pthread_mutex_init(&offers->lock, NULL) != 0) {
        mem_free(offers);
        return NULL;
    }
    offers->hash_key = hash_key;
    offers->max = max;
    list_init(&offers->by_age);
    return offers;
}

static void drop(struct session_offers *offers, struct entry *e)
{
    map_remove(&offers->by_sid, &e->by_sid);
    list_remove(&e->by_age);
    mem_free(e);
}

static struct entry *oldest(struct session_offers *offers)
{
    return container_of(offers->by_age.next, struct entry, by_age);
}

void session_offers_destroy(struct session_offers *offers)
{
    if (offers == NULL) {
        return;
    }
    while (!list_is_empty(&offers->by_age)) {
        drop(offers, oldest(offers));
    }
    map_deinit(&offers->by_sid);
    pthread_mutex_destroy(&offers->lock);
    mem_free(offers);
}

static struct entry *find(const struct session_offers *offers, struct str sid, uint64_t hash)
{
    for (struct map_node *n = map_find(&offers->by_sid, hash); n != NULL; n = map_find_next(n)) {
        struct entry *e = container_of(n, struct entry, by_sid);

        if (str_eq((struct str){e->sid, e->sid_len}, sid)) {
            return e;
        }
    }
    return NULL;
}

/* With the lock. */
static void offers_check(const struct session_offers *offers)
{
    assert((offers->by_sid.count == 0) == list_is_empty(&offers->by_age)); /* I1 */
    assert(offers->by_sid.count <= offers->max);                           /* I2 */
    (void)offers;
}

static void add(struct session_offers *offers, struct str sid)
{
    uint64_t hash = hash_str(offers->hash_key, sid);
    struct entry *e = NULL;

    if (find(offers, sid, hash) != NULL) {
        return;
    }
    e = mem_alloc(sizeof(*e) + sid.len);
    if (e == NULL) {
        return;
    }
    if (offers->by_sid.count == offers->max) { /* I2 */
        drop(offers, oldest(offers));
    }
    e->sid_len = sid.len;
    memcpy(e->sid, sid.ptr, sid.len);
    map_insert(&offers->by_sid, &e->by_sid, hash);
    list_append(&offers->by_age, &e->by_age);
    offers_check(offers);
}

void session_offers_add(struct session_offers *offers, const char *sid)
{
    pthread_mutex_lock(&offers->lock);
    add(offers, str_from(sid));
    pthread_mutex_unlock(&offers->lock);
}

bool session_offers_has(struct session_offers *offers, const char *sid)
{
    struct str text = str_from(sid);
    bool has = false;

    pthread_mutex_lock(&offers->lock);
    has = find(offers, text, hash_str(offers->hash_key, text)) != NULL;
    pthread_mutex_unlock(&offers->lock);
    return has;
}

void session_offers_remove(struct session_offers *offers, const char *sid)
{
    struct str text = str_from(sid);
    struct entry *e = NULL;

    pthread_mutex_lock(&offers->lock);
    e = find(offers, text, hash_str(offers->hash_key, text));
    if (e != NULL) {
        drop(offers, e);
    }
    offers_check(offers);
    pthread_mutex_unlock(&offers->lock);
}
