#include "support/database.h"

#include "support/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One line; what is behind it has not come yet, for the server says one thing at a time. */
static void read_line(int fd, char *line, size_t room)
{
    size_t len = 0;

    while (len + 1 < room) {
        ssize_t n = read(fd, line + len, 1);

        if (n <= 0) {
            fail_msg("the database server has ended");
        }
        if (line[len] == '\n') {
            break;
        }
        len++;
    }
    line[len] = '\0';
}

static void run_server(const char *kind, const char *size, int in, int out)
{
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    for (int fd = STDERR_FILENO + 1; fd < 256; fd++) {
        close(fd);
    }
    execl(TESTS_FOLDER "/support/database", "database", kind, size, (char *)NULL);
    _exit(127);
}

/* `size`: NULL: as it comes. */
static void start(struct database *database, const char *kind, const char *size)
{
    int to[2] = {-1, -1};
    int from[2] = {-1, -1};

    *database = (struct database){.kind = kind, .to_server = -1, .from_server = -1};
    if (strcmp(kind, "sqlite") == 0) {
        snprintf(database->url, sizeof(database->url), ":memory:");
        return;
    }
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    database->pid = fork();
    assert_true(database->pid >= 0);
    if (database->pid == 0) {
        run_server(kind, size, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    database->to_server = to[1];
    database->from_server = from[0];
    read_line(database->from_server, database->url, sizeof(database->url));
}

void database_start(struct database *database, const char *kind)
{
    start(database, kind, NULL);
}

void database_start_small(struct database *database, const char *kind)
{
    start(database, kind, "small");
}

void database_tell(struct database *database, const char *what)
{
    char line[64];

    snprintf(line, sizeof(line), "%s\n", what);
    assert_int_equal(write(database->to_server, line, strlen(line)), strlen(line));
    read_line(database->from_server, line, sizeof(line));
    assert_string_equal(line, what);
}

void database_end(struct database *database)
{
    if (database->pid > 0) {
        close(database->to_server);
        close(database->from_server);
        waitpid(database->pid, NULL, 0);
    }
    *database = (struct database){0};
}

json_t *database_config(const struct database *database)
{
    return json_pack("{s:s}", "url", database->url);
}

int database_start_all(struct database *databases, const char *const *kinds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        database_start(&databases[i], kinds[i]);
    }
    return 0;
}

int database_end_all(struct database *databases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        database_end(&databases[i]);
    }
    return 0;
}
