#include "cli/cli_stale.h"

#include "base/buf.h"
#include "base/mem.h"
#include "cli/cli_file.h"

#include <sails/err.h>
#include <sys/stat.h>

static bool is_newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
                                                  : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* What has gone is different, too. */
static bool has_changed(const char *path, const struct stat *object)
{
    struct stat info;

    return stat(path, &info) < 0 || is_newer(&info, object);
}

/*
 * "x.o: x.c a.h \<line break> b.h", as make reads it; a blank in a name has a backslash before it. The first
 * word is the object itself.
 */
static bool has_newer_in(struct buf *rule, const struct stat *object)
{
    struct cli_words words = {0};
    bool has_found = false;

    for (size_t i = 0; i + 1 < rule->len; i++) {
        if (rule->ptr[i] == '\\' && rule->ptr[i + 1] == '\n') {
            rule->ptr[i] = ' ';
        }
    }
    cli_words_split(&words, buf_str(rule));
    for (size_t i = 1; i < words.n; i++) {
        has_found = has_found || has_changed(words.items[i], object);
    }
    has_found = has_found || words.failed || words.n < 2;
    cli_words_deinit(&words);
    return has_found;
}

static bool is_stale(const char *object, const char *dependencies)
{
    struct buf rule = {0};
    struct stat info;
    bool answer = true;

    if (stat(object, &info) == 0 && cli_file_read(dependencies, &rule) == 0) {
        answer = has_newer_in(&rule, &info);
    }
    buf_deinit(&rule);
    return answer;
}

int cli_stale_find(const char *folder, const struct cli_words *sources, struct cli_words *stale)
{
    struct cli_words paths = {0};

    for (size_t i = 0; i < sources->n; i++) {
        cli_words_printf(&paths, "%s/%s.o", folder, sources->items[i]);
        cli_words_printf(&paths, "%s/%s.d", folder, sources->items[i]);
    }
    for (size_t i = 0; !paths.failed && i < sources->n; i++) {
        if (is_stale(paths.items[2 * i], paths.items[2 * i + 1])) {
            cli_words_add(stale, sources->items[i]);
        }
    }
    stale->failed = stale->failed || paths.failed;
    cli_words_deinit(&paths);
    return stale->failed ? SAILS_ENOMEM : 0;
}
