#include "cli/cli_completion.h"

#include "base/buf.h"
#include "cli/cli_args.h"
#include "cli/cli_commands.h"
#include "cli/cli_say.h"

#include <stdio.h>

/* Options of which the end is somebody's own ("--hooks.NAME=false") complete to nothing that is true. */
static bool is_plain(const struct cli_option *option)
{
    return strchr(option->name, '=') == NULL;
}

static void write_list(struct buf *out, const struct cli_option *options)
{
    for (const struct cli_option *o = options; o != NULL && o->name != NULL; o++) {
        if (is_plain(o)) {
            buf_printf(out, "%s ", o->name);
        }
    }
}

static void write_options(struct buf *out, const struct cli_command *c)
{
    write_list(out, c->options);
    write_list(out, c->lifts);
    buf_append_str(out, STR("--help"));
}

static void write_commands(struct buf *out)
{
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_printf(out, "%s ", c->name);
    }
}

/* "lift" or "lift | l", as both shells have it in a case. */
static void write_names(struct buf *out, const struct cli_command *c)
{
    buf_printf(out, "%s%s%s", c->name, c->alias != NULL ? " | " : "",
               c->alias != NULL ? c->alias : "");
}

/* A case of what the first word behind a command is: of its own, a command's name, a script's. */
static void write_words(struct buf *out, const char *before, const char *behind)
{
    struct buf all = {0};

    write_commands(&all);
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        bool is_help = strcmp(c->name, "help") == 0;

        if (c->words == NULL && !is_help && strcmp(c->name, "run") != 0) {
            continue;
        }
        buf_append_str(out, STR("    "));
        write_names(out, c);
        buf_printf(out, ") %s", before);
        if (is_help) {
            buf_append_str(out, buf_str(&all));
        } else {
            buf_printf(
                out, "%s",
                c->words != NULL
                    ? c->words
                    : "$(cd scripts 2>/dev/null && ls -- *.c 2>/dev/null | sed 's/\\.c$//')");
        }
        buf_printf(out, "%s ;;\n", behind);
    }
    buf_deinit(&all);
}

static void write_bash(struct buf *out)
{
    buf_append_str(out, STR("_sails() {\n"
                            "  local word=${COMP_WORDS[COMP_CWORD]} words\n"
                            "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                            "    words='"));
    write_commands(out);
    buf_append_str(out, STR("--help --version'\n  else\n    case ${COMP_WORDS[1]} in\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_append_str(out, STR("    "));
        write_names(out, c);
        buf_append_str(out, STR(") words='"));
        write_options(out, c);
        buf_append_str(out, STR("' ;;\n"));
    }
    buf_append_str(out, STR("    esac\n"
                            "    case ${COMP_WORDS[1]} in\n"));
    write_words(out, "words=\"$words ", "\"");
    buf_append_str(out, STR("    esac\n"
                            "  fi\n"
                            "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                            "}\n"
                            "complete -o default -F _sails sails\n"));
}

/* Quotes end at quotes: what is told has none. */
static void write_zsh(struct buf *out)
{
    buf_append_str(
        out, STR("#compdef sails\n\n_sails() {\n  local -a commands options\n  commands=(\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_printf(out, "    '%s:%s'\n", c->name, c->about);
    }
    buf_append_str(out, STR("  )\n"
                            "  if (( CURRENT == 2 )); then\n"
                            "    _describe command commands\n"
                            "    compadd -- --help --version\n"
                            "    return\n"
                            "  fi\n"
                            "  case $words[2] in\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_append_str(out, STR("    "));
        write_names(out, c);
        buf_append_str(out, STR(") options=("));
        write_options(out, c);
        buf_append_str(out, STR(") ;;\n"));
    }
    buf_append_str(out, STR("  esac\n"
                            "  case $words[2] in\n"));
    write_words(out, "options+=(", ")");
    buf_append_str(out, STR("  esac\n"
                            "  compadd -- $options\n"
                            "  _files\n"
                            "}\n\n"
                            "_sails \"$@\"\n"));
}

bool cli_completion_write(struct buf *out, const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        write_bash(out);
        return true;
    }
    if (strcmp(shell, "zsh") == 0) {
        write_zsh(out);
        return true;
    }
    return false;
}

int cli_completion_run(int argc, char **argv)
{
    const char *shell = cli_args_word(argc, argv, 0);
    struct buf out = {0};
    int status = 0;

    if (shell == NULL || !cli_completion_write(&out, shell)) {
        cli_say_error("Usage: sails completion bash, or zsh");
        status = 1;
    }
    if (buf_error(&out) == 0) {
        (void)fwrite(out.ptr, 1, out.len, stdout);
    }
    buf_deinit(&out);
    return status;
}
