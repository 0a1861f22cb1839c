#include "cli/cli_develop.h"

#include "base/macros.h"
#include "cli/cli_code.h"
#include "cli/cli_notify.h"
#include "cli/cli_pages.h"
#include "cli/cli_say.h"
#include "cli/cli_stopgap.h"
#include "cli/cli_watch.h"
#include "cli/cli_words.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sails/app.h>
#include <sails/err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * Every change makes a new process, so that development and production are the same. The listening socket is handed on,
 * and a process ends when the next one serves: nobody who connects meanwhile is refused.
 *
 *                 a file changes: build               "READY=1"
 *     current  --------------------------> next  -------------------> current, and the one before gets SIGTERM
 *        ^           does not compile       |
 *        +----------------------------------+  ends before it is ready: the current one goes on
 *
 *     current crashes: started again, unless it had just been started; then a stopgap answers until a file changes
 *
 * The first one that is ready gives its socket ("FDSTORE=1"), so that it alone knows of ports and addresses.
 *
 * I1  `next` is not ready; when it is, it is `current`.
 */
struct develop {
    struct cli_words words; /* `sails lift ...` */
    pid_t current, next;    /* 0: none */
    pid_t before;           /* which was asked to end, and about which nothing was said yet */
    int socket;             /* that they listen on; -1: not yet */
    struct cli_notify notify;
    struct cli_watch watch;
    int signals; /* signalfd */
    struct cli_pages pages;
    struct cli_stopgap stopgap; /* answers while there is no process that does, or will */
    struct timespec began;      /* when the last change was seen */
    struct timespec ready;      /* when the current one was */
    struct cli_changes changes;
    bool is_ending;
    bool has_crashed; /* the one that was the current one */
    int status;       /* of the process that ended last while it was current */
    bool has_ended;
};

enum {
    QUIET_MS = 20, /* a file that is saved is several events, a branch that is checked out many */
    FAREWELL_MS =
        300, /* the one before may have people to part from, and people wait for the new one */
    STEADY_MS =
        1000 /* what has served as long is started again: so often a crash may repeat itself */
};

static const char child_variable[] = "SAILS_DEV_CHILD";

bool cli_develop_is_child(void)
{
    return getenv(child_variable) != NULL;
}

/* ---- processes ---- */

/* In the new process. What it inherits: the socket as descriptor 3, and where to say how it is. */
static void become_child(struct develop *d)
{
    char pid[16];
    sigset_t none;

    (void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
    (void)setenv(child_variable, "1", 1);
    (void)setenv("NOTIFY_SOCKET", d->notify.name, 1);
    (void)setenv("SAILS_DEV_STATE", d->pages.path, 1);
    (void)setenv("sails_shutdownTimeout", "1000", 0);
    if (d->socket >= 0) {
        (void)setenv("sails_log__noShip", "true", 0);
        (void)setenv("LISTEN_PID", pid, 1);
        (void)setenv("LISTEN_FDS", "1", 1);
        (void)setenv("LISTEN_FDNAMES", "sails", 1);
        (void)dup2(d->socket, 3); /* which has no flag to be closed by exec */
    }
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)execv("/proc/self/exe", d->words.items);
    cli_say_error("sails lift starts itself again, by /proc/self/exe: %s", strerror(errno));
    _exit(127);
}

static void end(pid_t pid, int signal)
{
    if (pid > 0) {
        (void)kill(pid, signal);
    }
}

static void start(struct develop *d)
{
    pid_t pid = 0;

    end(d->next, SIGKILL); /* it is of a state that is past, and serves nobody yet */
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        become_child(d);
    }
    if (pid < 0) {
        cli_say_error("The application cannot be started: %s", strerror(errno));
    }
    d->next = pid > 0 ? pid : 0;
}

static long ms_since(const struct timespec *began)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - began->tv_sec) * 1000 + (now.tv_nsec - began->tv_nsec) / 1000000;
}

static void tell_changes(const struct develop *d)
{
    char more[32] = "";

    if (d->changes.has_more) {
        (void)snprintf(more, sizeof(more), " and more");
    }
    cli_say_info("Reloaded after %ld ms: %s%s", ms_since(&d->began), d->changes.path, more);
}

/* From now on the new one answers alone: the one before has ended, or at least accepts nobody any more. What
 * has crashed is told until something changes. */
static void on_taken_over(struct develop *d)
{
    d->before = 0;
    if (d->changes.n > 0) {
        cli_pages_tell(&d->pages, true, STR(""));
        tell_changes(d);
    }
    d->changes = (struct cli_changes){0};
}

static void on_ready(struct develop *d)
{
    assert(d->next > 0 && d->next != d->current); /* I1 */
    if (d->has_crashed && d->changes.n == 0) {
        cli_say_info("Started again");
    }
    d->has_crashed = false;
    d->before = d->current;
    d->current = d->next;
    d->next = 0;
    d->has_ended = false;
    (void)clock_gettime(CLOCK_MONOTONIC, &d->ready);
    if (d->before > 0) {
        end(d->before, SIGTERM);
    } else {
        on_taken_over(d);
    }
}

static void take_notices(struct develop *d)
{
    struct cli_notice notice;

    while (cli_notify_next(&d->notify, &notice)) {
        bool is_known = notice.pid == d->next || notice.pid == d->current;

        if (is_known && notice.fd >= 0) {
            if (d->socket >= 0) {
                (void)close(d->socket);
            }
            d->socket = notice.fd;
        } else if (notice.fd >= 0) {
            (void)close(notice.fd);
        }
        if (notice.is_ready && notice.pid == d->next) {
            on_ready(d);
        }
    }
}

/* ---- changes ---- */

static void rebuild(struct develop *d)
{
    struct buf report = {0};
    int rc = cli_code_build(&report);

    if (rc == 0) {
        start(d);
    } else {
        if (d->current > 0) {
            cli_say_warn("The last good version keeps serving");
        }
        cli_pages_tell(&d->pages, false, buf_str(&report));
        d->changes = (struct cli_changes){0};
    }
    buf_deinit(&report);
}

/* Once nothing more has changed for a moment. */
static void take_changes(struct develop *d)
{
    struct pollfd more = {.fd = d->watch.fd, .events = POLLIN};
    size_t before = d->changes.n;

    cli_watch_take(&d->watch, &d->changes);
    if (d->changes.n == before) {
        return;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &d->began);
    while (poll(&more, 1, QUIET_MS) > 0) {
        cli_watch_take(&d->watch, &d->changes);
    }
    if (d->changes.has_code) {
        rebuild(d);
    } else {
        cli_pages_tell(&d->pages, true, STR(""));
        d->changes = (struct cli_changes){0};
    }
}

/* ---- ends and signals ---- */

static int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void tell_problem(struct develop *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* On the terminal, and to pages. */
static void tell_problem(struct develop *d, const char *format, ...)
{
    char problem[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(problem, sizeof(problem), format, args);
    va_end(args);
    cli_say_error("%s", problem);
    cli_pages_tell(&d->pages, false, str_from(problem));
}

static void on_crash(struct develop *d, int signal)
{
    bool is_steady = ms_since(&d->ready) >= STEADY_MS;

    if (d->next > 0 || is_steady) {
        tell_problem(d, "The application was ended by the signal %s. It is started again",
                     strsignal(signal));
    } else {
        tell_problem(
            d,
            "The application was ended by the signal %s, less than a second after its start. It is "
            "started again when a file changes; `sails debug` lifts it under gdb",
            strsignal(signal));
    }
    d->has_crashed = true;
    if (d->next == 0 && is_steady) {
        start(d);
    }
}

static void on_current_ended(struct develop *d, int status)
{
    d->current = 0;
    if (WIFSIGNALED(status) && !d->is_ending) {
        on_crash(d, WTERMSIG(status));
        return;
    }
    d->status = exit_status(status);
    d->has_ended = true;
}

/* Of the very first one the status is ours; later the one that serves goes on, or the stopgap. */
static void on_next_ended(struct develop *d, int status)
{
    bool has_served = d->socket >= 0;

    d->next = 0;
    if (d->is_ending) {
        d->status = has_served ? 0 : exit_status(status);
        return;
    }
    if (WIFSIGNALED(status)) {
        tell_problem(
            d,
            "The application was ended by the signal %s before it was lifted. `sails debug` lifts it "
            "under gdb",
            strsignal(WTERMSIG(status)));
    } else if (has_served) {
        cli_pages_tell(&d->pages, false, STR("The application does not lift: see the terminal."));
    }
    if (d->current > 0) {
        cli_say_warn("The last good version keeps serving");
    }
    d->changes = (struct cli_changes){0};
    d->status = exit_status(status);
    d->has_ended = !has_served;
}

static void take_ends(struct develop *d)
{
    int status = 0;

    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        take_notices(d); /* what it has said before */
        if (pid == d->current) {
            on_current_ended(d, status);
        } else if (pid == d->next) {
            on_next_ended(d, status);
        } else if (pid == d->before) {
            on_taken_over(d);
        }
    }
}

/* What a terminal sends all of its processes get. */
static void take_signals(struct develop *d)
{
    struct signalfd_siginfo info;

    while (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            take_ends(d);
            continue;
        }
        d->is_ending = true;
        if (info.ssi_code != SI_KERNEL) {
            end(d->current, (int)info.ssi_signo);
        }
        end(d->next, SIGTERM);
    }
}

static bool is_over(const struct develop *d)
{
    return d->is_ending ? d->current == 0 && d->next == 0 : d->has_ended && d->next == 0;
}

/* Whoever asks is to be answered: by the application, now or as soon as it is ready, or by the stopgap. */
static void settle_who_answers(struct develop *d)
{
    if (d->socket < 0 || d->current > 0 || d->next > 0 || d->is_ending) {
        cli_stopgap_end(&d->stopgap);
    } else {
        cli_stopgap_begin(&d->stopgap, d->socket);
        cli_stopgap_take(&d->stopgap, &d->pages);
    }
}

static void serve(struct develop *d)
{
    struct pollfd fds[] = {{.fd = d->signals, .events = POLLIN},
                           {.fd = d->notify.fd, .events = POLLIN},
                           {.fd = d->watch.fd, .events = POLLIN},
                           {.fd = d->stopgap.fd, .events = POLLIN}};

    start(d);
    while (!is_over(d)) {
        if (poll(fds, ARRAY_LEN(fds), d->before > 0 ? FAREWELL_MS : -1) == 0) {
            on_taken_over(d);
        }
        take_notices(d);
        take_signals(d);
        if (!d->is_ending) {
            take_changes(d);
        }
        settle_who_answers(d);
    }
}

/* ---- all of it ---- */

static void ignore_line(enum sails_log_level level, const char *text, void *ctx)
{
    (void)level;
    (void)text;
    (void)ctx;
}

/* Folders that the settings have moved. What is wrong with these the application itself says. */
static int watch_elsewhere(struct develop *d)
{
    static const char *const keys[] = {"paths.models", "paths.views", "paths.public"};
    sails_app *app = sails_app_create();
    int rc = app != NULL ? 0 : SAILS_ENOMEM;

    (void)sails_app_set_log(app, ignore_line, NULL);
    if (sails_app_load(app, (int)d->words.n - 1, d->words.items + 1) == 0) {
        for (size_t i = 0; rc == 0 && i < ARRAY_LEN(keys); i++) {
            const char *folder = json_string_value(sails_app_get(app, keys[i]));

            if (folder != NULL) {
                rc = cli_watch_add(&d->watch, folder, strcmp(keys[i], "paths.public") == 0);
            }
        }
    }
    sails_app_destroy(app);
    return rc;
}

static int open_all(struct develop *d)
{
    sigset_t set;
    int rc = cli_notify_open(&d->notify);

    rc = rc == 0 ? cli_watch_open(&d->watch) : rc;
    rc = rc == 0 ? watch_elsewhere(d) : rc;
    rc = rc == 0 ? cli_stopgap_open(&d->stopgap) : rc;
    rc = rc == 0 ? cli_pages_open(&d->pages) : rc;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return rc == 0 && d->signals < 0 ? -errno : rc;
}

static void say_why(const struct develop *d, int rc)
{
    if (d->pages.path[0] != '\0') {
        cli_say_error("%s cannot be written, where open pages learn of changes: %s. `sails lift "
                      "--no-watch` serves without",
                      d->pages.path, sails_strerror(rc));
    } else {
        cli_say_error("The folder cannot be watched: %s. `sails lift --no-watch` serves without",
                      sails_strerror(rc));
    }
}

static void close_all(struct develop *d)
{
    cli_notify_close(&d->notify);
    cli_watch_close(&d->watch);
    cli_pages_close(&d->pages);
    cli_stopgap_close(&d->stopgap);
    if (d->signals >= 0) {
        (void)close(d->signals);
    }
    if (d->socket >= 0) {
        (void)close(d->socket);
    }
    cli_words_deinit(&d->words);
}

int cli_develop_run(int argc, char **argv)
{
    struct develop d = {.socket = -1,
                        .notify = {.fd = -1},
                        .watch = {.fd = -1},
                        .stopgap = {.fd = -1},
                        .signals = -1};
    int rc = 0;

    cli_words_add(&d.words, "sails");
    for (int i = 0; i < argc; i++) {
        cli_words_add(&d.words, argv[i]);
    }
    rc = d.words.failed ? SAILS_ENOMEM : open_all(&d);

    if (rc < 0) {
        say_why(&d, rc);
        d.status = 1;
    } else {
        serve(&d);
    }
    close_all(&d);
    return d.status;
}
