#include "config/config_sails.h"

#include "base/buf.h"
#include "base/macros.h"

#define A_CALL(call) "a program calls " call
#define NOTHING      "there is nothing like it in C"
#define FILES_OF_C   "files of C are named for their place below api/"

/* Sails 1.5's reference of sails.config, without what config_keys.c has. */
static const struct {
    const char *name;
    const char *instead;
} settings[] = {
    {"bootstrap", A_CALL("sails_app_bootstrap()")},
    {"beforeShutdown", A_CALL("sails_app_before_shutdown()")},
    {"sockets.beforeConnect", A_CALL("sails_app_before_connect()")},
    {"sockets.afterDisconnect", A_CALL("sails_app_after_disconnect()")},
    {"session.store", A_CALL("sails_app_session_store()")},
    {"http.middleware", "the order is fixed; functions of your own are hooks (sails_app_hook())"},
    {"http.bodyParser", "limits of bodies are http.maxBodySize and those beside it"},
    {"http.serverOptions", "TLS is ssl.cert and ssl.key, limits are below http"},
    {"ssl.pfx", "certificate and key are files: ssl.cert and ssl.key"},
    {"csrf", "since Sails 1.0 it is security.csrf"},
    {"cors", "since Sails 1.0 it is security.cors"},
    {"connections", "since Sails 1.0 it is datastores"},
    {"proxyHost", "put the address into custom.baseUrl"},
    {"proxyPort", "put the address into custom.baseUrl"},
    {"session.key", "it is session.name"},
    {"session.isSessionDisabled", "a session is made when a program asks for it"},
    {"session.routesDisabled", "a session is made when a program asks for it"},
    {"session.resave", "a session is written when it has changed"},
    {"session.saveUninitialized", "a session is written when it has changed"},
    {"session.onRedisDisconnect", "the log tells of it, and the connection comes back by itself"},
    {"session.onRedisReconnect", "the log tells of it, and the connection comes back by itself"},
    {"session.client", "the server is named by session.url"},
    {"log.inspect", NOTHING},
    {"log.custom", A_CALL("sails_app_set_log()")},
    {"log.prefix", "log.format chooses between text and JSON"},
    {"log.prefixes", "log.format chooses between text and JSON"},
    {"log.prefixTheme", "log.format chooses between text and JSON"},
    {"orm.skipProductionWarnings", NOTHING},
    {"orm.moduleDefinitions", "models are sails_app_model()'s, or files of api/models/"},
    {"loadHooks", "hooks are switched off one by one: hooks.<name>"},
    {"installedHooks", A_CALL("sails_app_hook()")},
    {"helpers", "helpers are functions of C"},
    {"services", "services are functions of C"},
    {"grunt", NOTHING},
    {"tasks", NOTHING},
    {"blueprints.defaultLimit",
     "it is 30; blueprints.parseBlueprintOptions changes what is asked for"},
    {"blueprints.populate", "all is populated; blueprints.parseBlueprintOptions changes that"},
    {"views.extension", "templates of EJS are .ejs, pages as they are .html"},
    {"views.getRenderFn", "templates are EJS"},
    {"paths.config", "config/ is below appPath"},
    {"paths.controllers", FILES_OF_C},
    {"paths.policies", FILES_OF_C},
    {"paths.responses", FILES_OF_C},
    {"paths.hooks", FILES_OF_C},
    {"paths.helpers", FILES_OF_C},
    {"paths.services", "services are functions of C"},
    {"paths.adapters", NOTHING},
    {"paths.blueprints", NOTHING},
    {"paths.layout", "it is views.layout"},
};

/* Whether `name` is the setting, or lies below it. */
static bool is_within(const char *name, const char *setting)
{
    size_t len = strlen(setting);

    return strncmp(name, setting, len) == 0 && (name[len] == '\0' || name[len] == '.');
}

const char *config_sails_instead(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        if (is_within(name, settings[i].name)) {
            return settings[i].instead;
        }
    }
    return NULL;
}
