/*
 * A datastore's configuration: the URL first, and what stands beside it overrides its parts.
 *
 *     postgresql://user:password@host:5432/database?ssl=true&statementTimeout=1000
 *     mysql://user@localhost/database?socketPath=/run/mysqld/mysqld.sock
 *     sqlite:data/shop.sqlite   file:data/shop.sqlite   :memory:
 *
 * What a query string says counts as keys that stand beside the URL, the weaker ones.
 */
#include "db/db_config.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

enum {
    TIMEOUT_MAX_MS = 24 * 60 * 60 * 1000, /* more is a mistake in the unit */
    PORT_MAX = 65535
};

/* A name that an adapter goes by: Sails' packages, and the databases themselves. */
static const struct {
    const char *name;
    const struct db_adapter *adapter;
} names[] = {
    {"sails-disk", &db_sqlite},
    {"sails-sqlite", &db_sqlite},
    {"sails-sqlite3", &db_sqlite},
    {"sqlite", &db_sqlite},
    {"sqlite3", &db_sqlite},
    {"file", &db_sqlite},
    {"sails-postgresql", &db_postgresql},
    {"postgresql", &db_postgresql},
    {"postgres", &db_postgresql},
    {"pg", &db_postgresql},
    {"sails-mysql", &db_mariadb},
    {"mysql", &db_mariadb},
    {"sails-mariadb", &db_mariadb},
    {"mariadb", &db_mariadb},
};

static const struct db_adapter *find_adapter(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(str_from(names[i].name), name)) {
            return names[i].adapter;
        }
    }
    return NULL;
}

static int no_memory(struct db_error *error)
{
    return db_error_set(error, DB_FAULT_NO_MEMORY, "out of memory");
}

/* ---- the URL ---- */

/* Percent-decoded text in place of *text. A NUL is refused: nobody's password has one. */
static int set_decoded(char **text, struct str part, struct db_error *error)
{
    char *copy = mem_strndup(part.ptr, part.len);
    size_t len = 0;

    assert(part.ptr != NULL || part.len == 0);
    if (copy == NULL) {
        return no_memory(error);
    }
    for (size_t i = 0; i < part.len; i++) {
        int high = part.ptr[i] == '%' && i + 2 < part.len ? char_hex_value(part.ptr[i + 1]) : -1;
        int low = high >= 0 ? char_hex_value(part.ptr[i + 2]) : -1;

        copy[len++] = low >= 0 ? (char)(high * 16 + low) : part.ptr[i];
        i += low >= 0 ? 2 : 0;
    }
    copy[len] = '\0';
    if (strlen(copy) != len) {
        mem_free(copy);
        return db_error_set(error, DB_FAULT_CONFIG, "`url` has a NUL in it");
    }
    mem_free(*text);
    *text = copy;
    return 0;
}

static int read_port(struct db_config *config, struct str text, struct db_error *error)
{
    uint64_t port = 0;

    if (!str_to_u64(text, PORT_MAX, &port) || port == 0) {
        return db_error_set(error, DB_FAULT_CONFIG, "`%.*s` is no port", STR_FMT(text));
    }
    config->port = (unsigned)port;
    return 0;
}

/* "user:password@" */
static int read_credentials(struct db_config *config, struct str text, struct db_error *error)
{
    size_t colon = str_find(text, ':');
    int rc = colon > 0 ? set_decoded(&config->user, (struct str){text.ptr, colon}, error) : 0;

    if (rc == 0 && colon < text.len) {
        rc = set_decoded(&config->password, str_from_offset(text, colon + 1), error);
    }
    return rc;
}

/* "host", "host:port", "[::1]:port" */
static int read_host(struct db_config *config, struct str text, struct db_error *error)
{
    struct str host = text;
    struct str port = {0};
    size_t end = text.len > 0 && text.ptr[0] == '[' ? str_find(text, ']') : 0;
    size_t colon = end + str_find(str_from_offset(text, end), ':');
    int rc = 0;

    if (colon < text.len) {
        host.len = colon;
        port = str_from_offset(text, colon + 1);
    }
    if (end > 0 && end < text.len) {
        host = (struct str){text.ptr + 1, end - 1};
    }
    rc = host.len > 0 ? set_decoded(&config->host, host, error) : 0;
    return rc == 0 && port.len > 0 ? read_port(config, port, error) : rc;
}

static size_t find_last(struct str text, char c)
{
    assert(text.ptr != NULL || text.len == 0);
    for (size_t i = text.len; i > 0; i--) {
        if (text.ptr[i - 1] == c) {
            return i - 1;
        }
    }
    return text.len;
}

/* What is behind "scheme://", up to the query. */
static int read_location(struct db_config *config, struct str text, struct db_error *error)
{
    size_t slash = str_find(text, '/');
    struct str authority = {text.ptr, slash};
    struct str path = slash < text.len ? str_from_offset(text, slash + 1) : (struct str){0};
    size_t at = find_last(authority, '@');
    int rc = 0;

    if (at < authority.len) {
        rc = read_credentials(config, (struct str){authority.ptr, at}, error);
        authority = str_from_offset(authority, at + 1);
    }
    if (rc == 0) {
        rc = read_host(config, authority, error);
    }
    return rc == 0 && path.len > 0 ? set_decoded(&config->database, path, error) : rc;
}

/* A member of the query becomes a text beside the other keys, unless the key is there already. */
static int read_query(json_t *keys, struct str query, struct db_error *error)
{
    struct str part = {0};
    int rc = 0;

    while (rc == 0 && str_take_part(&query, '&', &part)) {
        size_t equals = str_find(part, '=');
        char *name = NULL;
        char *value = NULL;

        rc = set_decoded(&name, (struct str){part.ptr, equals}, error);
        if (rc == 0) {
            rc = set_decoded(
                &value, equals < part.len ? str_from_offset(part, equals + 1) : STR("true"), error);
        }
        if (rc == 0 && json_object_get(keys, name) == NULL &&
            json_object_set_new(keys, name, json_string(value)) < 0) {
            rc = no_memory(error);
        }
        mem_free(name);
        mem_free(value);
    }
    return rc;
}

static bool is_sqlite_scheme(const struct db_adapter *adapter)
{
    return adapter == &db_sqlite;
}

static int read_url(struct db_config *config, json_t *keys, struct str url, struct db_error *error)
{
    size_t colon = str_find(url, ':');
    const struct db_adapter *scheme = find_adapter((struct str){url.ptr, colon});
    struct str rest = colon < url.len ? str_from_offset(url, colon + 1) : (struct str){0};
    size_t query = str_find(rest, '?');
    int rc = 0;

    if (str_eq(url, STR(":memory:"))) {
        return set_decoded(&config->database, url, error);
    }
    if (scheme == NULL) {
        return db_error_set(error, DB_FAULT_CONFIG,
                            "`url` begins with postgresql:, mysql:, mariadb: or sqlite:");
    }
    if (config->adapter != NULL && config->adapter != scheme) {
        return db_error_set(error, DB_FAULT_CONFIG, "`url` is for %s, and `adapter` for %s",
                            scheme->name, config->adapter->name);
    }
    config->adapter = scheme;
    if (query < rest.len) {
        rc = read_query(keys, str_from_offset(rest, query + 1), error);
        rest.len = query;
    }
    if (str_starts_with(rest, STR("//"))) {
        rest = str_from_offset(rest, 2);
    }
    if (rc < 0) {
        return rc;
    }
    return is_sqlite_scheme(scheme) ? set_decoded(&config->database, rest, error)
                                    : read_location(config, rest, error);
}

/* ---- the keys ---- */

static int read_text(char **text, const json_t *keys, const char *key, struct db_error *error)
{
    const json_t *value = json_object_get(keys, key);
    char *copy = NULL;

    if (value == NULL || json_is_null(value)) {
        return 0;
    }
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value)) {
        return db_error_set(error, DB_FAULT_CONFIG, "`%s` must be text", key);
    }
    copy = mem_strndup(json_string_value(value), json_string_length(value));
    if (copy == NULL) {
        return no_memory(error);
    }
    mem_free(*text);
    *text = copy;
    return 0;
}

/* A number, or its digits as a URL has them. */
static int read_number(unsigned *number, const json_t *keys, const char *key, unsigned max,
                       struct db_error *error)
{
    const json_t *value = json_object_get(keys, key);
    uint64_t n = 0;

    if (value == NULL || json_is_null(value)) {
        return 0;
    }
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        json_integer_value(value) <= max) {
        n = (uint64_t)json_integer_value(value);
    } else if (!json_is_string(value) || !str_to_u64(str_from(json_string_value(value)), max, &n)) {
        return db_error_set(error, DB_FAULT_CONFIG, "`%s` must be a number from 0 to %u", key, max);
    }
    *number = (unsigned)n;
    return 0;
}

static int read_flag(bool *flag, const json_t *keys, const char *key, struct db_error *error)
{
    const json_t *value = json_object_get(keys, key);
    struct str text = str_from(json_string_value(value));

    if (value == NULL || json_is_null(value)) {
        return 0;
    }
    if (json_is_boolean(value)) {
        *flag = json_is_true(value);
    } else if (str_eq(text, STR("true")) || str_eq(text, STR("1"))) {
        *flag = true;
    } else if (str_eq(text, STR("false")) || str_eq(text, STR("0"))) {
        *flag = false;
    } else {
        return db_error_set(error, DB_FAULT_CONFIG, "`%s` must be true or false", key);
    }
    return 0;
}

/* `ssl` is true, or {ca, cert, key, rejectUnauthorized}, with names of files. */
static int read_ssl(struct db_config *config, const json_t *keys, struct db_error *error)
{
    const json_t *ssl = json_object_get(keys, "ssl");
    int rc = 0;

    config->ssl_verify = true;
    if (!json_is_object(ssl)) {
        config->ssl_verify = false; /* as in Sails: encrypted, whoever it is */
        return read_flag(&config->ssl, keys, "ssl", error);
    }
    config->ssl = true;
    rc = read_flag(&config->ssl_verify, ssl, "rejectUnauthorized", error);
    rc = rc < 0 ? rc : read_text(&config->ssl_ca, ssl, "ca", error);
    rc = rc < 0 ? rc : read_text(&config->ssl_cert, ssl, "cert", error);
    return rc < 0 ? rc : read_text(&config->ssl_key, ssl, "key", error);
}

static int read_times(struct db_config *config, const json_t *keys, struct db_error *error)
{
    int rc =
        read_number(&config->connect_timeout_ms, keys, "connectTimeout", TIMEOUT_MAX_MS, error);

    rc = rc < 0 ? rc
                : read_number(&config->statement_timeout_ms, keys, "statementTimeout",
                              TIMEOUT_MAX_MS, error);
    return rc < 0
               ? rc
               : read_number(&config->busy_timeout_ms, keys, "busyTimeout", TIMEOUT_MAX_MS, error);
}

/* SQLite's words. */
static int read_synchronous(struct db_config *config, const json_t *keys, struct db_error *error)
{
    const json_t *value = json_object_get(keys, "synchronous");
    struct str text = str_from(json_string_value(value));

    if (value == NULL || json_is_null(value) || str_eq(text, STR("full"))) {
        return 0;
    }
    if (!str_eq(text, STR("normal"))) {
        return db_error_set(error, DB_FAULT_CONFIG, "`synchronous` must be full or normal");
    }
    config->waits_for_disk = false;
    return 0;
}

static int read_keys(struct db_config *config, const json_t *keys, struct db_error *error)
{
    int rc = read_text(&config->host, keys, "host", error);

    rc = rc < 0 ? rc : read_text(&config->host, keys, "socketPath", error);
    rc = rc < 0 ? rc : read_text(&config->user, keys, "user", error);
    rc = rc < 0 ? rc : read_text(&config->password, keys, "password", error);
    rc = rc < 0 ? rc : read_text(&config->database, keys, "database", error);
    rc = rc < 0 ? rc : read_text(&config->schema_name, keys, "schemaName", error);
    rc = rc < 0 ? rc : read_number(&config->port, keys, "port", PORT_MAX, error);
    rc = rc < 0 ? rc : read_ssl(config, keys, error);
    rc = rc < 0 ? rc : read_synchronous(config, keys, error);
    return rc < 0 ? rc : read_times(config, keys, error);
}

/* ---- SQLite's file ---- */

static int set_path(char **text, const char *folder, const char *name, struct db_error *error)
{
    struct buf out = {0};

    buf_printf(&out, "%s/%s.sqlite", folder, name);
    mem_free(*text);
    *text = buf_take(&out);
    return *text == NULL ? no_memory(error) : 0;
}

/*
 * `file`, or `dir` and the datastore's name, or .tmp/ and the name. `inMemoryOnly` is sails-disk's word
 * for ":memory:".
 */
static int find_file(struct db_config *config, const json_t *keys, struct db_error *error)
{
    bool in_memory = false;
    char *folder = NULL;
    int rc = read_flag(&in_memory, keys, "inMemoryOnly", error);

    rc = rc < 0 ? rc : read_text(&config->database, keys, "file", error);
    rc = rc < 0 ? rc : read_text(&folder, keys, "dir", error);
    if (rc == 0 && in_memory) {
        rc = set_decoded(&config->database, STR(":memory:"), error);
    } else if (rc == 0 && (config->database == NULL || config->database[0] == '\0')) {
        rc = set_path(&config->database, folder != NULL ? folder : ".tmp", config->name, error);
    }
    mem_free(folder);
    return rc;
}

/* ---- all of it ---- */

static int read_adapter(struct db_config *config, const json_t *keys, struct db_error *error)
{
    const json_t *name = json_object_get(keys, "adapter");
    char *text = NULL;
    int rc = read_text(&text, keys, "adapter", error);

    if (rc == 0 && text != NULL) {
        config->adapter = find_adapter((struct str){text, strlen(text)});
        if (config->adapter == NULL) {
            rc = db_error_set(error, DB_FAULT_CONFIG,
                              "there is no adapter `%s`: sqlite, postgresql and mariadb are there",
                              json_string_value(name));
        }
    }
    mem_free(text);
    return rc;
}

static int read_all(struct db_config *config, json_t *keys, struct db_error *error)
{
    char *url = NULL;
    int rc = read_adapter(config, keys, error);

    rc = rc < 0 ? rc : read_text(&url, keys, "url", error);
    if (rc == 0 && url != NULL) {
        rc = read_url(config, keys, str_from(url), error);
    }
    mem_free(url);
    rc = rc < 0 ? rc : read_keys(config, keys, error);
    if (rc < 0) {
        return rc;
    }
    if (config->adapter == NULL) {
        config->adapter = &db_sqlite;
    }
    if (config->adapter == &db_sqlite) {
        return find_file(config, keys, error);
    }
    if (config->database == NULL || config->database[0] == '\0') {
        return db_error_set(error, DB_FAULT_CONFIG,
                            "no `database` is named, neither beside the `url` nor in it");
    }
    return 0;
}

int db_config_read(struct db_config *config, const char *name, json_t *json, struct db_error *error)
{
    json_t *keys = NULL;
    int rc = 0;

    *config = (struct db_config){
        .connect_timeout_ms = DB_CONNECT_TIMEOUT_MS,
        .statement_timeout_ms = DB_STATEMENT_TIMEOUT_MS,
        .busy_timeout_ms = DB_BUSY_TIMEOUT_MS,
        .waits_for_disk = true,
    };
    if (json != NULL && !json_is_object(json)) {
        (void)db_error_set(error, DB_FAULT_CONFIG, "a datastore is a dictionary");
        return SAILS_ECONFIG;
    }
    config->name = mem_strndup(name, strlen(name));
    keys = json_object();
    if (config->name == NULL || keys == NULL ||
        (json != NULL && json_object_update(keys, json) < 0)) {
        rc = no_memory(error);
    }
    rc = rc < 0 ? rc : read_all(config, keys, error);
    json_decref(keys);
    if (rc < 0) {
        db_config_deinit(config);
    }
    return rc == SAILS_EDB ? SAILS_ECONFIG : rc;
}

void db_config_deinit(struct db_config *config)
{
    mem_free(config->name);
    mem_free(config->host);
    mem_free(config->user);
    mem_free(config->password);
    mem_free(config->database);
    mem_free(config->schema_name);
    mem_free(config->ssl_ca);
    mem_free(config->ssl_cert);
    mem_free(config->ssl_key);
    *config = (struct db_config){0};
}
