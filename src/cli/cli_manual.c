#include "cli/cli_manual.h"

#include <sails/version.h>

/* ---- man(7) ---- */

/* A line of text, in which nothing is taken for a request of roff. */
static void write_roff(struct buf *out, struct str line)
{
    if (line.len > 0 && (line.ptr[0] == '.' || line.ptr[0] == '\'')) {
        buf_append_str(out, STR("\\&"));
    }
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\\' || line.ptr[i] == '-') {
            buf_append_char(out, '\\');
        }
        buf_append_char(out, line.ptr[i]);
    }
    buf_append_char(out, '\n');
}

static bool is_example(struct str line)
{
    return str_starts_with(line, STR("    "));
}

/* Paragraphs, and examples, which are indented. */
static void write_story(struct buf *out, const char *text)
{
    struct str rest = str_from(text);
    bool in_example = false;

    while (rest.len > 0) {
        struct str line = {rest.ptr, str_find(rest, '\n')};

        rest = str_from_offset(rest, line.len < rest.len ? line.len + 1 : rest.len);
        if (is_example(line) != in_example) {
            in_example = is_example(line);
            buf_append_str(out, in_example ? STR(".nf\n") : STR(".fi\n"));
        }
        if (line.len > 0) {
            write_roff(out, line);
        } else {
            buf_append_str(out, STR(".PP\n"));
        }
    }
    buf_append_str(out, in_example ? STR(".fi\n") : STR(""));
}

static void write_tagged(struct buf *out, const char *name, const char *value, const char *about)
{
    struct buf tag = {0};

    buf_printf(&tag, "%s%s%s", name, value != NULL ? " " : "", value != NULL ? value : "");
    buf_append_str(out, STR(".TP\n.B "));
    write_roff(out, buf_str(&tag));
    write_roff(out, str_from(about));
    buf_deinit(&tag);
}

static void write_page_of_all(struct buf *out)
{
    buf_append_str(out, STR(".SH NAME\nsails \\- make, lift and look after applications\n"
                            ".SH SYNOPSIS\n.B sails\nCOMMAND [OPTION...]\n.SH COMMANDS\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        write_tagged(out, c->name, NULL, c->about);
    }
    buf_append_str(out, STR(".SH SEE ALSO\n"));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        buf_printf(out, ".BR sails\\-%s (1)%s\n", c->name, c[1].name != NULL ? "," : "");
    }
}

static void write_page_of(struct buf *out, const struct cli_command *c)
{
    buf_printf(out, ".SH NAME\nsails\\-%s \\- ", c->name);
    write_roff(out, str_from(c->about));
    buf_printf(out, ".SH SYNOPSIS\n.B sails %s\n", c->name);
    write_roff(out, str_from(c->usage));
    buf_append_str(out, STR(".SH DESCRIPTION\n"));
    write_story(out, c->text);
    if (c->options != NULL) {
        buf_append_str(out, STR(".SH OPTIONS\n"));
    }
    for (const struct cli_option *o = c->options; o != NULL && o->name != NULL; o++) {
        write_tagged(out, o->name, o->value, o->about);
    }
    buf_append_str(out, STR(".SH SEE ALSO\n.BR sails (1)\n"));
}

void cli_manual_write_man(struct buf *out, const struct cli_command *command)
{
    buf_printf(out, ".TH SAILS%s%s 1 \"\" \"Sails for C %s\"\n", command != NULL ? "\\-" : "",
               command != NULL ? command->name : "", sails_version());
    if (command != NULL) {
        write_page_of(out, command);
    } else {
        write_page_of_all(out);
    }
}

/* ---- Markdown ---- */

static const char head[] =
    "# Commands\n"
    "\n"
    "What `sails help` says, on one page; it is written from the table in `src/cli/cli_commands.c`. To renew it, run\n"
    "the test `unit_cli_cli_manual_test` with the variable `SAILS_UPDATE_DOCS=1`. `cmake --install` puts a manual page\n"
    "of each (`man sails-lift`) and completion for bash and zsh beside the command.\n";

/* Examples are indented by four already, which Markdown takes for code. */
static void write_section(struct buf *out, const struct cli_command *c)
{
    buf_printf(out, "\n## sails %s\n\n`sails %s%s%s`", c->name, c->name,
               c->usage[0] != '\0' ? " " : "", c->usage);
    if (c->alias != NULL) {
        buf_printf(out, ", or `sails %s`", c->alias);
    }
    buf_printf(out, ": %s.\n\n%s", c->about, c->text);
    if (c->options != NULL) {
        buf_append_str(out, STR("\n| option | |\n|---|---|\n"));
    }
    for (const struct cli_option *o = c->options; o != NULL && o->name != NULL; o++) {
        buf_printf(out, "| `%s%s%s` | %s |\n", o->name, o->value != NULL ? " " : "",
                   o->value != NULL ? o->value : "", o->about);
    }
}

void cli_manual_write_markdown(struct buf *out)
{
    buf_append_str(out, STR(head));
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        write_section(out, c);
    }
}
