#include "app/app.h"

/*
 * Sails' prefixes and streams: errors and debug lines to stderr, the others to stdout. A line is
 * written by one call, so that lines of several threads do not mix.
 */
static const struct {
    const char *name;
    const char *prefix;
    bool is_error;
} levels[] = {
    [LOG_SILENT] = {"silent", "", true},       [LOG_ERROR] = {"error", "error: ", true},
    [LOG_WARN] = {"warn", " warn: ", false},   [LOG_DEBUG] = {"debug", "debug: ", true},
    [LOG_INFO] = {"info", " info: ", false},   [LOG_VERBOSE] = {"verbose", "verbo: ", false},
    [LOG_SILLY] = {"silly", "     : ", false},
};

static_assert((int)LOG_SILLY == (int)SAILS_LOG_SILLY, "the levels inside and outside are the same");

static void write_line(void *ctx, enum log_level level, const char *text)
{
    struct sails_app *app = ctx;
    FILE *stream = levels[level].is_error ? stderr : stdout;

    if (app->log_write != NULL) {
        app->log_write((enum sails_log_level)level, text, app->log_ctx);
        return;
    }
    fprintf(stream, "%s%s\n", levels[level].prefix, text);
    fflush(stream);
}

void app_log_init(struct sails_app *app)
{
    app->log = (struct log){.level = LOG_INFO, .write = write_line, .ctx = app};
}

void app_log_configure(struct sails_app *app)
{
    const char *name = config_text(&app->config, "log.level");

    for (size_t i = 0; name != NULL && i < ARRAY_LEN(levels); i++) {
        if (strcmp(name, levels[i].name) == 0) {
            app->log.level = (enum log_level)i;
        }
    }
}

void app_log_warnings(const struct sails_app *app)
{
    size_t i = 0;
    json_t *warning = NULL;

    json_array_foreach(app->config.warnings, i, warning)
    {
        log_line(&app->log, LOG_WARN, "%s", json_string_value(warning));
    }
}

void sails_log(const sails_app *app, enum sails_log_level level, const char *format, ...)
{
    char text[2048];
    va_list args;

    if (app == NULL || format == NULL || level <= SAILS_LOG_SILENT || level > SAILS_LOG_SILLY ||
        (int)level > (int)app->log.level) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    app->log.write(app->log.ctx, (enum log_level)level, text);
}

int sails_app_set_log(sails_app *app, sails_log_cb write, void *ctx)
{
    if (app == NULL) {
        return SAILS_EINVAL;
    }
    if (app->state == APP_LIFTED) {
        return SAILS_ESTATE;
    }
    app->log_write = write;
    app->log_ctx = ctx;
    return 0;
}
