#include "app/app.h"
#include "web/origin.h"

/* What is wrong with lists of origins, in the words of the one who has written them: which, where, why. */

/* Why a value is no origin; NULL: it is one. */
static const char *fault_of(const json_t *value)
{
    return json_is_string(value)
               ? origin_fault((struct str){json_string_value(value), json_string_length(value)})
               : "it is not a text";
}

static void say(const struct sails_app *app, enum log_level level, const char *place,
                const json_t *value, const char *why, const char *code)
{
    char text[200];
    size_t len = json_dumpb(value, text, sizeof(text), JSON_ENCODE_ANY | JSON_COMPACT);

    if (len == 0 || len > sizeof(text)) {
        len = (size_t)snprintf(text, sizeof(text), "this value"); /* too long to be repeated */
    }
    log_line(&app->log, level, "%s: %.*s is no origin: %s%s", place, (int)len, text, why, code);
}

bool app_origins_say(const struct sails_app *app, enum log_level level, const char *key,
                     const json_t *origins, const char *code)
{
    char place[120];

    for (size_t i = 0; i < json_array_size(origins); i++) {
        const char *why = fault_of(json_array_get(origins, i));

        if (why != NULL) {
            snprintf(place, sizeof(place), "%s[%zu]", key, i);
            say(app, level, place, json_array_get(origins, i), why, code);
            return true;
        }
    }
    if (json_is_string(origins) && fault_of(origins) != NULL) {
        say(app, level, key, origins, fault_of(origins), code);
        return true;
    }
    return false;
}

/* The engine takes any text, as in Node; one that no browser sends lets nobody in. */
void app_origins_comment(const struct sails_app *app)
{
    const json_t *origins = config_get(&app->config, "sockets.cors.origin");
    bool is_word = json_is_string(origins) && (strcmp(json_string_value(origins), "*") == 0 ||
                                               strcmp(json_string_value(origins), "null") == 0);

    if (!is_word) {
        (void)app_origins_say(app, LOG_WARN, "sockets.cors.origin", origins,
                              ", and no page has it");
    }
}
