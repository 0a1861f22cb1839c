#include "load/options.h"

#include "load/scenario.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#ifndef SAILS_BENCH_VERSION
#error "the build says which version this is"
#endif

/* A row without a letter is no number and is read by name. */
static const struct row {
    const char *name;
    const char *value;
    const char *about;
    size_t at; /* of the number in struct options */
    size_t most;
} rows[] = {
    {"--connections", "N", "how many connections", offsetof(struct options, connections), 1000000},
    {"--outstanding", "N",
     "how many questions of each connection, or publications in all, are under way at a time",
     offsetof(struct options, outstanding), 10000},
    {"--count", "N", "how many questions, publications or connections are measured",
     offsetof(struct options, count), 1000000000},
    {"--warm-up", "N", "how many before that are not; a tenth when not given",
     offsetof(struct options, warm_up), 1000000000},
    {"--rate", "N",
     "that many a second, whatever has been answered; how long something took counts from when it was due",
     offsetof(struct options, rate), 10000000},
    {"--size", "BYTES", "how long a value is", offsetof(struct options, size), 64 * 1024 * 1024},
    {"--rooms", "N", "how many rooms", offsetof(struct options, rooms), 1000000},
    {"--members", "N", "how many connections are in each", offsetof(struct options, members),
     1000000},
    {"--burst", "N", "how many publications are emitted at once", offsetof(struct options, burst),
     10000},
    {"--slow", "PERCENT", "how many of the connections read slowly, 64 KiB a second",
     offsetof(struct options, slow), 90},
    {"--at-once", "N", "how many connections are on their way at a time",
     offsetof(struct options, at_once), 10000},
    {"--patience", "SECONDS",
     "how long nothing may come until what is missing counts as lost; 10 when not given",
     offsetof(struct options, patience_s), 3600},
    {"--seconds", "N", "how long idle connections are kept", offsetof(struct options, seconds),
     86400},
    {"--transport", "NAME", "websocket, which it is when not given, or polling", 0, 0},
    {"--protocol", "N", "revision of Engine.IO: 4, which it is when not given, or 3", 0, 0},
    {"--query", "TEXT", "more for the query of the handshake, as name=value&name=value", 0, 0},
    {"--path", "PATH", "what is asked for over HTTP", 0, 0},
    {"--pid", "PID",
     "a process of the server, on this machine, whose time and memory are measured; may be given again",
     0, 0},
    {"--json", NULL, "prints one object of JSON", 0, 0},
    {"--help", NULL, "prints this", 0, 0},
    {"--man", NULL, "prints the manual page", 0, 0},
    {"--version", NULL, "prints the version", 0, 0},
};

static const char usage[] = "sails-bench SCENARIO [URL] [OPTION...]";
static const char about[] = "measures a server of Socket.IO, Sails or HTTP under load";
static const char story[] =
    "Clients in one thread talk to the server at URL, http://127.0.0.1:1337 when not given, and check what comes: that\n"
    "nothing is lost, doubled, damaged or out of order. How long things took is told as percentiles; where a question\n"
    "waits for the answer before it, a second row says what somebody would have seen who had asked all the same\n"
    "(\"coordinated omission\").\n";
static const char protocol[] =
    "The server is a small application with these events, in the namespace /:\n"
    "\n"
    "    echo VALUE        acks VALUE\n"
    "    join ROOM         joins that room, and acks\n"
    "    leave ROOM        leaves it, and acks\n"
    "    tell ROOM VALUE   emits `broadcast` with VALUE to all in that room, who asks for it as well;\n"
    "                      every socket is in the room that is its own id\n"
    "\n"
    "and these routes:\n"
    "\n"
    "    GET /echo?v=V     answers {\"v\": V}, over a socket\n"
    "    GET /bytes        answers something with the status 200\n";
static const char status[] =
    "Status 0: all has come, once and in order. 1: it has not. 2: nothing could be measured.\n";

void options_write_help(FILE *out)
{
    fprintf(out, "Usage: %s\n\n%s: %s.\n\n%s\nScenarios:\n\n", usage, "sails-bench", about, story);
    for (const struct scenario *s = scenarios; s->name != NULL; s++) {
        fprintf(out, "  %-20s %s\n", s->name, s->about);
    }
    fputs("\nOptions, which have other defaults in each scenario:\n\n", out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[64];

        snprintf(name, sizeof(name), "%s%s%s", rows[i].name, rows[i].value != NULL ? " " : "",
                 rows[i].value != NULL ? rows[i].value : "");
        fprintf(out, "  %-20s %s\n", name, rows[i].about);
    }
    fprintf(out, "\n%s\n%s", protocol, status);
}

/* Text for roff: hyphens and backslashes escaped, examples as they are. */
static void write_roff(FILE *out, const char *text)
{
    bool is_example = false;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        if ((strncmp(text, "    ", 4) == 0) != is_example) {
            is_example = !is_example;
            fputs(is_example ? ".nf\n" : ".fi\n", out);
        }
        if (len == 0) {
            fputs(".PP", out);
        }
        for (size_t i = 0; i < len; i++) {
            fprintf(out, text[i] == '\\' || text[i] == '-' ? "\\%c" : "%c", text[i]);
        }
        fputc('\n', out);
        text += len + (text[len] == '\n');
    }
    fputs(is_example ? ".fi\n" : "", out);
}

static void write_tagged(FILE *out, const char *name, const char *value, const char *text)
{
    fputs(".TP\n.B ", out);
    write_roff(out, name);
    if (value != NULL) {
        fprintf(out, ".I %s\n.br\n", value);
    }
    write_roff(out, text);
}

void options_write_man(FILE *out)
{
    fprintf(out,
            ".TH SAILS\\-BENCH 1 \"\" \"Sails for C %s\"\n.SH NAME\nsails\\-bench \\- %s\n"
            ".SH SYNOPSIS\n.B sails\\-bench\nSCENARIO [URL] [OPTION...]\n.SH DESCRIPTION\n",
            SAILS_BENCH_VERSION, about);
    write_roff(out, story);
    fputs(".SH SCENARIOS\n", out);
    for (const struct scenario *s = scenarios; s->name != NULL; s++) {
        write_tagged(out, s->name, NULL, s->about);
    }
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_tagged(out, rows[i].name, rows[i].value, rows[i].about);
    }
    fputs(".SH APPLICATION\n", out);
    write_roff(out, protocol);
    fputs(".SH EXIT STATUS\n", out);
    write_roff(out, status);
    fputs(".SH SEE ALSO\n.BR sails (1)\n", out);
}

/* ---- the command line ---- */

static size_t read_number(const char *name, const char *text, size_t most)
{
    char *end = NULL;
    unsigned long long number = strtoull(text, &end, 10);

    if (end == text || *end != '\0' || number == 0 || number > most) {
        base_end("%s %s: a number from 1 to %zu is wanted", name, text, most);
    }
    return (size_t)number;
}

static void read_word(struct options *options, const char *name, const char *value)
{
    struct client_kind *kind = &options->kind;

    if (strcmp(name, "--transport") == 0) {
        if (strcmp(value, "polling") != 0 && strcmp(value, "websocket") != 0) {
            base_end("--transport %s: websocket or polling is wanted", value);
        }
        kind->transport = strcmp(value, "polling") == 0 ? CLIENT_POLLING : CLIENT_WEBSOCKET;
    } else if (strcmp(name, "--protocol") == 0) {
        if (strcmp(value, "3") != 0 && strcmp(value, "4") != 0) {
            base_end("--protocol %s: 4 or 3 is wanted", value);
        }
        kind->protocol = value[0] - '0';
    } else if (strcmp(name, "--query") == 0) {
        char *query = base_alloc(1, strlen(value) + 2);

        query[0] = '&';
        memcpy(query + 1, value, strlen(value));
        kind->query = query;
    } else if (strcmp(name, "--path") == 0) {
        options->path = value;
    } else if (options->n_pids < OPTIONS_PIDS_MAX) {
        options->pids[options->n_pids++] = (pid_t)read_number(name, value, 1 << 30);
    } else {
        base_end("--pid: at most %d", OPTIONS_PIDS_MAX);
    }
}

static void read_flag(struct options *options, const char *name)
{
    if (strcmp(name, "--json") == 0) {
        options->is_json = true;
        return;
    }
    if (strcmp(name, "--help") == 0) {
        options_write_help(stdout);
    } else if (strcmp(name, "--man") == 0) {
        options_write_man(stdout);
    } else {
        puts(SAILS_BENCH_VERSION);
    }
    exit(BASE_IN_ORDER);
}

static const struct row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    base_end("%s: there is no such option; see sails-bench --help", name);
}

/* http://HOST[:PORT][/] */
static void read_url(struct endpoint *to, const char *url)
{
    static const char scheme[] = "http://";
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char *colon = NULL;

    if (strncmp(url, scheme, strlen(scheme)) != 0 ||
        strlen(url + strlen(scheme)) >= sizeof(to->host)) {
        base_end("%s: a URL as http://127.0.0.1:1337 is wanted", url);
    }
    snprintf(to->host, sizeof(to->host), "%s", url + strlen(scheme));
    to->host[strcspn(to->host, "/")] = '\0';
    colon = strchr(to->host, ':');
    if (colon != NULL) {
        *colon = '\0';
    }
    if (getaddrinfo(to->host, colon != NULL ? colon + 1 : "80", &hints, &found) != 0) {
        base_end("%s: that host has no address", url);
    }
    memcpy(&to->address, found->ai_addr, sizeof(to->address));
    freeaddrinfo(found);
    if (colon != NULL) {
        *colon = ':';
    }
}

/* What was not given is as the scenario says, and what that does not say either. */
static void fill_in(struct options *options)
{
    const struct scenario *scenario = options->scenario;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t *number = (size_t *)(void *)((char *)options + rows[i].at);
        const size_t *fallback =
            (const size_t *)(const void *)((const char *)&scenario->defaults + rows[i].at);

        if (rows[i].most > 0 && *number == 0) {
            *number = *fallback;
        }
    }
    options->warm_up = options->warm_up > 0 ? options->warm_up : options->count / 10 + 1;
    options->at_once = options->at_once > 0 ? options->at_once : 64;
    options->patience_s = options->patience_s > 0 ? options->patience_s : 10;
    options->path = options->path != NULL ? options->path : "/bytes";
    if (scenario->words == SCENARIO_GET) {
        options->kind.transport = CLIENT_HTTP;
    }
    if (scenario->words == SCENARIO_REQUEST && options->kind.query[0] == '\0') {
        options->kind.query = "&__sails_io_sdk_version=1.2.1";
    }
    if (scenario->words == SCENARIO_ONE_ROOM) {
        options->rooms = 1;
        options->members = options->connections;
    } else if (scenario->words == SCENARIO_DIRECT) {
        options->rooms = options->connections;
        options->members = 1;
    }
    if (options->members > options->connections) {
        base_end("--members %zu: there are only %zu connections", options->members,
                 options->connections);
    }
}

void options_read(struct options *options, int argc, char **argv)
{
    const char *url = "http://127.0.0.1:1337";

    *options = (struct options){.kind = {.protocol = 4, .query = ""}};
    for (int i = 1; i < argc; i++) {
        const struct row *row = strncmp(argv[i], "--", 2) == 0 ? find_row(argv[i]) : NULL;

        if (row != NULL && row->value == NULL) {
            read_flag(options, argv[i]);
        } else if (row != NULL && i + 1 == argc) {
            base_end("%s: its value is missing", argv[i]);
        } else if (row != NULL && row->most > 0) {
            *(size_t *)(void *)((char *)options + row->at) =
                read_number(argv[i], argv[i + 1], row->most);
            i++;
        } else if (row != NULL) {
            read_word(options, argv[i], argv[i + 1]);
            i++;
        } else if (options->scenario == NULL) {
            options->scenario = scenario_find(argv[i]);
            if (options->scenario == NULL) {
                base_end("%s: there is no such scenario; see sails-bench --help", argv[i]);
            }
        } else {
            url = argv[i];
        }
    }
    if (options->scenario == NULL) {
        options_write_help(stderr);
        exit(BASE_NO_RESULT);
    }
    read_url(&options->kind.to, url);
    fill_in(options);
}
