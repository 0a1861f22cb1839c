#include "http/http_accept.h"

#include "base/macros.h"

/* "0", "0.5", "0.123", "1", "1.000"; 0 for anything else. */
static unsigned read_quality(struct str text)
{
    static const unsigned weights[] = {100, 10, 1};
    unsigned quality = 0;

    if (text.len == 0 || text.len > 5 || (text.len > 1 && text.ptr[1] != '.')) {
        return 0;
    }
    if (text.ptr[0] != '0' && text.ptr[0] != '1') {
        return 0;
    }
    quality = text.ptr[0] == '1' ? HTTP_QUALITY_MAX : 0;
    for (size_t i = 2; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return 0;
        }
        quality += weights[i - 2] * (unsigned)(text.ptr[i] - '0');
    }
    return quality <= HTTP_QUALITY_MAX ? quality : 0;
}

static bool is_quality(struct str parameter)
{
    return parameter.len >= 2 && (parameter.ptr[0] == 'q' || parameter.ptr[0] == 'Q') &&
           parameter.ptr[1] == '=';
}

static void split_quality(struct str part, struct str *value, unsigned *quality)
{
    size_t at = str_find(part, ';');

    *value = part;
    *quality = HTTP_QUALITY_MAX;
    while (at < part.len) {
        struct str rest = str_from_offset(part, at + 1);
        struct str parameter = str_trim((struct str){rest.ptr, str_find(rest, ';')});

        if (is_quality(parameter)) {
            *value = str_trim((struct str){part.ptr, at});
            *quality = read_quality(str_from_offset(parameter, 2));
            return;
        }
        at += 1 + str_find(rest, ';');
    }
}

bool http_accept_take(struct str *rest, struct str *value, unsigned *quality)
{
    struct str part;

    while (str_take_part(rest, ',', &part)) {
        if (part.len > 0) {
            split_quality(part, value, quality);
            return true;
        }
    }
    return false;
}

struct str http_coding_name(enum http_coding coding)
{
    switch (coding) {
    case HTTP_CODING_GZIP:
        return STR("gzip");
    case HTTP_CODING_DEFLATE:
        return STR("deflate");
    case HTTP_CODING_IDENTITY:
        break;
    }
    return STR("identity");
}

/* The quality that the header gives to just that name; -1: it does not name it. */
static int named_quality(struct str header, struct str name)
{
    struct str value;
    unsigned quality = 0;

    while (http_accept_take(&header, &value, &quality)) {
        if (str_eq_nocase(value, name)) {
            return (int)quality;
        }
    }
    return -1;
}

enum http_coding http_accept_encoding(struct str header, unsigned supported)
{
    static const enum http_coding codings[] = {HTTP_CODING_GZIP, HTTP_CODING_DEFLATE};
    enum http_coding best = HTTP_CODING_IDENTITY;
    int best_quality = named_quality(header, STR("identity"));
    int any = named_quality(header, STR("*"));

    for (size_t i = 0; i < ARRAY_LEN(codings); i++) {
        int named = named_quality(header, http_coding_name(codings[i]));
        int quality = named >= 0 ? named : any;
        bool wins =
            quality > best_quality || (quality == best_quality && best == HTTP_CODING_IDENTITY);

        if ((supported & codings[i]) != 0 && quality > 0 && wins) {
            best = codings[i];
            best_quality = quality;
        }
    }
    return best;
}
