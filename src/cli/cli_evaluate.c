#include "cli/cli_evaluate.h"

#include "base/macros.h"
#include "base/mem.h"
#include "base/waiter.h"
#include "cli/cli_records.h"
#include "cli/cli_values.h"

#include <sails/io.h>
#include <sails/models.h>
#include <sails/request.h>
#include <sails/sockets.h>
#include <sails/types.h>

const char *const cli_evaluate_words[] = {
    "GET /",         "POST /",  "PUT /", "PATCH /", "DELETE /", "sockets.broadcast",
    "sockets.blast", "sockets", "rooms", "actions", "routes",   "models",
    "config",        "help",    "exit",  NULL};

static const char help[] =
    "GET /user?name=ann            a request; behind the address JSON, its body\n"
    "POST /user {\"name\": \"ann\"}\n"
    "user.find {\"name\": \"ann\"}     a method of a model, as Waterline names them\n"
    "user.update {\"id\": 1} {\"name\": \"bob\"}\n"
    "user.avg \"age\" {\"name\": \"ann\"}\n"
    "user.addToCollection 1 \"pets\" [2, 3]\n"
    "sockets                       who is connected\n"
    "rooms                         which rooms there are\n"
    "sockets.broadcast \"room\" \"event\" {\"a\": 1}    an event to a room\n"
    "sockets.blast \"event\" {\"a\": 1}               to everybody\n"
    "actions                       which actions there are\n"
    "routes                        and which requests lead to them\n"
    "models                        which models there are, and their attributes\n"
    "config log.level              a setting\n"
    "exit                          or CTRL + D\n";

/* ---- requests ---- */

static bool is_request(struct str line)
{
    static const char *const methods[] = {"GET",    "POST", "PUT",    "PATCH",
                                          "DELETE", "HEAD", "OPTIONS"};
    struct str word = {line.ptr, str_find(line, ' ')};

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (str_eq_nocase(word, str_from(methods[i]))) {
            return true;
        }
    }
    return line.len > 0 && line.ptr[0] == '/';
}

/* "GET /user?x=1" is what stands before the second blank, or the first of a path alone. */
static size_t address_len(struct str line)
{
    size_t n = line.ptr[0] == '/' ? 0 : str_find(line, ' ') + 1;

    while (n < line.len && line.ptr[n] == ' ') {
        n++;
    }
    return n < line.len ? n + str_find(str_from_offset(line, n), ' ') : line.len;
}

static void request(sails_app *app, struct str line, struct buf *out)
{
    size_t n = address_len(line);
    char *address = mem_strndup(line.ptr, n);
    json_t *values = cli_values_read(str_from_offset(line, n), out);
    json_t *jwr = NULL;
    int rc = 0;

    if (values != NULL && address != NULL) {
        rc = sails_app_request_wait(app, address, json_incref(json_array_get(values, 0)), NULL,
                                    &jwr);
    }
    if (rc < 0) {
        buf_printf(out, "%s (%s)", sails_strerror(rc), sails_err_name(rc));
    } else if (jwr != NULL) {
        buf_printf(out, "%lld\n", json_integer_value(json_object_get(jwr, "statusCode")));
        cli_values_write(out, json_object_get(jwr, "body"));
    }
    json_decref(values);
    json_decref(jwr);
    mem_free(address);
}

/* ---- answers that come by a callback ---- */

static void show_sockets(sails_app *app, bool of_rooms, struct buf *out)
{
    sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");
    struct waiter waiter;
    int rc = 0;

    waiter_init(&waiter);
    rc = of_rooms ? sails_io_all_rooms(root, 0, waiter_tell, &waiter)
                  : sails_io_fetch_sockets(root, NULL, waiter_tell, &waiter);
    if (rc == 0) {
        rc = waiter_wait(&waiter);
    }
    if (rc < 0) {
        buf_printf(out, "%s", sails_strerror(rc));
    } else {
        cli_values_write(out, waiter.value);
    }
    waiter_deinit(&waiter);
}

/* ---- sockets.broadcast "room" "event" {...} ---- */

static void emit(sails_app *app, struct str rest, bool to_room, struct buf *out)
{
    json_t *values = cli_values_read(rest, out);
    size_t at = to_room ? 1 : 0;
    const char *room = json_string_value(json_array_get(values, 0));
    const char *event = json_string_value(json_array_get(values, at));
    json_t *data = json_array_get(values, at + 1);
    int rc = 0;

    if (values == NULL) {
        return;
    }
    if (event == NULL || (to_room && room == NULL)) {
        buf_append_str(
            out, STR("A room and an event are texts: sockets.broadcast \"room\" \"event\" {}"));
    } else {
        data = data != NULL ? json_incref(data) : json_null();
        rc = to_room ? sails_sockets_broadcast(app, SAILS_ROOMS(room), event, data, NULL)
                     : sails_sockets_blast(app, event, data, NULL);
        buf_append_str(out, str_from(rc < 0 ? sails_strerror(rc) : "sent"));
    }
    json_decref(values);
}

/* ---- what the application knows ---- */

static void append_action(const char *identity, const struct sails_action_def *def, void *ctx)
{
    struct buf *out = ctx;

    (void)def;
    buf_printf(out, "%s%s", out->len > 0 ? "\n" : "", identity);
}

static void append_route(const char *method, const char *path, const char *leads_to, void *ctx)
{
    buf_printf(ctx, "%-7s %-30s %s\n", method, path, leads_to);
}

static void append_model(const char *identity, const json_t *attributes, void *ctx)
{
    struct buf *out = ctx;

    buf_printf(out, "%s ", identity);
    cli_values_write(out, attributes);
    buf_append_char(out, '\n');
}

static void show_setting(sails_app *app, struct str name, struct buf *out)
{
    char *key = mem_strndup(name.ptr, name.len);

    cli_values_write(out, key != NULL ? sails_app_get(app, key) : NULL);
    mem_free(key);
}

/* ---- a line ---- */

/* Whether the first word is `word`; *rest is what follows. */
static bool takes_word(struct str line, const char *word, struct str *rest)
{
    size_t len = strlen(word);

    if (!str_starts_with(line, str_from(word)) ||
        (len < line.len && line.ptr[len] != ' ' && line.ptr[len] != '(')) {
        return false;
    }
    *rest = str_trim(str_from_offset(line, len));
    if (rest->len > 1 && rest->ptr[0] == '(' && rest->ptr[rest->len - 1] == ')') {
        *rest = (struct str){rest->ptr + 1, rest->len - 2};
    }
    return true;
}

static void evaluate(sails_app *app, struct str line, struct buf *out)
{
    struct str rest = {NULL, 0};

    if (is_request(line)) {
        request(app, line, out);
    } else if (takes_word(line, "help", &rest)) {
        buf_append_str(out, STR(help));
    } else if (takes_word(line, "sockets.broadcast", &rest)) {
        emit(app, rest, true, out);
    } else if (takes_word(line, "sockets.blast", &rest)) {
        emit(app, rest, false, out);
    } else if (takes_word(line, "sockets", &rest)) {
        show_sockets(app, false, out);
    } else if (takes_word(line, "rooms", &rest)) {
        show_sockets(app, true, out);
    } else if (takes_word(line, "actions", &rest)) {
        (void)sails_app_each_action(app, append_action, out);
    } else if (takes_word(line, "routes", &rest)) {
        (void)sails_app_each_route(app, append_route, out);
    } else if (takes_word(line, "models", &rest)) {
        (void)sails_app_each_model(app, append_model, out);
    } else if (takes_word(line, "config", &rest) && rest.len > 0) {
        show_setting(app, rest, out);
    } else if (!cli_records_run(app, line, out)) {
        buf_append_str(out, STR("That is nothing that the console knows: see `help`"));
    }
}

bool cli_evaluate(sails_app *app, const char *line, struct buf *out)
{
    struct str text = str_trim(str_from(line));

    if (str_eq(text, STR("exit")) || str_eq(text, STR("quit")) || str_eq(text, STR(".exit"))) {
        return false;
    }
    if (text.len > 0) {
        evaluate(app, text, out);
    }
    return true;
}
