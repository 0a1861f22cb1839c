#include "cli/cli_words.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

/* Takes the word; NULL: there was no memory for it. */
static void take(struct cli_words *words, char *word)
{
    char **items = NULL;

    if (word != NULL && !words->failed) {
        items = mem_realloc(words->items, (words->n + 2) * sizeof(*items));
    }
    if (items == NULL) {
        words->failed = true;
        mem_free(word);
        return;
    }
    words->items = items;
    words->items[words->n++] = word;
    words->items[words->n] = NULL;
}

void cli_words_add(struct cli_words *words, const char *word)
{
    take(words, mem_strndup(word, strlen(word)));
}

void cli_words_printf(struct cli_words *words, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    take(words, buf_take(&text));
}

void cli_words_split(struct cli_words *words, struct str text)
{
    static const char blanks[] = " \t\r\n";

    for (size_t at = 0; at < text.len;) {
        size_t begin = at;

        while (at < text.len && strchr(blanks, text.ptr[at]) == NULL) {
            at++;
        }
        if (at > begin) {
            take(words, mem_strndup(text.ptr + begin, at - begin));
        }
        at++;
    }
}

void cli_words_append(struct cli_words *words, const struct cli_words *more)
{
    words->failed = words->failed || more->failed;
    for (size_t i = 0; i < more->n; i++) {
        cli_words_add(words, more->items[i]);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void cli_words_sort(struct cli_words *words)
{
    if (words->n > 1) {
        qsort(words->items, words->n, sizeof(words->items[0]), compare);
    }
}

void cli_words_deinit(struct cli_words *words)
{
    for (size_t i = 0; i < words->n; i++) {
        mem_free(words->items[i]);
    }
    mem_free(words->items);
    *words = (struct cli_words){0};
}
