/*
 * emitter.c - everything of sails/emitter.h, for the tests to drive.
 *
 *     emitter URL KEY [CALL...]      each call is a JSON array: ["emit", nsp, rooms, except, event, args]
 *
 * Prints the result of each, and what Redis said where it refused.
 */
#include "support/names.h"

#include <sails/emitter.h>
#include <stdio.h>
#include <string.h>

static const char *text_at(const json_t *call, size_t i)
{
    return json_string_value(json_array_get(call, i));
}

static const char *const *names_at(struct names *names, const json_t *call, size_t i)
{
    const json_t *list = json_array_get(call, i);

    return json_is_array(list) ? names_of(names, list) : NULL;
}

static int run(sails_emitter *emitter, const json_t *call)
{
    const char *what = text_at(call, 0);
    const char *nsp = text_at(call, 1);
    struct names rooms, except, names;
    const char *const *to = names_at(&rooms, call, 2);
    const char *const *not_to = names_at(&except, call, 3);

    if (strcmp(what, "emit") == 0) {
        return sails_emitter_emit(emitter, nsp, to, not_to, text_at(call, 4),
                                  json_incref(json_array_get(call, 5)));
    }
    if (strcmp(what, "join") == 0) {
        return sails_emitter_sockets_join(emitter, nsp, to, not_to, names_at(&names, call, 4));
    }
    if (strcmp(what, "leave") == 0) {
        return sails_emitter_sockets_leave(emitter, nsp, to, not_to, names_at(&names, call, 4));
    }
    if (strcmp(what, "disconnect") == 0) {
        return sails_emitter_disconnect_sockets(emitter, nsp, to, not_to,
                                                json_is_true(json_array_get(call, 4)));
    }
    return sails_emitter_server_side_emit(emitter, nsp, text_at(call, 2),
                                          json_incref(json_array_get(call, 3)));
}

int main(int argc, char **argv)
{
    sails_emitter *emitter = NULL;
    int rc = argc > 2 ? sails_emitter_open(argv[1], argv[2][0] != '\0' ? argv[2] : NULL, &emitter)
                      : SAILS_EINVAL;

    (void)printf("%s\n", sails_err_name(rc));
    for (int i = 3; i < argc && rc == 0; i++) {
        json_t *call = json_loads(argv[i], 0, NULL);

        rc = run(emitter, call);
        (void)printf("%s %s\n", sails_err_name(rc), sails_emitter_error(emitter));
        json_decref(call);
    }
    sails_emitter_close(emitter);
    return rc == 0 ? 0 : 1;
}
