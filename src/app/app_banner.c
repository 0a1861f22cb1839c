#include "app/app.h"
#include "app/app_blueprints.h"

#include <errno.h>
#include <sails/version.h>
#include <time.h>
#include <unistd.h>

/*
 * What is said when an app has been lifted, or could not be (app-config-cli 2.3, 2.5). Scripts look for
 * "Server lifted in", "Port        :" and, at the end, "Listening on".
 */

static const char *const ship[] = {
    "",
    "                 |",
    "                /|\\",
    "               / | \\",
    "              /  |  \\      Sails",
    ("             /   |   \\     v" SAILS_VERSION),
    "            /____|____\\",
    "                 |",
    "        \\--------+--------/",
    "         \\    o  o  o    /",
    "    ~~~~~~\\_____________/~~~~~~",
    "",
};

/* 55 dashes. */
static const char rule[] = "-------------------------------------------------------";

/* The picture is for people: a log in JSON has the words alone. */
static void show_ship(const struct sails_app *app)
{
    size_t n = app->log_style.is_json ? 0 : ARRAY_LEN(ship);
    char folder[1024];

    for (size_t i = 0; i < n; i++) {
        log_line(&app->log, LOG_INFO, "%s", ship[i]);
    }
    log_line(&app->log, LOG_INFO, "Server lifted in `%s`",
             getcwd(folder, sizeof(folder)) != NULL ? folder : "?");
    log_line(&app->log, LOG_INFO, "To shut down Sails, press <CTRL> + C at any time.");
    log_line(&app->log, LOG_BLANK, "%s", "");
}

/* As JavaScript's Date writes itself: "Tue Nov 24 2026 18:15:04 GMT+0000". */
static void show_date(const struct sails_app *app)
{
    time_t now = (time_t)(machine_unix_ms(app->world.machine) / 1000);
    struct tm parts;
    char text[64] = "";

    if (localtime_r(&now, &parts) != NULL) {
        (void)strftime(text, sizeof(text), "%a %b %d %Y %H:%M:%S GMT%z", &parts);
    }
    log_line(&app->log, LOG_DEBUG, ":: %s", text);
}

static void show_settings(const struct sails_app *app, const struct net_options *options)
{
    unsigned port = app->pool->ops->port(app->pool);

    log_line(&app->log, LOG_DEBUG, "%s", rule);
    show_date(app);
    log_line(&app->log, LOG_BLANK, "%s", "");
    log_line(&app->log, LOG_DEBUG, "Environment : %s", config_text(&app->config, "environment"));
    log_line(&app->log, LOG_DEBUG, "Port        : %u", port);
    if (options->host != NULL) {
        log_line(&app->log, LOG_DEBUG, "Host        : %s", options->host);
    } else if (options->tls.cert_file == NULL && !app->requests.options.is_production) {
        log_line(&app->log, LOG_DEBUG, "Local       : http://localhost:%u", port);
    }
    log_line(&app->log, LOG_DEBUG, "%s", rule);
}

static bool is_any(const char *address)
{
    return strcmp(address, "::") == 0 || strcmp(address, "0.0.0.0") == 0;
}

/* A URL that a browser on this machine can open: nobody can connect to "any address". */
static void write_url(struct buf *out, const struct sails_app *app,
                      const struct net_options *options)
{
    const char *address = app->pool->ops->address(app->pool);
    const char *host = options->host;

    if (host == NULL && !is_any(address)) {
        host = address; /* of a socket that was inherited */
    } else if (host == NULL || (is_any(address) && strcmp(address, "::") != 0)) {
        host = "localhost";
    } else if (is_any(address)) {
        host = "::1"; /* :: as a host is IPv6 alone, and "localhost" may be another */
    }
    buf_printf(out, strchr(host, ':') != NULL ? "%s://[%s]:%u" : "%s://%s:%u",
               options->tls.cert_file != NULL ? "https" : "http", host,
               app->pool->ops->port(app->pool));
}

/* What the URL does not say: that there are more addresses, or which one a name has. */
static void write_addresses(struct buf *out, const struct sails_app *app,
                            const struct net_options *options)
{
    const char *address = app->pool->ops->address(app->pool);

    if (is_any(address)) {
        buf_printf(out, " (and at all other %saddresses of this machine)",
                   strcmp(address, "0.0.0.0") == 0 ? "IPv4 "
                   : options->host != NULL         ? "IPv6 "
                                                   : "");
    } else if (options->host != NULL && strcmp(address, options->host) != 0) {
        buf_printf(out, " (%s)", address);
    }
}

static void show_address(const struct sails_app *app, const struct net_options *options)
{
    struct buf url = {0};
    struct buf more = {0};

    write_url(&url, app, options);
    write_addresses(&more, app, options);
    log_fields(&app->log, LOG_INFO,
               (const struct log_field[]){
                   {.name = "url", .text = buf_str(&url)},
                   {.name = "port", .is_number = true, .number = app->pool->ops->port(app->pool)},
               },
               2, "Listening on %.*s%.*s", STR_FMT(buf_str(&url)), STR_FMT(buf_str(&more)));
    buf_deinit(&url);
    buf_deinit(&more);
}

void app_banner_lifted(const struct sails_app *app, const struct net_options *options)
{
    if (!config_boolean(&app->config, "log.noShip")) {
        show_ship(app);
    }
    show_settings(app, options);
    if (!app->requests.options.is_production && !config_boolean(&app->config, "log.noShip")) {
        app_blueprints_announce(app);
    }
    show_address(app, options);
}

/* What may be done about it. */
static void show_tips(const struct sails_app *app, const struct net_options *options, int rc)
{
    log_line(&app->log, LOG_ERROR, "%s", "");
    log_line(&app->log, LOG_ERROR, "Troubleshooting tips:");
    log_line(&app->log, LOG_ERROR, "%s", "");
    if (rc == -EADDRINUSE) {
        log_line(&app->log, LOG_ERROR, " -> Is something else already running on port %u ?",
                 options->port);
        log_line(&app->log, LOG_ERROR, " -> End it, or choose another port with --port");
    }
    if (rc == -EACCES) {
        log_line(&app->log, LOG_ERROR,
                 " -> Ports below 1024 may need a privilege: is %u one of them?", options->port);
        log_line(
            &app->log, LOG_ERROR,
            " -> A service of systemd gets it by AmbientCapabilities=CAP_NET_BIND_SERVICE; nginx "
            "in front needs none");
    }
    if (rc == SAILS_ENOENT && options->host != NULL) {
        log_line(
            &app->log, LOG_ERROR,
            " -> No address could be found for the name `%s` (explicitHost): see /etc/hosts, and "
            "your DNS",
            options->host);
    } else if (options->host != NULL) {
        log_line(&app->log, LOG_ERROR, " -> Is `%s` (explicitHost) an address of this machine?",
                 options->host);
    }
}

void app_banner_failed(const struct sails_app *app, const struct net_options *options, int rc)
{
    log_line(&app->log, LOG_ERROR, "Server failed to start.");
    log_line(&app->log, LOG_ERROR, "(received error: %s)", sails_err_name(rc));
    log_line(&app->log, LOG_ERROR, "Could not listen on %s, port %u: %s (%s)",
             options->host != NULL ? options->host : "any address", options->port,
             rc == SAILS_ENOENT ? "there is no such host" : sails_strerror(rc), sails_err_name(rc));
    if (rc == -EADDRINUSE || rc == -EACCES || options->host != NULL) {
        show_tips(app, options, rc);
    }
}

/* ---- sails.getBaseUrl() ---- */

void app_banner_set_url(struct sails_app *app, const struct net_options *options)
{
    bool is_secure = options->tls.cert_file != NULL;
    const char *host = options->host != NULL ? options->host : "localhost";
    bool is_ipv6 = strchr(host, ':') != NULL;
    unsigned port = app->pool->ops->port(app->pool);
    char behind[16] = "";

    if (port != (is_secure ? 443U : 80U)) {
        (void)snprintf(behind, sizeof(behind), ":%u", port);
    }
    (void)snprintf(app->base_url, sizeof(app->base_url), "%s://%s%.255s%s%s",
                   is_secure ? "https" : "http", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "",
                   behind);
}

const char *sails_app_base_url(const sails_app *app)
{
    return app != NULL && app->state == APP_LIFTED ? app->base_url : NULL;
}
