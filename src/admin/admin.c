#include "admin/admin.h"

#include "base/c_text.h"
#include "base/iso_time.h"
#include "base/mem.h"

#include <unistd.h>

/* ---- what pages are told ---- */

bool admin_has_audience(struct admin *admin)
{
    return atomic_load_explicit(&admin->n_pages, memory_order_relaxed) > 0 ||
           admin->io->options.adapter != NULL;
}

void admin_tell(struct admin *admin, const char *event, json_t *args)
{
    if (args != NULL && admin_has_audience(admin)) {
        (void)sails_io_emit(admin->nsp, NULL, event, args);
    } else {
        json_decref(args);
    }
}

json_t *admin_now(const struct admin *admin)
{
    char text[ISO_TIME_LEN + 1];

    iso_time_format(text, (int64_t)machine_unix_ms(admin->io->machine));
    return json_string(text);
}

/* ---- what pages may do: (nsp, ...) ---- */

/* A namespace of that name, with a reference. NULL: there is none. */
static struct sails_io_namespace *find(struct admin *admin, const json_t *name)
{
    struct str text = {json_string_value(name), json_string_length(name)};

    return text.ptr != NULL ? io_registry_find(admin->io, text) : NULL;
}

static json_t *args_from(json_t *args, size_t first)
{
    json_t *rest = json_array();

    for (size_t i = first; i < json_array_size(args); i++) {
        json_array_append(rest, json_array_get(args, i));
    }
    return rest;
}

enum action {
    EMIT,
    JOIN,
    LEAVE,
    DISCONNECT
};

/* In the order of `args`: what follows the namespace. */
static int act(sails_io_namespace *nsp, enum action action, json_t *args)
{
    static const char *const nowhere[] = {NULL};
    const json_t *second = json_array_get(args, 1);
    const json_t *third = json_array_get(args, 2);
    const char *room = c_text_of(second);
    const char *rooms[] = {room, NULL};
    struct sails_io_target target = {.to = nowhere};

    target.to_json = action == EMIT ? second : third; /* a text selects a room */
    if (target.to_json == NULL || json_is_null(target.to_json) ||
        (json_is_string(target.to_json) && json_string_length(target.to_json) == 0)) {
        target = (struct sails_io_target){0}; /* everybody */
    } else if (!json_is_string(target.to_json)) {
        return SAILS_EINVAL;
    }
    switch (action) {
    case EMIT:
        return sails_io_emit(nsp, &target, c_text_of(third), args_from(args, 3));
    case JOIN:
        return room != NULL ? sails_io_sockets_join(nsp, &target, rooms, NULL, NULL) : SAILS_EINVAL;
    case LEAVE:
        return room != NULL ? sails_io_sockets_leave(nsp, &target, rooms, NULL, NULL)
                            : SAILS_EINVAL;
    case DISCONNECT:
        return sails_io_disconnect_sockets(nsp, &target, json_is_true(second), NULL, NULL);
    }
    return SAILS_EINVAL;
}

static void on_action(sails_io_event *event, enum action action, struct admin *admin)
{
    json_t *args = sails_io_event_args(event);
    struct sails_io_namespace *nsp = find(admin, json_array_get(args, 0));
    int rc = nsp != NULL ? act(nsp, action, args) : SAILS_ENOENT;

    if (rc < 0) {
        log_line(admin->io->log, LOG_WARN, "The admin page wanted `%s`, which failed: %s",
                 sails_io_event_name(event), sails_strerror(rc));
    }
    io_namespace_release(nsp);
}

static void on_emit(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    on_action(event, EMIT, ctx);
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    on_action(event, JOIN, ctx);
}

static void on_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    on_action(event, LEAVE, ctx);
}

static void on_disconnect(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    on_action(event, DISCONNECT, ctx);
}

/* ---- pages that come and go ---- */

static json_t *features_of(const struct admin *admin)
{
    static const char *const actions[] = {"EMIT",  "JOIN",   "LEAVE",      "DISCONNECT",
                                          "MJOIN", "MLEAVE", "MDISCONNECT"};
    json_t *features = json_array();

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]) && !admin->is_read_only; i++) {
        json_array_append_new(features, json_string(actions[i]));
    }
    json_array_append_new(features, json_string("AGGREGATED_EVENTS"));
    if (admin->details == SAILS_ADMIN_ALL) {
        json_array_append_new(features, json_string("ALL_EVENTS"));
    }
    return features;
}

static void on_page(sails_io_socket *socket, void *ctx)
{
    struct admin *admin = ctx;

    atomic_fetch_add(&admin->n_pages, 1);
    admin_auth_welcome(admin, socket);
    sails_io_socket_emit(socket, "config",
                         json_pack("[{s:o}]", "supportedFeatures", features_of(admin)), 0);
    if (admin->details == SAILS_ADMIN_ALL) {
        admin_sockets_tell(admin, sails_io_socket_id(socket));
    }
}

static void on_page_gone(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct admin *admin = ctx;

    (void)socket;
    (void)reason;
    atomic_fetch_sub(&admin->n_pages, 1);
}

/* ---- life ---- */

static int define(struct admin *admin)
{
    static const struct {
        const char *event;
        sails_io_event_cb call;
    } actions[] = {
        {"emit", on_emit}, {"join", on_join}, {"leave", on_leave}, {"_disconnect", on_disconnect}};
    int rc = 0;

    if (admin->username != NULL) {
        rc = sails_io_use(admin->nsp, admin_auth_ask, admin);
    }
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]) && !admin->is_read_only; i++) {
        rc = rc == 0 ? sails_io_on(admin->nsp, actions[i].event, actions[i].call, admin) : rc;
    }
    rc = rc == 0 ? sails_io_on_connection(admin->nsp, on_page, admin) : rc;
    return rc == 0 ? sails_io_on_disconnect(admin->nsp, on_page_gone, admin) : rc;
}

static char *copy(const char *text)
{
    return text != NULL ? mem_strndup(text, strlen(text)) : NULL;
}

/* "host#123"; NULL: no memory. */
static char *name_node(const char *wanted)
{
    char host[256] = "";
    struct buf name = {0};
    char *copied = NULL;

    if (wanted != NULL) {
        return copy(wanted);
    }
    (void)gethostname(host, sizeof(host) - 1);
    buf_printf(&name, "%s#%ld", host, (long)getpid());
    copied = buf_error(&name) == 0 ? mem_strndup(name.ptr, name.len) : NULL;
    buf_deinit(&name);
    return copied;
}

static int check(const struct sails_admin_options *options)
{
    bool has_user = options->username != NULL && options->password_hash != NULL;

    if (options->username == NULL && options->password_hash == NULL) {
        return options->is_open ? 0 : SAILS_EINVAL;
    }
    return has_user && admin_auth_is_hash(options->password_hash) ? 0 : SAILS_EINVAL;
}

int admin_create(struct sails_io *io, const struct sails_admin_options *options, struct admin **out)
{
    int rc = check(options);
    struct admin *admin = rc == 0 ? mem_calloc(1, sizeof(*admin)) : NULL;

    if (admin == NULL) {
        return rc < 0 ? rc : SAILS_ENOMEM;
    }
    admin->io = io;
    admin->is_read_only = options->is_read_only;
    admin->details = options->details;
    pthread_mutex_init(&admin->lock, NULL);
    admin->username = copy(options->username);
    admin->password_hash = copy(options->password_hash);
    admin->server_id = name_node(options->server_id);
    admin->nsp = sails_io_of(io, options->name != NULL ? options->name : "/admin");
    if (admin->nsp == NULL || admin->server_id == NULL ||
        (options->username != NULL && (admin->username == NULL || admin->password_hash == NULL))) {
        rc = SAILS_ENOMEM;
    }
    rc = rc == 0 ? define(admin) : rc;
    if (rc < 0) {
        admin_destroy(admin);
        return rc;
    }
    *out = admin;
    return 0;
}

void admin_destroy(struct admin *admin)
{
    if (admin == NULL) {
        return;
    }
    pthread_mutex_destroy(&admin->lock);
    mem_free(admin->username);
    mem_free(admin->password_hash);
    mem_free(admin->server_id);
    mem_free(admin);
}

void admin_lift(struct admin *admin, struct job_pool *jobs, const struct trust_proxy *trust,
                bool is_production)
{
    admin->trust = trust;
    admin->jobs = jobs;
    admin->began_ms = machine_unix_ms(admin->io->machine);
    if (admin->details == SAILS_ADMIN_BY_ENVIRONMENT) {
        admin->details = is_production ? SAILS_ADMIN_COUNTS : SAILS_ADMIN_ALL;
    }
    if (admin->details == SAILS_ADMIN_ALL) {
        admin_events_init(admin);
        admin->io->watcher = &admin->watcher;
    }
}
