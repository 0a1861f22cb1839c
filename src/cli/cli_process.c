#include "cli/cli_process.h"

#include <errno.h>
#include <fcntl.h>
#include <sails/err.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn(const struct cli_words *words, const posix_spawn_file_actions_t *actions,
                 pid_t *pid)
{
    return words->failed || words->n == 0
               ? SAILS_ENOMEM
               : -posix_spawnp(pid, words->items[0], actions, NULL, words->items, environ);
}

int cli_process_start(const struct cli_words *words, const char *output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int rc = -posix_spawn_file_actions_init(&actions);

    if (rc < 0) {
        return rc;
    }
    if (output != NULL) {
        rc = -posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output,
                                               O_WRONLY | O_CREAT | O_TRUNC, 0666);
        rc = rc == 0 ? -posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
                     : rc;
    }
    rc = rc == 0 ? spawn(words, &actions, pid) : rc;
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

int cli_process_wait(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -errno;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_all(int fd, struct buf *out)
{
    char piece[4096];
    ssize_t n = 0;

    do {
        n = read(fd, piece, sizeof(piece));
        buf_append(out, piece, n > 0 ? (size_t)n : 0);
    } while (n > 0 || (n < 0 && errno == EINTR));
}

int cli_process_capture(const struct cli_words *words, struct buf *out)
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    pid_t pid = 0;
    int rc = pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;

    if (rc < 0) {
        return rc;
    }
    rc = -posix_spawn_file_actions_init(&actions);
    if (rc == 0) {
        rc = -posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        rc = rc == 0 ? spawn(words, &actions, &pid) : rc;
        posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(ends[1]);
    if (rc == 0) {
        read_all(ends[0], out);
        rc = cli_process_wait(pid);
    }
    (void)close(ends[0]);
    return rc >= 0 && buf_error(out) < 0 ? SAILS_ENOMEM : rc;
}
