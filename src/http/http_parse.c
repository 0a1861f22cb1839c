#include "http/http_parse.h"

#include "base/macros.h"

/*
 * A head comes here whole, and after http_scan.h: lines end with CR LF and with nothing else, names are
 * tokens with a colon behind them, values have no control bytes. So nothing is left but to find the parts,
 * each of which has one byte that ends it.
 *
 * Where a request ends is what request smuggling lives on. So http_parse_test and http_head_fuzz hold what
 * this takes out of a head against what http-parser does, which has been Node's parser for ten years.
 */

/* Those that http-parser knows. */
static bool is_method(struct str name)
{
    static const struct str methods[] = {
        {"GET", 3},          {"POST", 4},     {"PUT", 3},         {"DELETE", 6},
        {"HEAD", 4},         {"OPTIONS", 7},  {"PATCH", 5},       {"CONNECT", 7},
        {"TRACE", 5},        {"COPY", 4},     {"LOCK", 4},        {"MKCOL", 5},
        {"MOVE", 4},         {"PROPFIND", 8}, {"PROPPATCH", 9},   {"SEARCH", 6},
        {"UNLOCK", 6},       {"BIND", 4},     {"REBIND", 6},      {"UNBIND", 6},
        {"ACL", 3},          {"REPORT", 6},   {"MKACTIVITY", 10}, {"CHECKOUT", 8},
        {"MERGE", 5},        {"M-SEARCH", 8}, {"NOTIFY", 6},      {"SUBSCRIBE", 9},
        {"UNSUBSCRIBE", 11}, {"PURGE", 5},    {"MKCALENDAR", 10}, {"LINK", 4},
        {"UNLINK", 6},       {"SOURCE", 6},
    };

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (str_eq(name, methods[i])) {
            return true;
        }
    }
    return false;
}

/* ---- the request line ---- */

/* "HTTP/1.1", "HTTP/1.0"; any other of that form is 505, the preface of HTTP/2 included. */
static unsigned read_version(struct http_parsed *out, struct str version)
{
    if (str_eq(version, STR("HTTP/1.1")) || str_eq(version, STR("HTTP/1.0"))) {
        out->is_http_1_0 = version.ptr[7] == '0';
        return 0;
    }
    if (version.len == 8 && str_starts_with(version, STR("HTTP/")) &&
        char_is_digit(version.ptr[5]) && version.ptr[6] == '.' && char_is_digit(version.ptr[7])) {
        return 505;
    }
    return 400;
}

/* The text in front of the next `end`, which is taken from *rest as well. False: there is none. */
static bool take_until(struct str *rest, char end, struct str *part)
{
    size_t len = str_find(*rest, end);

    if (len == rest->len) {
        return false;
    }
    *part = (struct str){rest->ptr, len};
    *rest = str_from_offset(*rest, len + 1);
    return true;
}

static unsigned read_request_line(struct http_parsed *out, struct str *rest)
{
    struct str version = {0};
    unsigned status = 0;

    if (!take_until(rest, ' ', &out->method) || !take_until(rest, ' ', &out->target) ||
        !take_until(rest, '\n', &version) || version.len == 0) {
        return 400;
    }
    version.len--; /* CR */
    status = read_version(out, version);
    if (status == 0 && !is_method(out->method)) {
        status = 501;
    }
    return status;
}

/* ---- headers ---- */

/* The name becomes lower case on the way to its colon. */
static struct str read_name(char *line, size_t len)
{
    size_t i = 0;

    while (i < len && line[i] != ':') {
        line[i] = char_lower(line[i]);
        i++;
    }
    return (struct str){line, i};
}

/* `head`: the bytes that *rest is a view of, which are the caller's to change. */
static unsigned read_headers(struct http_parsed *out, char *head, struct str rest)
{
    struct str line = {0};

    out->n_headers = 0;
    while (take_until(&rest, '\n', &line)) {
        struct http_header *header = &out->headers[out->n_headers];

        if (str_eq(line, STR("\r"))) {
            return 0;
        }
        if (out->n_headers == out->max_headers) {
            break;
        }
        header->name = read_name(head + (line.ptr - head), line.len);
        if (header->name.len == 0 || header->name.len == line.len) {
            break;
        }
        line.len--; /* CR */
        header->value = str_trim(str_from_offset(line, header->name.len + 1));
        out->n_headers++;
    }
    return 400;
}

/* What is said of the connection; by some clients to a proxy that there is not. */
struct options {
    bool close;
    bool keep_alive;
    bool upgrade;
    bool has_upgrade; /* there is a protocol to upgrade to */
};

static void read_options(struct options *options, struct str list)
{
    struct str part = {0};

    while (str_take_part(&list, ',', &part)) {
        options->close |= str_eq_nocase(part, STR("close"));
        options->keep_alive |= str_eq_nocase(part, STR("keep-alive"));
        options->upgrade |= str_eq_nocase(part, STR("upgrade"));
    }
}

static void read_connection(struct http_parsed *out)
{
    struct options options = {0};

    for (size_t i = 0; i < out->n_headers; i++) {
        const struct http_header *header = &out->headers[i];

        if (str_eq(header->name, STR("connection")) ||
            str_eq(header->name, STR("proxy-connection"))) {
            read_options(&options, header->value);
        } else if (str_eq(header->name, STR("upgrade"))) {
            options.has_upgrade |= header->value.len > 0;
        }
    }
    out->is_upgrade = options.upgrade && options.has_upgrade;
    out->keep_alive = out->is_http_1_0 ? options.keep_alive : !options.close;
}

unsigned http_parse_head(struct http_parsed *out, char *head, size_t len)
{
    struct str rest = {head, len};
    unsigned status = 0;

    while (rest.len > 0 && (rest.ptr[0] == '\r' || rest.ptr[0] == '\n')) {
        rest = str_from_offset(rest, 1); /* empty lines before the request line */
    }
    status = read_request_line(out, &rest);
    if (status == 0) {
        status = read_headers(out, head, rest);
    }
    if (status == 0) {
        read_connection(out);
    }
    return status;
}
