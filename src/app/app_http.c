#include "app/app.h"

/*
 * What requests and responses over HTTP depend on: proxies that are trusted, and pages for people.
 */

static int configure_proxies(struct sails_app *app)
{
    int rc = 0;

    trust_proxy_deinit(&app->requests.trust);
    rc = trust_proxy_init(&app->requests.trust, config_get(&app->config, "http.trustProxy"));
    if (rc == SAILS_ECONFIG) {
        log_line(&app->log, LOG_ERROR,
                 "http.trustProxy: one of its texts is no address and no subnet, such as "
                 "10.0.0.1, 10.0.0.0/8 or loopback (E_HTTP_BAD_TRUSTPROXY)");
    }
    return rc;
}

/* Below the current directory, as the configuration. */
static int load_pages(struct sails_app *app)
{
    const char *folder = config_text(&app->config, "paths.views");
    const char *which = NULL;
    int rc = error_pages_load(&app->requests.pages, folder, &which);

    if (rc == 0 || rc == SAILS_ENOMEM) {
        return rc;
    }
    log_line(&app->log, LOG_ERROR, "%s/%s cannot be read: %s", folder, which, sails_strerror(rc));
    return SAILS_ECONFIG;
}

int app_configure_http(struct sails_app *app)
{
    int rc = configure_proxies(app);

    return rc == 0 ? load_pages(app) : rc;
}

void app_http_deinit(struct sails_app *app)
{
    trust_proxy_deinit(&app->requests.trust);
    error_pages_deinit(&app->requests.pages);
}
