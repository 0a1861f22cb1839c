#include "files/client_bundles.h"

#include "base/mem.h"
#include "base/whole_file.h"
#include "http/http_accept.h"
#include "http/http_compress.h"

#include <jansson.h>

#include <errno.h>
#include <sails/err.h>

enum {
    BUNDLE_MAX = 8 * 1024 * 1024, /* bytes; the largest today is a map of half a megabyte */
    VERSION_MAX = 32
};

static const struct str names[CLIENT_BUNDLES] = {
    {"socket.io.js", 12},
    {"socket.io.js.map", 16},
    {"socket.io.min.js", 16},
    {"socket.io.min.js.map", 20},
    {"socket.io.esm.min.js", 20},
    {"socket.io.esm.min.js.map", 24},
    {"socket.io.msgpack.min.js", 24},
    {"socket.io.msgpack.min.js.map", 28},
};

int client_bundles_set(struct client_bundles *bundles, const char *path, const char *folder)
{
    size_t len = strlen(path);

    if (bundles->path != NULL) {
        return 0;
    }
    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    bundles->path = mem_strndup(path, len);
    bundles->folder = mem_strndup(folder, strlen(folder));
    if (bundles->path == NULL || bundles->folder == NULL) {
        client_bundles_deinit(bundles);
        return SAILS_ENOMEM;
    }
    return 0;
}

void client_bundles_deinit(struct client_bundles *bundles)
{
    for (size_t i = 0; i < CLIENT_BUNDLES; i++) {
        buf_deinit(&bundles->all[i].bytes);
        buf_deinit(&bundles->all[i].gzip);
    }
    mem_free(bundles->path);
    mem_free(bundles->folder);
    mem_free(bundles->version);
    *bundles = (struct client_bundles){0};
}

/* ---- reading ---- */

/* "version" of the package.json beside the folder. */
static int read_version(struct client_bundles *bundles, const struct log *log)
{
    struct buf path = {0};
    struct buf text = {0};
    json_t *package = NULL;
    const char *version = NULL;

    buf_printf(&path, "%s/../package.json", bundles->folder);
    buf_append_char(&path, '\0');
    if (buf_error(&path) == 0 && whole_file_read(path.ptr, BUNDLE_MAX, &text) == 0 &&
        text.len > 0) {
        package = json_loadb(text.ptr, text.len, 0, NULL);
        version = json_string_value(json_object_get(package, "version"));
    }
    if (version != NULL) {
        mem_free(bundles->version);
        bundles->version = mem_strndup(version, strnlen(version, VERSION_MAX));
    } else {
        log_line(log, LOG_ERROR, "sockets.clientPath: %s names no version of socket.io-client",
                 path.len > 0 ? path.ptr : bundles->folder);
    }
    json_decref(package);
    buf_deinit(&text);
    buf_deinit(&path);
    return bundles->version != NULL ? 0 : SAILS_ECONFIG;
}

static void compress(struct client_bundle *bundle)
{
    if (http_compress(&bundle->gzip, HTTP_CODING_GZIP, buf_bytes(&bundle->bytes)) < 0 ||
        bundle->gzip.len >= bundle->bytes.len) {
        buf_deinit(&bundle->gzip);
    }
}

static int read_bundle(struct client_bundles *bundles, size_t i, const struct log *log)
{
    struct client_bundle *bundle = &bundles->all[i];
    struct buf path = {0};
    int rc = 0;

    buf_printf(&path, "%s/%.*s", bundles->folder, STR_FMT(names[i]));
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0) {
        buf_clear(&bundle->bytes);
        rc = whole_file_read(path.ptr, BUNDLE_MAX, &bundle->bytes);
    }
    if (rc == 0) {
        compress(bundle);
    } else if (rc == -ENOENT) {
        rc = 0; /* versions differ in what they have */
    } else {
        log_line(log, LOG_ERROR, "sockets.clientPath: %s cannot be read: %s",
                 path.len > 0 ? path.ptr : bundles->folder, sails_strerror(rc));
        rc = rc == SAILS_ENOMEM ? rc : SAILS_ECONFIG;
    }
    buf_deinit(&path);
    return rc;
}

int client_bundles_open(struct client_bundles *bundles, const struct log *log)
{
    int rc = bundles->path != NULL ? read_version(bundles, log) : 0;

    for (size_t i = 0; rc == 0 && bundles->path != NULL && i < CLIENT_BUNDLES; i++) {
        rc = read_bundle(bundles, i, log);
    }
    return rc;
}

/* ---- serving ---- */

/* CLIENT_BUNDLES: the path is none of a bundle. */
static size_t find(const struct client_bundles *bundles, struct str path)
{
    struct str prefix = str_from(bundles->path);
    size_t i = CLIENT_BUNDLES;

    if (bundles->path != NULL && path.len > prefix.len + 1 && str_starts_with(path, prefix) &&
        path.ptr[prefix.len] == '/') {
        path = str_from_offset(path, prefix.len + 1);
        for (i = 0; i < CLIENT_BUNDLES && !str_eq(path, names[i]); i++) {
        }
    }
    return i;
}

bool client_bundles_has(const struct client_bundles *bundles, const struct http_exchange *x)
{
    const struct http_request *request = http_request(x);

    return (request->method == HTTP_METHOD_GET || request->method == HTTP_METHOD_HEAD) &&
           find(bundles, request->path) < CLIENT_BUNDLES;
}

/* The tag is the version, strong or weak (socket-io 37). */
static bool has_version(const struct http_request *request, const char *version)
{
    struct str tags = http_header(request, STR("if-none-match"));
    char strong[VERSION_MAX + 8], weak[VERSION_MAX + 8];

    snprintf(strong, sizeof(strong), "\"%s\"", version);
    snprintf(weak, sizeof(weak), "W/\"%s\"", version);
    return str_eq(tags, str_from(strong)) || str_eq(tags, str_from(weak));
}

static struct str type_of(struct str name)
{
    bool is_map = str_eq(str_from_offset(name, name.len - 4), STR(".map"));

    return is_map ? STR("application/json; charset=utf-8")
                  : STR("application/javascript; charset=utf-8");
}

static void answer_bytes(const struct client_bundle *bundle, struct http_exchange *x)
{
    struct str accept = http_header(http_request(x), STR("accept-encoding"));

    if (bundle->gzip.len > 0 &&
        http_accept_encoding(accept, HTTP_CODING_GZIP) == HTTP_CODING_GZIP) {
        http_add_header(x, STR("Content-Encoding"), STR("gzip"));
        http_respond(x, 200, buf_bytes(&bundle->gzip));
    } else {
        http_respond(x, 200, buf_bytes(&bundle->bytes));
    }
}

void client_bundles_answer(const struct client_bundles *bundles, struct http_exchange *x)
{
    const struct http_request *request = http_request(x);
    size_t i = find(bundles, request->path);
    const struct client_bundle *bundle = &bundles->all[i < CLIENT_BUNDLES ? i : 0];
    char tag[VERSION_MAX + 8];

    if (i == CLIENT_BUNDLES || bundle->bytes.len == 0) {
        http_add_header(x, STR("Content-Type"), STR("text/plain; charset=utf-8"));
        http_respond(x, 404, str_bytes(STR("Not Found")));
        return;
    }
    snprintf(tag, sizeof(tag), "\"%s\"", bundles->version);
    http_add_header(x, STR("Cache-Control"), STR("public, max-age=0"));
    http_add_header(x, STR("ETag"), str_from(tag));
    http_add_header(x, STR("Vary"), STR("Accept-Encoding"));
    if (has_version(request, bundles->version)) {
        http_respond(x, 304, (struct bytes){NULL, 0});
        return;
    }
    http_add_header(x, STR("Content-Type"), type_of(names[i]));
    answer_bytes(bundle, x);
}
