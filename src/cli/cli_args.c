#include "cli/cli_args.h"

#include <string.h>

/* The one option of commands with words that has a word behind it. */
static bool takes_next(const char *option)
{
    return strcmp(option, "--appPath") == 0;
}

const char *cli_args_word(int argc, char **argv, size_t n)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            i += takes_next(argv[i]) ? 1 : 0;
            continue;
        }
        if (n == 0) {
            return argv[i];
        }
        n--;
    }
    return NULL;
}

bool cli_args_has(int argc, char **argv, const char *option)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            return true;
        }
    }
    return false;
}

bool cli_args_take(int *argc, char **argv, const char *option)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            memmove(argv + i, argv + i + 1,
                    (size_t)(*argc - i) * sizeof(*argv)); /* the NULL, too */
            --*argc;
            return true;
        }
    }
    return false;
}
