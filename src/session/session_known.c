#include "session/session_known.h"

#include "base/mem.h"

/*
 * One place for each cookie, by its hash. The key of the hash is the worker's secret, and cookies are only
 * compared where all 64 bits of it are the same: so the time that takes tells nobody how much of a signature
 * is right.
 */

struct known_cookie {
    uint64_t hash;
    size_t len; /* 0: the place is free */
    char value[SESSION_KNOWN_VALUE_MAX];
    char sid[SESSION_ID_MAX + 1];
};

bool session_known_find(const struct session_known *known, struct hash_key key, struct str value,
                        char sid[SESSION_ID_MAX + 1])
{
    const struct known_cookie *cookie = NULL;
    uint64_t hash = 0;

    if (known->cookies == NULL || value.len == 0) {
        return false;
    }
    hash = hash_str(key, value);
    cookie = &known->cookies[hash % SESSION_KNOWN_MAX];
    if (cookie->hash != hash || !str_eq((struct str){cookie->value, cookie->len}, value)) {
        return false;
    }
    memcpy(sid, cookie->sid, strlen(cookie->sid) + 1);
    return true;
}

void session_known_add(struct session_known *known, struct hash_key key, struct str value,
                       const char *sid)
{
    const size_t sid_len = strlen(sid);
    struct known_cookie *cookie = NULL;
    uint64_t hash = 0;

    if (value.len == 0 || value.len > SESSION_KNOWN_VALUE_MAX || sid_len > SESSION_ID_MAX) {
        return;
    }
    if (known->cookies == NULL) {
        known->cookies = mem_calloc(SESSION_KNOWN_MAX, sizeof(*known->cookies));
    }
    if (known->cookies == NULL) {
        return;
    }
    hash = hash_str(key, value);
    cookie = &known->cookies[hash % SESSION_KNOWN_MAX];
    cookie->hash = hash;
    cookie->len = value.len;
    memcpy(cookie->value, value.ptr, value.len);
    memcpy(cookie->sid, sid, sid_len + 1);
}

void session_known_deinit(struct session_known *known)
{
    mem_free(known->cookies);
    *known = (struct session_known){0};
}
