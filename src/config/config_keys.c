#include "config/config.h"

/* The limits of numbers that are times: a day. */
#define DAY_MS 86400000

static const char *const log_levels[] = {"silent", "crit",    "error", "warn", "debug",
                                         "info",   "verbose", "silly", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const same_site[] = {"Strict", "Lax", "None", NULL};
static const char *const session_adapters[] = {"memory", "redis", "@sailshq/connect-redis",
                                               "connect-redis", NULL};
static const char *const transports[] = {"polling", "websocket", NULL};

#define MS(name_, min_, fallback_, about_)                                                         \
    {                                                                                              \
        .name = name_, .type = CONFIG_INTEGER, .min = min_, .max = DAY_MS, .fallback = fallback_,  \
        .about = about_                                                                            \
    }
#define COUNT(name_, min_, max_, fallback_, about_)                                                \
    {                                                                                              \
        .name = name_, .type = CONFIG_INTEGER, .min = min_, .max = max_, .fallback = fallback_,    \
        .about = about_                                                                            \
    }
#define BOOLEAN(name_, fallback_, about_)                                                          \
    {                                                                                              \
        .name = name_, .type = CONFIG_BOOLEAN, .fallback = fallback_, .about = about_              \
    }
#define TEXT(name_, fallback_, about_)                                                             \
    {                                                                                              \
        .name = name_, .type = CONFIG_TEXT, .fallback = fallback_, .about = about_                 \
    }

const struct config_key config_keys[] = {
    COUNT("port", 0, 65535, "1337", "TCP port; 0: any that is free"),
    TEXT("explicitHost", NULL, "Address to listen on; all addresses if it is not set"),
    COUNT("backlog", 1, 65535, "511", "Connections that may wait to be accepted"),
    {.name = "workers",
     .type = CONFIG_WORKERS,
     .min = 1,
     .max = 64,
     .fallback = "1",
     .about = "Threads that serve; auto: one for each core"},
    {.name = "environment",
     .type = CONFIG_NAME,
     .fallback = "\"development\"",
     .about = "development, production, or a name of your own"},
    {.name = "custom",
     .type = CONFIG_SECTION,
     .fallback = "{}",
     .about = "Settings of the program's own: any JSON"},
    {.name = "routes",
     .type = CONFIG_SECTION,
     .fallback = "{}",
     .about = "Addresses of routes, and what they lead to"},
    {.name = "policies",
     .type = CONFIG_SECTION,
     .fallback = "{}",
     .about = "Actions, and the policies that are asked before them"},
    MS("requestTimeout", 0, "120000",
       "How long an action may take to answer, in ms; then the client gets 503. 0: any time"),
    {.name = "globals",
     .type = CONFIG_SWITCHES,
     .fallback = "false",
     .about = "Taken from the files of Sails and checked; a C program has no globals"},
    {.name = "hooks",
     .type = CONFIG_SWITCHES,
     .fallback = "{}",
     .about = "Hooks of the program that are switched off: their names, with the value false"},
    MS("hookTimeout", 1, "40000",
       "How long a hook may take to be initialized before the lift fails, in ms"),
    MS("bootstrapTimeout", 1, "30000", "When a bootstrap function is reported as slow, in ms"),
    MS("liftTimeout", 1, "4000", "When an app that does not listen yet is reported as slow, in ms"),
    BOOLEAN("dontLift", "false",
            "Whether the program ends before it would listen: a check of its configuration"),
    MS("shutdownTimeout", 0, "5000", "How long clients have to go when the app is lowered, in ms"),
    COUNT("maxConnections", 0, 100000000, "0",
          "Connections at once; 0: as many as the system allows"),
    {.name = "log.level",
     .type = CONFIG_CHOICE,
     .choices = log_levels,
     .fallback = "\"info\"",
     .about = "What is logged: lines of this level and the more urgent ones"},
    {.name = "log.format",
     .type = CONFIG_CHOICE,
     .choices = log_formats,
     .fallback = "\"text\"",
     .about = "Lines for people, or JSON: an object a line, with time, level and message"},
    BOOLEAN("log.noShip", "false", "Whether the lift is told without the ship"),
    BOOLEAN("log.colors", "true", "Whether the levels are coloured where a terminal shows them"),
    BOOLEAN(
        "log.access", "false",
        "Whether each request gets a line, at level info (but not for files and Socket.IO's own)"),

    TEXT("ssl.cert", NULL, "File with the certificate and its chain (PEM); with ssl.key: HTTPS"),
    TEXT("ssl.key", NULL, "File with the private key (PEM)"),
    TEXT("ssl.ca", NULL, "File with the authorities (PEM) whose certificates clients must show"),
    {.name = "ssl.passphrase",
     .type = CONFIG_TEXT,
     .about = "Passphrase of the private key",
     .is_secret = true},

    COUNT("http.maxHeaderSize", 512, 1048576, "16384", "Bytes of a request's head"),
    COUNT("http.maxHeaders", 1, 10000, "100", "Headers of a request"),
    COUNT("http.maxBodySize", 0, 1073741824, "1000000",
          "Bytes of a body that is parsed for a route"),
    COUNT("http.maxBodyValues", 1, 1000000000, "200000",
          "Values (of any kind) in a body of JSON; each may cost 250 bytes"),
    COUNT("http.maxUploadBytes", 1, 1000000000000000, "15000000",
          "Bytes of the files of one upload, unless the program says otherwise"),
    TEXT("http.uploadDir", "\".tmp/uploads\"", "Folder where uploads are received"),
    MS("http.headersTimeout", 1, "60000", "How long a request's head may take, in ms"),
    MS("http.bodyTimeout", 1, "30000", "How long a body may pause, in ms"),
    {.name = "http.compress",
     .type = CONFIG_BOOLEAN,
     .about = "Whether long texts that actions answer are sent compressed; without a word in "
              "production only"},
    {.name = "http.cache",
     .type = CONFIG_INTEGER,
     .min = 0,
     .max = 31557600000,
     .about = "How long browsers may keep files without asking, in ms; without a word 1 ms, and a "
              "year in production"},
    MS("http.keepAliveTimeout", 1, "5000", "How long an idle connection stays open, in ms"),
    {.name = "http.trustProxy",
     .type = CONFIG_PROXIES,
     .min = 1,
     .max = 1000,
     .fallback = "false",
     .about =
         "Whose X-Forwarded-For, -Proto and -Host count: anybody's, those of so many proxies, or "
         "of addresses such as loopback, 10.0.0.0/8"},

    {.name = "session.secret",
     .type = CONFIG_TEXT,
     .about = "Key that cookies are signed with",
     .is_secret = true},

    BOOLEAN("session.enabled", "true", "Whether requests have sessions"),
    TEXT("session.name", "\"sails.sid\"", "Name of the session's cookie"),
    COUNT("session.cookie.maxAge", 0, 315360000000, "0",
          "How long cookie and session last, in ms; 0: until the browser is closed, and for 24 h"),
    BOOLEAN("session.cookie.secure", "false", "Whether the cookie is sent over TLS only"),
    BOOLEAN("session.cookie.httpOnly", "true", "Whether scripts of pages cannot see the cookie"),
    TEXT("session.cookie.path", "\"/\"", "Path that the cookie is for"),
    TEXT("session.cookie.domain", NULL, "Domain that the cookie is for; the host that sets it"),
    {.name = "session.cookie.sameSite",
     .type = CONFIG_CHOICE,
     .choices = same_site,
     .about = "Whether other sites' requests carry the cookie"},
    BOOLEAN("session.rolling", "false", "Whether every answer sets the cookie again"),
    {.name = "session.adapter",
     .type = CONFIG_CHOICE,
     .choices = session_adapters,
     .fallback = "\"memory\"",
     .about = "Where sessions are kept; in Redis as Sails in Node keeps them, whose names for it "
              "are accepted"},
    COUNT(
        "session.maxSessions", 1, 1000000000, "100000",
        "Sessions that are kept in memory; over it one goes that nobody came back for, or else the one least recently used"),
    {.name = "session.url",
     .type = CONFIG_TEXT,
     .about = "Redis server: redis://user:password@host:port/db; stronger than the next four",
     .is_secret = true},
    TEXT("session.host", "\"127.0.0.1\"", "Redis server: name or address"),
    COUNT("session.port", 1, 65535, "6379", "Its port"),
    COUNT("session.db", 0, 1000000, "0", "Number of the database in it"),
    {.name = "session.pass",
     .type = CONFIG_TEXT,
     .about = "Password of the Redis server",
     .is_secret = true},
    TEXT("session.prefix", "\"sess:\"", "What keys of sessions in Redis begin with"),
    COUNT("session.ttl", 1, 1000000000, "86400",
          "How long sessions without session.cookie.maxAge stay in Redis, in seconds"),

    BOOLEAN("security.csrf", "false", "Whether requests that change something need a CSRF token"),
    {.name = "security.headers",
     .type = CONFIG_SECTION,
     .fallback = "{}",
     .about = "Headers of every answer over HTTP but Socket.IO's own, by their names"},
    COUNT("security.limits.connectionsPerAddress", 0, 100000000, "0",
          "Connections of one address at once; over it new ones are closed. 0: any number"),
    COUNT(
        "security.limits.requestsPerAddress", 0, 1000000, "0",
        "Requests of one address in a second (5 s' worth may come at once), to each worker; over it "
        "429. 0: any number"),
    COUNT(
        "security.limits.requestsPerSocket", 0, 1000000, "0",
        "Requests of one socket in a second (5 s' worth may come at once); over it 429. 0: any number"),
    COUNT(
        "security.limits.messagesPerSocket", 0, 1000000, "0",
        "Messages of one socket in a second (5 s' worth may come at once); over it they are not heard. "
        "0: any number"),
    BOOLEAN("security.cors.allRoutes", "false",
            "Whether routes without a word of their own are for other origins, too"),
    {.name = "security.cors.allowOrigins",
     .type = CONFIG_ORIGINS,
     .fallback = "\"*\"",
     .about = "Origins whose pages may read answers: \"*\", or a list"},
    BOOLEAN("security.cors.allowCredentials", "false", "Whether they may do so with cookies"),
    TEXT("security.cors.allowRequestMethods", "\"GET,HEAD,PUT,PATCH,POST,DELETE\"",
         "Methods that they may use"),
    TEXT("security.cors.allowRequestHeaders", "\"content-type\"", "Headers that they may send"),
    {.name = "security.cors.allowResponseHeaders",
     .type = CONFIG_ANY_TEXT,
     .fallback = "\"\"",
     .about = "Headers that they may read"},
    BOOLEAN("security.cors.allowAnyOriginWithCredentialsUnsafe", "false",
            "Whether any origin may do so with cookies: no page is safe then"),

    {.name = "sockets.transports",
     .type = CONFIG_CHOICES,
     .choices = transports,
     .fallback = "[\"polling\", \"websocket\"]",
     .about = "Transports that clients may use"},
    TEXT("sockets.path", "\"/socket.io\"", "Path of the Socket.IO server"),
    BOOLEAN("sockets.addTrailingSlash", "true", "Whether a slash follows that path"),
    MS("sockets.pingInterval", 1, "25000", "Time between heartbeats, in ms"),
    MS("sockets.pingTimeout", 1, "60000", "How long a client may take to answer one, in ms"),
    MS("sockets.upgradeTimeout", 1, "10000", "How long an upgrade to WebSocket may take, in ms"),
    MS("sockets.connectTimeout", 1, "45000",
       "How long a client may take to join a namespace, in ms"),
    COUNT("sockets.maxHttpBufferSize", 1, 2147483647, "100000000", "Bytes of one message"),
    BOOLEAN("sockets.allowUpgrades", "true", "Whether polling clients are told of WebSocket"),
    BOOLEAN("sockets.allowEIO3", "true", "Whether clients of Engine.IO 3 are served (sails.io.js)"),
    BOOLEAN("sockets.httpCompression", "true", "Whether long polling answers are compressed"),
    BOOLEAN("sockets.perMessageDeflate", "false", "Whether WebSocket messages may be compressed"),
    {.name = "sockets.cookie",
     .type = CONFIG_TEXT_OR_FALSE,
     .fallback = "false",
     .about = "Name of a cookie that carries the session id of polling clients"},
    {.name = "sockets.onlyAllowOrigins",
     .type = CONFIG_ORIGIN_LIST,
     .about =
         "Origins of pages that may connect, such as https://example.com; all if it is not set"},
    BOOLEAN("sockets.allowMissingOrigin", "false",
            "Whether clients without an Origin header may connect, too"),
    {.name = "sockets.cors.origin",
     .type = CONFIG_ORIGINS,
     .fallback = "false",
     .about = "Who may read polling answers: \"*\", true (any, named), an origin, a list of them"},
    BOOLEAN("sockets.cors.credentials", "false", "Whether they may do so with cookies"),
    BOOLEAN("sockets.destroyUpgrade", "true", "Whether upgrades that nobody wants are closed"),
    MS("sockets.destroyUpgradeTimeout", 1, "1000", "... after this time, in ms"),
    TEXT("sockets.initialPacket", NULL, "Text of a message that is sent with every handshake"),
    BOOLEAN("sockets.serveClient", "false", "Whether the files of sockets.clientPath are served"),
    TEXT("sockets.clientPath", "\"node_modules/socket.io/client-dist\"",
         "Folder with socket.io.js and its variants"),
    BOOLEAN("sockets.grant3rdPartyCookie", "true",
            "Whether GET /__getcookie gives pages of other origins a session"),
    BOOLEAN("sockets.requireSdkVersion", "false",
            "Whether only clients of Sails may send requests, as in Sails itself"),
    BOOLEAN("sockets.sendStatusCode", "true", "Whether answers over sockets tell their status"),
    BOOLEAN("sockets.sendResponseHeaders", "true", "Whether answers over sockets have headers"),
    BOOLEAN("sockets.cleanupEmptyChildNamespaces", "false",
            "Whether dynamic namespaces go with their last socket"),
    BOOLEAN("sockets.connectionStateRecovery", "false",
            "Whether clients that come back soon get their rooms and what they missed"),
    MS("sockets.maxDisconnectionDuration", 1, "120000", "... how soon, in ms"),
    BOOLEAN("sockets.skipMiddlewares", "true", "... without being asked by middlewares again"),
    COUNT(
        "sockets.maxQueueSize", 1024, 1073741824, "4194304",
        "Bytes that may wait for one client, besides one message of any size; one that reads too slowly is "
        "disconnected"),
    COUNT("sockets.maxAttachments", 1, 1000, "10", "Binary values in one message from a client"),
    COUNT("sockets.maxPacketSize", 0, 1000000000000, "200000000",
          "Bytes of one message from a client with all its binary values; 0: any number"),
    COUNT(
        "sockets.maxMessageMemory", 0, 1000000000000, "1073741824",
        "Bytes of messages that have not come whole yet, of all clients together, and of bodies of "
        "requests; what each holds up to 64 KiB does not count. 0: any number"),
    COUNT("sockets.maxDepth", 1, 1000, "512", "Nested values in one message from a client"),
    COUNT("sockets.maxValues", 1, 1000000000, "200000",
          "Values (of any kind) in one message from a client; each may cost 250 bytes"),
    COUNT("sockets.maxAcks", 1, 10000000, "4096", "Answers that one socket may owe"),
    COUNT("sockets.maxRooms", 0, 100000000, "0", "Rooms of one socket; 0: no limit"),
    COUNT("sockets.maxNamespaces", 1, 100000, "64", "Namespaces of one client"),
    {.name = NULL},
};
