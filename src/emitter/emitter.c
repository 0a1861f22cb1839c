#include "adapter/classic.h"
#include "base/mem.h"
#include "net/redis_sync.h"
#include "net/redis_url.h"

#include <sails/emitter.h>

/*
 * What @socket.io/redis-emitter says (redis-cluster 10): a broadcast of a node called "emitter", requests of a
 * node without a name.
 */

struct sails_emitter {
    struct redis_url url;
    char *key;
    struct redis_options options; /* borrows from the URL */
    struct redis_sync *redis;     /* NULL: not connected */
    struct buf error;             /* ends with a NUL, unless it is empty */
};

/* ---- life ---- */

static void note_error(sails_emitter *emitter)
{
    if (emitter->error.len > 0) {
        buf_append_char(&emitter->error, '\0');
    }
}

static int connect_to_redis(sails_emitter *emitter)
{
    if (emitter->redis != NULL) {
        return 0;
    }
    return redis_sync_open(&emitter->options, &emitter->redis, &emitter->error);
}

static void set_options(sails_emitter *emitter)
{
    const struct redis_url *url = &emitter->url;
    struct redis_options *options = &emitter->options;

    *options = redis_default_options;
    options->host = url->host != NULL ? url->host : options->host;
    options->port = url->port != 0 ? url->port : options->port;
    options->username = url->username;
    options->password = url->password;
    options->db = url->db;
    options->tls.is_on = url->is_tls;
}

int sails_emitter_open(const char *url, const char *key, sails_emitter **out)
{
    struct str prefix = key != NULL ? str_from(key) : STR("socket.io");
    sails_emitter *emitter = NULL;
    int rc = SAILS_ENOMEM;

    if (url == NULL || out == NULL || prefix.len == 0) {
        return SAILS_EINVAL;
    }
    emitter = mem_calloc(1, sizeof(*emitter));
    if (emitter != NULL) {
        rc = redis_url_parse(url, &emitter->url);
    }
    if (rc == 0) {
        set_options(emitter);
        emitter->key = mem_strndup(prefix.ptr, prefix.len);
        rc = emitter->key != NULL ? connect_to_redis(emitter) : SAILS_ENOMEM;
    }
    if (rc < 0) {
        sails_emitter_close(emitter);
        return rc;
    }
    *out = emitter;
    return 0;
}

void sails_emitter_close(sails_emitter *emitter)
{
    if (emitter != NULL) {
        redis_sync_close(emitter->redis);
        redis_url_deinit(&emitter->url);
        buf_deinit(&emitter->error);
        mem_free(emitter->key);
        mem_free(emitter);
    }
}

const char *sails_emitter_error(const sails_emitter *emitter)
{
    return emitter != NULL && emitter->error.len > 0 ? emitter->error.ptr : "";
}

/* ---- saying something ---- */

static int publish(sails_emitter *emitter, struct str channel, struct str payload)
{
    int rc = connect_to_redis(emitter);

    if (rc == 0) {
        rc = redis_sync_command(emitter->redis,
                                (const struct str[]){STR("PUBLISH"), channel, payload}, 3, NULL,
                                &emitter->error);
    }
    if (rc < 0 && rc != SAILS_EREFUSED) {
        redis_sync_close(emitter->redis);
        emitter->redis = NULL;
    }
    return rc;
}

static int say(sails_emitter *emitter, const struct adapter_message *m)
{
    struct buf channel = {0};
    struct buf payload = {0};
    int rc = classic_write(&payload, m);

    buf_clear(&emitter->error);
    classic_channel(&channel, str_from(emitter->key), m);
    rc = rc == 0 ? buf_error(&channel) : rc;
    rc = rc == 0 ? publish(emitter, buf_str(&channel), buf_str(&payload)) : rc;
    note_error(emitter);
    buf_deinit(&channel);
    buf_deinit(&payload);
    return rc;
}

/* Names of rooms as a list; NULL: an empty one. 0; SAILS_EINVAL: the length of a name; SAILS_ENOMEM. */
static int list_names(const char *const *names, json_t **out)
{
    *out = json_array();
    for (; names != NULL && *names != NULL; names++) {
        size_t len = strnlen(*names, SAILS_ROOM_NAME_MAX + 1);

        if (len == 0 || len > SAILS_ROOM_NAME_MAX) {
            return SAILS_EINVAL;
        }
        if (json_array_append_new(*out, json_stringn_nocheck(*names, len)) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

/* "chat" is "/chat". */
static int write_nsp(struct buf *out, const char *nsp)
{
    struct str name = nsp != NULL && nsp[0] != '\0' ? str_from(nsp) : STR("/");

    if (name.ptr[0] != '/') {
        buf_append_char(out, '/');
    }
    buf_append_str(out, name);
    return buf_error(out);
}

/* Whom it concerns, and then says it. `m` has the rest. */
static int say_to(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                  const char *const *except, struct adapter_message m)
{
    struct buf name = {0};
    int rc = list_names(rooms, &m.rooms);

    rc = rc == 0 ? list_names(except, &m.except) : rc;
    rc = rc == 0 ? write_nsp(&name, nsp) : rc;
    m.nsp = buf_str(&name);
    if (rc == 0 && (rooms == NULL || json_array_size(m.rooms) > 0)) {
        rc = say(emitter, &m);
    }
    json_decref(m.rooms);
    json_decref(m.except);
    buf_deinit(&name);
    return rc;
}

/* The event and its arguments; takes them. NULL: no memory. */
static json_t *data_of(const char *event, json_t *args)
{
    json_t *data = json_pack("[s]", event);
    int rc = data != NULL ? 0 : -1;

    if (rc == 0 && json_is_array(args)) {
        rc = json_array_extend(data, args);
    } else if (rc == 0 && args != NULL) {
        rc = json_array_append(data, args);
    }
    json_decref(args);
    if (rc < 0) {
        json_decref(data);
        return NULL;
    }
    return data;
}

static bool is_reserved(const char *event)
{
    static const char *const names[] = {"connect",       "connect_error", "disconnect",
                                        "disconnecting", "newListener",   "removeListener"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(event, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int emit(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                const char *const *except, const char *event, json_t *args, enum adapter_kind kind)
{
    struct adapter_message m = {.kind = kind, .uid = STR("emitter")};
    int rc = SAILS_ENOMEM;

    if (emitter == NULL || event == NULL || is_reserved(event)) {
        json_decref(args);
        return emitter == NULL || event == NULL ? SAILS_EINVAL : SAILS_ERESERVED;
    }
    m.data = data_of(event, args);
    if (m.data != NULL) {
        rc = say_to(emitter, nsp, rooms, except, m);
    }
    json_decref(m.data);
    return rc;
}

int sails_emitter_emit(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                       const char *const *except, const char *event, json_t *args)
{
    return emit(emitter, nsp, rooms, except, event, args, ADAPTER_BROADCAST);
}

int sails_emitter_server_side_emit(sails_emitter *emitter, const char *nsp, const char *event,
                                   json_t *args)
{
    return emit(emitter, nsp, NULL, NULL, event, args, ADAPTER_SERVER_SIDE_EMIT);
}

static int change(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                  const char *const *except, const char *const *names, enum adapter_kind kind)
{
    struct adapter_message m = {.kind = kind};
    int rc = 0;

    if (emitter == NULL || names == NULL || names[0] == NULL) {
        return SAILS_EINVAL;
    }
    rc = list_names(names, &m.names);
    if (rc == 0) {
        rc = say_to(emitter, nsp, rooms, except, m);
    }
    json_decref(m.names);
    return rc;
}

int sails_emitter_sockets_join(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                               const char *const *except, const char *const *names)
{
    return change(emitter, nsp, rooms, except, names, ADAPTER_JOIN);
}

int sails_emitter_sockets_leave(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                                const char *const *except, const char *const *names)
{
    return change(emitter, nsp, rooms, except, names, ADAPTER_LEAVE);
}

int sails_emitter_disconnect_sockets(sails_emitter *emitter, const char *nsp,
                                     const char *const *rooms, const char *const *except,
                                     bool close)
{
    struct adapter_message m = {.kind = ADAPTER_DISCONNECT, .close = close};

    return emitter != NULL ? say_to(emitter, nsp, rooms, except, m) : SAILS_EINVAL;
}
