#include "http/http_head.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "http/http_parse.h"

struct count {
    size_t n;
    struct str value; /* of the last one */
};

static struct count count_headers(const struct http_parsed *parsed, struct str name)
{
    struct count count = {0};

    for (size_t i = 0; i < parsed->n_headers; i++) {
        if (str_eq(parsed->headers[i].name, name)) {
            count.n++;
            count.value = parsed->headers[i].value;
        }
    }
    return count;
}

/* ---- where the body ends: RFC 9112 section 6 ---- */

static unsigned read_transfer_encoding(struct http_head *head, struct count encoding)
{
    struct str rest = encoding.value;
    struct str last = {0};

    if (encoding.n > 1 || head->request.is_http_1_0) {
        return 400; /* section 6.1: in HTTP/1.0 the framing is faulty */
    }
    if (str_eq_nocase(encoding.value, STR("chunked"))) {
        head->framing = HTTP_FRAMING_CHUNKED;
        return 0;
    }
    while (str_take_part(&rest, ',', &last)) {
    }
    return str_eq_nocase(last, STR("chunked")) ? 501 : 400; /* section 6.3: no way to its end */
}

static unsigned read_framing(struct http_head *head, const struct http_parsed *parsed)
{
    struct count length = count_headers(parsed, STR("content-length"));
    struct count encoding = count_headers(parsed, STR("transfer-encoding"));

    if (length.n > 1 || (length.n > 0 && encoding.n > 0)) {
        return 400; /* the two ways to end a body that smuggling plays against each other */
    }
    if (encoding.n > 0) {
        return read_transfer_encoding(head, encoding);
    }
    if (length.n == 0) {
        return 0;
    }
    if (!str_to_u64(length.value, INT64_MAX, &head->content_length)) {
        return 400;
    }
    head->framing = head->content_length > 0 ? HTTP_FRAMING_LENGTH : HTTP_FRAMING_NONE;
    return 0;
}

/* ---- Host and target: RFC 9112 section 3 ---- */

/* The characters of a host and a port (RFC 3986 section 3.2.2); empty is allowed. */
static bool is_host(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (!char_is_alnum(c) && (c == '\0' || strchr("-._~%!$&'()*+,;=:[]", c) == NULL)) {
            return false;
        }
    }
    return true;
}

static unsigned check_host(const struct http_head *head, const struct http_parsed *parsed)
{
    struct count host = count_headers(parsed, STR("host"));

    if (host.n > 1 || (host.n == 0 && !head->request.is_http_1_0)) {
        return 400;
    }
    return is_host(host.value) ? 0 : 400;
}

/* In "http://host:80/path?query" the target's host counts, not the header's (section 3.2.2). */
static unsigned split_absolute(struct str target, struct http_parsed *parsed, struct str *rest)
{
    size_t scheme = 0;
    struct str after = {0};
    struct str host = {0};

    while (scheme < target.len && char_is_letter(target.ptr[scheme])) {
        scheme++;
    }
    after = str_from_offset(target, scheme);
    if (scheme == 0 || !str_starts_with(after, STR("://"))) {
        return 400;
    }
    after = str_from_offset(after, 3);
    host = (struct str){after.ptr, str_find(after, '/')};
    host.len = str_find(host, '?');
    if (host.len == 0 || !is_host(host)) {
        return 400;
    }
    for (size_t i = 0; i < parsed->n_headers; i++) {
        if (str_eq(parsed->headers[i].name, STR("host"))) {
            parsed->headers[i].value = host;
        }
    }
    *rest = str_from_offset(after, host.len);
    return 0;
}

static unsigned split_target(struct http_request *request, struct http_parsed *parsed)
{
    struct str rest = request->target;
    size_t mark = 0;
    unsigned status = 0;

    if (str_eq(rest, STR("*"))) {
        request->path = rest;
        return request->method == HTTP_METHOD_OPTIONS ? 0 : 400;
    }
    if (rest.ptr[0] != '/') {
        status = split_absolute(request->target, parsed, &rest);
    }
    if (status != 0) {
        return status;
    }
    mark = str_find(rest, '?');
    request->path = mark > 0 ? (struct str){rest.ptr, mark} : STR("/");
    request->query = mark < rest.len ? str_from_offset(rest, mark + 1) : (struct str){0};
    return 0;
}

static enum http_method method_of(struct str name)
{
    static const struct {
        struct str name;
        enum http_method method;
    } methods[] = {
        {{"GET", 3}, HTTP_METHOD_GET},         {{"HEAD", 4}, HTTP_METHOD_HEAD},
        {{"POST", 4}, HTTP_METHOD_POST},       {{"PUT", 3}, HTTP_METHOD_PUT},
        {{"PATCH", 5}, HTTP_METHOD_PATCH},     {{"DELETE", 6}, HTTP_METHOD_DELETE},
        {{"OPTIONS", 7}, HTTP_METHOD_OPTIONS},
    };

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (str_eq(name, methods[i].name)) {
            return methods[i].method;
        }
    }
    return HTTP_METHOD_OTHER;
}

/*
 * CONNECT asks for a tunnel, which this server is for no resource; TRACE sends a request's cookies
 * back to whoever can make a browser send it. Neither is implemented (RFC 9110 section 15.6.2).
 */
static unsigned read_target(struct http_head *head, struct http_parsed *parsed)
{
    struct http_request *request = &head->request;

    if (!utf8_is_valid(str_bytes(parsed->target))) {
        return 400; /* no text, as JSON and every function that takes one understands it */
    }

    if (str_eq(parsed->method, STR("CONNECT")) || str_eq(parsed->method, STR("TRACE"))) {
        return 501;
    }
    request->method = method_of(parsed->method);
    request->method_name = parsed->method;
    request->target = parsed->target;
    return split_target(request, parsed);
}

/* RFC 9110 section 10.1.1; a client of HTTP/1.0 cannot mean it. */
static unsigned read_expect(struct http_head *head, const struct http_parsed *parsed)
{
    struct count expect = count_headers(parsed, STR("expect"));

    if (expect.n == 0 || head->request.is_http_1_0) {
        return 0;
    }
    if (expect.n > 1 || !str_eq_nocase(expect.value, STR("100-continue"))) {
        return 417;
    }
    head->expects_continue = head->framing != HTTP_FRAMING_NONE;
    return 0;
}

/* ---- several headers of one name ---- */

/* Of these a second one is ignored, as Node does. */
static bool makes_no_sense_twice(struct str name)
{
    static const struct str names[] = {
        {"age", 3},           {"authorization", 13},
        {"content-type", 12}, {"etag", 4},
        {"expires", 7},       {"from", 4},
        {"host", 4},          {"if-modified-since", 17},
        {"location", 8},      {"last-modified", 13},
        {"max-forwards", 12}, {"if-unmodified-since", 19},
        {"retry-after", 11},  {"user-agent", 10},
        {"referer", 7},       {"proxy-authorization", 19},
        {"server", 6},
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* The first header behind `at` with the same name, or n_headers. */
static size_t find_same(const struct http_parsed *parsed, size_t at, size_t from)
{
    size_t i = from;

    while (i < parsed->n_headers && !str_eq(parsed->headers[i].name, parsed->headers[at].name)) {
        i++;
    }
    return i;
}

static bool has_same(const struct http_parsed *parsed)
{
    for (size_t i = 0; i < parsed->n_headers; i++) {
        if (find_same(parsed, i, i + 1) < parsed->n_headers) {
            return true;
        }
    }
    return false;
}

static void remove_header(struct http_parsed *parsed, size_t at)
{
    parsed->n_headers--;
    memmove(&parsed->headers[at], &parsed->headers[at + 1],
            (parsed->n_headers - at) * sizeof(parsed->headers[0]));
}

/* Joins all that have the name of the header at `at` into it, the text at `out`; its new end. */
static char *join_at(struct http_parsed *parsed, size_t at, char *out)
{
    struct http_header *header = &parsed->headers[at];
    struct str between = str_eq(header->name, STR("cookie")) ? STR("; ") : STR(", ");
    size_t same = find_same(parsed, at, at + 1);
    char *end = out;

    if (same == parsed->n_headers) {
        return out;
    }
    memcpy(end, header->value.ptr, header->value.len);
    end += header->value.len;
    while (same < parsed->n_headers) {
        struct str value = parsed->headers[same].value;

        if (!makes_no_sense_twice(header->name)) {
            memcpy(end, between.ptr, between.len);
            memcpy(end + between.len, value.ptr, value.len);
            end += between.len + value.len;
        }
        remove_header(parsed, same);
        same = find_same(parsed, at, same);
    }
    header->value = (struct str){out, (size_t)(end - out)};
    return end;
}

/* The separators need no more than the names and line ends that they stand for. */
static unsigned join_same(struct http_head *head, struct http_parsed *parsed)
{
    char *end = NULL;

    if (!has_same(parsed)) {
        return 0;
    }
    head->joined = mem_alloc(head->bytes.len);
    if (head->joined == NULL) {
        return 500;
    }
    end = head->joined;
    for (size_t i = 0; i < parsed->n_headers; i++) {
        end = join_at(parsed, i, end);
    }
    return 0;
}

unsigned http_head_read(struct http_head *head, struct http_header *headers, size_t max_headers)
{
    struct http_parsed parsed = {.headers = headers, .max_headers = max_headers};
    unsigned status = http_parse_head(&parsed, head->bytes.ptr, head->bytes.len);

    if (status == 0) {
        head->request.is_http_1_0 = parsed.is_http_1_0;
        head->request.is_upgrade = parsed.is_upgrade;
        head->keep_alive = parsed.keep_alive;
        status = check_host(head, &parsed);
    }
    if (status == 0) {
        status = read_framing(head, &parsed);
    }
    if (status == 0) {
        status = read_target(head, &parsed);
    }
    if (status == 0) {
        status = read_expect(head, &parsed);
    }
    if (status == 0) {
        status = join_same(head, &parsed);
    }
    head->request.has_body = head->framing != HTTP_FRAMING_NONE;
    head->request.headers = headers;
    head->request.n_headers = parsed.n_headers;
    return status;
}

void http_head_deinit(struct http_head *head)
{
    buf_deinit(&head->bytes);
    mem_free(head->joined);
    head->joined = NULL;
}

struct str http_header(const struct http_request *request, struct str name)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        if (str_eq(request->headers[i].name, name)) {
            return request->headers[i].value;
        }
    }
    return (struct str){NULL, 0};
}
