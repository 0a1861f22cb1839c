#include "web/negotiate.h"

#include "base/macros.h"
#include "http/http_accept.h"
#include "http/http_file_type.h"

/* ---- media types ---- */

static struct str without_parameters(struct str type)
{
    return str_trim((struct str){type.ptr, str_find(type, ';')});
}

/* "text/html" of "html" and "text/html; charset=utf-8"; "application/octet-stream" of an extension
 * nobody knows. */
static struct str media_type_of(struct str name)
{
    static const struct {
        const char *name, *type;
    } words[] = {
        {"text", "text/plain"},
        {"urlencoded", "application/x-www-form-urlencoded"},
        {"multipart", "multipart/*"},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(name, str_from(words[i].name))) {
            return str_from(words[i].type);
        }
    }
    return without_parameters(str_find(name, '/') < name.len ? name
                                                             : http_file_type_of_extension(name));
}

static void split(struct str type, struct str *first, struct str *second)
{
    size_t slash = str_find(type, '/');

    *first = (struct str){type.ptr, slash};
    *second = slash < type.len ? str_from_offset(type, slash + 1) : (struct str){NULL, 0};
}

static bool is_any(struct str part)
{
    return str_eq(part, STR("*"));
}

static bool ends_with(struct str text, struct str end)
{
    return text.len >= end.len && str_eq_nocase(str_from_offset(text, text.len - end.len), end);
}

bool negotiate_is_type(struct str content_type, struct str kind)
{
    struct str type, subtype, wanted, subwanted;

    split(without_parameters(content_type), &type, &subtype);
    if (kind.len > 0 && kind.ptr[0] == '+') {
        return subtype.len > kind.len && ends_with(subtype, kind);
    }
    split(media_type_of(kind), &wanted, &subwanted);
    return subtype.len > 0 && (is_any(wanted) || str_eq_nocase(type, wanted)) &&
           (is_any(subwanted) || str_eq_nocase(subtype, subwanted));
}

/* ---- how exactly a range names an offer; -1: not at all ---- */

static int match_type(struct str range, struct str offer)
{
    size_t at = str_find(range, ';');
    struct str type, subtype, wanted, subwanted;
    int exactness = 0;

    split(without_parameters(range), &wanted, &subwanted);
    split(media_type_of(offer), &type, &subtype);
    if (!(is_any(wanted) || str_eq_nocase(type, wanted)) ||
        !(is_any(subwanted) || str_eq_nocase(subtype, subwanted))) {
        return -1;
    }
    exactness = (is_any(wanted) ? 0 : 4) + (is_any(subwanted) ? 0 : 2);
    if (at < range.len) { /* with parameters: only an offer with the same ones */
        return ends_with(offer, str_from_offset(range, at)) ? exactness + 1 : -1;
    }
    return exactness;
}

static int match_word(struct str range, struct str offer)
{
    if (str_eq_nocase(range, offer)) {
        return 1;
    }
    return is_any(range) ? 0 : -1;
}

/* RFC 4647 section 3.3.1, and the other way round: who wants "en-US" takes "en". */
static int match_language(struct str range, struct str offer)
{
    struct str range_prefix = {range.ptr, str_find(range, '-')};
    struct str offer_prefix = {offer.ptr, str_find(offer, '-')};

    if (str_eq_nocase(range, offer)) {
        return 4;
    }
    if (str_eq_nocase(range_prefix, offer)) {
        return 2;
    }
    if (str_eq_nocase(range, offer_prefix)) {
        return 1;
    }
    return is_any(range) ? 0 : -1;
}

static int match(enum negotiate_subject subject, struct str range, struct str offer)
{
    switch (subject) {
    case NEGOTIATE_TYPE:
        return match_type(range, offer);
    case NEGOTIATE_LANGUAGE:
        return match_language(range, offer);
    case NEGOTIATE_CHARSET:
    case NEGOTIATE_ENCODING:
        return match_word(range, offer);
    }
    return -1;
}

/* ---- the choice ---- */

struct rank {
    unsigned quality; /* 0: not wanted */
    int exactness;    /* -1: no range names it */
    size_t order;     /* of that range */
};

/* By the range that names it most exactly. */
static struct rank rank_offer(enum negotiate_subject subject, struct str header, struct str offer)
{
    struct rank best = {.exactness = -1};
    struct str range;
    unsigned quality = 0;
    unsigned lowest = HTTP_QUALITY_MAX;
    size_t order = 0;

    for (; http_accept_take(&header, &range, &quality); order++) {
        int exactness = match(subject, range, offer);

        lowest = quality < lowest ? quality : lowest;
        if (exactness > best.exactness ||
            (exactness == best.exactness && exactness >= 0 && quality >= best.quality)) {
            best = (struct rank){quality, exactness, order};
        }
    }
    /* Without being named the identity is as good as the worst: RFC 9110 section 12.5.3. */
    if (subject == NEGOTIATE_ENCODING && best.exactness < 0 &&
        str_eq_nocase(offer, STR("identity"))) {
        best = (struct rank){lowest, 1, order};
    }
    return best;
}

static bool is_better(const struct rank *a, const struct rank *b)
{
    if (a->quality != b->quality) {
        return a->quality > b->quality;
    }
    return a->exactness != b->exactness ? a->exactness > b->exactness : a->order < b->order;
}

int negotiate(enum negotiate_subject subject, struct str header, const char *const *offers)
{
    struct rank best = {.exactness = -1};
    int found = NEGOTIATE_NONE;

    if (header.ptr == NULL && subject != NEGOTIATE_ENCODING) {
        header = subject == NEGOTIATE_TYPE ? STR("*/*") : STR("*");
    }
    for (int i = 0; offers[i] != NULL; i++) {
        struct rank rank = rank_offer(subject, header, str_from(offers[i]));

        if (rank.quality > 0 && (found == NEGOTIATE_NONE || is_better(&rank, &best))) {
            best = rank;
            found = i;
        }
    }
    return found;
}
