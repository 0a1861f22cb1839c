#include "base/network.h"

#include <arpa/inet.h>
#include <stdio.h>

enum {
    NETWORK_BYTES = 8
};

static bool is_mapped(const uint8_t address[16])
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(address, prefix, sizeof(prefix)) == 0;
}

void network_mask(uint8_t address[16])
{
    if (!is_mapped(address)) {
        memset(address + NETWORK_BYTES, 0, 16 - NETWORK_BYTES);
    }
}

/* inet_pton() wants a NUL. A zone ("fe80::1%eth0") is no part of the address. */
static bool read_ipv6(struct str text, uint8_t address[16])
{
    char copy[INET6_ADDRSTRLEN];

    text.len = str_find(text, '%');
    if (str_find(text, ':') == text.len || text.len >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return inet_pton(AF_INET6, copy, address) == 1;
}

static unsigned group(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

struct str network_of(struct str address, char out[NETWORK_SIZE])
{
    uint8_t bytes[16];
    int len = 0;

    if (!read_ipv6(address, bytes)) {
        return address;
    }
    if (is_mapped(bytes)) {
        len =
            snprintf(out, NETWORK_SIZE, "%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
    } else {
        len = snprintf(out, NETWORK_SIZE, "%x:%x:%x:%x::/64", group(bytes), group(bytes + 2),
                       group(bytes + 4), group(bytes + 6));
    }
    return (struct str){out, (size_t)len};
}
