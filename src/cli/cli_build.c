#include "cli/cli_build.h"

#include "base/mem.h"
#include "cli/cli_file.h"
#include "cli/cli_process.h"
#include "cli/cli_stale.h"

#include <errno.h>
#include <fcntl.h>
#include <sails/err.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What is linked with the files of the application: it gives away what they hold. */
static const char module_source[] = "#include <sails/folder.h>\n\nSAILS_MODULE();\n";
static const char program_source[] = "#include <sails/folder.h>\n\nSAILS_MAIN();\n";

/* A compiler that runs. */
struct compilation {
    pid_t pid; /* 0: none */
    const char *source;
    struct timespec began;
};

enum {
    COMPILATIONS_MAX = 64
};

static void report_errno(struct cli_build *build, const char *path, int rc)
{
    buf_printf(&build->report, "%s: %s\n", path, sails_strerror(rc));
}

/* ---- files below .tmp/ ---- */

static int make_folders(struct cli_build *build, const char *path)
{
    int rc = cli_file_make_folders(path);

    if (rc < 0) {
        report_errno(build, path, rc);
    }
    return rc;
}

static int write_file(struct cli_build *build, const char *path, struct str text)
{
    int rc = cli_file_write(path, text);

    if (rc < 0) {
        report_errno(build, path, rc);
    }
    return rc;
}

static void path_of(const struct cli_build *build, const char *source, const char *suffix,
                    struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "%s/%s%s", build->folder, source, suffix);
    buf_append_char(out, '\0');
}

/* ---- compiling ---- */

static int start(struct cli_build *build, const struct cli_compiler *compiler, const char *source,
                 struct compilation *out)
{
    struct cli_words words = {0};
    struct buf object = {0};
    struct buf said = {0};
    int rc = 0;

    path_of(build, source, ".o", &object);
    path_of(build, source, ".txt", &said);
    rc = buf_error(&object) < 0 || buf_error(&said) < 0 ? SAILS_ENOMEM
                                                        : make_folders(build, object.ptr);
    if (rc == 0) {
        cli_words_append(&words, &compiler->compile);
        cli_words_add(&words, "-MMD");
        cli_words_add(&words, "-c");
        cli_words_add(&words, source);
        cli_words_add(&words, "-o");
        cli_words_add(&words, object.ptr);
        out->source = source;
        (void)clock_gettime(CLOCK_REALTIME, &out->began);
        rc = cli_process_start(&words, said.ptr, &out->pid);
        if (rc < 0) {
            out->pid = 0;
            report_errno(build, words.n > 0 ? words.items[0] : source, rc);
        }
    }
    cli_words_deinit(&words);
    buf_deinit(&object);
    buf_deinit(&said);
    return rc;
}

/* An object is as old as the moment at which its compiler began: what was saved since then is newer. */
static int finish(struct cli_build *build, struct compilation *c)
{
    struct buf path = {0};
    int rc = cli_process_wait(c->pid);
    bool has_failed = rc != 0;

    c->pid = 0;
    path_of(build, c->source, ".txt", &path);
    if (buf_error(&path) == 0) {
        (void)cli_file_read(path.ptr, &build->report);
        (void)unlink(path.ptr);
    }
    path_of(build, c->source, ".o", &path);
    if (buf_error(&path) == 0) {
        struct timespec times[2] = {c->began, c->began};

        (void)(has_failed ? unlink(path.ptr) : utimensat(AT_FDCWD, path.ptr, times, 0));
    }
    buf_deinit(&path);
    build->n_compiled++;
    return has_failed ? SAILS_EREFUSED : 0;
}

static size_t compilations_at_once(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > COMPILATIONS_MAX ? COMPILATIONS_MAX : (size_t)n;
}

/* All of them, also when one fails: so that all errors are told at once. */
static int compile(struct cli_build *build, const struct cli_compiler *compiler,
                   const struct cli_words *stale)
{
    struct compilation running[COMPILATIONS_MAX] = {{0}};
    size_t n = compilations_at_once();
    int rc = 0;

    for (size_t i = 0; i < stale->n + n; i++) {
        struct compilation *c = &running[i % n];
        int failure = c->pid != 0 ? finish(build, c) : 0;

        rc = rc == 0 ? failure : rc;
        if (i < stale->n && (rc == 0 || rc == SAILS_EREFUSED)) {
            failure = start(build, compiler, stale->items[i], c);
            rc = rc == 0 ? failure : rc;
        }
    }
    return rc;
}

/* ---- linking ---- */

static int run_linker(struct cli_build *build, const struct cli_words *words)
{
    struct buf said = {0};
    pid_t pid = 0;
    int rc = 0;

    path_of(build, "link", ".txt", &said);
    rc = buf_error(&said) < 0 ? SAILS_ENOMEM : cli_process_start(words, said.ptr, &pid);
    if (rc == 0) {
        rc = cli_process_wait(pid) == 0 ? 0 : SAILS_EREFUSED;
        (void)cli_file_read(said.ptr, &build->report);
        (void)unlink(said.ptr);
    }
    buf_deinit(&said);
    return rc;
}

/* Into another file first: who has the old one open, or starts it now, has a whole one. */
static int link_output(struct cli_build *build, const struct cli_compiler *compiler,
                       const struct cli_words *sources)
{
    struct cli_words words = {0};
    struct buf fresh = {0};
    int rc = 0;

    buf_printf(&fresh, "%s.new", build->output);
    buf_append_char(&fresh, '\0');
    cli_words_append(&words, &compiler->link);
    for (size_t i = 0; i < sources->n; i++) {
        cli_words_printf(&words, "%s/%s.o", build->folder, sources->items[i]);
    }
    cli_words_append(&words, &compiler->libs);
    cli_words_add(&words, "-o");
    cli_words_add(&words, fresh.ptr != NULL ? fresh.ptr : "");
    rc = buf_error(&fresh) < 0 || words.failed ? SAILS_ENOMEM : make_folders(build, fresh.ptr);
    rc = rc == 0 ? run_linker(build, &words) : rc;
    if (rc == 0 && rename(fresh.ptr, build->output) < 0) {
        rc = -errno;
        report_errno(build, build->output, rc);
    }
    cli_words_deinit(&words);
    buf_deinit(&fresh);
    return rc;
}

/* ---- all of it ---- */

/* main.c or module.c, which is part of what is built. */
static int add_own_source(struct cli_build *build, struct cli_words *sources)
{
    bool is_program = build->product == CLI_PROGRAM;
    struct buf path = {0};
    int rc = 0;

    path_of(build, is_program ? "main" : "module", ".c", &path);
    rc = buf_error(&path) < 0 ? SAILS_ENOMEM : make_folders(build, path.ptr);
    if (rc == 0) {
        rc = write_file(build, path.ptr, is_program ? STR(program_source) : STR(module_source));
        cli_words_add(sources, path.ptr);
    }
    buf_deinit(&path);
    return rc;
}

/* Whether "<folder>/<name>" holds a text; with `notes` it does from now on. */
static bool stamp(struct cli_build *build, const char *name, const struct buf *text, bool notes)
{
    struct buf path = {0};
    bool is_same = false;

    path_of(build, name, "", &path);
    if (buf_error(&path) == 0) {
        is_same = notes ? cli_file_write(path.ptr, buf_str(text)) == 0
                        : cli_file_holds(path.ptr, buf_str(text));
    }
    buf_deinit(&path);
    return is_same;
}

static void write_words(struct buf *out, const struct cli_words *words)
{
    for (size_t i = 0; i < words->n; i++) {
        buf_printf(out, "%s\n", words->items[i]);
    }
}

/*
 * Two stamps say what the output was made of: `recipe`, the command line of the compiler, and `parts`, that of
 * the linker. They are written when all has gone well, so that what has failed is tried again.
 */
static int build_with(struct cli_build *build, const struct cli_compiler *compiler,
                      struct cli_words *sources)
{
    struct cli_words stale = {0};
    struct buf recipe = {0};
    struct buf parts = {0};
    int rc = add_own_source(build, sources);

    write_words(&recipe, &compiler->compile);
    write_words(&parts, sources);
    write_words(&parts, &compiler->libs);
    if (buf_error(&recipe) < 0 || buf_error(&parts) < 0) {
        rc = SAILS_ENOMEM;
    }
    if (rc == 0 && !stamp(build, "recipe", &recipe, false)) {
        cli_words_append(&stale, sources);
    } else if (rc == 0) {
        rc = cli_stale_find(build->folder, sources, &stale);
    }
    rc = rc == 0 ? compile(build, compiler, &stale) : rc;
    if (rc == 0 &&
        (stale.n > 0 || access(build->output, F_OK) < 0 || !stamp(build, "parts", &parts, false))) {
        rc = link_output(build, compiler, sources);
        (void)(rc == 0 && stamp(build, "recipe", &recipe, true) &&
               stamp(build, "parts", &parts, true));
    }
    cli_words_deinit(&stale);
    buf_deinit(&recipe);
    buf_deinit(&parts);
    return rc;
}

int cli_build_run(struct cli_build *build, const struct cli_words *sources)
{
    struct cli_compiler compiler;
    struct cli_words all = {0};
    int rc = cli_compiler_open(&compiler, build->product, &build->report);

    cli_words_append(&all, sources);
    rc = rc == 0 && all.failed ? SAILS_ENOMEM : rc;
    if (rc == 0) {
        rc = build_with(build, &compiler, &all);
    }
    cli_words_deinit(&all);
    cli_compiler_close(&compiler);
    return rc;
}

void cli_build_deinit(struct cli_build *build)
{
    buf_deinit(&build->report);
    *build = (struct cli_build){0};
}
