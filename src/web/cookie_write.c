#include "web/cookie_write.h"

#include "base/json_value.h"
#include "base/json_write.h"
#include "base/macros.h"
#include "http/http_date.h"
#include "web/header_list.h"
#include "web/signature.h"
#include "web/uri_encode.h"

/* ---- the value ---- */

/* Text stays text, as numbers and booleans do; objects, lists and null go behind "j:". */
static int append_plain(struct buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        buf_append(out, json_string_value(value), json_string_length(value));
        return buf_error(out);
    }
    if (json_is_object(value) || json_is_array(value) || json_is_null(value)) {
        buf_append_str(out, STR("j:"));
    }
    return json_value_write(out, value);
}

static int append_signed(struct buf *out, struct str text, struct str secret)
{
    if (secret.len == 0) {
        return SAILS_ESTATE;
    }
    buf_append_str(out, STR("s:"));
    return signature_sign(out, text, secret);
}

static int append_value(struct buf *out, const json_t *value, bool is_signed, struct str secret)
{
    struct buf text = {0}, whole = {0};
    int rc = append_plain(&text, value);

    if (rc == 0 && is_signed) {
        rc = append_signed(&whole, buf_str(&text), secret);
    }
    if (rc == 0) {
        uri_encode_component(out, buf_str(is_signed ? &whole : &text));
        rc = buf_error(out);
    }
    buf_deinit(&text);
    buf_deinit(&whole);
    return rc == SAILS_EJSON ? SAILS_EINVAL : rc;
}

/* ---- the attributes ---- */

/* RFC 6265 section 4.1.1: anything but controls and semicolons. */
static bool is_attribute(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f || text.ptr[i] == ';') {
            return false;
        }
    }
    return true;
}

static const char *const same_site_words[] = {"Strict", "Lax", "None"};

static const char *find_same_site(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(same_site_words); i++) {
        if (str_eq_nocase(str_from(word), str_from(same_site_words[i]))) {
            return same_site_words[i];
        }
    }
    return NULL;
}

static bool are_possible(const struct sails_cookie_options *options)
{
    return is_attribute(str_from(options->domain)) && is_attribute(str_from(options->path)) &&
           (options->same_site == NULL || find_same_site(options->same_site) != NULL);
}

static void append_expires(struct buf *out, uint64_t unix_ms)
{
    char date[HTTP_DATE_LEN + 1];

    http_date_format(date, unix_ms / 1000);
    buf_printf(out, "; Expires=%s", date);
}

/* In the order of Express. expires_ms: UINT64_MAX: none. */
static void append_attributes(struct buf *out, const struct sails_cookie_options *options,
                              uint64_t expires_ms)
{
    if (options->domain != NULL) {
        buf_printf(out, "; Domain=%s", options->domain);
    }
    buf_printf(out, "; Path=%s", options->path != NULL ? options->path : "/");
    if (expires_ms != UINT64_MAX) {
        append_expires(out, expires_ms);
    }
    if (options->http_only) {
        buf_append_str(out, STR("; HttpOnly"));
    }
    if (options->secure) {
        buf_append_str(out, STR("; Secure"));
    }
    if (options->same_site != NULL) {
        buf_printf(out, "; SameSite=%s", find_same_site(options->same_site));
    }
}

/* ---- the whole ---- */

static int begin(struct buf *out, struct str name, const struct sails_cookie_options *options)
{
    if (!header_list_is_header(name, (struct str){NULL, 0}) || !are_possible(options)) {
        return SAILS_EINVAL;
    }
    buf_append_str(out, name);
    buf_append_char(out, '=');
    return 0;
}

int cookie_write(struct buf *out, struct str name, const json_t *value,
                 const struct sails_cookie_options *options, struct str secret, uint64_t unix_ms)
{
    uint64_t expires_ms = options->expires_ms > 0 ? options->expires_ms : UINT64_MAX;
    int rc = begin(out, name, options);

    if (rc == 0) {
        rc = append_value(out, value, options->is_signed, secret);
    }
    if (rc < 0) {
        return rc;
    }
    if (options->max_age_ms > 0) {
        buf_append_str(out, STR("; Max-Age="));
        buf_append_u64(out, options->max_age_ms / 1000);
        expires_ms = options->max_age_ms < UINT64_MAX - unix_ms ? unix_ms + options->max_age_ms
                                                                : UINT64_MAX - 1;
    }
    append_attributes(out, options, expires_ms);
    return buf_error(out);
}

int cookie_write_removal(struct buf *out, struct str name,
                         const struct sails_cookie_options *options)
{
    int rc = begin(out, name, options);

    if (rc < 0) {
        return rc;
    }
    append_attributes(out, options, 0);
    return buf_error(out);
}
