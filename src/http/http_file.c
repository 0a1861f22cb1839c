#include "http/http_file.h"

#include "http/http_file_type.h"
#include "http/url.h"

#include <sails/err.h>
#include <stdio.h>

/* ---- paths ---- */

/* Whether a decoded segment may be part of a path. Its slash was encoded: no name has one. */
static int check_segment(struct str segment)
{
    if (str_eq(segment, STR("..")) || str_find(segment, '\\') < segment.len ||
        str_find(segment, '/') < segment.len) {
        return SAILS_ENOENT;
    }
    return 0;
}

static bool is_hidden(struct str segment, bool is_last, enum http_dotfiles dotfiles)
{
    switch (dotfiles) {
    case HTTP_DOTFILES_SERVE:
        return false;
    case HTTP_DOTFILES_HIDE_FILES:
        return is_last && segment.ptr[0] == '.';
    case HTTP_DOTFILES_HIDE:
        break;
    }
    return segment.ptr[0] == '.';
}

/* Appends one decoded segment, and a slash unless it is the last. */
static int add_segment(struct buf *out, struct str raw, bool is_last, enum http_dotfiles dotfiles)
{
    size_t start = out->len;
    struct str segment = {0};
    int rc = url_decode(out, raw, false, true);

    if (rc < 0) {
        return rc;
    }
    segment = str_from_offset(buf_str(out), start);
    if (segment.len == 0 || str_eq(segment, STR("."))) {
        out->len = start;
        return 0;
    }
    rc = check_segment(segment);
    if (rc == 0 && is_hidden(segment, is_last, dotfiles)) {
        rc = SAILS_ENOENT;
    }
    if (rc == 0 && !is_last) {
        buf_append_char(out, '/');
    }
    return rc;
}

int http_file_path(struct buf *out, struct str path, enum http_dotfiles dotfiles)
{
    size_t start = out->len;
    struct str rest = path;
    int rc = 0;

    while (rc == 0 && rest.len > 0) {
        struct str raw = {rest.ptr, str_find(rest, '/')};
        bool is_last = raw.len == rest.len;

        rc = add_segment(out, raw, is_last, dotfiles);
        rest = str_from_offset(rest, is_last ? raw.len : raw.len + 1);
    }
    buf_append_char(out, '\0');
    if (rc == 0) {
        rc = buf_error(out);
    }
    out->len = rc == 0 ? out->len - 1 : start;
    return rc;
}

struct str http_file_type(struct str name)
{
    size_t dot = name.len;

    while (dot > 0 && name.ptr[dot - 1] != '.' && name.ptr[dot - 1] != '/') {
        dot--;
    }
    if (dot == 0 || name.ptr[dot - 1] == '/') {
        return STR("application/octet-stream");
    }
    return http_file_type_of_extension(str_from_offset(name, dot));
}

/* ---- conditions: RFC 9110 section 13 ---- */

void http_file_etag(char out[HTTP_ETAG_MAX], const struct http_file *file)
{
    snprintf(out, HTTP_ETAG_MAX, "%s\"%jx-%jx\"", file->is_strong ? "" : "W/",
             (uintmax_t)file->size, (uintmax_t)file->mtime_ms);
}

static struct str without_weakness(struct str tag)
{
    return str_starts_with(tag, STR("W/")) ? str_from_offset(tag, 2) : tag;
}

/*
 * Weak comparison against a list; our tags have no comma in them. For If-Match, too, where the RFC
 * wants the strong one: with it our weak tags would never match, and the reference does the same.
 */
static bool list_has_tag(struct str list, struct str etag)
{
    struct str part;

    while (str_take_part(&list, ',', &part)) {
        if (str_eq(part, STR("*")) || str_eq(without_weakness(part), without_weakness(etag))) {
            return true;
        }
    }
    return false;
}

/* Whether the file is newer than the date of that header; `otherwise`: no such date. */
static bool is_newer(const struct http_request *request, struct str name,
                     const struct http_file *file, bool otherwise)
{
    uint64_t date_s = 0;

    if (!http_date_parse(http_header(request, name), &date_s)) {
        return otherwise;
    }
    return file->mtime_ms / 1000 > date_s;
}

static bool is_forbidden(const struct http_request *request, const struct http_file *file,
                         struct str etag)
{
    struct str match = http_header(request, STR("if-match"));

    if (match.ptr != NULL) {
        return !list_has_tag(match, etag);
    }
    return is_newer(request, STR("if-unmodified-since"), file, false);
}

static bool is_known(const struct http_request *request, const struct http_file *file,
                     struct str etag)
{
    struct str none_match = http_header(request, STR("if-none-match"));

    if (str_list_has(http_header(request, STR("cache-control")), STR("no-cache"))) {
        return false;
    }
    if (none_match.ptr != NULL) {
        return list_has_tag(none_match, etag);
    }
    return !is_newer(request, STR("if-modified-since"), file, true);
}

/* ---- ranges: RFC 9110 section 14 ---- */

/* A part of another file is worse than the whole of this one, so the comparison is strong. */
static bool range_applies(const struct http_request *request, const struct http_file *file,
                          struct str etag)
{
    struct str condition = http_header(request, STR("if-range"));
    uint64_t date_s = 0;

    if (request->method != HTTP_METHOD_GET) {
        return false;
    }
    if (condition.ptr == NULL) {
        return true;
    }
    if (http_date_parse(condition, &date_s)) {
        return date_s == file->mtime_ms / 1000;
    }
    return file->is_strong && str_eq(condition, etag);
}

/* "bytes=a-b", "a-", "-n": true and the first and last byte, which may be beyond the end. */
static bool read_range(struct str text, uint64_t size, uint64_t *first, uint64_t *last)
{
    struct str unit = {text.ptr, str_find(text, '=')};
    struct str range = {0};
    struct str from = {0}, to = {0};
    uint64_t suffix = 0;

    if (unit.len == text.len || !str_eq_nocase(unit, STR("bytes"))) {
        return false;
    }
    range = str_trim(str_from_offset(text, unit.len + 1));
    from = (struct str){range.ptr, str_find(range, '-')};
    if (from.len == range.len) {
        return false;
    }
    to = str_from_offset(range, from.len + 1);
    if (from.len == 0) {
        if (!str_to_u64(to, UINT64_MAX, &suffix)) {
            return false;
        }
        *first = suffix == 0 ? size : size - (suffix < size ? suffix : size);
        *last = UINT64_MAX;
        return true;
    }
    *last = UINT64_MAX;
    return str_to_u64(from, UINT64_MAX, first) &&
           (to.len == 0 || (str_to_u64(to, UINT64_MAX, last) && *first <= *last));
}

static void apply_range(const struct http_request *request, const struct http_file *file,
                        struct http_file_answer *answer)
{
    uint64_t first = 0, last = 0;

    if (!read_range(http_header(request, STR("range")), file->size, &first, &last)) {
        return; /* malformed, or several: the whole */
    }
    if (first >= file->size) {
        answer->status = 416;
        answer->length = 0;
        snprintf(answer->content_range, HTTP_CONTENT_RANGE_MAX, "bytes */%ju",
                 (uintmax_t)file->size);
        return;
    }
    last = last < file->size ? last : file->size - 1;
    answer->status = 206;
    answer->offset = first;
    answer->length = last - first + 1;
    snprintf(answer->content_range, HTTP_CONTENT_RANGE_MAX, "bytes %ju-%ju/%ju", (uintmax_t)first,
             (uintmax_t)last, (uintmax_t)file->size);
}

void http_file_answer(const struct http_request *request, const struct http_file *file,
                      struct http_file_answer *answer)
{
    struct str etag = {0};

    *answer = (struct http_file_answer){.status = 200, .length = file->size, .size = file->size};
    http_file_etag(answer->etag, file);
    http_date_format(answer->last_modified, file->mtime_ms / 1000);
    etag = str_from(answer->etag);
    if (is_forbidden(request, file, etag)) {
        answer->status = 412;
        answer->length = 0;
    } else if (is_known(request, file, etag)) {
        answer->status = 304;
        answer->length = 0;
    } else if (range_applies(request, file, etag)) {
        apply_range(request, file, answer);
    }
}

int http_file_add_headers(struct http_exchange *x, const struct http_file_answer *answer,
                          struct str type, uint64_t max_age_s)
{
    char cache[48];
    int rc = 0;

    snprintf(cache, sizeof(cache), "public, max-age=%ju", (uintmax_t)max_age_s);
    if (answer->content_range[0] != '\0') {
        rc = http_set_header(x, STR("Content-Range"), str_from(answer->content_range));
    }
    if (rc < 0 || answer->status >= 400) {
        return rc;
    }
    rc = http_set_header(x, STR("Accept-Ranges"), STR("bytes"));
    rc = rc < 0 ? rc : http_set_header(x, STR("Cache-Control"), str_from(cache));
    rc = rc < 0 ? rc : http_set_header(x, STR("Last-Modified"), str_from(answer->last_modified));
    rc = rc < 0 ? rc : http_set_header(x, STR("ETag"), str_from(answer->etag));
    if (rc == 0 && answer->status != 304) {
        rc = http_set_header(x, STR("Content-Type"), type);
    }
    return rc;
}
