#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/http_client.h"
#include "support/log_level.h"

#include <errno.h>
#include <netinet/in.h>
#include <sails/sails.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * sails_app_run() as the whole of main(): each case is a process of its own in a folder of its own,
 * because signals, the environment and the current directory belong to a process. This process has
 * no threads, so that it may fork.
 */

struct program {
    char folder[64];
    const char *bad_address; /* NULL: its routes are right */
    const char *environment; /* "name=value", or NULL */
    const char *arguments[4];
    pid_t pid;
    int log; /* what it logs can be read here */
    struct buf lines;
};

/* ---- the folder ---- */

static void program_init(struct program *program)
{
    *program = (struct program){.log = -1};
    snprintf(program->folder, sizeof(program->folder), "/tmp/sails-run-XXXXXX");
    assert_non_null(mkdtemp(program->folder));
}

static void path_of(const struct program *program, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", program->folder, name);
}

static void make_file(const struct program *program, const char *name, const char *text)
{
    static const char *const folders[] = {"config", "config/env"};
    char path[256];
    FILE *file = NULL;

    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        path_of(program, folders[i], path);
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    }
    path_of(program, name, path);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void program_deinit(struct program *program)
{
    static const char *const names[] = {"config/a.json",
                                        "config/local.json",
                                        "config/env/production.json",
                                        "config/env",
                                        "config",
                                        ""};
    char path[256];

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        path_of(program, names[i], path);
        (void)remove(path);
    }
    close(program->log);
    buf_deinit(&program->lines);
}

/* ---- the process ---- */

static void write_log(enum sails_log_level level, const char *text, void *ctx)
{
    const int *fd = ctx;

    dprintf(*fd, "%s %s\n", log_level_name(level), text);
}

static void stop(sails_req *req, sails_res *res)
{
    sails_app_stop(sails_req_app(req));
    sails_res_ok(res, NULL);
}

static void say_goodbye(sails_app *app, void *ctx)
{
    (void)ctx;
    sails_log(app, SAILS_LOG_INFO, "going");
}

static int run(const struct program *program, int fd)
{
    char *argv[6];
    int argc = 0;
    sails_app *app = sails_app_create();

    argv[argc++] = mem_strndup("program", 7);
    for (size_t i = 0; i < ARRAY_LEN(program->arguments) && program->arguments[i] != NULL; i++) {
        argv[argc++] = mem_strndup(program->arguments[i], strlen(program->arguments[i]));
    }
    argv[argc] = NULL;
    if (program->environment != NULL) {
        putenv((char *)(uintptr_t)program->environment);
    }
    if (chdir(program->folder) != 0 || sails_app_set_log(app, write_log, &fd) != 0 ||
        sails_app_route(app, "GET /stop", stop) != 0 ||
        sails_app_before_shutdown(app, say_goodbye, NULL) != 0) {
        return 99;
    }
    if (program->bad_address != NULL) {
        sails_app_route(app, program->bad_address, stop);
    }
    argc = sails_app_run(app, argc, argv); /* the status from here on */
    for (size_t i = 0; argv[i] != NULL; i++) {
        mem_free(argv[i]);
    }
    return argc;
}

static void program_start(struct program *program)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    program->pid = fork();
    assert_true(program->pid >= 0);
    if (program->pid == 0) {
        close(ends[0]);
        _exit(run(program, ends[1]));
    }
    close(ends[1]);
    program->log = ends[0];
}

/* Reads what it logs up to the end of a line that has a text; false: it has ended without it. */
static bool program_says(struct program *program, const char *text)
{
    char piece[1024];

    for (;;) {
        const char *found = NULL;
        ssize_t n = 0;

        buf_append_char(&program->lines, '\0');
        program->lines.len--;
        found = strstr(program->lines.ptr, text);
        if (found != NULL && strchr(found, '\n') != NULL) {
            return true;
        }
        n = read(program->log, piece, sizeof(piece));
        if (n <= 0) {
            return false;
        }
        buf_append(&program->lines, piece, (size_t)n);
    }
}

static unsigned program_port(struct program *program)
{
    struct str rest;
    uint64_t port = 0;

    assert_true(program_says(program, "Listening on http://127.0.0.1:"));
    rest = str_from(strstr(program->lines.ptr, "127.0.0.1:") + strlen("127.0.0.1:"));
    rest.len = strspn(rest.ptr, "0123456789");
    assert_true(str_to_u64(rest, 65535, &port));
    return (unsigned)port;
}

static int program_status(struct program *program)
{
    int status = 0;

    assert_int_equal(waitpid(program->pid, &status, 0), program->pid);
    (void)program_says(program, "(all the rest)");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ---- it ends well ---- */

/* app-config-cli 9 */
static void a_signal_ends_it_with_status_0(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct program program;

        program_init(&program);
        make_file(&program, "config/a.json", "{\"port\": 0, \"explicitHost\": \"127.0.0.1\"}");
        program_start(&program);
        http_client_expect(program_port(&program), "GET", "/none", "", NULL, 404, "Not Found");
        kill(program.pid, signals[i]);
        assert_int_equal(program_status(&program), 0);
        assert_non_null(strstr(program.lines.ptr, "info going\n"));
        program_deinit(&program);
    }
}

static void an_action_ends_it_with_status_0(void **state)
{
    struct program program;

    (void)state;
    program_init(&program);
    program.arguments[0] = "--port=0";
    program.arguments[1] = "--host";
    program.arguments[2] = "127.0.0.1";
    program_start(&program);
    http_client_expect(program_port(&program), "GET", "/stop", "", NULL, 200, "OK");
    assert_int_equal(program_status(&program), 0);
    assert_non_null(strstr(program.lines.ptr, "info going\n"));
    program_deinit(&program);
}

static void what_is_stronger_wins(void **state)
{
    struct program program;

    (void)state;
    program_init(&program);
    make_file(&program, "config/a.json", "{\"port\": 1, \"explicitHost\": \"192.0.2.1\"}");
    make_file(
        &program, "config/env/production.json",
        "{\"explicitHost\": \"192.0.2.2\", \"session\": {\"secret\": \"known to the test\"}, \"sockets\": "
        "{\"onlyAllowOrigins\": [\"https://example.com\"]}}");
    make_file(&program, "config/local.json", "{\"port\": 2, \"workers\": 2}");
    program.environment = "sails_explicitHost=127.0.0.1";
    program.arguments[0] = "--prod";
    program.arguments[1] = "--port=0";
    program_start(&program);
    assert_int_not_equal(program_port(&program), 0);
    kill(program.pid, SIGTERM);
    assert_int_equal(program_status(&program), 0);
    program_deinit(&program);
}

/* ---- it does not begin ---- */

static void invalid_configuration_is_status_78_and_one_line(void **state)
{
    static const struct {
        const char *file, *text, *environment, *argument, *line;
    } cases[] = {
        {"config/a.json", "{\"port\": 70000}", NULL, NULL,
         "error config/a.json: port: 70000 is not allowed; it must be a whole number from 0 to 65535\n"},
        {"config/a.json", "{\"sockets\": {\"pingInterval\": \"x\"}}", NULL, NULL,
         "error config/a.json: sockets.pingInterval: \"x\" is not allowed; it must be a whole number "
         "from 1 to 86400000\n"},
        {"config/local.json", "{\"sockets\": {\"transports\": [\"smoke\"]}}", NULL, NULL,
         "error config/local.json: sockets.transports: [\"smoke\"] is not allowed; it must be a list "
         "of: polling, websocket\n"},
        {"config/env/production.json", "{\"log\": {\"level\": \"loud\"}}", "NODE_ENV=production",
         NULL,
         "error config/env/production.json: log.level: \"loud\" is not allowed; it must be one of: "
         "silent, crit, error, warn, debug, info, verbose, silly\n"},
        {"config/a.json", "{\"prot\": 1}", NULL, NULL,
         "error config/a.json: prot: there is no such key; did you mean port?\n"},
        {"config/a.json", "[1]", NULL, NULL, "error config/a.json: it must hold one object\n"},
        /* The mark that some editors put in front is no mistake. */
        {"config/a.json", "\xef\xbb\xbf{\"prot\": 1}", NULL, NULL,
         "error config/a.json: prot: there is no such key; did you mean port?\n"},
        {"config/a.json", "{\"port\": 1,\n }", NULL, NULL,
         "error config/a.json: line 2, column 2: string or '}' expected: there is a comma too many "
         "before it\n"},
        {"config/a.json", "{\"custom\": [1, ]}", NULL, NULL,
         "error config/a.json: line 1, column 16: unexpected token: there is a comma too many before "
         "it\n"},
        {"config/a.json", "{\"port\": 1,\n \"port\": 2}", NULL, NULL,
         "error config/a.json: line 2, column "},
        {NULL, NULL, "sails_port=many", NULL,
         "error environment: sails_port: port: \"many\" is not allowed; it must be a whole number from "
         "0 to 65535\n"},
        {NULL, NULL, "PORT=-1", NULL,
         "error environment: PORT: port: -1 is not allowed; it must be"},
        {NULL, NULL, "sails_sockets__maxDepht=5", NULL,
         "error environment: sails_sockets__maxDepht: sockets.maxDepht: there is no such key; did you "
         "mean sockets.maxDepth?\n"},
        {NULL, NULL, NULL, "--workers=0",
         "error command line: workers: 0 is not allowed; it must be a whole number from 1 to 64, or "
         "auto\n"},
        {NULL, NULL, NULL, "--nonsense", "error command line: nonsense: there is no such key\n"},
        {NULL, NULL, NULL, "port", "error command line: port: options begin with --; see --help\n"},
        {NULL, NULL, NULL, "--ssl.cert=x.pem",
         "error ssl.cert and ssl.key go together: one of them is missing\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct program program;
        int status = 0;

        program_init(&program);
        if (cases[i].file != NULL) {
            make_file(&program, cases[i].file, cases[i].text);
        }
        program.environment = cases[i].environment;
        program.arguments[0] = cases[i].argument;
        program_start(&program);
        status = program_status(&program);
        if (status != 78) {
            fail_msg("case %zu: status %d, %s", i, status, program.lines.ptr);
        }
        if (strncmp(program.lines.ptr, cases[i].line, strlen(cases[i].line)) != 0) {
            fail_msg("case %zu: want %s, got %s", i, cases[i].line, program.lines.ptr);
        }
        /* One line. */
        assert_ptr_equal(strchr(program.lines.ptr, '\n') + 1,
                         program.lines.ptr + program.lines.len);
        program_deinit(&program);
    }
}

/* What would be 78 in a file is so in the program, which looks at no return value. */
static void a_route_that_is_none_is_status_78(void **state)
{
    struct program program;

    (void)state;
    program_init(&program);
    program.bad_address = "GTE /about";
    program_start(&program);
    assert_int_equal(program_status(&program), 78);
    assert_non_null(strstr(program.lines.ptr, "sails_app_route(\"GTE /about\")"));
    program_deinit(&program);
}

/* app-config-cli 7 */
static void a_port_in_use_is_status_1_and_told_with_the_address(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char port[32], want[128];
    struct program program;

    (void)state;
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    program_init(&program);
    snprintf(port, sizeof(port), "--port=%d", ntohs(address.sin_port));
    snprintf(want, sizeof(want),
             "error Could not listen on 127.0.0.1, port %d: ", ntohs(address.sin_port));
    program.arguments[0] = port;
    program.arguments[1] = "--host=127.0.0.1";
    program_start(&program);
    assert_int_equal(program_status(&program), 1);
    assert_non_null(strstr(program.lines.ptr, want));
    assert_non_null(strstr(program.lines.ptr, "error Server failed to start.\n"
                                              "error (received error: EADDRINUSE)\n"));
    program_deinit(&program);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_ends_it_with_status_0),
        cmocka_unit_test(an_action_ends_it_with_status_0),
        cmocka_unit_test(what_is_stronger_wins),
        cmocka_unit_test(invalid_configuration_is_status_78_and_one_line),
        cmocka_unit_test(a_route_that_is_none_is_status_78),
        cmocka_unit_test(a_port_in_use_is_status_1_and_told_with_the_address),
    };

    /* What this process was started with must not matter. */
    unsetenv("PORT");
    unsetenv("NODE_ENV");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
