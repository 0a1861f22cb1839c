#include "http/http_file_type.h"

#include "base/macros.h"

/*
 * What web applications are made of; text says its charset, as Sails does. Sorted by nothing but
 * sense: the common ones come first, and are found first.
 */
static const struct {
    const char *extension;
    const char *type;
} types[] = {
    {"html", "text/html; charset=UTF-8"},
    {"js", "application/javascript; charset=UTF-8"},
    {"css", "text/css; charset=UTF-8"},
    {"json", "application/json; charset=UTF-8"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"svg", "image/svg+xml"},
    {"gif", "image/gif"},
    {"ico", "image/x-icon"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"woff2", "font/woff2"},
    {"woff", "font/woff"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"eot", "application/vnd.ms-fontobject"},
    {"txt", "text/plain; charset=UTF-8"},
    {"htm", "text/html; charset=UTF-8"},
    {"mjs", "application/javascript; charset=UTF-8"},
    {"map", "application/json; charset=UTF-8"},
    {"webmanifest", "application/manifest+json; charset=UTF-8"},
    {"jsonld", "application/ld+json; charset=UTF-8"},
    {"md", "text/markdown; charset=UTF-8"},
    {"csv", "text/csv; charset=UTF-8"},
    {"ics", "text/calendar; charset=UTF-8"},
    {"vtt", "text/vtt; charset=UTF-8"},
    {"xml", "application/xml; charset=UTF-8"},
    {"xhtml", "application/xhtml+xml; charset=UTF-8"},
    {"rss", "application/rss+xml; charset=UTF-8"},
    {"atom", "application/atom+xml; charset=UTF-8"},
    {"yaml", "text/yaml; charset=UTF-8"},
    {"yml", "text/yaml; charset=UTF-8"},
    {"log", "text/plain; charset=UTF-8"},
    {"wasm", "application/wasm"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tar", "application/x-tar"},
    {"7z", "application/x-7z-compressed"},
    {"rtf", "application/rtf"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"oga", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"m4a", "audio/mp4"},
    {"aac", "audio/aac"},
    {"mp4", "video/mp4"},
    {"m4v", "video/mp4"},
    {"webm", "video/webm"},
    {"ogv", "video/ogg"},
    {"mov", "video/quicktime"},
    {"mpeg", "video/mpeg"},
    {"avi", "video/x-msvideo"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"epub", "application/epub+zip"},
};

struct str http_file_type_of_extension(struct str extension)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_eq_nocase(extension, str_from(types[i].extension))) {
            return str_from(types[i].type);
        }
    }
    return STR("application/octet-stream");
}
