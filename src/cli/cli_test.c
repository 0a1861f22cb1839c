#include "cli/cli_test.h"

#include "base/macros.h"
#include "cli/cli_code.h"
#include "cli/cli_module.h"
#include "cli/cli_say.h"

#include <jansson.h>

#include <sails/models.h>
#include <sails/test.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A test that runs. */
struct running {
    struct sails_test test;
    bool has_failed;
};

static void fail(struct sails_test *test, const char *file, int line, const char *what)
{
    struct running *running = container_of(test, struct running, test);

    running->has_failed = true;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
}

/* ---- an app for one test ---- */

/* By the program, and not by files, which are weaker: no database of anybody's is touched because a file is missing. */
static int configure(sails_app *app)
{
    static char name[] = "sails test";
    static char environment[] = "--environment=test";
    char *argv[] = {name, environment, NULL};
    int rc = sails_app_set(app, "log.level", json_string("error"));

    rc = rc == 0 ? sails_app_set(app, "port", json_integer(0)) : rc;
    rc = rc == 0 ? sails_app_set(app, "explicitHost", json_string("127.0.0.1")) : rc;
    rc = rc == 0 ? sails_app_set(app, "models", json_pack("{s:s}", "migrate", "alter")) : rc;
    rc = rc == 0 ? sails_app_set(app, "datastores",
                                 json_pack("{s:{s:s}}", "default", "url", ":memory:"))
                 : rc;
    return rc == 0 ? sails_app_load(app, 2, argv) : rc;
}

static sails_app *lift(const struct sails_part *const *parts, size_t n)
{
    sails_app *app = sails_app_create();
    int rc = sails_app_folder(app);

    rc = rc == 0 ? sails_app_parts(app, parts, n) : rc;
    rc = rc == 0 ? configure(app) : rc;
    rc = rc == 0 ? sails_app_lift(app) : rc;
    if (rc < 0) {
        sails_app_destroy(app);
        return NULL;
    }
    return app;
}

/* ---- a test that crashes ---- */

static const char *running_name = "";

/* Says which, and ends as it would have without. */
static void on_crash(int number)
{
    const char *const words[] = {"not ok ", running_name,
                                 ": the program was ended by a signal. `gdb --args sails test ",
                                 running_name, "` shows where\n"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (write(STDOUT_FILENO, words[i], strlen(words[i])) < 0) {
            break;
        }
    }
    (void)raise(number);
}

/* But for signals that somebody else looks after, such as a sanitizer. */
static void watch_crashes(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction ours = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
    struct sigaction old;

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            (void)sigaction(numbers[i], &ours, NULL);
        }
    }
}

/* ---- tests ---- */

static long us_since(const struct timespec *began)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - began->tv_sec) * 1000000 + (now.tv_nsec - began->tv_nsec) / 1000;
}

/* Whether it holds. */
static bool run(const struct sails_part *part, const struct sails_part *const *parts, size_t n)
{
    struct running running = {.test = {.app = lift(parts, n), .fail = fail}};
    struct sails_test *test = &running.test;
    struct timespec began;

    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    if (test->app == NULL) {
        running.has_failed = true;
    } else {
        (void)sails_app_lease(test->app, &test->db); /* without models there is none */
        part->test(test, test->app, test->db);
        sails_app_release(test->app, test->db);
        sails_app_destroy(test->app);
    }
    printf("%s %s (%.1f ms)\n", running.has_failed ? "not ok" : "ok", part->test_name,
           (double)us_since(&began) / 1000);
    fflush(stdout);
    return !running.has_failed;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i]) != NULL) {
            return true;
        }
    }
    return argc < 2;
}

static int run_all(const struct sails_part *const *parts, size_t n, int argc, char **argv)
{
    size_t n_run = 0, n_failed = 0;

    watch_crashes();
    for (size_t i = 0; i < n; i++) {
        if (parts[i]->test != NULL && is_wanted(parts[i]->test_name, argc, argv)) {
            n_run++;
            running_name = parts[i]->test_name;
            n_failed += run(parts[i], parts, n) ? 0 : 1;
        }
    }
    if (n_run == 0) {
        cli_say_error(n > 0 && argc > 1 ? "No test has such a name"
                                        : "There is no test: tests/*.c hold them, "
                                          "SAILS_TEST(name) { ... }");
        return 1;
    }
    printf("%zu passed, %zu failed\n", n_run - n_failed, n_failed);
    return n_failed > 0 ? 1 : 0;
}

int cli_test_run(int argc, char **argv)
{
    const struct sails_part *const *parts = NULL;
    bool has_tests = false;
    size_t n = 0;

    if (cli_code_build_tests(&has_tests) < 0) {
        return 1;
    }
    if (has_tests) {
        parts = cli_module_open(CLI_CODE_TESTS, &n);
    }
    return parts != NULL || !has_tests ? run_all(parts, n, argc, argv) : 1;
}
