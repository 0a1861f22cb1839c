#include "base/macros.h"
#include "http/http_head.h"
#include "http/http_scan.h"
#include "support/head_oracle.h"

enum {
    HEADERS_MAX = 100
};

/* Of a text in pieces of `step` bytes; how much of it is the head. */
static struct http_scan scan_in_steps(struct str text, size_t step)
{
    static const struct http_limits limits = {
        .max_head = 8192, .max_target = 4096, .max_headers = HEADERS_MAX};
    struct http_scan scan = {0};
    bool is_done = false;

    for (size_t at = 0; at < text.len && !is_done; at += step) {
        struct bytes piece = {(const uint8_t *)text.ptr + at,
                              text.len - at < step ? text.len - at : step};

        is_done = http_scan_next(&scan, &limits, &piece);
    }
    return scan;
}

static bool same_scan(const struct http_scan *a, const struct http_scan *b)
{
    return a->status == b->status &&
           (a->status != 0 ||
            (a->state == b->state && a->n_bytes == b->n_bytes && a->n_headers == b->n_headers));
}

/* "keep": the library takes the comma behind it for a part of it. */
static bool begins_an_option(struct str part)
{
    static const struct str options[] = {{"close", 5}, {"keep-alive", 10}, {"upgrade", 7}};

    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (part.len < options[i].len &&
            str_eq_nocase(part, (struct str){options[i].ptr, part.len})) {
            return true;
        }
    }
    return false;
}

/* The library looks no further where a part does not begin as a token does, or begins an option. */
static bool is_list_for_both(const struct http_header *header)
{
    struct str rest = header->value;
    struct str part = {0};

    while (str_take_part(&rest, ',', &part)) {
        bool is_last = rest.ptr == NULL;

        if (!is_last && (part.len == 0 || begins_an_option(part))) {
            return false;
        }
        if (part.len > 0 && !http_is_token_char((uint8_t)part.ptr[0])) {
            return false;
        }
    }
    return true;
}

static bool has_lists_for_both(const struct http_parsed *parsed)
{
    for (size_t i = 0; i < parsed->n_headers; i++) {
        const struct http_header *header = &parsed->headers[i];

        if ((str_eq(header->name, STR("connection")) ||
             str_eq(header->name, STR("proxy-connection"))) &&
            !is_list_for_both(header)) {
            return false;
        }
    }
    return true;
}

static const char *compare_connection(const struct http_parsed *ours,
                                      const struct http_parsed *theirs)
{
    if (!has_lists_for_both(ours)) {
        return NULL;
    }
    if (ours->is_upgrade != theirs->is_upgrade && !str_eq(ours->method, STR("CONNECT"))) {
        return "whether it is an upgrade";
    }
    return ours->keep_alive != theirs->keep_alive ? "whether the connection stays" : NULL;
}

static const char *compare_parsed(const struct http_parsed *ours, const struct http_parsed *theirs)
{
    if (!str_eq(ours->method, theirs->method)) {
        return "the method";
    }
    if (!str_eq(ours->target, theirs->target)) {
        return "the target";
    }
    if (ours->is_http_1_0 != theirs->is_http_1_0) {
        return "the version";
    }
    if (ours->n_headers != theirs->n_headers) {
        return "how many headers there are";
    }
    for (size_t i = 0; i < ours->n_headers; i++) {
        if (!str_eq_nocase(ours->headers[i].name, theirs->headers[i].name) ||
            !str_eq(ours->headers[i].value, theirs->headers[i].value)) {
            return "a header";
        }
    }
    return compare_connection(ours, theirs);
}

/* The library as it is packaged looks at the slash and the numbers only. */
static bool speaks_http(struct str text)
{
    struct str line = {0};

    while (str_starts_with(text, STR("\r\n"))) {
        text = str_from_offset(text, 2);
    }
    line = (struct str){text.ptr, str_find(text, '\r')};
    return line.len > 9 && str_starts_with(str_from_offset(line, line.len - 9), STR(" HTTP/1."));
}

static const char *compare_head(struct str text)
{
    struct http_header ours_headers[HEADERS_MAX], theirs_headers[HEADERS_MAX];
    struct http_parsed ours = {.headers = ours_headers, .max_headers = HEADERS_MAX};
    struct http_parsed theirs = {.headers = theirs_headers, .max_headers = HEADERS_MAX};
    struct http_head head = {0};
    struct buf parts = {0};
    const char *complaint = NULL;
    bool is_theirs = head_oracle_read(&theirs, text.ptr, text.len);

    buf_append_str(&parts, text);
    buf_append_str(&head.bytes, text);
    if (buf_error(&parts) < 0 || buf_error(&head.bytes) < 0) {
        complaint = "no memory";
    } else if (is_theirs && speaks_http(text)) {
        complaint = http_parse_head(&ours, parts.ptr, parts.len) != 0
                        ? "whether it is a head: we refuse it"
                        : compare_parsed(&ours, &theirs);
    } else if (http_head_read(&head, ours_headers, HEADERS_MAX) == 0) {
        complaint = "whether it is a head: we accept it";
    }
    buf_deinit(&parts);
    http_head_deinit(&head);
    return complaint;
}

/* Tabs are blanks (RFC 9110 section 5.6.3), but not everywhere to the library. */
static void blank_tabs(struct buf *head)
{
    for (size_t i = 0; i < head->len; i++) {
        if (head->ptr[i] == '\t') {
            head->ptr[i] = ' ';
        }
    }
}

const char *head_oracle_compare(struct str text)
{
    struct http_scan whole = scan_in_steps(text, text.len);
    struct http_scan bytewise = scan_in_steps(text, 1);
    struct buf head = {0};
    const char *complaint = "memory: there is none";

    if (!same_scan(&whole, &bytewise)) {
        return "what is seen of it whole and byte by byte";
    }
    if (whole.status != 0 || whole.state != HTTP_SCAN_END) {
        return NULL;
    }
    buf_append(&head, text.ptr, whole.n_bytes);
    if (buf_error(&head) == 0) {
        blank_tabs(&head);
        complaint = compare_head(buf_str(&head));
    }
    buf_deinit(&head);
    return complaint;
}
