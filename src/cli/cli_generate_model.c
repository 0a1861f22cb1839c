#include "cli/cli_generate_model.h"

#include "base/macros.h"
#include "base/mem.h"
#include "cli/cli_args.h"
#include "cli/cli_generate_text.h"
#include "cli/cli_names.h"
#include "cli/cli_say.h"

#include <sails/err.h>
#include <stdio.h>

bool cli_generate_model_is(const char *what)
{
    return strcmp(what, "model") == 0 || strcmp(what, "controller") == 0 ||
           strcmp(what, "api") == 0;
}

/* Whether an earlier word has the same name, which ends with the word or at a colon (said): actions, and the columns of
 * some databases, are told apart without case. */
static bool is_repeated(int argc, char **argv, size_t n)
{
    const char *word = cli_args_word(argc, argv, n);
    size_t len = word != NULL ? strcspn(word, ":") : 0;

    for (size_t i = 2; i < n && word != NULL; i++) {
        const char *other = cli_args_word(argc, argv, i);

        if (str_eq_nocase((struct str){other, strcspn(other, ":")}, (struct str){word, len})) {
            cli_say_error("`%.*s` is there twice", (int)len, word);
            return true;
        }
    }
    return false;
}

/* ---- models ---- */

static bool is_type(struct str type)
{
    static const char *const types[] = {"string", "number", "boolean", "json", "ref"};

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_eq(type, str_from(types[i]))) {
            return true;
        }
    }
    return false;
}

/* "age:number" as a line of the file. False: it has no such type (said). */
static bool write_attribute(struct buf *out, const char *word, bool is_first)
{
    struct str whole = str_from(word);
    size_t colon = str_find(whole, ':');
    struct str name = {word, colon};
    struct str type = colon < whole.len ? str_from_offset(whole, colon + 1) : STR("string");

    if (!is_type(type) || name.len == 0 || strcspn(word, "\"\\") < whole.len) {
        cli_say_error("`%s`: an attribute is a name, or name:type with one of string, number, "
                      "boolean, json, ref",
                      word);
        return false;
    }
    buf_printf(out, "%s\n    \"%.*s\": { \"type\": \"%.*s\" }", is_first ? "" : ",", STR_FMT(name),
               STR_FMT(type));
    return true;
}

static int write_model(struct buf *out, int argc, char **argv)
{
    const char *word = cli_args_word(argc, argv, 2);

    buf_append_str(out, STR("{\n  \"attributes\": {"));
    for (size_t i = 2; word != NULL; word = cli_args_word(argc, argv, ++i)) {
        if (is_repeated(argc, argv, i) || !write_attribute(out, word, i == 2)) {
            return SAILS_EINVAL;
        }
    }
    buf_append_str(out, STR("\n  }\n}\n"));
    return buf_error(out);
}

/* ---- controllers ---- */

/* The function has a longer name than the action: `remove` and `default` are taken in C. */
static void write_action(struct buf *out, const char *name)
{
    buf_printf(out,
               "\nstatic void %s_action(sails_req *req, sails_res *res)\n{\n    (void)req;\n"
               "    sails_res_json(res, json_pack(\"{s:s}\", \"action\", \"%s\"));\n}\n",
               name, name);
}

static bool is_symbol(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

    return strspn(name, letters) > 0 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
               strlen(name);
}

/* Without a name of an action it has one, so that it compiles. */
static int write_controller(struct buf *out, int argc, char **argv, bool takes_actions)
{
    const char *first = takes_actions ? cli_args_word(argc, argv, 2) : NULL;
    struct buf rows = {0};
    int rc = 0;

    first = first != NULL ? first : "index";
    buf_append_str(out, STR("#include <sails/sails.h>\n"));
    for (size_t i = 2; rc == 0 && first != NULL;
         first = takes_actions ? cli_args_word(argc, argv, ++i) : NULL) {
        if (!is_symbol(first)) {
            cli_say_error("`%s` cannot be the name of a function of C", first);
            rc = SAILS_EINVAL;
        } else if (takes_actions && is_repeated(argc, argv, i)) {
            rc = SAILS_EINVAL;
        } else {
            write_action(out, first);
            buf_printf(&rows, "%s{\"%s\", {.run = %s_action}}", rows.len > 0 ? ", " : "", first,
                       first);
        }
    }
    buf_printf(out, "\nSAILS_CONTROLLER(%.*s);\n", STR_FMT(buf_str(&rows)));
    rc = rc == 0 && (buf_error(out) < 0 || buf_error(&rows) < 0) ? SAILS_ENOMEM : rc;
    buf_deinit(&rows);
    return rc;
}

/* ---- names ---- */

/* "userGroup", "user-group": "UserGroup", as files of models and controllers are called. */
static char *pascal_name(const char *name)
{
    char *kebab = cli_name_kebab(str_from(name));
    struct buf out = {0};

    for (const char *c = kebab; c != NULL && *c != '\0'; c++) {
        if (*c != '-') {
            buf_append_char(&out, c == kebab || c[-1] == '-' ? char_upper(*c) : *c);
        }
    }
    mem_free(kebab);
    return kebab != NULL ? buf_take(&out) : NULL;
}

static int add_model(struct cli_generation *job, int argc, char **argv)
{
    struct buf text = {0};
    int rc = write_model(&text, argc, argv);

    rc = rc == 0 ? cli_generation_add(job, "api/models/%p.json", buf_str(&text)) : rc;
    buf_deinit(&text);
    return rc;
}

static int add_controller(struct cli_generation *job, int argc, char **argv, bool takes_actions)
{
    struct buf text = {0};
    int rc = write_controller(&text, argc, argv, takes_actions);

    rc = rc == 0 ? cli_generation_add(job, "api/controllers/%pController.c", buf_str(&text)) : rc;
    buf_deinit(&text);
    return rc;
}

static void tell(const char *what, const struct cli_generation *job)
{
    if (strcmp(what, "controller") != 0) {
        cli_say_info("Created a new model (\"%s\")!", job->path);
    }
    if (strcmp(what, "model") != 0) {
        cli_say_info("Created a new controller (\"%s\") at api/controllers/%sController.c!",
                     job->identity, job->path);
    }
}

int cli_generate_model_run(int argc, char **argv)
{
    const char *what = cli_args_word(argc, argv, 0);
    const char *given = cli_args_word(argc, argv, 1);
    struct cli_generation job = {0};
    char *name = given != NULL ? pascal_name(given) : NULL;
    int rc = 0;

    if (given == NULL) {
        cli_say_error(strcmp(what, "controller") == 0
                          ? "Usage: sails generate controller <name> [action...]"
                          : "Usage: sails generate %s <modelname> [attribute:type...]",
                      what);
        return 1;
    }
    rc = cli_generation_check(given);
    if (rc == 0) {
        rc = name != NULL ? cli_generation_open(&job, name) : SAILS_ENOMEM;
    }
    if (rc == 0 && strcmp(what, "controller") != 0) {
        rc = add_model(&job, argc, argv);
    }
    if (rc == 0 && strcmp(what, "model") != 0) {
        rc = add_controller(&job, argc, argv, strcmp(what, "controller") == 0);
    }
    if (rc == 0) {
        tell(what, &job);
    }
    rc = cli_generation_close(&job, rc);
    mem_free(name);
    return rc == 0 ? 0 : 1;
}
