#include "schema/text_rule.h"

#include "base/macros.h"

#include <arpa/inet.h>

enum {
    DOMAIN_MAX = 253,    /* RFC 1035 section 2.3.4, without the root's dot */
    LABEL_MAX = 63,      /* the same */
    LOCAL_PART_MAX = 64, /* RFC 5321 section 4.5.3.1.1 */
    URL_MAX = 2082,      /* Sails' (validator) */
    PORT_MAX = 65535,
    CARD_DIGITS_MIN = 12, /* ISO/IEC 7812: 8 to 19, but nobody issues shorter ones */
    CARD_DIGITS_MAX = 19
};

/* A part of a character beyond ASCII: names in all languages are names. */
static bool is_beyond_ascii(char c)
{
    return ((unsigned char)c & 0x80) != 0;
}

static bool is_hex(char c)
{
    return char_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* ---- names of hosts ---- */

static bool is_label(struct str label)
{
    if (label.len == 0 || label.len > LABEL_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];

        if (!char_is_letter(c) && !char_is_digit(c) && !is_beyond_ascii(c) && c != '-') {
            return false;
        }
    }
    return true;
}

/* Two letters at least, or "xn--..." */
static bool is_top_level(struct str label)
{
    if (str_starts_with(label, STR("xn--"))) {
        return is_label(label);
    }
    for (size_t i = 0; i < label.len; i++) {
        if (!char_is_letter(label.ptr[i]) && !is_beyond_ascii(label.ptr[i])) {
            return false;
        }
    }
    return label.len >= 2;
}

/* The part before the next dot out of *rest; false: nothing is left. */
static bool take_label(struct str *rest, struct str *label)
{
    size_t len = str_find(*rest, '.');

    if (rest->ptr == NULL) {
        return false;
    }
    *label = (struct str){rest->ptr, len};
    *rest = len < rest->len ? str_from_offset(*rest, len + 1) : (struct str){NULL, 0};
    return true;
}

static bool is_domain(struct str domain)
{
    struct str label = {NULL, 0};
    size_t n_labels = 0;

    if (domain.len == 0 || domain.len > DOMAIN_MAX) {
        return false;
    }
    while (take_label(&domain, &label)) {
        n_labels++;
        if (!is_label(label)) {
            return false;
        }
    }
    return n_labels >= 2 && is_top_level(label);
}

/* ---- email ---- */

static bool is_atom(struct str atom)
{
    for (size_t i = 0; i < atom.len; i++) {
        char c = atom.ptr[i];

        if (!char_is_letter(c) && !char_is_digit(c) && !is_beyond_ascii(c) &&
            (c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL)) {
            return false;
        }
    }
    return atom.len > 0;
}

static bool is_local_part(struct str local)
{
    struct str atom;

    if (local.len == 0 || local.len > LOCAL_PART_MAX) {
        return false;
    }
    while (take_label(&local, &atom)) {
        if (!is_atom(atom)) {
            return false;
        }
    }
    return true;
}

bool text_rule_is_email(struct str text)
{
    size_t at = str_find(text, '@');

    return at < text.len && is_local_part((struct str){text.ptr, at}) &&
           is_domain(str_from_offset(text, at + 1));
}

/* ---- addresses ---- */

/* "%eth0" behind an IPv6 address (RFC 4007 section 11) does not count. */
static size_t address_len(struct str text)
{
    size_t len = str_find(text, '%');

    if (len == text.len || memchr(text.ptr, ':', len) == NULL) {
        return text.len;
    }
    for (size_t i = len + 1; i < text.len; i++) {
        if (!char_is_letter(text.ptr[i]) && !char_is_digit(text.ptr[i])) {
            return text.len;
        }
    }
    return len + 1 < text.len ? len : text.len;
}

/* Of `family`, AF_INET or AF_INET6. */
static bool is_address(struct str text, int family)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;
    size_t len = address_len(text);

    if (len == 0 || len >= sizeof(copy) || memchr(text.ptr, '\0', len) != NULL) {
        return false;
    }
    memcpy(copy, text.ptr, len);
    copy[len] = '\0';
    return inet_pton(family, copy, &address) == 1;
}

bool text_rule_is_ip(struct str text)
{
    return is_address(text, AF_INET) || is_address(text, AF_INET6);
}

/* ---- url ---- */

static void skip_scheme(struct str *rest)
{
    static const char *const schemes[] = {"http://", "https://", "ftp://"};

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        struct str scheme = str_from(schemes[i]);
        struct str start = {rest->ptr, rest->len < scheme.len ? rest->len : scheme.len};

        if (str_eq_nocase(start, scheme)) {
            *rest = str_from_offset(*rest, scheme.len);
            return;
        }
    }
}

/* Up to the path, the query or the fragment. */
static struct str authority_of(struct str rest)
{
    size_t len = 0;

    while (len < rest.len && rest.ptr[len] != '/' && rest.ptr[len] != '?' && rest.ptr[len] != '#') {
        len++;
    }
    return (struct str){rest.ptr, len};
}

/* Nothing, or ":" and a number, which may be left out (RFC 3986 section 3.2.3). */
static bool is_port(struct str text)
{
    uint64_t port = 0;

    return text.len == 0 || str_eq(text, STR(":")) ||
           (text.ptr[0] == ':' && str_to_u64(str_from_offset(text, 1), PORT_MAX, &port) &&
            port > 0);
}

static bool is_host_and_port(struct str text)
{
    size_t len = str_find(text, ':');

    if (text.len == 0) {
        return false;
    }
    if (text.ptr[0] == '[') {
        len = str_find(text, ']');
        return len < text.len && is_address((struct str){text.ptr + 1, len - 1}, AF_INET6) &&
               is_port(str_from_offset(text, len + 1));
    }
    struct str host = {text.ptr, len};

    return (is_domain(host) || text_rule_is_ip(host) || str_eq_nocase(host, STR("localhost"))) &&
           is_port(str_from_offset(text, len));
}

/* "<" and ">" are what stands around an URL, as blanks are. */
static bool has_delimiter(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if ((unsigned char)c <= ' ' || c == 0x7f || c == '<' || c == '>') {
            return true;
        }
    }
    return false;
}

/* "name" or "name:password" */
static bool is_user(struct str text)
{
    size_t name_len = str_find(text, ':');
    struct str password = str_from_offset(text, name_len < text.len ? name_len + 1 : text.len);

    return text.len > 0 && str_find(password, ':') == password.len;
}

bool text_rule_is_url(struct str text)
{
    if (text.len > URL_MAX || has_delimiter(text)) {
        return false;
    }
    if (str_eq_nocase((struct str){text.ptr, text.len < 7 ? text.len : 7}, STR("mailto:"))) {
        return false; /* "mailto" would be the name of a user */
    }
    skip_scheme(&text);
    struct str authority = authority_of(text);
    size_t user_len = str_find(authority, '@');

    if (user_len == authority.len) {
        return is_host_and_port(authority);
    }
    return is_user((struct str){authority.ptr, user_len}) &&
           is_host_and_port(str_from_offset(authority, user_len + 1));
}

/* ---- the rest ---- */

/* RFC 9562: versions 1 to 8 with the variant of that document, and the two that are all 0 or all 1. */
static bool has_known_version(struct str text)
{
    static const char *const whole[] = {"00000000-0000-0000-0000-000000000000",
                                        "ffffffff-ffff-ffff-ffff-ffffffffffff"};

    for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
        if (str_eq_nocase(text, str_from(whole[i]))) {
            return true;
        }
    }
    return text.ptr[14] >= '1' && text.ptr[14] <= '8' && strchr("89abAB", text.ptr[19]) != NULL;
}

bool text_rule_is_uuid(struct str text)
{
    if (text.len != 36) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;

        if (is_dash_place ? text.ptr[i] != '-' : !is_hex(text.ptr[i])) {
            return false;
        }
    }
    return has_known_version(text);
}

bool text_rule_is_hex_color(struct str text)
{
    if (text.len > 0 && text.ptr[0] == '#') {
        text = str_from_offset(text, 1);
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_hex(text.ptr[i])) {
            return false;
        }
    }
    return text.len == 3 || text.len == 4 || text.len == 6 || text.len == 8;
}

/* Luhn's check: from the right, every second digit counts twice. */
static bool has_right_check_digit(const char *digits, size_t n)
{
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(digits[n - 1 - i] - '0') * (i % 2 == 0 ? 1 : 2);

        sum += digit / 10 + digit % 10;
    }
    return sum % 10 == 0;
}

bool text_rule_is_credit_card(struct str text)
{
    char digits[CARD_DIGITS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == ' ' || c == '-') {
            continue;
        }
        if (!char_is_digit(c) || n == CARD_DIGITS_MAX) {
            return false;
        }
        digits[n++] = c;
    }
    return n >= CARD_DIGITS_MIN && has_right_check_digit(digits, n);
}
