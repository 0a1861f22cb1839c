#include "cli/cli_sources.h"

#include "base/whole_file.h"

#include <dirent.h>
#include <sails/err.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders of applications are no deeper, and a circle of links ends. */
#define DEPTH_MAX 32

static bool is_source(const char *name)
{
    size_t len = strlen(name);

    return len > 2 && strcmp(name + len - 2, ".c") == 0;
}

static void find_below(const char *folder, int depth, struct cli_words *out)
{
    DIR *dir = opendir(folder);

    if (dir == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[4096];
        struct stat info;

        if (entry->d_name[0] == '.' ||
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path) ||
            stat(path, &info) < 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode) && depth > 0) {
            find_below(path, depth - 1, out);
        } else if (S_ISREG(info.st_mode) && is_source(entry->d_name)) {
            cli_words_add(out, path);
        }
    }
    (void)closedir(dir);
}

int cli_sources_find(struct cli_words *out)
{
    find_below("api", DEPTH_MAX, out);
    if (whole_file_check("config/bootstrap.c") == 0) {
        cli_words_add(out, "config/bootstrap.c");
    }
    cli_words_sort(out);
    return out->failed ? SAILS_ENOMEM : 0;
}

int cli_sources_find_in(const char *folder, struct cli_words *out)
{
    find_below(folder, 0, out);
    cli_words_sort(out);
    return out->failed ? SAILS_ENOMEM : 0;
}
