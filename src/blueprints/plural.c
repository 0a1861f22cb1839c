#include "blueprints/plural.h"

#include "base/macros.h"

/*
 * Rules are endings, the first that fits counts: so many bytes go, and the new ending comes. They are those by which
 * Sails makes plurals (its paths must be ours), as far as words occur as names of models.
 */

/* Their plural is themselves; as endings, too: "audionews". */
static const char *const unchanged[] = {
    "news",      "sheep",       "fish",     "deer",   "moose",    "series", "species", "rice",
    "equipment", "information", "advice",   "health", "homework", "media",  "salmon",  "trout",
    "garbage",   "police",      "shrimp",   "bison",  "swine",    "pox",    "staff",   "feet",
    "teeth",     "people",      "children", "men",    "mice",     "lice",   "ese",
};

struct ending {
    const char *ends;
    unsigned cut;
    const char *add;
    const char *not_after; /* none of these letters is before it; NULL: any may be */
    bool is_word;          /* that, and nothing before it */
};

static const struct ending endings[] = {
    /* words of their own */
    {"person", 4, "ople", NULL, false},
    {"child", 0, "ren", NULL, false},
    {"human", 0, "s", NULL, false},
    {"man", 2, "en", NULL, false},
    {"mouse", 4, "ice", NULL, false},
    {"louse", 4, "ice", NULL, false},
    {"goose", 4, "eese", NULL, true},
    {"foot", 3, "eet", NULL, true},
    {"tooth", 4, "eeth", NULL, true},
    {"ox", 0, "en", NULL, true},
    {"die", 2, "ice", NULL, true},
    {"yes", 0, "es", NULL, true},
    {"genus", 2, "era", NULL, true},
    {"viscus", 2, "era", NULL, true},
    {"quiz", 0, "zes", NULL, true},
    {"thief", 1, "ves", NULL, true},
    {"proof", 0, "s", NULL, true},
    {"money", 2, "ies", NULL, false},
    {"canvas", 0, "", NULL, false},
    /* from Latin and Greek */
    {"matrix", 1, "ces", NULL, false},
    {"appendix", 1, "ces", NULL, false},
    {"codex", 2, "ices", NULL, false},
    {"vertex", 2, "ices", NULL, false},
    {"index", 2, "ices", NULL, false},
    {"alumnus", 2, "i", NULL, false},
    {"syllabus", 2, "i", NULL, false},
    {"virus", 2, "i", NULL, false},
    {"radius", 2, "i", NULL, false},
    {"nucleus", 2, "i", NULL, false},
    {"fungus", 2, "i", NULL, false},
    {"cactus", 2, "i", NULL, false},
    {"stimulus", 2, "i", NULL, false},
    {"bacillus", 2, "i", NULL, false},
    {"focus", 2, "i", NULL, false},
    {"octopus", 2, "i", NULL, false},
    {"locus", 2, "i", NULL, false},
    {"datum", 2, "a", NULL, false},
    {"data", 0, "", NULL, false},
    {"bacterium", 2, "a", NULL, false},
    {"curriculum", 2, "a", NULL, false},
    {"symposium", 2, "a", NULL, false},
    {"millennium", 2, "a", NULL, false},
    {"agendum", 2, "a", NULL, false},
    {"agenda", 0, "", NULL, false},
    {"addendum", 2, "a", NULL, false},
    {"erratum", 2, "a", NULL, false},
    {"stratum", 2, "a", NULL, false},
    {"criterion", 2, "a", NULL, false},
    {"criteria", 0, "", NULL, false},
    {"phenomenon", 2, "a", NULL, false},
    {"phenomena", 0, "", NULL, false},
    {"automaton", 2, "a", NULL, false},
    {"alumna", 0, "e", NULL, false},
    {"vertebra", 0, "e", NULL, false},
    {"alga", 0, "e", NULL, false},
    /* -f, -fe */
    {"knife", 2, "ves", NULL, false},
    {"wife", 2, "ves", NULL, false},
    {"life", 2, "ves", NULL, false},
    {"lf", 1, "ves", NULL, false},
    {"arf", 1, "ves", NULL, false},
    {"eaf", 1, "ves", NULL, false},
    {"oaf", 1, "ves", NULL, false},
    {"hoof", 1, "ves", NULL, false},
    /* -o */
    {"hero", 0, "es", NULL, false},
    {"ato", 0, "es", NULL, false},
    {"echo", 0, "es", NULL, true},
    {"torpedo", 0, "es", NULL, true},
    {"volcano", 0, "es", NULL, true},
    {"tornado", 0, "es", NULL, true},
    /* -s and its like */
    {"axis", 2, "es", NULL, false},
    {"testis", 2, "es", NULL, false},
    {"ris", 0, "es", NULL, false},
    {"gas", 0, "es", NULL, false},
    {"alias", 0, "es", NULL, false},
    {"tlas", 0, "es", NULL, false},
    {"us", 0, "es", "aou", false},
    {"sis", 2, "es", NULL, false},
    {"ss", 0, "es", NULL, false},
    {"sh", 0, "es", NULL, false},
    {"ch", 0, "es", NULL, false},
    {"x", 0, "es", NULL, false},
    {"zz", 0, "es", NULL, false},
    {"s", 0, "", NULL, false}, /* a plural already */
    /* -y */
    {"quy", 1, "ies", NULL, false},
    {"y", 1, "ies", "aeiouy", false},
};

static bool ends_in(struct str word, const char *ending)
{
    struct str end = str_from(ending);

    return word.len >= end.len && memcmp(word.ptr + word.len - end.len, end.ptr, end.len) == 0;
}

static bool fits(const struct ending *ending, struct str word)
{
    size_t before = word.len - strlen(ending->ends); /* how many letters: once it ends so */

    if (!ends_in(word, ending->ends) || (ending->is_word && before > 0)) {
        return false;
    }
    return ending->not_after == NULL || before == 0 ||
           strchr(ending->not_after, word.ptr[before - 1]) == NULL;
}

static bool is_unchanged(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(unchanged); i++) {
        if (ends_in(word, unchanged[i])) {
            return true;
        }
    }
    return false;
}

void plural_append(struct buf *out, struct str word)
{
    static const struct ending otherwise = {.ends = "", .add = "s"};
    const struct ending *found = &otherwise;

    if (is_unchanged(word)) {
        buf_append_str(out, word);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(endings) && found == &otherwise; i++) {
        if (fits(&endings[i], word)) {
            found = &endings[i];
        }
    }
    buf_append_str(out, (struct str){word.ptr, word.len - found->cut});
    buf_append_str(out, str_from(found->add));
}
