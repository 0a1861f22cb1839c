#include "accounts.h"

#include <jansson.h>

#include <crypt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct accounts {
    pthread_mutex_t lock;
    json_t *hashes; /* name: hash of its password */
};

struct hash {
    char text[CRYPT_OUTPUT_SIZE];
};

struct accounts *accounts_create(void)
{
    struct accounts *accounts = calloc(1, sizeof(*accounts));

    if (accounts != NULL) {
        pthread_mutex_init(&accounts->lock, NULL);
        accounts->hashes = json_object();
    }
    return accounts;
}

void accounts_destroy(struct accounts *accounts)
{
    if (accounts != NULL) {
        json_decref(accounts->hashes);
        pthread_mutex_destroy(&accounts->lock);
        free(accounts);
    }
}

/* crypt(5), yescrypt: by a hash that is there (which begins with its salt), or with a new salt. False:
 * the system cannot. */
static bool hash_password(struct hash *out, const char *password, const char *like)
{
    char salt[CRYPT_GENSALT_OUTPUT_SIZE];
    struct crypt_data *work = calloc(1, sizeof(*work));
    const char *made = NULL;

    if (like == NULL) {
        like = crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt));
    }
    if (work != NULL && like != NULL) {
        made = crypt_r(password, like, work);
    }
    if (made != NULL && made[0] == '*') { /* crypt's way to say no */
        made = NULL;
    }
    if (made != NULL) {
        memcpy(out->text, made, strlen(made) + 1);
    }
    free(work);
    return made != NULL;
}

static bool find_hash(struct accounts *accounts, const char *name, struct hash *out)
{
    const char *found = NULL;

    pthread_mutex_lock(&accounts->lock);
    found = json_string_value(json_object_get(accounts->hashes, name));
    if (found != NULL) {
        memcpy(out->text, found, strlen(found) + 1);
    }
    pthread_mutex_unlock(&accounts->lock);
    return found != NULL;
}

static enum admission add(struct accounts *accounts, const char *name, const struct hash *hash)
{
    enum admission admission = ADMITTED;

    pthread_mutex_lock(&accounts->lock);
    if (json_object_get(accounts->hashes, name) != NULL) {
        admission = WRONG_PASSWORD; /* another was quicker */
    } else if (json_object_size(accounts->hashes) >= ACCOUNTS_MAX) {
        admission = HOUSE_FULL;
    } else {
        json_object_set_new(accounts->hashes, name, json_string(hash->text));
    }
    pthread_mutex_unlock(&accounts->lock);
    return admission;
}

/* The slow part, hashing, is done without the lock. */
enum admission accounts_admit(struct accounts *accounts, const char *name, const char *password)
{
    struct hash known, given;
    bool is_known = find_hash(accounts, name, &known);

    if (!hash_password(&given, password, is_known ? known.text : NULL)) {
        return WRONG_PASSWORD;
    }
    if (is_known) {
        return strcmp(given.text, known.text) == 0 ? ADMITTED : WRONG_PASSWORD;
    }
    return add(accounts, name, &given);
}
