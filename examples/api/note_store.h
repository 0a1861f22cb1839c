/*
 * note_store.h - notes, kept in memory.
 *
 * A note is {"id", "title", "text", "tags", "createdAt", "updatedAt"}. It is never changed, only replaced:
 * so the values that these functions return may be sent while others go on. Any thread.
 */
#ifndef API_NOTE_STORE_H
#define API_NOTE_STORE_H

#include <jansson.h>

#include <stddef.h>

enum {
    NOTES_MAX = 10000 /* all of them are in memory */
};

struct note_store *note_store_create(void); /* NULL: no memory */
void note_store_destroy(struct note_store *store);

/* A new list of the notes with that tag (NULL: all), oldest first. */
json_t *note_store_list(struct note_store *store, const char *tag, size_t skip, size_t limit);

/* The note, a new reference. NULL: there is none. */
json_t *note_store_get(struct note_store *store, json_int_t id);

/* Adds a note with these members, and returns it. NULL: there are NOTES_MAX. */
json_t *note_store_add(struct note_store *store, json_t *members);

/* Gives the note these members, keeps its others, and returns it. NULL: there is none. */
json_t *note_store_change(struct note_store *store, json_int_t id, json_t *members);

/* Takes the note out, and returns it. NULL: there is none. */
json_t *note_store_remove(struct note_store *store, json_int_t id);

#endif
