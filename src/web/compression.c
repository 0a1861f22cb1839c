#include "web/compression.h"

#include "base/macros.h"
#include "http/http_compress.h"

/* Texts of any kind; pictures, films and archives are small already. */
static bool is_compressible(struct str type)
{
    static const struct str types[] = {
        {"application/json", 16}, {"application/javascript", 22},   {"application/xml", 15},
        {"image/svg+xml", 13},    {"application/x-javascript", 24},
    };

    type.len = str_find(type, ';');
    type = str_trim(type);
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_eq_nocase(type, types[i])) {
            return true;
        }
    }
    return str_starts_with(type, STR("text/")) ||
           (type.len > 5 && str_eq(str_from_offset(type, type.len - 5), STR("+json")));
}

static bool is_candidate(const struct header_list *response, struct bytes body)
{
    struct str type = {0};
    struct str cache = {0};

    if (body.len < COMPRESSION_MIN) {
        return false;
    }
    type = header_list_get(response, STR("content-type"));
    cache = header_list_get(response, STR("cache-control"));
    return type.ptr != NULL && is_compressible(type) &&
           header_list_get(response, STR("content-encoding")).ptr == NULL &&
           !str_list_has(cache, STR("no-transform"));
}

/* Adds to what is there: caches need to know all of it. */
static void vary_by_encoding(struct header_list *response)
{
    struct str vary = header_list_get(response, STR("vary"));
    struct buf value = {0};

    if (str_eq(vary, STR("*")) || str_list_has(vary, STR("accept-encoding"))) {
        return;
    }
    if (vary.len > 0) {
        buf_append_str(&value, vary);
        buf_append_str(&value, STR(", "));
    }
    buf_append_str(&value, STR("Accept-Encoding"));
    if (buf_error(&value) == 0) {
        header_list_set(response, STR("Vary"), buf_str(&value));
    }
    buf_deinit(&value);
}

bool compression_apply(const struct header_list *request, struct header_list *response,
                       struct bytes body, struct buf *out)
{
    enum http_coding coding = HTTP_CODING_IDENTITY;

    if (!is_candidate(response, body)) {
        return false;
    }
    vary_by_encoding(response);
    coding = http_accept_encoding(header_list_get(request, STR("accept-encoding")),
                                  HTTP_CODING_GZIP | HTTP_CODING_DEFLATE);
    if (coding == HTTP_CODING_IDENTITY || http_compress(out, coding, body) < 0) {
        return false;
    }
    return header_list_set(response, STR("Content-Encoding"), http_coding_name(coding)) == 0;
}
