#include "cli/cli_completion.h"

#include "base/buf.h"
#include "cli/cli_args.h"
#include "cli/cli_commands.h"
#include "cli/cli_say.h"

#include <stdio.h>

/* Options of which the end is somebody's own ("--hooks.NAME=false") complete to nothing that is true. */
static bool is_plain(const struct cli_option *option)
{
    return strpbrk(option->name, "=ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL ||
           strcmp(option->name, "--dontLift") == 0 || strcmp(option->name, "--appPath") == 0;
}

static void write_options(struct buf *out, const struct cli_command *c)
{
    for (const struct cli_option *o = c->options; o != NULL && o->name != NULL; o++) {
        if (is_plain(o)) {
            buf_printf(out, "%s ", o->name);
        }
    }
    buf_append_str(out, STR("--help"));
}

static void write_bash(struct buf *out)
{
    buf_append_str(out, STR("_sails() {\n"
                            "  local word=${COMP_WORDS[COMP_CWORD]} words\n"
                            "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                            "    words='"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_printf(out, "%s ", c->name);
    }
    buf_append_str(out, STR("--help --version'\n  else\n    case ${COMP_WORDS[1]} in\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_printf(out, "    %s%s%s) words='", c->name, c->alias != NULL ? " | " : "",
                   c->alias != NULL ? c->alias : "");
        write_options(out, c);
        buf_append_str(out, STR("' ;;\n"));
    }
    buf_append_str(
        out, STR("    esac\n"
                 "    case ${COMP_WORDS[1]} in\n"
                 "    generate | g) words=\"$words action api controller helper hook model "
                 "page policy response sails.io.js script\" ;;\n"
                 "    run) words=\"$words $(cd scripts 2>/dev/null && ls -- *.c 2>/dev/null | "
                 "sed 's/\\.c$//')\" ;;\n"
                 "    esac\n"
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
                            "    return\n"
                            "  fi\n"
                            "  case $words[2] in\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_printf(out, "  %s%s%s) options=(", c->name, c->alias != NULL ? "|" : "",
                   c->alias != NULL ? c->alias : "");
        write_options(out, c);
        buf_append_str(out, STR(") ;;\n"));
    }
    buf_append_str(out, STR("  esac\n"
                            "  compadd -- $options\n"
                            "  _files\n"
                            "}\n\n"
                            "_sails \"$@\"\n"));
}

int cli_completion_run(int argc, char **argv)
{
    const char *shell = cli_args_word(argc, argv, 0);
    struct buf out = {0};
    int status = 0;

    if (shell != NULL && strcmp(shell, "bash") == 0) {
        write_bash(&out);
    } else if (shell != NULL && strcmp(shell, "zsh") == 0) {
        write_zsh(&out);
    } else {
        cli_say_error("Usage: sails completion bash, or zsh");
        status = 1;
    }
    if (buf_error(&out) == 0) {
        (void)fwrite(out.ptr, 1, out.len, stdout);
    }
    buf_deinit(&out);
    return status;
}
