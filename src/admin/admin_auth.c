#include "admin/admin.h"
#include "base/c_text.h"
#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>
#include <crypt.h>

/*
 * Who comes in: with a session's id of before, or a name and a password, which bcrypt takes a tenth of a second
 * to compare. That is done on a thread that may wait.
 *
 * I1  The id of a session is made before the password is compared, on the socket's worker, and hangs on the
 *     socket. It is worth something only once it is in the list, which it comes into with the right password.
 * I2  A wrong name takes as long as a wrong password: both are compared.
 */

enum {
    SESSION_MS = 24 * 3600 * 1000,
    MAX_CHECKS = 2,      /* at once: the pool is there for others, too */
    PASSWORD_SIZE = 256, /* bcrypt itself looks at 72 bytes */
    HASH_LEN = 60,
    MIN_COST = 4,
    MAX_COST = 16 /* some seconds */
};

/* A password that is being compared. */
struct check {
    struct job job;
    struct admin *admin;
    sails_io_next *next;
    bool is_user;
    bool is_right;
    char address[ADMIN_ADDRESS_SIZE];
    char session_id[ADMIN_SESSION_ID_SIZE];
    char password[PASSWORD_SIZE];
    struct crypt_data data;
};

static void attempt_check(const struct check *check)
{
    assert(strlen(check->session_id) == ADMIN_SESSION_ID_SIZE - 1); /* I1 */
    assert(check->admin->n_checks > 0 && check->next != NULL);
    (void)check;
}

/* "$2b$10$", 22 characters of salt, 31 of the hash. */
bool admin_auth_is_hash(const char *hash)
{
    static const char alphabet[] =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    struct str text = str_from(hash);
    int cost = 0;
    bool is_head = text.len == HASH_LEN && hash[0] == '$' && hash[1] == '2' && hash[3] == '$' &&
                   hash[6] == '$';

    if (!is_head || !char_is_digit(hash[4]) || !char_is_digit(hash[5])) {
        return false;
    }
    cost = (hash[4] - '0') * 10 + hash[5] - '0';
    return strchr("aby", hash[2]) != NULL && cost >= MIN_COST && cost <= MAX_COST &&
           strspn(hash + 7, alphabet) == HASH_LEN - 7;
}

/* ---- sessions ---- */

static void make_id(const struct admin *admin, char out[ADMIN_SESSION_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[(ADMIN_SESSION_ID_SIZE - 1) / 2];

    machine_random(admin->io->machine, bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    out[ADMIN_SESSION_ID_SIZE - 1] = '\0';
}

static void save(struct admin *admin, const char *id)
{
    struct admin_session *session = NULL;

    pthread_mutex_lock(&admin->lock);
    session = &admin->sessions[admin->next_session];
    admin->next_session = (admin->next_session + 1) % ADMIN_SESSIONS;
    memcpy(session->id, id, ADMIN_SESSION_ID_SIZE);
    session->expires_ms = machine_unix_ms(admin->io->machine) + SESSION_MS;
    pthread_mutex_unlock(&admin->lock);
}

static bool knows(struct admin *admin, const json_t *id)
{
    uint64_t now_ms = machine_unix_ms(admin->io->machine);
    bool found = false;

    if (json_string_length(id) != ADMIN_SESSION_ID_SIZE - 1) {
        return false;
    }
    pthread_mutex_lock(&admin->lock);
    for (size_t i = 0; i < ADMIN_SESSIONS && !found; i++) {
        const struct admin_session *session = &admin->sessions[i];

        found = session->expires_ms > now_ms &&
                memcmp(session->id, json_string_value(id), ADMIN_SESSION_ID_SIZE - 1) == 0;
    }
    pthread_mutex_unlock(&admin->lock);
    return found;
}

/* ---- who has tried too often ---- */

/* Of who sits before the page: behind a proxy that is trusted all would be one. */
static void write_address(const struct admin *admin, const sails_io_socket *socket,
                          char out[ADMIN_ADDRESS_SIZE])
{
    struct str peer = str_from(sails_io_socket_address(socket));
    struct str forwarded = str_from(sails_io_socket_header(socket, "x-forwarded-for"));
    struct str client = trust_proxy_client(admin->trust, peer, forwarded);

    (void)snprintf(out, ADMIN_ADDRESS_SIZE, "%.*s", STR_FMT(client));
}

static bool is_barred(struct admin *admin, const char *address)
{
    uint64_t now_ms = machine_unix_ms(admin->io->machine);
    bool is = false;

    pthread_mutex_lock(&admin->lock);
    is = admin_failures_bar(&admin->failures, address, now_ms);
    pthread_mutex_unlock(&admin->lock);
    return is;
}

static void count_attempt(struct admin *admin, const char *address, bool is_right)
{
    uint64_t now_ms = machine_unix_ms(admin->io->machine);

    pthread_mutex_lock(&admin->lock);
    if (is_right) {
        admin_failures_forget(&admin->failures, address);
    } else {
        admin_failures_count(&admin->failures, address, now_ms);
    }
    pthread_mutex_unlock(&admin->lock);
}

/* ---- passwords ---- */

static void compare(struct job *job)
{
    struct check *check = container_of(job, struct check, job);
    const char *hash = crypt_r(check->password, check->admin->password_hash, &check->data);

    check->is_right =
        hash != NULL && strcmp(hash, check->admin->password_hash) == 0 && check->is_user;
}

static void discard(struct check *check)
{
    if (check != NULL) {
        explicit_bzero(check, sizeof(*check));
        mem_free(check);
    }
}

static void on_compared(struct job *job, int status)
{
    struct check *check = container_of(job, struct check, job);

    attempt_check(check);
    atomic_fetch_sub(&check->admin->n_checks, 1);
    if (status == 0) {
        count_attempt(check->admin, check->address, check->is_right);
    }
    if (check->is_right) {
        save(check->admin, check->session_id);
        sails_io_next_accept(check->next);
    } else if (status < 0) { /* the app is being lowered */
        sails_io_next_refuse(check->next, "not now", NULL);
    } else {
        log_line(check->admin->io->log, LOG_WARN,
                 "The admin page was refused to %s: wrong name or password", check->address);
        sails_io_next_refuse(check->next, "invalid credentials", NULL);
    }
    discard(check);
}

/* The text of a member, whole and short enough; NULL: there is none. */
static const char *text_of(const json_t *auth, const char *name)
{
    const json_t *value = json_object_get(auth, name);
    struct str text = {json_string_value(value), json_string_length(value)};

    return text.ptr != NULL && text.len < PASSWORD_SIZE && c_text_is_whole(text) ? text.ptr : NULL;
}

/* False: it cannot be compared now. */
static bool begin(struct admin *admin, sails_io_socket *socket, bool is_user, const char *password,
                  sails_io_next *next)
{
    struct check *check = mem_calloc(1, sizeof(*check));
    char *id = mem_alloc(ADMIN_SESSION_ID_SIZE);

    if (check != NULL && id != NULL) {
        make_id(admin, id);
        check->admin = admin;
        check->next = next;
        check->is_user = is_user;
        write_address(admin, socket, check->address);
        check->job = (struct job){
            .worker = io_part_of(socket)->worker->worker, .run = compare, .done = on_compared};
        memcpy(check->session_id, id, ADMIN_SESSION_ID_SIZE);
        memcpy(check->password, password, strlen(password) + 1);
        if (sails_io_socket_set_user(socket, id, mem_free) == 0) {
            id = NULL;
            if (job_submit(admin->jobs, &check->job) == 0) {
                return true;
            }
        }
    }
    mem_free(id);
    discard(check);
    return false;
}

void admin_auth_ask(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    struct admin *admin = ctx;
    const json_t *auth = sails_io_socket_auth(socket);
    const char *username = text_of(auth, "username");
    const char *password = text_of(auth, "password");
    char address[ADMIN_ADDRESS_SIZE];

    if (knows(admin, json_object_get(auth, "sessionId"))) {
        sails_io_next_accept(next);
        return;
    }
    if (username == NULL || password == NULL) {
        sails_io_next_refuse(next, "invalid credentials", NULL);
        return;
    }
    write_address(admin, socket, address);
    if (is_barred(admin, address)) {
        sails_io_next_refuse(next, "too many failures", NULL);
        return;
    }
    if (atomic_fetch_add(&admin->n_checks, 1) >= MAX_CHECKS ||
        !begin(admin, socket, strcmp(username, admin->username) == 0, password, next)) {
        atomic_fetch_sub(&admin->n_checks, 1);
        sails_io_next_refuse(next, "too many at once", NULL);
    }
}

void admin_auth_welcome(const struct admin *admin, sails_io_socket *socket)
{
    /* Without a password, what is there is the program's. */
    const char *id = admin->username != NULL ? sails_io_socket_user(socket) : NULL;

    if (id != NULL) {
        sails_io_socket_emit(socket, "session", json_string(id), 0);
    }
}
