#include "cli/cli_emit.h"

#include "base/macros.h"
#include "cli/cli_say.h"

#include <jansson.h>

#include <sails/emitter.h>
#include <sails/io.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_URL "redis://localhost:6379"

enum {
    EXCEPT_MAX = 64
};

/* What the command line says. */
struct emission {
    const char *url;
    const char *key;
    const char *nsp;
    const char *room; /* NULL: everybody */
    const char *event;
    const char *except[EXCEPT_MAX + 1]; /* ends with NULL */
    size_t n_except;
    bool is_to_all;
    json_t *args;
};

/* ---- options ---- */

static bool set_key(struct emission *e, const char *value)
{
    e->key = value;
    return value[0] != '\0';
}

static bool set_nsp(struct emission *e, const char *value)
{
    e->nsp = value;
    return true;
}

static bool set_url(struct emission *e, const char *value)
{
    e->url = value;
    return true;
}

static bool add_exception(struct emission *e, const char *value)
{
    if (e->n_except == EXCEPT_MAX) {
        return false;
    }
    e->except[e->n_except++] = value;
    return true;
}

static const struct {
    const char *name;
    bool (*set)(struct emission *e, const char *value);
} options[] = {
    {"--redis", set_url}, {"--nsp", set_nsp}, {"--key", set_key}, {"--except", add_exception}};

/* The value of "--name value" or "--name=value" at argv[*i], which moves to its last word. NULL: it is not that
 * option, or nothing follows. */
static const char *take_value(const char *name, int argc, char **argv, int *i)
{
    const char *word = argv[*i];
    size_t len = strlen(name);

    if (word == NULL || strncmp(word, name, len) != 0) {
        return NULL;
    }
    if (word[len] == '=') {
        return word + len + 1;
    }
    return word[len] == '\0' && *i + 1 < argc ? argv[++*i] : NULL;
}

static bool take_option(struct emission *e, int argc, char **argv, int *i)
{
    if (strcmp(argv[*i], "--all") == 0) {
        e->is_to_all = true;
        return true;
    }
    for (size_t o = 0; o < ARRAY_LEN(options); o++) {
        const char *value = take_value(options[o].name, argc, argv, i);

        if (value != NULL) {
            return options[o].set(e, value);
        }
    }
    return false;
}

/* Whether a word is an option, which take_option() has left because nothing follows. */
static bool lacks_value(const char *word)
{
    for (size_t o = 0; o < ARRAY_LEN(options); o++) {
        if (strcmp(word, options[o].name) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- words ---- */

static bool take_argument(struct emission *e, const char *word)
{
    json_error_t error;
    json_t *value = json_loads(word, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (value == NULL) {
        cli_say_error("`%s` is no JSON: %s. Texts have double quotes: '\"hello\"'", word,
                      error.text);
        return false;
    }
    if (json_array_append_new(e->args, value) < 0) {
        cli_say_error("%s", sails_strerror(SAILS_ENOMEM));
        return false;
    }
    return true;
}

static bool take_word(struct emission *e, const char *word)
{
    if (e->room == NULL && !e->is_to_all) {
        e->room = word;
    } else if (e->event == NULL) {
        e->event = word;
    } else {
        return take_argument(e, word);
    }
    return true;
}

/* Everything that begins with "--" is an option, until one that is "--" alone; "-5" is a number. */
static bool read_words(struct emission *e, int argc, char **argv)
{
    bool is_option = true;

    for (int i = 1; i < argc; i++) {
        if (is_option && strcmp(argv[i], "--") == 0) {
            is_option = false;
        } else if (is_option && strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(e, argc, argv, &i)) {
                cli_say_error(lacks_value(argv[i]) ? "`%s` needs a value. See: sails help emit"
                                                   : "What is `%s`? See: sails help emit",
                              argv[i]);
                return false;
            }
        } else if (!take_word(e, argv[i])) {
            return false;
        }
    }
    if (e->event == NULL) {
        cli_say_error("Usage: sails emit ROOM EVENT [JSON...] --redis URL; or --all for ROOM");
        return false;
    }
    return true;
}

/* ---- the event ---- */

/* "localhost:6379/2": what names users and passwords is nobody's to see. */
static const char *without_secrets(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *at = strrchr(url, '@');
    const char *host = scheme != NULL ? scheme + 3 : url;

    return at != NULL && at >= host ? at + 1 : host;
}

static int explain(int rc, const struct emission *e, const sails_emitter *emitter)
{
    const char *refusal = sails_emitter_error(emitter);

    if (rc == 0) {
        return 0;
    }
    if (rc == SAILS_EINVAL || rc == SAILS_ERESERVED || rc == SAILS_EJSON) {
        cli_say_error("%s: the URL, or the name of the room or the event", sails_strerror(rc));
        return 1;
    }
    if (rc == SAILS_EREFUSED && emitter == NULL) {
        refusal = "it refuses the user, the password or the number of the database";
    }
    cli_say_error("Redis at %s: %s%s", without_secrets(e->url),
                  refusal[0] != '\0' ? refusal : sails_strerror(rc),
                  strcmp(e->url, DEFAULT_URL) == 0 ? ". Another is named by --redis URL, or by the "
                                                     "variable sails_sockets__url"
                                                   : "");
    return EX_UNAVAILABLE;
}

static int emit(struct emission *e)
{
    sails_emitter *emitter = NULL;
    const char *rooms[] = {e->room, NULL};
    int rc = sails_emitter_open(e->url, e->key, &emitter);
    int status = 0;

    if (rc == 0) {
        rc = sails_emitter_emit(emitter, e->nsp, e->is_to_all ? NULL : rooms, e->except, e->event,
                                json_incref(e->args));
    }
    status = explain(rc, e, emitter);
    sails_emitter_close(emitter);
    return status;
}

int cli_emit_run(int argc, char **argv)
{
    const char *url = getenv("sails_sockets__url"); /* what nodes are told by, and no `ps` shows */
    struct emission e = {.url = url != NULL ? url : DEFAULT_URL, .args = json_array()};
    int status = 1;

    if (e.args == NULL) {
        cli_say_error("%s", sails_strerror(SAILS_ENOMEM));
    } else if (read_words(&e, argc, argv)) {
        status = emit(&e);
    }
    json_decref(e.args);
    return status;
}
