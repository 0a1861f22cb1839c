#include "cli/cli_pages.h"

#include "base/buf.h"
#include "cli/cli_file.h"

#include <jansson.h>

#include <errno.h>
#include <sails/err.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int cli_pages_open(struct cli_pages *pages)
{
    char folder[3072];
    struct timespec now;
    int rc = 0;

    if (getcwd(folder, sizeof(folder)) == NULL) {
        return -errno;
    }
    (void)snprintf(pages->path, sizeof(pages->path), "%s/.tmp/build/state.json", folder);
    rc = cli_file_make_folders(pages->path);
    /* Pages that were open before are to see another version. */
    (void)clock_gettime(CLOCK_REALTIME, &now);
    pages->version = (long long)now.tv_sec * 1000;
    if (rc == 0) {
        cli_pages_tell(pages, true, STR(""));
    }
    return rc;
}

void cli_pages_close(struct cli_pages *pages)
{
    if (pages->path[0] != '\0') {
        (void)unlink(pages->path);
    }
}

/* "\x1b[31m" and the like. */
static void append_plain(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\x1b') {
            buf_append_char(out, text.ptr[i]);
            continue;
        }
        while (i + 1 < text.len && (text.ptr[i] < '@' || text.ptr[i] == '[')) {
            i++;
        }
    }
}

void cli_pages_tell(struct cli_pages *pages, bool is_new, struct str problem)
{
    struct buf plain = {0};
    char fresh[sizeof(pages->path) + 4];
    json_t *state = NULL;

    if (is_new) {
        pages->version++;
    }
    append_plain(&plain, problem);
    state = json_pack("{s:I, s:s%}", "version", (json_int_t)pages->version, "problem",
                      plain.ptr != NULL ? plain.ptr : "", plain.len);
    (void)snprintf(fresh, sizeof(fresh), "%s.new", pages->path);
    /* Whole at any moment: who reads it may come at any. */
    if (state != NULL && json_dump_file(state, fresh, JSON_COMPACT) == 0) {
        (void)rename(fresh, pages->path);
    }
    json_decref(state);
    buf_deinit(&plain);
}
