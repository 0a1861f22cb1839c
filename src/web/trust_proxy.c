#include "web/trust_proxy.h"

#include "base/macros.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <sails/err.h>

enum {
    ADDRESS_BITS = 128, /* all addresses are of IPv6 here, those of IPv4 mapped into it */
    MAPPED_BITS = 96
};

struct trust_subnet {
    uint8_t address[16];
    unsigned bits; /* how many of its first bits count */
};

/* ---- addresses ---- */

/* "127.0.0.1", "::1", "::ffff:127.0.0.1". *is_v4: it was written as IPv4. */
static bool read_address(struct str text, uint8_t out[16], bool *is_v4)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    char copy[INET6_ADDRSTRLEN];

    if (text.len == 0 || text.len >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *is_v4 = inet_pton(AF_INET, copy, out + sizeof(mapped)) == 1;
    if (*is_v4) {
        memcpy(out, mapped, sizeof(mapped));
    }
    return *is_v4 || inet_pton(AF_INET6, copy, out) == 1;
}

/* "8"; or, of IPv4, "255.0.0.0". */
static bool read_bits(struct str text, bool is_v4, unsigned *bits)
{
    unsigned skipped = is_v4 ? MAPPED_BITS : 0;
    uint8_t mask[16];
    uint64_t n = 0;
    bool is_mask_v4 = false;

    if (str_to_u64(text, ADDRESS_BITS - skipped, &n)) {
        *bits = skipped + (unsigned)n;
        return true;
    }
    if (!is_v4 || !read_address(text, mask, &is_mask_v4) || !is_mask_v4) {
        return false;
    }
    while (n < 32 && (mask[12 + n / 8] & (0x80 >> n % 8)) != 0) {
        n++;
    }
    *bits = MAPPED_BITS + (unsigned)n;
    while (n < 32 && (mask[12 + n / 8] & (0x80 >> n % 8)) == 0) {
        n++;
    }
    return n == 32; /* ones, then zeros */
}

static bool read_subnet(struct str text, struct trust_subnet *out)
{
    size_t slash = str_find(text, '/');
    bool is_v4 = false;

    out->bits = ADDRESS_BITS;
    return read_address((struct str){text.ptr, slash}, out->address, &is_v4) &&
           (slash == text.len || read_bits(str_from_offset(text, slash + 1), is_v4, &out->bits));
}

static bool is_in_subnet(const struct trust_subnet *subnet, const uint8_t address[16])
{
    unsigned whole = subnet->bits / 8;
    unsigned rest = subnet->bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);

    return memcmp(subnet->address, address, whole) == 0 &&
           (rest == 0 || ((subnet->address[whole] ^ address[whole]) & mask) == 0);
}

/* ---- the setting ---- */

static int add_subnet(struct trust_proxy *trust, struct str text)
{
    struct trust_subnet made;
    struct trust_subnet *grown = NULL;

    if (!read_subnet(text, &made)) {
        return SAILS_ECONFIG;
    }
    grown = mem_realloc(trust->subnets, (trust->n_subnets + 1) * sizeof(made));
    if (grown == NULL) {
        return SAILS_ENOMEM;
    }
    trust->subnets = grown;
    trust->subnets[trust->n_subnets++] = made;
    return 0;
}

static int add_texts(struct trust_proxy *trust, struct str list);

static int add_text(struct trust_proxy *trust, struct str text)
{
    static const struct {
        const char *word, *subnets;
    } words[] = {
        {"loopback", "127.0.0.1/8,::1/128"},
        {"linklocal", "169.254.0.0/16,fe80::/10"},
        {"uniquelocal", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(text, str_from(words[i].word))) {
            return add_texts(trust, str_from(words[i].subnets));
        }
    }
    return add_subnet(trust, text);
}

/* Comma-separated. */
static int add_texts(struct trust_proxy *trust, struct str list)
{
    struct str text;
    int rc = list.len > 0 ? 0 : SAILS_ECONFIG;

    while (rc == 0 && str_take_part(&list, ',', &text)) {
        rc = add_text(trust, text);
    }
    return rc;
}

static int add_list(struct trust_proxy *trust, const json_t *list)
{
    size_t i = 0;
    json_t *item = NULL;
    int rc = 0;

    json_array_foreach(list, i, item)
    {
        if (rc == 0) {
            rc = add_texts(trust, (struct str){json_string_value(item), json_string_length(item)});
        }
    }
    return rc;
}

int trust_proxy_init(struct trust_proxy *trust, const json_t *setting)
{
    int rc = 0;

    *trust = (struct trust_proxy){.kind = TRUST_NOBODY};
    if (setting == NULL || json_is_false(setting)) {
        return 0;
    }
    if (json_is_true(setting)) {
        trust->kind = TRUST_EVERYBODY;
        return 0;
    }
    if (json_is_integer(setting)) {
        trust->kind = TRUST_HOPS;
        trust->n_hops = (size_t)json_integer_value(setting);
        return json_integer_value(setting) > 0 && trust->n_hops <= TRUST_PROXY_HOPS_MAX
                   ? 0
                   : SAILS_ECONFIG;
    }
    trust->kind = TRUST_SUBNETS;
    if (json_is_string(setting)) {
        rc =
            add_texts(trust, (struct str){json_string_value(setting), json_string_length(setting)});
    } else {
        rc = json_is_array(setting) ? add_list(trust, setting) : SAILS_ECONFIG;
    }
    if (rc < 0) {
        trust_proxy_deinit(trust);
    }
    return rc;
}

void trust_proxy_deinit(struct trust_proxy *trust)
{
    mem_free(trust->subnets);
    *trust = (struct trust_proxy){.kind = TRUST_NOBODY};
}

/* ---- who is believed ---- */

static bool is_in_any(const struct trust_proxy *trust, struct str text)
{
    uint8_t address[16];
    bool is_v4 = false;

    if (!read_address(text, address, &is_v4)) {
        return false;
    }
    for (size_t i = 0; i < trust->n_subnets; i++) {
        if (is_in_subnet(&trust->subnets[i], address)) {
            return true;
        }
    }
    return false;
}

bool trust_proxy_believes(const struct trust_proxy *trust, struct str address, size_t hop)
{
    switch (trust->kind) {
    case TRUST_NOBODY:
        return false;
    case TRUST_EVERYBODY:
        return true;
    case TRUST_HOPS:
        return hop < trust->n_hops;
    case TRUST_SUBNETS:
        return is_in_any(trust, address);
    }
    return false;
}

/* Takes the last part of a comma-separated list. False: nothing is left, or nothing that is an address. */
static bool take_last(struct str *list, struct str *part)
{
    size_t at = list->len;

    while (at > 0 && list->ptr[at - 1] != ',' && list->len - at <= 2 * TRUST_PROXY_TEXT_MAX) {
        at--;
    }
    *part = str_trim(str_from_offset(*list, at));
    if (list->len == 0 || part->len > TRUST_PROXY_TEXT_MAX ||
        (at > 0 && list->ptr[at - 1] != ',')) { /* the last: it goes on to the left */
        return false;
    }
    list->len = at > 0 ? at - 1 : 0;
    return true;
}

/* A walk from the right: each proxy has added the address that it was called from. */
struct walk {
    const struct trust_proxy *trust;
    struct str nearest; /* the last one that was believed */
    struct str rest;
    size_t n_hops;
};

static bool take_believed(struct walk *w)
{
    struct str next;

    if (w->n_hops == TRUST_PROXY_HOPS_MAX ||
        !trust_proxy_believes(w->trust, w->nearest, w->n_hops) || !take_last(&w->rest, &next)) {
        return false;
    }
    w->nearest = next;
    w->n_hops++;
    return true;
}

struct str trust_proxy_client(const struct trust_proxy *trust, struct str peer,
                              struct str forwarded_for)
{
    struct walk w = {.trust = trust, .nearest = peer, .rest = forwarded_for};

    while (take_believed(&w)) {
    }
    return w.nearest;
}

json_t *trust_proxy_list(const struct trust_proxy *trust, struct str peer, struct str forwarded_for)
{
    struct walk w = {.trust = trust, .nearest = peer, .rest = forwarded_for};
    json_t *list = json_array();

    while (list != NULL && take_believed(&w)) {
        json_t *text = json_stringn(w.nearest.len > 0 ? w.nearest.ptr : "", w.nearest.len);

        if (text == NULL || json_array_insert_new(list, 0, text) != 0) {
            json_decref(list); /* out of memory: a header is UTF-8 */
            return NULL;
        }
    }
    return list;
}
