/*
 * redis_url.h - "redis://user:password@host:6380/2", taken apart.
 *
 * Purpose    The one text in which most people keep where their Redis is.
 * Ownership  redis_url_parse() fills a struct that redis_url_deinit() frees.
 * Threads    Any.
 * Floor      net; uses base.
 */
#ifndef NET_REDIS_URL_H
#define NET_REDIS_URL_H

#include <stdbool.h>

struct redis_url {
    char *host;     /* without the brackets of an IPv6 address; NULL: not said */
    char *username; /* NULL: not said; ignored by servers before Redis 6 */
    char *password; /* NULL: not said */
    unsigned port;  /* 0: not said */
    unsigned db;    /* 0 also if it is not said */
    bool is_tls;    /* rediss: */
};

/*
 * User and password are percent-encoded. 0; SAILS_EINVAL: not of that form, or a scheme other than
 * redis: and rediss:, which is TLS; SAILS_ENOMEM. After an error there is nothing to free.
 */
int redis_url_parse(const char *text, struct redis_url *out);

/* {0} is harmless. */
void redis_url_deinit(struct redis_url *url);

#endif
