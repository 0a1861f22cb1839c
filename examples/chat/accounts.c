#include "accounts.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

struct hash {
    char text[CRYPT_OUTPUT_SIZE];
};

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

static bool is_password_of(const json_t *account, const char *password)
{
    const char *known = json_string_value(json_object_get(account, "hash"));
    struct hash given;

    return known != NULL && hash_password(&given, password, known) &&
           strcmp(given.text, known) == 0;
}

/* Two may come at once, on two nodes: who is slower is told that the name is taken. */
static enum admission add(sails_db *db, const char *name, const char *password)
{
    struct hash hash;
    int64_t n = 0;
    const char *code = NULL;

    if (sails_count(db, "account", NULL, &n) < 0) {
        return NOT_NOW;
    }
    if (n >= ACCOUNTS_MAX) {
        return HOUSE_FULL;
    }
    if (!hash_password(&hash, password, NULL)) {
        return NOT_NOW;
    }
    if (sails_create(db, "account", json_pack("{s:s, s:s}", "name", name, "hash", hash.text), NULL,
                     NULL) == 0) {
        return ADMITTED;
    }
    code = sails_db_error_code(db);
    return code != NULL && strcmp(code, "E_UNIQUE") == 0 ? WRONG_PASSWORD : NOT_NOW;
}

enum admission accounts_admit(sails_db *db, const char *name, const char *password)
{
    json_t *account = NULL;
    enum admission admission = NOT_NOW;

    if (sails_find_one(db, "account", json_pack("{s:s}", "name", name), NULL, &account) == 0) {
        if (account == NULL) {
            admission = add(db, name, password);
        } else {
            admission = is_password_of(account, password) ? ADMITTED : WRONG_PASSWORD;
        }
    }
    json_decref(account);
    return admission;
}
