#include "cli/cli_compiler.h"

#include "base/macros.h"
#include "base/mem.h"
#include "cli/cli_process.h"
#include "cli_libdir.h"

#include <errno.h>
#include <sails/err.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- where the library is ---- */

/* Where its files for pkg-config may lie, from the command: installed, and in the folder of a build. */
static const char *const pkgconfig_folders[] = {"../" SAILS_LIBDIR "/pkgconfig", ".."};

/*
 * The command knows its library without being told: what is beside it comes first, so that several versions
 * can be installed. PKG_CONFIG_PATH of the environment follows.
 */
static int tell_pkg_config(void)
{
    char program[4096];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    const char *given = getenv("PKG_CONFIG_PATH");
    struct buf path = {0};
    char *slash = NULL;
    int rc = 0;

    if (len <= 0) {
        return 0; /* without /proc it has to be told */
    }
    program[len] = '\0';
    slash = strrchr(program, '/');
    *slash = '\0';
    for (size_t i = 0; i < ARRAY_LEN(pkgconfig_folders); i++) {
        buf_printf(&path, "%s/%s:", program, pkgconfig_folders[i]);
    }
    buf_printf(&path, "%s", given != NULL ? given : "");
    buf_append_char(&path, '\0');
    rc = buf_error(&path);
    if (rc == 0 && setenv("PKG_CONFIG_PATH", path.ptr, 1) < 0) {
        rc = SAILS_ENOMEM;
    }
    buf_deinit(&path);
    return rc;
}

/* What pkg-config says of the library, split into words. */
static int ask(const char *question, const char *more, struct cli_words *out)
{
    struct cli_words words = {0};
    struct buf answer = {0};
    int rc = 0;

    cli_words_add(&words, "pkg-config");
    cli_words_add(&words, question);
    if (more != NULL) {
        cli_words_add(&words, more);
    }
    cli_words_add(&words, "sails");
    rc = cli_process_capture(&words, &answer);
    if (rc == 0) {
        cli_words_split(out, buf_str(&answer));
    }
    cli_words_deinit(&words);
    buf_deinit(&answer);
    return rc;
}

/* ---- the flags ---- */

static void add_environment(struct cli_words *out, const char *name)
{
    const char *flags = getenv(name);

    cli_words_split(out, str_from(flags));
}

static void add_compiler(struct cli_words *out)
{
    const char *cc = getenv("CC");

    cli_words_split(out, str_from(cc != NULL && cc[0] != '\0' ? cc : "cc"));
}

/* The archive of the library instead of -lsails: then the program needs no libsails.so. */
static void add_archive(struct cli_words *libs)
{
    struct cli_words folder = {0};
    struct cli_words all = {0};

    if (ask("--variable=libdir", NULL, &folder) == 0 && folder.n == 1 &&
        ask("--libs", "--static", &all) == 0) {
        cli_words_printf(libs, "%s/libsails.a", folder.items[0]);
        for (size_t i = 0; i < all.n; i++) {
            if (strcmp(all.items[i], "-lsails") != 0) {
                cli_words_add(libs, all.items[i]);
            }
        }
    }
    cli_words_deinit(&folder);
    cli_words_deinit(&all);
}

static void add_flags(struct cli_compiler *c, enum cli_product product,
                      const struct cli_words *cflags)
{
    static const char *const always[] = {"-std=c17", "-D_GNU_SOURCE",      "-Wall", "-Wextra", "-g",
                                         "-fPIC",    "-fvisibility=hidden"};

    add_compiler(&c->compile);
    for (size_t i = 0; i < ARRAY_LEN(always); i++) {
        cli_words_add(&c->compile, always[i]);
    }
    cli_words_add(&c->compile, product == CLI_MODULE ? "-O0" : "-O2");
    cli_words_add(&c->compile, "-I.");
    cli_words_append(&c->compile, cflags);
    add_environment(&c->compile, "CFLAGS");
    if (isatty(STDERR_FILENO)) {
        cli_words_add(&c->compile, "-fdiagnostics-color=always");
    }
    add_compiler(&c->link);
    if (product == CLI_MODULE) {
        cli_words_add(&c->link, "-shared");
        cli_words_add(&c->link, "-Wl,-z,defs");
    }
    add_environment(&c->link, "LDFLAGS");
}

/* Whether it is there at all, before twenty files complain that it is not. */
static int check_compiler(const struct cli_compiler *c, struct buf *problem)
{
    struct cli_words words = {0};
    struct buf ignored = {0};
    int rc = 0;

    cli_words_add(&words, c->link.n > 0 ? c->link.items[0] : "cc");
    cli_words_add(&words, "-dumpversion");
    rc = cli_process_capture(&words, &ignored);
    if (rc != 0) {
        buf_printf(
            problem,
            "There is no C compiler `%s`, and this application has files of C: install one (apt "
            "install gcc), name it in the variable CC, or take what `sails build` makes elsewhere",
            words.n > 0 ? words.items[0] : "cc");
    }
    cli_words_deinit(&words);
    buf_deinit(&ignored);
    return rc == 0 ? 0 : SAILS_ENOENT;
}

int cli_compiler_open(struct cli_compiler *compiler, enum cli_product product, struct buf *problem)
{
    struct cli_words cflags = {0};
    int rc = tell_pkg_config();

    *compiler = (struct cli_compiler){0};
    if (rc == 0) {
        rc = ask("--cflags", NULL, &cflags);
    }
    if (rc == 0 && product != CLI_PROGRAM) {
        rc = ask("--libs", NULL, &compiler->libs);
    }
    if (rc == -ENOENT) {
        buf_printf(problem,
                   "There is no pkg-config, which tells where libsails is: install it (apt "
                   "install pkg-config)");
    } else if (rc != 0) {
        buf_printf(problem,
                   "pkg-config does not find libsails: set PKG_CONFIG_PATH to the folder with "
                   "its sails.pc");
    }
    if (rc == 0) {
        add_flags(compiler, product, &cflags);
        if (product == CLI_PROGRAM) {
            add_archive(&compiler->libs);
        }
        add_environment(&compiler->libs, "LDLIBS");
        rc = check_compiler(compiler, problem);
    }
    cli_words_deinit(&cflags);
    if (rc == 0 && (compiler->compile.failed || compiler->link.failed || compiler->libs.failed)) {
        rc = SAILS_ENOMEM;
    }
    return rc == 0 || rc == SAILS_ENOMEM ? rc : SAILS_ENOENT;
}

void cli_compiler_close(struct cli_compiler *compiler)
{
    cli_words_deinit(&compiler->compile);
    cli_words_deinit(&compiler->link);
    cli_words_deinit(&compiler->libs);
}
