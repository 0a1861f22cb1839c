#include "cli/cli_args.h"

#include <string.h>

const char *cli_args_word(int argc, char **argv, size_t n)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
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
