#include "app/app.h"
#include "base/iso_time.h"
#include "base/json_write.h"

#include <unistd.h>

/*
 * Sails' prefixes, colours and streams (app-config-cli section 12): crit, error and debug go to stderr,
 * the others to stdout. A line is written by one call, so that lines of several threads do not mix.
 */
static const struct {
    const char *name;
    const char *prefix;
    const char *color; /* of the prefix: what SGR is to be set */
    bool is_error;
} levels[] = {
    [LOG_SILENT] = {"silent", "", "", true},
    [LOG_CRIT] = {"crit", " crit:", "41", true},
    [LOG_ERROR] = {"error", "error:", "31", true},
    [LOG_WARN] = {"warn", " warn:", "33", false},
    [LOG_DEBUG] = {"debug", "debug:", "34", true},
    [LOG_BLANK] = {"info", "", "", false},
    [LOG_INFO] = {"info", " info:", "32", false},
    [LOG_VERBOSE] = {"verbose", "verbo:", "2", false},
    [LOG_SILLY] = {"silly", "     :", "30", false},
};

static_assert((int)LOG_SILLY == (int)SAILS_LOG_SILLY, "the levels inside and outside are the same");

static void write_text(const struct app_log_style *style, enum log_level level, const char *text)
{
    FILE *stream = levels[level].is_error ? stderr : stdout;
    const char *blank = levels[level].prefix[0] != '\0' ? " " : "";

    if (style->has_colors[levels[level].is_error ? 1 : 0] && blank[0] != '\0') {
        fprintf(stream, "\x1b[%sm%s\x1b[0m%s%s\n", levels[level].color, levels[level].prefix, blank,
                text);
    } else {
        fprintf(stream, "%s%s%s\n", levels[level].prefix, blank, text);
    }
    fflush(stream);
}

/* ---- lines that programs read ---- */

/* What is not UTF-8 is still worth a line: then its bytes beyond ASCII are question marks. */
static void write_string(struct buf *out, struct str text)
{
    if (json_write_string(out, text) != SAILS_EJSON) {
        return;
    }
    buf_append_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        bool is_plain =
            text.ptr[i] >= ' ' && text.ptr[i] < 0x7f && text.ptr[i] != '"' && text.ptr[i] != '\\';

        buf_append_char(out, is_plain ? text.ptr[i] : '?');
    }
    buf_append_char(out, '"');
}

static void write_object(struct buf *out, const char *time, enum log_level level, const char *text,
                         const struct log_field *fields, size_t n_fields)
{
    buf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", time, levels[level].name);
    write_string(out, str_from(text));
    for (size_t i = 0; i < n_fields; i++) {
        buf_printf(out, ",\"%s\":", fields[i].name);
        if (fields[i].is_number) {
            json_write_integer(out, fields[i].number);
        } else {
            write_string(out, fields[i].text);
        }
    }
    buf_append_str(out, STR("}\n"));
}

static void write_json(const struct sails_app *app, enum log_level level, const char *text,
                       const struct log_field *fields, size_t n_fields)
{
    FILE *stream = levels[level].is_error ? stderr : stdout;
    struct buf line = {0};
    char time[ISO_TIME_LEN + 1];

    if (level == LOG_BLANK && text[0] == '\0') {
        return;
    }
    iso_time_format(time, (int64_t)machine_unix_ms(app->world.machine));
    write_object(&line, time, level, text, fields, n_fields);
    if (buf_error(&line) == 0) {
        (void)fwrite(line.ptr, 1, line.len, stream);
        fflush(stream);
    } else {
        write_text(&app->log_style, level, text); /* better than nothing */
    }
    buf_deinit(&line);
}

/* ---- the app's log ---- */

static void write_fields(void *ctx, enum log_level level, const char *text,
                         const struct log_field *fields, size_t n_fields)
{
    struct sails_app *app = ctx;

    if (app->log_write != NULL) {
        app->log_write((enum sails_log_level)level, text, app->log_ctx);
    } else if (app->log_style.is_json) {
        write_json(app, level, text, fields, n_fields);
    } else {
        write_text(&app->log_style, level, text);
    }
}

static void write_line(void *ctx, enum log_level level, const char *text)
{
    write_fields(ctx, level, text, NULL, 0);
}

void app_log_init(struct sails_app *app)
{
    log_limits_init(&app->log_limits);
    app->log = (struct log){.level = LOG_INFO,
                            .write = write_line,
                            .write_fields = write_fields,
                            .ctx = app,
                            .limits = &app->log_limits,
                            .machine = app->world.machine};
}

/* As others do: no colours for dumb terminals, nor for who has asked for none (no-color.org). */
static bool shows_colors(int fd)
{
    const char *terminal = getenv("TERM");
    const char *none = getenv("NO_COLOR");

    return isatty(fd) && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           (none == NULL || none[0] == '\0');
}

void app_log_configure(struct sails_app *app)
{
    const char *name = config_text(&app->config, "log.level");
    bool wants_colors = config_boolean(&app->config, "log.colors");

    for (size_t i = 0; name != NULL && i < ARRAY_LEN(levels); i++) {
        if (i != LOG_BLANK && strcmp(name, levels[i].name) == 0) {
            app->log.level = (enum log_level)i;
        }
    }
    app->log_style = (struct app_log_style){
        .is_json = strcmp(config_text(&app->config, "log.format"), "json") == 0,
        .has_colors = {wants_colors && shows_colors(STDOUT_FILENO),
                       wants_colors && shows_colors(STDERR_FILENO)},
    };
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
    va_list args;

    if (app == NULL || format == NULL || level < SAILS_LOG_SILENT || level > SAILS_LOG_SILLY) {
        return;
    }
    va_start(args, format);
    log_line_v(&app->log, (enum log_level)level, format, args);
    va_end(args);
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
