#include "cli/cli_generate_text.h"

#include "base/mem.h"
#include "cli/cli_say.h"
#include "cli/cli_symbols.h"

#include <ctype.h>
#include <sails/err.h>

/* Nothing that leads out of a folder, or that an identity cannot be. */
static bool is_name(const char *name)
{
    bool begins = true;

    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '/') {
            if (begins) {
                return false;
            }
            begins = true;
            continue;
        }
        if (isalpha((unsigned char)*c) == 0 &&
            (begins || (isdigit((unsigned char)*c) == 0 && *c != '-' && *c != '_'))) {
            return false;
        }
        begins = false;
    }
    return !begins;
}

static char *transform(const char *name, char (*letter)(char c))
{
    char *copy = mem_strndup(name, strlen(name));

    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        *c = letter(*c);
    }
    return copy;
}

static char to_symbol(char c)
{
    return c == '/' || c == '-' ? '_' : char_lower(c);
}

static char to_upper_symbol(char c)
{
    return c == '/' || c == '-' ? '_' : char_upper(c);
}

int cli_generation_check(const char *name)
{
    if (is_name(name)) {
        return 0;
    }
    cli_say_error("`%s` cannot be a name: letters, digits, \"-\" and \"_\", and slashes between "
                  "parts that begin with a letter",
                  name);
    return SAILS_EINVAL;
}

/* "text_words"; what is taken has more behind it: "double_helper". */
static char *choose_symbol(const char *name)
{
    char *symbol = transform(name, to_symbol);
    struct buf longer = {0};

    if (symbol == NULL || !cli_symbol_is_taken(symbol)) {
        return symbol;
    }
    buf_printf(&longer, "%s_helper", symbol);
    mem_free(symbol);
    return buf_take(&longer);
}

int cli_generation_open(struct cli_generation *job, const char *name)
{
    int rc = cli_generation_check(name);

    if (rc < 0) {
        return rc;
    }
    job->path = mem_strndup(name, strlen(name));
    job->identity = transform(name, char_lower);
    job->symbol = choose_symbol(name);
    job->upper = transform(name, to_upper_symbol);
    if (job->path == NULL || job->identity == NULL || job->symbol == NULL || job->upper == NULL) {
        return SAILS_ENOMEM;
    }
    job->values[0] = (struct cli_value){"name", job->path};
    job->values[1] = (struct cli_value){"path", job->path};
    job->values[2] = (struct cli_value){"identity", job->identity};
    job->values[3] = (struct cli_value){"symbol", job->symbol};
    job->values[4] = (struct cli_value){"UPPER", job->upper};
    return 0;
}

int cli_generation_add(struct cli_generation *job, const char *path, struct str text)
{
    const char *place = strstr(path, "%p");
    struct buf whole = {0};
    int rc = 0;

    if (place != NULL) {
        buf_printf(&whole, "%.*s%s%s", (int)(place - path), path, job->path, place + 2);
    } else {
        buf_append_str(&whole, str_from(path));
    }
    buf_append_char(&whole, '\0');
    rc = buf_error(&whole) < 0 ? SAILS_ENOMEM : cli_files_add(&job->files, whole.ptr, text);
    buf_deinit(&whole);
    return rc;
}

int cli_generation_expand(struct cli_generation *job, const char *path, const char *template)
{
    struct buf text = {0};
    int rc = 0;

    if (!cli_templates_expand(template, job->values, &text)) {
        rc = SAILS_ENOENT;
    } else if (buf_error(&text) < 0) {
        rc = SAILS_ENOMEM;
    }
    rc = rc == 0 ? cli_generation_add(job, path, buf_str(&text)) : rc;
    buf_deinit(&text);
    return rc;
}

/* "Something else already exists at ::api/models/User.json", in Sails' words. */
static void say_problem(const struct cli_generation *job, int rc)
{
    struct str problem = buf_str(&job->files.problem);

    if (rc == SAILS_EEXIST && problem.len > 0) {
        problem.len = str_find(problem, ':');
        cli_say_error("Something else already exists at ::%.*s", STR_FMT(problem));
    } else if (problem.len > 0) {
        cli_say_error("%.*s", STR_FMT(problem));
    } else if (rc != SAILS_EINVAL) {
        cli_say_error("%s", sails_strerror(rc));
    }
}

int cli_generation_close(struct cli_generation *job, int rc)
{
    if (rc == 0) {
        cli_files_keep(&job->files);
    } else {
        say_problem(job, rc);
    }
    cli_files_deinit(&job->files);
    mem_free(job->path);
    mem_free(job->identity);
    mem_free(job->symbol);
    mem_free(job->upper);
    *job = (struct cli_generation){0};
    return rc;
}
