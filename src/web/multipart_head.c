#include "web/multipart_head.h"

#include "base/utf8.h"
#include "http/url.h"

#include <sails/err.h>

/* ---- parameters of a header ---- */

/* `name="a value"`: the value behind an opening quote; *rest is left behind the closing one. Browsers
 * write %22 for a quote, curl \": only quotes and backslashes are escaped, so that "C:\x" stays. */
static bool take_quoted(struct str *rest, struct buf *value)
{
    size_t i = 0;

    for (; i < rest->len && rest->ptr[i] != '"'; i++) {
        bool escapes = rest->ptr[i] == '\\' && i + 1 < rest->len &&
                       (rest->ptr[i + 1] == '"' || rest->ptr[i + 1] == '\\');

        i += escapes ? 1 : 0;
        buf_append_char(value, rest->ptr[i]);
    }
    if (i == rest->len) {
        return false;
    }
    *rest = str_from_offset(*rest, i + 1);
    return true;
}

bool multipart_head_take_param(struct str *rest, struct str *name, struct buf *value, bool *ok)
{
    size_t equals = 0;

    *rest = str_from_offset(*rest, str_find(*rest, ';'));
    if (rest->len == 0) {
        return false;
    }
    *rest = str_from_offset(*rest, 1);
    equals = str_find(*rest, '=');
    if (equals == rest->len || equals > str_find(*rest, ';')) {
        *ok = str_trim(*rest).len == 0; /* a semicolon at the end */
        return false;
    }
    *name = str_trim((struct str){rest->ptr, equals});
    *rest = str_trim(str_from_offset(*rest, equals + 1));
    buf_clear(value);
    if (rest->len > 0 && rest->ptr[0] == '"') {
        *rest = str_from_offset(*rest, 1);
        *ok = take_quoted(rest, value);
        return *ok;
    }
    buf_append_str(value, str_trim((struct str){rest->ptr, str_find(*rest, ';')}));
    return true;
}

/* What stands before the parameters. */
static struct str main_value(struct str header)
{
    header.len = str_find(header, ';');
    return str_trim(header);
}

/* ---- the head ---- */

static bool is_header_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.ptr[i] >= 0 && text.ptr[i] < 0x20 && text.ptr[i] != '\t') ||
            text.ptr[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

/*
 * UTF-8'en'na%C3%AFve (RFC 8187): RFC 7578 section 4.2 forbids it, and older clients send nothing else for a name beyond
 * ASCII. Its bytes must not become a text field.
 */
static int read_extended_name(struct multipart *m, struct str value)
{
    struct str charset = {value.ptr, str_find(value, '\'')};
    struct str rest =
        charset.len < value.len ? str_from_offset(value, charset.len + 1) : (struct str){NULL, 0};
    size_t language = str_find(rest, '\'');
    struct buf name = {0};
    int rc = language < rest.len && str_eq_nocase(charset, STR("utf-8")) ? 0 : SAILS_EPROTO;

    if (rc == 0) {
        rc = url_decode(&name, str_from_offset(rest, language + 1), false, true);
        rc = rc == SAILS_EINVAL ? SAILS_EPROTO : rc;
    }
    if (rc == 0 && !(is_header_text(buf_str(&name)) && utf8_is_valid(buf_bytes(&name)))) {
        rc = SAILS_EPROTO;
    }
    if (rc == 0) {
        buf_append_str(&m->filename, buf_str(&name));
    }
    buf_deinit(&name);
    return rc;
}

/* "filename*0" (RFC 2231 section 3), as mail has long names: no text field either, and nobody's form. */
static bool is_piece_of_filename(struct str name)
{
    struct str start = STR("filename*");

    return name.len > start.len && str_eq_nocase((struct str){name.ptr, start.len}, start);
}

/* Content-Disposition: form-data; name="a"; filename="b". `filename*` counts where there is no other. */
static int read_disposition(struct multipart *m, struct str value, bool *has_name, bool *has_file)
{
    struct buf extended = {0};
    bool has_extended = false;
    struct buf param = {0};
    struct str name = {NULL, 0};
    bool ok = str_eq_nocase(main_value(value), STR("form-data"));
    int rc = 0;

    while (ok && rc == 0 && multipart_head_take_param(&value, &name, &param, &ok)) {
        rc = buf_error(&param);
        if (str_eq_nocase(name, STR("name")) && !*has_name) {
            *has_name = true;
            buf_append_str(&m->name, buf_str(&param));
        } else if (str_eq_nocase(name, STR("filename")) && !*has_file) {
            *has_file = true;
            buf_append_str(&m->filename, buf_str(&param));
        } else if (str_eq_nocase(name, STR("filename*")) && !has_extended) {
            has_extended = true;
            buf_append_str(&extended, buf_str(&param));
        } else if (is_piece_of_filename(name)) {
            ok = false;
        }
    }
    rc = rc == 0 ? buf_error(&param) : rc;
    rc = rc == 0 ? buf_error(&extended) : rc;
    rc = rc == 0 && !ok ? SAILS_EPROTO : rc;
    if (rc == 0 && has_extended && !*has_file) {
        *has_file = true;
        rc = read_extended_name(m, buf_str(&extended));
    }
    buf_deinit(&param);
    buf_deinit(&extended);
    return rc;
}

/* RFC 7578 section 4.7: nobody sends another one any more, and we would store it encoded. */
static bool is_plain_encoding(struct str value)
{
    return str_eq_nocase(value, STR("7bit")) || str_eq_nocase(value, STR("8bit")) ||
           str_eq_nocase(value, STR("binary"));
}

static int read_header(struct multipart *m, struct str line, bool *has_name, bool *has_file)
{
    size_t colon = str_find(line, ':');
    struct str name = {line.ptr, colon};
    struct str value = {NULL, 0};

    if (colon == line.len || colon == 0 || !is_header_text(line)) {
        return SAILS_EPROTO;
    }
    value = str_trim(str_from_offset(line, colon + 1));
    if (str_eq_nocase(name, STR("content-disposition"))) {
        return read_disposition(m, value, has_name, has_file);
    }
    if (str_eq_nocase(name, STR("content-type"))) {
        buf_clear(&m->type);
        buf_append_str(&m->type, value);
    } else if (str_eq_nocase(name, STR("content-transfer-encoding")) && !is_plain_encoding(value)) {
        return SAILS_EPROTO;
    }
    return 0;
}

int multipart_head_read(struct multipart *m, bool *has_file)
{
    struct str rest = buf_str(&m->head);
    bool has_name = false;
    int rc = 0;

    buf_clear(&m->name);
    buf_clear(&m->filename);
    buf_clear(&m->type);
    while (rc == 0 && rest.len > 2) {
        size_t end = str_find(rest, '\r');

        rc = read_header(m, (struct str){rest.ptr, end}, &has_name, has_file);
        if (rc == 0 && (end + 1 >= rest.len || rest.ptr[end + 1] != '\n')) {
            rc = SAILS_EPROTO;
        }
        rest = rc == 0 ? str_from_offset(rest, end + 2) : rest;
    }
    if (buf_error(&m->name) < 0 || buf_error(&m->filename) < 0 || buf_error(&m->type) < 0) {
        return SAILS_ENOMEM;
    }
    return rc == 0 && !has_name ? SAILS_EPROTO : rc;
}
