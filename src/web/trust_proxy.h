/*
 * trust_proxy.h - how far X-Forwarded-For is believed.
 *
 * Purpose    The setting http.trustProxy: everybody, a count of hops, or addresses and subnets; and the
 *            client's address that follows from it, as Express works it out.
 * Ownership  trust_proxy_init() to trust_proxy_deinit(). Lists that are made are the caller's.
 * Threads    Does not change once it is made; then any.
 * Floor      web; uses base.
 */
#ifndef WEB_TRUST_PROXY_H
#define WEB_TRUST_PROXY_H

#include "base/str.h"

#include <jansson.h>

enum trust_kind {
    TRUST_NOBODY,
    TRUST_EVERYBODY,
    TRUST_HOPS,
    TRUST_SUBNETS
};

struct trust_subnet;

struct trust_proxy {
    enum trust_kind kind;
    size_t n_hops;
    struct trust_subnet *subnets;
    size_t n_subnets;
};

/*
 * From the setting: NULL and false: nobody; true; a count up to TRUST_PROXY_HOPS_MAX; a text ("loopback, 10.0.0.0/8") or
 * a list of texts: addresses, subnets, and the words loopback, linklocal, uniquelocal. 0;
 * SAILS_ECONFIG: anything else (E_HTTP_BAD_TRUSTPROXY); SAILS_ENOMEM. {0} trusts nobody.
 */
int trust_proxy_init(struct trust_proxy *trust, const json_t *setting);
void trust_proxy_deinit(struct trust_proxy *trust);

/* Whether what an address says of the one behind it is believed; hop 0 is the peer itself. */
bool trust_proxy_believes(const struct trust_proxy *trust, struct str address, size_t hop);

/*
 * More proxies than stand in front of anything. What a header says beyond is not read, so that who writes
 * thousands of addresses into his costs us no more than others; the farthest that is read is the client.
 */
enum {
    TRUST_PROXY_HOPS_MAX = 32,
    TRUST_PROXY_TEXT_MAX = 63 /* bytes of an address; what is longer is none, and ends the list */
};

/* The client's address: the farthest one behind the peer that is believed, or the peer's. A view of either. */
struct str trust_proxy_client(const struct trust_proxy *trust, struct str peer,
                              struct str forwarded_for);

/*
 * The addresses behind the peer that are believed, the client's first: a new list, empty where
 * nothing is. The header is UTF-8, as all headers of a request are. NULL: no memory.
 */
json_t *trust_proxy_list(const struct trust_proxy *trust, struct str peer,
                         struct str forwarded_for);

#endif
