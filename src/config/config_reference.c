#include "config/config_reference.h"

#include "base/macros.h"

/* ---- where settings come from, weakest first: the page and --help tell the same ---- */

static const struct {
    const char *name;
    const char *how;
} sources[] = {
    {"the defaults", "on this page"},
    {"`config/**/*.json`", "each file holds one object; the file's name means nothing, but "
                           "`config/routes.json` may hold the bare section `routes`, and so on"},
    {"`config/env/<environment>/**/*.json`", "for one environment"},
    {"`config/env/<environment>.json`", "the same in one file"},
    {"`config/local.json`", "for one machine; not to be committed"},
    {"shared variables", "`PORT`, and `SAILS_ENV` or else `NODE_ENV` for the environment"},
    {"rc files", "`/etc/sails/config`, `/etc/sailsrc`, `~/.config/sails/config`, "
                 "`~/.config/sails`, `~/.sails/config`, `~/.sailsrc`, the nearest `.sailsrc` from "
                 "the current folder upwards, the file that the variable `sails_config` names, and "
                 "the one that `--config` names"},
    {"our own variables", "`sails_port=80`, `sails_sockets__path=/x` (`__` is the dot)"},
    {"the program", "`sails_app_set()`"},
    {"the command line", "`--port 80`, `--port=80`, `--no-sockets.allowEIO3`"},
};

static const char head[] =
    "# Configuration\n"
    "\n"
    "Every key, what it may hold, and its default. This page is written from the table in\n"
    "`src/config/config_keys.c`; to renew it, run the test `unit_config_config_reference_test` with the\n"
    "variable `SAILS_UPDATE_DOCS=1`.\n"
    "\n"
    "## Where values come from\n"
    "\n"
    "From the weakest to the strongest; where two give a value to the same key, the later one wins:\n"
    "\n";

static const char rules[] =
    "\n"
    "In a file a dot may be written as nesting: `{\"sockets\": {\"path\": \"/x\"}}` sets\n"
    "`sockets.path`. Files may have comments: `//` to the end of the line, and `/* */`.\n"
    "\n"
    "What is typed on the command line or in a variable is read as its key wants it: a key that holds\n"
    "a text takes it as it is, one that holds a list takes one text for a list of one. Below `custom.`,\n"
    "where a program keeps what it likes, it is JSON, and what is no JSON is a text; the command line\n"
    "also knows numbers as Node.js does (`007`, `0x10`, `1.50`), and variables that begin with\n"
    "`SAILS_` keep their text. An option that is repeated becomes a list where a list may be, and\n"
    "counts once, the last time, where not. `--x` alone is true, `--no-x` false, `--` ends the options.\n"
    "\n"
    "Sections (`custom`, `routes`, `policies`, `hooks`) are merged, objects deeply; lists are replaced.\n"
    "\n"
    "The files of an environment are chosen by its name and cannot change it. The switches of\n"
    "production go by `SAILS_ENV` or `NODE_ENV`, and only where neither is set by `environment`: with\n"
    "`NODE_ENV=production` an app may be in an environment of its own, such as `staging`. The\n"
    "environment `production` beside another `NODE_ENV` is refused (`E_INVALID_NODE_ENV`).\n"
    "\n"
    "A key that does not exist, or a value that is not allowed, is told in one line with its place,\n"
    "the key, the value and what is allowed; nothing is lifted then, and the program ends with\n"
    "status 78. The values of secrets are never repeated.\n";

static void write_sources(struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        buf_printf(out, "%zu. %s: %s\n", i + 1, sources[i].name, sources[i].how);
    }
}

/* ---- the keys, by section ---- */

static const struct {
    const char *prefix; /* up to the first dot; "": keys without one */
    const char *title;
} sections[] = {
    {"", "The app"},        {"log", "Logging"},           {"ssl", "HTTPS"},
    {"http", "HTTP"},       {"session", "Sessions"},      {"security", "Security"},
    {"sockets", "Sockets"}, {"blueprints", "Blueprints"},
};

static struct str section_of(const struct config_key *key)
{
    struct str name = str_from(key->name);
    size_t dot = str_find(name, '.');

    return (struct str){name.ptr, dot < name.len ? dot : 0};
}

static void write_row(struct buf *out, const struct config_key *key)
{
    buf_printf(out, "| `%s` | ", key->name);
    config_describe(out, key);
    if (key->fallback != NULL) {
        buf_printf(out, " | `%s` | %s |\n", key->fallback, key->about);
    } else {
        buf_printf(out, " | not set | %s |\n", key->about);
    }
}

static void write_section(struct buf *out, struct str prefix, struct str title)
{
    bool has_begun = false;

    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        if (!str_eq(section_of(key), prefix)) {
            continue;
        }
        if (!has_begun) {
            buf_printf(out, "\n## %.*s\n\n| key | value | default | meaning |\n|---|---|---|---|\n",
                       STR_FMT(title));
            has_begun = true;
        }
        write_row(out, key);
    }
}

static bool has_title(struct str prefix)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (str_eq(prefix, str_from(sections[i].prefix))) {
            return true;
        }
    }
    return false;
}

/* A section that nobody has given a title is called by its prefix: no key is ever left out. */
static void write_untitled_sections(struct buf *out)
{
    struct str before = {0};

    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        struct str prefix = section_of(key);

        if (!has_title(prefix) && !str_eq(prefix, before)) {
            write_section(out, prefix, prefix);
            before = prefix;
        }
    }
}

void config_reference_write(struct buf *out)
{
    buf_append_str(out, STR(head));
    write_sources(out);
    buf_append_str(out, STR(rules));
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        write_section(out, str_from(sections[i].prefix), str_from(sections[i].title));
    }
    write_untitled_sections(out);
}

/* ---- --help ---- */

/* A terminal has no use for the page's backquotes. */
static void write_plain(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '`') {
            buf_append_char(out, *text);
        }
    }
}

void config_write_help(struct buf *out, const char *program)
{
    buf_printf(out,
               "Usage: %s [--key value | --key=value | --no-key]...\n\n"
               "Short forms: --verbose, --silly, --silent (log.level); --prod, --staging, --dev\n"
               "(environment); --redis (session.adapter); --host (explicitHost).\n"
               "Other options: --config FILE (an rc file). Print and end: --help or -h, --version\n"
               "or -v (of Sails for C), --routes, --openapi.\n\n"
               "Settings come from here, the later one wins:\n",
               program);
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        buf_append_str(out, STR("  "));
        write_plain(out, sources[i].name);
        buf_append_str(out, STR(": "));
        write_plain(out, i == 0 ? "below" : sources[i].how);
        buf_append_char(out, '\n');
    }
    buf_append_char(out, '\n');
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        buf_printf(out, "  --%s\n      %s: ", key->name, key->about);
        config_describe(out, key);
        if (key->fallback != NULL) {
            buf_printf(out, "; default %s", key->fallback);
        }
        buf_append_str(out, STR(".\n"));
    }
}
