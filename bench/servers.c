#include "servers.h"

#include "swarm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void servers_raise_file_limit(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * A server is a process group, for it may be a script that starts others. Those that run are known here, so that whatever
 * ends this program ends them, too: a failure, an interruption. When it is killed, PR_SET_PDEATHSIG does it.
 */
enum {
    SERVERS_MAX = 1024, /* of a million connections, where a process may open few files */
    START_MS = 120000,  /* Node.js on a busy machine */
    END_MS = 20000,
    LOOK_AGAIN_MS = 10
};

static pid_t running[SERVERS_MAX];

static void forget_server(pid_t pid)
{
    for (size_t i = 0; i < SERVERS_MAX; i++) {
        running[i] = running[i] == pid ? 0 : running[i];
    }
}

static void kill_servers(void)
{
    for (size_t i = 0; i < SERVERS_MAX; i++) {
        if (running[i] != 0) {
            kill(-running[i], SIGTERM);
        }
    }
}

static void on_end_signal(int signal_number)
{
    kill_servers();
    _exit(128 + signal_number);
}

static void remember_server(pid_t pid)
{
    static bool is_ready;

    if (!is_ready) {
        is_ready = true;
        atexit(kill_servers);
        signal(SIGINT, on_end_signal);
        signal(SIGTERM, on_end_signal);
        signal(SIGHUP, on_end_signal);
    }
    for (size_t i = 0; i < SERVERS_MAX; i++) {
        if (running[i] == 0) {
            running[i] = pid;
            return;
        }
    }
    die("more than %d servers", SERVERS_MAX);
}

/* sd_listen_fds(3). The other files of this program are closed by the exec. */
static void hand_over(int listening)
{
    enum {
        FIRST_FD = 3 /* SD_LISTEN_FDS_START */
    };
    char pid[16];

    if (listening == FIRST_FD) {
        fcntl(listening, F_SETFD, 0);
    } else {
        dup2(listening, FIRST_FD);
    }
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "1", 1);
}

/* `listening` -1: none. */
static void exec_server(const char *program, char *const *more_args, int out, int listening)
{
    char *args[32] = {NULL};
    static char port[] = "--port=0", host[] = "--host=127.0.0.1";
    size_t n = 0;

    args[n++] = strdup(program);
    args[n++] = port;
    args[n++] = host;
    for (size_t i = 0; more_args != NULL && more_args[i] != NULL && n < 31; i++) {
        args[n++] = more_args[i];
    }
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (listening >= 0) {
        hand_over(listening);
    }
    execv(program, args);
    perror(program);
    _exit(127);
}

/* Of the line "Listening on ...:PORT" in a text; 0: it is not there. */
static unsigned find_port(const char *text)
{
    const char *line = strstr(text, "Listening on ");
    const char *end = line != NULL ? strchr(line, '\n') : NULL;
    const char *colon = end != NULL ? memrchr(line, ':', (size_t)(end - line)) : NULL;

    return colon != NULL ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

/* What it says goes to a file: nobody has to read it for the server to go on, and it has an end when the server has. */
static unsigned await_port(const char *program, pid_t pid, int out)
{
    char text[4096];
    unsigned port = 0;

    for (int waited = 0; port == 0; waited += LOOK_AGAIN_MS) {
        bool has_ended = waitpid(pid, NULL, WNOHANG) != 0;
        ssize_t got = pread(out, text, sizeof(text) - 1, 0);

        text[got > 0 ? got : 0] = '\0';
        port = find_port(text);
        if (has_ended || waited >= START_MS) {
            if (has_ended) {
                forget_server(pid);
            }
            die("%s did not start: %s", program, text);
        }
        usleep(LOOK_AGAIN_MS * 1000);
    }
    return port;
}

struct server server_start(const char *program, char *const *more_args)
{
    return server_start_on(program, more_args, -1);
}

struct server server_start_on(const char *program, char *const *more_args, int listening)
{
    struct server server = {0};
    FILE *out = tmpfile();

    servers_raise_file_limit();
    signal(SIGPIPE, SIG_IGN);
    if (out == NULL) {
        die("tmpfile: %s", strerror(errno));
    }
    server.pid = fork();
    if (server.pid < 0) {
        die("fork: %s", strerror(errno));
    }
    if (server.pid == 0) {
        exec_server(program, more_args, fileno(out), listening);
    }
    setpgid(server.pid, server.pid);
    remember_server(server.pid);
    server.port = await_port(program, server.pid, fileno(out));
    fclose(out);
    return server;
}

void server_stop(struct server *server)
{
    bool is_group = kill(-server->pid, SIGTERM) == 0;

    if (!is_group) {
        kill(server->pid, SIGTERM); /* it was not started here */
    }
    for (int waited = 0; waitpid(server->pid, NULL, WNOHANG) == 0; waited += LOOK_AGAIN_MS) {
        if (waited >= END_MS) {
            kill(is_group ? -server->pid : server->pid, SIGKILL);
        }
        usleep(LOOK_AGAIN_MS * 1000);
    }
    forget_server(server->pid);
}

long process_rss_kib(pid_t pid)
{
    char path[64], line[256];
    long rss = -1;
    FILE *file = NULL;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            rss = strtol(line + 6, NULL, 10);
        }
    }
    if (rss < 0) {
        die("%s: cannot be read", path);
    }
    fclose(file);
    return rss;
}

/* From the scheduler, in nanoseconds, of all threads; stat's clock ticks are too coarse. */
double process_cpu_us(pid_t pid)
{
    clockid_t clock;
    struct timespec time;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        die("CPU time of process %d: %s", (int)pid, strerror(errno));
    }
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}
