#include "net/address.h"

#include "base/macros.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sails/err.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

void address_any(int family, unsigned port, struct address *out)
{
    *out = (struct address){0};
    if (family == AF_INET) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

        v4.sin_addr.s_addr = htonl(INADDR_ANY);
        memcpy(&out->storage, &v4, sizeof(v4));
        out->len = sizeof(v4);
    } else {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

        memcpy(&out->storage, &v6, sizeof(v6));
        out->len = sizeof(v6);
    }
}

int address_resolve(const char *host, unsigned port, struct address *out)
{
    size_t count = 0;

    return address_resolve_all(host, port, out, 1, &count);
}

int address_resolve_all(const char *host, unsigned port, struct address *out, size_t max,
                        size_t *count)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];
    size_t n = 0;
    int rc = 0;

    (void)snprintf(service, sizeof(service), "%u", port);
    rc = getaddrinfo(host, service, &hints, &found);
    if (rc != 0) {
        return rc == EAI_MEMORY ? SAILS_ENOMEM : SAILS_ENOENT;
    }
    for (const struct addrinfo *each = found; each != NULL && n < max; each = each->ai_next) {
        out[n] = (struct address){.len = each->ai_addrlen};
        memcpy(&out[n].storage, each->ai_addr, each->ai_addrlen);
        n++;
    }
    freeaddrinfo(found);
    *count = n;
    return 0;
}

unsigned address_port(const struct address *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    switch (address->storage.ss_family) {
    case AF_INET:
        memcpy(&v4, &address->storage, sizeof(v4));
        return ntohs(v4.sin_port);
    case AF_INET6:
        memcpy(&v6, &address->storage, sizeof(v6));
        return ntohs(v6.sin6_port);
    default:
        return 0;
    }
}

struct peer_address peer_address_from(const struct sockaddr_storage *storage)
{
    struct peer_address peer = {{0}};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (storage->ss_family == AF_INET) {
        memcpy(&v4, storage, sizeof(v4));
        memcpy(peer.bytes, mapped_prefix, sizeof(mapped_prefix));
        memcpy(peer.bytes + sizeof(mapped_prefix), &v4.sin_addr, sizeof(v4.sin_addr));
    } else if (storage->ss_family == AF_INET6) {
        memcpy(&v6, storage, sizeof(v6));
        memcpy(peer.bytes, &v6.sin6_addr, sizeof(peer.bytes));
    }
    return peer;
}

struct peer_address peer_address_read(struct str text)
{
    struct peer_address peer = {{0}};
    char copy[ADDRESS_TEXT_SIZE] = "";
    struct in_addr v4;

    if (text.len >= sizeof(copy)) {
        return peer;
    }
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    if (inet_pton(AF_INET, copy, &v4) == 1) {
        memcpy(peer.bytes, mapped_prefix, sizeof(mapped_prefix));
        memcpy(peer.bytes + sizeof(mapped_prefix), &v4, sizeof(v4));
    } else {
        (void)inet_pton(AF_INET6, copy, peer.bytes); /* writes nothing for what it is not */
    }
    return peer;
}

/* inet_ntop() does this by sprintf(), and every request wants it. */
static void write_ipv4(const uint8_t bytes[4], char out[ADDRESS_TEXT_SIZE])
{
    char digits[20];
    size_t len = 0;

    for (int i = 0; i < 4; i++) {
        size_t n = str_write_u64(digits, bytes[i]);

        memcpy(out + len, digits, n);
        len += n;
        out[len++] = i < 3 ? '.' : '\0';
    }
}

void peer_address_text(const struct peer_address *peer, char out[ADDRESS_TEXT_SIZE])
{
    if (memcmp(peer->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0) {
        write_ipv4(peer->bytes + sizeof(mapped_prefix), out);
    } else if (inet_ntop(AF_INET6, peer->bytes, out, ADDRESS_TEXT_SIZE) == NULL) {
        out[0] = '\0'; /* cannot be: the buffer is long enough */
    }
}
