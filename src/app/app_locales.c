#include "app/app.h"
#include "base/utf8.h"

#include <sails/i18n.h>
#include <unistd.h>

/* Languages: their settings, and texts without a request. */

/* Sails' own place, and the shorter one. */
static const char *folder_of(const struct config *config)
{
    const char *folder = config_text(config, "i18n.localesDirectory");

    if (folder != NULL) {
        return folder;
    }
    return access("config/locales", F_OK) != 0 && access("locales", F_OK) == 0 ? "locales"
                                                                               : "config/locales";
}

int app_locales_open(struct sails_app *app)
{
    const struct config *c = &app->config;

    app_locales_close(app);
    return locales_open(&app->locales, &(struct locales_options){
                                           .folder = folder_of(c),
                                           .codes = config_get(c, "i18n.locales"),
                                           .fallback = config_text(c, "i18n.defaultLocale"),
                                           .tells_missing = !config_is_production(c),
                                           .log = &app->log,
                                       });
}

void app_locales_close(struct sails_app *app)
{
    locales_close(&app->locales);
}

static int translate(struct locales *locales, const char *code, const char *key, const json_t *args,
                     json_t **text)
{
    const struct locale *locale = code != NULL ? locales_find(locales, str_from(code)) : NULL;
    struct buf written = {0};
    json_t *made = NULL;
    int rc = 0;

    locales_write(locales, locale != NULL ? locale : locales->fallback, key, args, &written);
    rc = buf_error(&written);
    if (rc == 0) {
        rc = utf8_is_valid(buf_bytes(&written)) ? 0 : SAILS_EUTF8;
    }
    if (rc == 0) {
        made = json_stringn(written.len > 0 ? written.ptr : "", written.len);
        rc = made != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        *text = made;
    }
    buf_deinit(&written);
    return rc;
}

int sails_app_translate(sails_app *app, const char *locale, const char *key, json_t *args,
                        json_t **text)
{
    int rc = SAILS_EINVAL;

    if (app != NULL && key != NULL && text != NULL) {
        rc = app->locales.folder != NULL ? translate(&app->locales, locale, key, args, text)
                                         : SAILS_ESTATE;
    }
    json_decref(args);
    return rc;
}
