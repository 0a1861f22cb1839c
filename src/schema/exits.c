#include "schema/exits.h"

#include "base/macros.h"
#include "base/mem.h"

#include <sails/err.h>

/* In the table, or NULL. */
static const struct sails_exit *find_declared(const struct sails_action_def *def, const char *name)
{
    const struct sails_exit *table = def != NULL ? def->exits : NULL;

    for (size_t i = 0; table != NULL && table[i].name != NULL; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

const struct sails_exit *exits_find(const struct sails_action_def *def, const char *name)
{
    static const struct sails_exit success = {.name = "success"};
    static const struct sails_exit error = {.name = "error", .response = "serverError"};
    const struct sails_exit *declared = find_declared(def, name);

    if (declared == NULL && strcmp(name, success.name) == 0) {
        return &success;
    }
    return declared == NULL && strcmp(name, error.name) == 0 ? &error : declared;
}

/* Of the answers that have one. */
static unsigned status_of_response(const char *response)
{
    static const struct {
        const char *name;
        unsigned status;
    } known[] = {
        {"redirect", 302},  {"ok", 200},       {"badRequest", 400},
        {"forbidden", 403}, {"notFound", 404}, {"serverError", 500},
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strcmp(response, known[i].name) == 0) {
            return known[i].status;
        }
    }
    return 0;
}

unsigned exits_status(const struct sails_exit *end)
{
    if (end->status != 0) {
        return end->status;
    }
    if (end->response != NULL) {
        return status_of_response(end->response);
    }
    return strcmp(end->name, "success") == 0 ? 200 : 500;
}

/* ---- tables ---- */

enum {
    STATUS_MIN = 200, /* an answer, not a word before it */
    STATUS_MAX = 599
};

static const char *find_fault(const struct sails_action_def *def, const struct sails_exit *end)
{
    if (end->name[0] == '\0') {
        return "it has no name";
    }
    if (find_declared(def, end->name) != end) {
        return "there are two of that name";
    }
    if (end->status != 0 && (end->status < STATUS_MIN || end->status > STATUS_MAX)) {
        return "its status is not one from 200 to 599";
    }
    return NULL;
}

int exits_check(const char *identity, const struct sails_action_def *def, struct buf *why)
{
    for (size_t i = 0; def->exits != NULL && def->exits[i].name != NULL; i++) {
        const char *fault = find_fault(def, &def->exits[i]);

        if (fault != NULL) {
            buf_printf(why, "Action \"%s\", exit \"%s\": %s", identity, def->exits[i].name, fault);
            return buf_error(why) == 0 ? SAILS_ECONFIG : SAILS_ENOMEM;
        }
    }
    return 0;
}
