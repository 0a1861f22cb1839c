#include "note_store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct note_store {
    pthread_mutex_t lock;
    json_t *notes; /* id as text: note; jansson keeps the order of adding */
    json_int_t last_id;
};

struct key {
    char text[24];
};

static struct key key_of(json_int_t id)
{
    struct key key;

    snprintf(key.text, sizeof(key.text), "%" JSON_INTEGER_FORMAT, id);
    return key;
}

static json_int_t now_ms(void)
{
    struct timespec now;

    timespec_get(&now, TIME_UTC);
    return (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct note_store *note_store_create(void)
{
    struct note_store *store = calloc(1, sizeof(*store));

    if (store != NULL) {
        pthread_mutex_init(&store->lock, NULL);
        store->notes = json_object();
    }
    return store;
}

void note_store_destroy(struct note_store *store)
{
    if (store != NULL) {
        json_decref(store->notes);
        pthread_mutex_destroy(&store->lock);
        free(store);
    }
}

static bool has_tag(const json_t *note, const char *wanted)
{
    json_t *tag = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(note, "tags"), i, tag)
    {
        if (strcmp(json_string_value(tag), wanted) == 0) {
            return true;
        }
    }
    return false;
}

json_t *note_store_list(struct note_store *store, const char *tag, size_t skip, size_t limit)
{
    json_t *list = json_array(), *note = NULL;
    const char *key = NULL;

    pthread_mutex_lock(&store->lock);
    json_object_foreach(store->notes, key, note)
    {
        if (tag != NULL && !has_tag(note, tag)) {
            continue;
        }
        if (skip > 0) {
            skip--;
        } else if (json_array_size(list) < limit) {
            json_array_append(list, note);
        }
    }
    pthread_mutex_unlock(&store->lock);
    return list;
}

json_t *note_store_get(struct note_store *store, json_int_t id)
{
    json_t *note = NULL;

    pthread_mutex_lock(&store->lock);
    note = json_incref(json_object_get(store->notes, key_of(id).text));
    pthread_mutex_unlock(&store->lock);
    return note;
}

json_t *note_store_add(struct note_store *store, json_t *members)
{
    json_int_t now = now_ms();
    json_t *note = NULL;

    pthread_mutex_lock(&store->lock);
    if (json_object_size(store->notes) < NOTES_MAX) {
        store->last_id++;
        note = json_pack("{s:I}", "id", store->last_id);
        json_object_update(note, members);
        json_object_update_new(note, json_pack("{s:I, s:I}", "createdAt", now, "updatedAt", now));
        json_object_set(store->notes, key_of(store->last_id).text, note);
    }
    pthread_mutex_unlock(&store->lock);
    return note;
}

json_t *note_store_change(struct note_store *store, json_int_t id, json_t *members)
{
    json_t *note = NULL;

    pthread_mutex_lock(&store->lock);
    note = json_copy(json_object_get(store->notes, key_of(id).text));
    if (note != NULL) {
        json_object_update(note, members);
        json_object_set_new(note, "updatedAt", json_integer(now_ms()));
        json_object_set(store->notes, key_of(id).text, note);
    }
    pthread_mutex_unlock(&store->lock);
    return note;
}

json_t *note_store_remove(struct note_store *store, json_int_t id)
{
    json_t *note = NULL;

    pthread_mutex_lock(&store->lock);
    note = json_incref(json_object_get(store->notes, key_of(id).text));
    json_object_del(store->notes, key_of(id).text);
    pthread_mutex_unlock(&store->lock);
    return note;
}
