#include "cli/cli_generate.h"

#include "base/macros.h"
#include "cli/cli_args.h"
#include "cli/cli_code.h"
#include "cli/cli_generate_model.h"
#include "cli/cli_generate_text.h"
#include "cli/cli_names.h"
#include "cli/cli_new.h"
#include "cli/cli_say.h"
#include "sails_io_js.h"

#include <sails/err.h>
#include <stdio.h>

/*
 * A generator is a row: what it is called, and which files it makes of which templates. What a file is called
 * depends on the name that it is given:
 *
 *     %p  the name as a path, "user/find-one"         %P  the same as words in one, "UserFindOne"
 */
struct generated {
    const char *path;
    const char *template;
};

static const struct generator {
    const char *name;
    const char *usage;
    const char *what; /* as the sentence has it: "action" */
    struct generated files[2];
    const char *
        hint; /* what is to be done now, with %p for the name and %s for its symbol; NULL: nothing */
} generators[] = {
    {"action",
     "user/find",
     "action",
     {{"api/controllers/%p.c", "generate/action.c.in"}},
     "It is asked for by a route; add to config/routes.json: \"GET /%p\": \"%p\""},
    {"policy",
     "isLoggedIn",
     "policy",
     {{"api/policies/%p.c", "generate/policy.c.in"}},
     "config/policies.json says before which actions it is asked"},
    {"helper",
     "words",
     "helper",
     {{"api/helpers/%p.c", "generate/helper.c.in"}, {"api/helpers/%p.h", "generate/helper.h.in"}},
     "Its function is %s(), declared in api/helpers/%p.h"},
    {"hook", "clock", "hook", {{"api/hooks/%p/index.c", "generate/hook.c.in"}}, NULL},
    {"response",
     "outOfStock",
     "response",
     {{"api/responses/%p.c", "generate/response.c.in"}},
     NULL},
    {"script",
     "import",
     "script",
     {{"scripts/%p.c", "generate/script.c.in"}},
     "`sails run %p` starts it"},
    {"page",
     "account",
     "page",
     {{"views/pages/%p.ejs", "generate/page.ejs.in"},
      {"assets/js/pages/%p.js", "generate/page.js.in"}},
     "It is shown by a route; add to config/routes.json: \"GET /%p\": {\"view\": \"pages/%p\"}"},
};

static const struct generator *find_generator(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(generators); i++) {
        if (strcmp(generators[i].name, name) == 0) {
            return &generators[i];
        }
    }
    return NULL;
}

/* Without memory nothing is said: the files are there. */
static void tell_hint(const char *hint, const struct cli_generation *job)
{
    struct buf text = {0};

    for (const char *mark = strchr(hint, '%'); mark != NULL; mark = strchr(hint, '%')) {
        buf_printf(&text, "%.*s%s", (int)(mark - hint), hint,
                   mark[1] == 's' ? job->symbol : job->path);
        hint = mark + 2;
    }
    buf_printf(&text, "%s", hint);
    if (buf_error(&text) == 0) {
        cli_say_info("%.*s", STR_FMT(buf_str(&text)));
    }
    buf_deinit(&text);
}

/* Whether a name is that of a folder, and has no others above it. */
static bool is_folder(const struct generator *g)
{
    return strstr(g->files[0].path, "%p/") != NULL;
}

static int run_generator(const struct generator *g, const char *name)
{
    struct cli_generation job = {0};
    int rc = cli_generation_open(&job, name);

    if (rc == 0 && is_folder(g) && strchr(name, '/') != NULL) {
        cli_say_error("`%s` cannot be the name of a %s, which is a folder in api/%ss: no slashes",
                      name, g->what, g->name);
        rc = SAILS_EINVAL;
    }
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(g->files) && g->files[i].path != NULL; i++) {
        rc = cli_generation_expand(&job, g->files[i].path, g->files[i].template);
    }
    if (rc == 0) {
        cli_say_info("Created a new %s (\"%s\")!", g->what, name);
        if (g->hint != NULL) {
            tell_hint(g->hint, &job);
        }
    }
    return cli_generation_close(&job, rc) == 0 ? 0 : 1;
}

/* The client of the library: what /sails.io.js is served as, to be changed or kept at a version. */
static int make_client(void)
{
    struct cli_generation job = {0};
    int rc = cli_generation_open(&job, "client");

    rc = rc == 0
             ? cli_generation_add(&job, "assets/dependencies/sails.io.js", str_from(sails_io_js))
             : rc;
    rc = cli_generation_close(&job, rc);
    if (rc == 0) {
        cli_say_info("Created assets/dependencies/sails.io.js!");
    }
    return rc == 0 ? 0 : 1;
}

static void print_usage(void)
{
    printf("Usage: sails generate [something]\n\n"
           "  model User name email:string age:number\n"
           "  controller Pet feed lose\n"
           "  api Pet name\n");
    for (size_t i = 0; i < ARRAY_LEN(generators); i++) {
        printf("  %s %s\n", generators[i].name, generators[i].usage);
    }
    printf("  sails.io.js\n"
           "  new shop\n");
}

static int generate(const char *what, int argc, char **argv)
{
    const struct generator *g = find_generator(what);
    const char *name = cli_args_word(argc, argv, 1);

    if (strcmp(what, "sails.io.js") == 0) {
        return make_client();
    }
    if (cli_generate_model_is(what)) {
        return cli_generate_model_run(argc, argv);
    }
    if (g == NULL) {
        cli_say_error("No generator called `%s` found.", what);
        return 1;
    }
    if (name == NULL) {
        cli_say_error("Usage: sails generate %s <name>, such as %s", g->name, g->usage);
        return 1;
    }
    return run_generator(g, name);
}

int cli_generate_run(int argc, char **argv)
{
    const char *what = cli_args_word(argc, argv, 0);
    bool was_application = false;
    int status = 0;

    if (what == NULL) {
        print_usage();
        return 0;
    }
    if (strcmp(what, "new") == 0) {
        return cli_new_run(argc - 1, argv + 1);
    }
    if (!cli_code_enter(argc, argv)) {
        return 1;
    }
    was_application = cli_code_is_application();
    status = generate(what, argc, argv);
    if (status == 0 && !was_application) {
        cli_say_warn("This folder was no application: is it the right one? `sails new` makes one");
    }
    return status;
}
