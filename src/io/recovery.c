#include "io/recovery.h"

#include "base/mem.h"

#include <sails/err.h>

/*
 * One lock, two lists in the order of time: what is kept longest is first, so what has expired is
 * always at the head and is dropped whenever somebody comes by; there is no timer.
 */

/* An event that was sent, with whom it was for. */
struct kept_packet {
    struct list in_log;
    uint64_t expires_ms;
    char offset[RECOVERY_OFFSET_SIZE];
    struct sio_message *message;
    char **to; /* ends with NULL; NULL: everybody */
    char **except;
    char *except_id; /* NULL: none */
};

/* ---- copies of lists of names ---- */

static void names_free(char **names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        mem_free(names[i]);
    }
    mem_free(names);
}

static int names_copy(const char *const *names, char ***out)
{
    size_t n = 0;
    char **copy = NULL;

    *out = NULL;
    if (names == NULL) {
        return 0;
    }
    while (names[n] != NULL) {
        n++;
    }
    copy = mem_calloc(n + 1, sizeof(char *));
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        copy[i] = mem_strndup(names[i], strlen(names[i]));
        if (copy[i] == NULL) {
            names_free(copy);
            return SAILS_ENOMEM;
        }
    }
    *out = copy;
    return 0;
}

/* ---- the log ---- */

static void packet_free(struct kept_packet *packet)
{
    sio_message_release(packet->message);
    names_free(packet->to);
    names_free(packet->except);
    mem_free(packet->except_id);
    mem_free(packet);
}

void recovery_session_free(struct recovery_session *session)
{
    json_decref(session->rooms);
    json_decref(session->data);
    mem_free(session);
}

void recovery_init(struct recovery_log *log, const struct machine *machine)
{
    *log = (struct recovery_log){.machine = machine};
    pthread_mutex_init(&log->lock, NULL);
    list_init(&log->packets);
    list_init(&log->sessions);
}

/* Everything that expires up to then. */
static void drop_expired(struct recovery_log *log, uint64_t now_ms)
{
    list_each(node, &log->packets) {
        struct kept_packet *packet = container_of(node, struct kept_packet, in_log);

        if (packet->expires_ms > now_ms) {
            break;
        }
        list_remove(node);
        packet_free(packet);
    }
    list_each(node, &log->sessions) {
        struct recovery_session *session = container_of(node, struct recovery_session, in_log);

        if (session->expires_ms > now_ms) {
            break;
        }
        list_remove(node);
        recovery_session_free(session);
    }
}

void recovery_deinit(struct recovery_log *log)
{
    drop_expired(log, UINT64_MAX);
    pthread_mutex_destroy(&log->lock);
}

/* Base 64 as Socket.IO's offsets have it: most significant digit first. */
static size_t write_base64(uint64_t value, char *out)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    char reversed[11];
    size_t n = 0;

    do {
        reversed[n++] = digits[value % 64];
        value /= 64;
    } while (value > 0);
    for (size_t i = 0; i < n; i++) {
        out[i] = reversed[n - 1 - i];
    }
    return n;
}

void recovery_begin(struct recovery_log *log, uint64_t keep_ms, char offset[RECOVERY_OFFSET_SIZE])
{
    uint64_t now = machine_unix_ms(log->machine);
    size_t n = 0;

    pthread_mutex_lock(&log->lock);
    drop_expired(log, now);
    log->keep_ms = keep_ms;
    if (now > log->last_ms) {
        log->last_ms = now;
        log->n_in_ms = 0;
    }
    n = write_base64(log->last_ms, offset);
    if (log->n_in_ms > 0) {
        offset[n++] = '.';
        n += write_base64(log->n_in_ms - 1, offset + n);
    }
    offset[n] = '\0';
    log->n_in_ms++;
}

void recovery_end(struct recovery_log *log)
{
    pthread_mutex_unlock(&log->lock);
}

int recovery_keep(struct recovery_log *log, const char *offset, struct sio_message *message,
                  const char *const *to, const char *const *except, const char *except_id)
{
    struct kept_packet *packet = mem_calloc(1, sizeof(*packet));
    int rc = SAILS_ENOMEM;

    if (packet == NULL) {
        return rc;
    }
    if (except_id != NULL) {
        packet->except_id = mem_strndup(except_id, strlen(except_id));
    }
    if ((except_id == NULL || packet->except_id != NULL) && names_copy(to, &packet->to) == 0 &&
        names_copy(except, &packet->except) == 0) {
        rc = 0;
    }
    if (rc < 0) {
        packet_free(packet);
        return rc;
    }
    snprintf(packet->offset, sizeof(packet->offset), "%s", offset);
    packet->message = sio_message_retain(message);
    packet->expires_ms = log->last_ms + log->keep_ms;
    list_append(&log->packets, &packet->in_log);
    return 0;
}

int recovery_store(struct recovery_log *log, const char *sid, const char *pid, json_t *rooms,
                   json_t *data, uint64_t keep_ms)
{
    struct recovery_session *session = mem_calloc(1, sizeof(*session) + strlen(sid) + 1);
    uint64_t now = machine_unix_ms(log->machine);

    if (session == NULL) {
        return SAILS_ENOMEM;
    }
    /* Copies: another worker may take the session up, and the application may change its value. */
    session->rooms = json_deep_copy(rooms);
    session->data = json_deep_copy(data);
    if (session->rooms == NULL || (data != NULL && session->data == NULL)) {
        recovery_session_free(session);
        return SAILS_ENOMEM;
    }
    session->expires_ms = now + keep_ms;
    snprintf(session->pid, sizeof(session->pid), "%s", pid);
    memcpy(session->sid, sid, strlen(sid) + 1);
    pthread_mutex_lock(&log->lock);
    drop_expired(log, now);
    list_append(&log->sessions, &session->in_log);
    pthread_mutex_unlock(&log->lock);
    return 0;
}

/* ---- coming back ---- */

static struct recovery_session *find_session(const struct recovery_log *log, const char *pid)
{
    list_each(node, &log->sessions) {
        struct recovery_session *session = container_of(node, struct recovery_session, in_log);

        if (strcmp(session->pid, pid) == 0) {
            return session;
        }
    }
    return NULL;
}

static struct list *find_offset(const struct recovery_log *log, const char *offset)
{
    list_each(node, &log->packets) {
        if (strcmp(container_of(node, struct kept_packet, in_log)->offset, offset) == 0) {
            return node;
        }
    }
    return NULL;
}

static bool was_in_any(const struct recovery_session *session, char *const *names)
{
    size_t i = 0;
    json_t *room = NULL;

    for (; *names != NULL; names++) {
        json_array_foreach(session->rooms, i, room)
        {
            if (strcmp(json_string_value(room), *names) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool concerns(const struct kept_packet *packet, const struct recovery_session *session)
{
    if (packet->except_id != NULL && strcmp(packet->except_id, session->sid) == 0) {
        return false;
    }
    if (packet->except != NULL && was_in_any(session, packet->except)) {
        return false;
    }
    return packet->to == NULL || was_in_any(session, packet->to);
}

struct recovery_session *recovery_take(struct recovery_log *log, const char *pid,
                                       const char *offset,
                                       void (*missed)(struct sio_message *message, void *ctx),
                                       void *ctx)
{
    struct recovery_session *session = NULL;
    struct list *node = NULL;

    pthread_mutex_lock(&log->lock);
    drop_expired(log, machine_unix_ms(log->machine));
    session = find_session(log, pid);
    node = find_offset(log, offset);
    if (session == NULL || node == NULL) {
        pthread_mutex_unlock(&log->lock);
        return NULL;
    }
    list_remove(&session->in_log);
    for (node = node->next; node != &log->packets; node = node->next) {
        struct kept_packet *packet = container_of(node, struct kept_packet, in_log);

        if (concerns(packet, session)) {
            missed(packet->message, ctx);
        }
    }
    pthread_mutex_unlock(&log->lock);
    return session;
}
