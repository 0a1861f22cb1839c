#include "base/mem.h"
#include "io/recovery_shared.h"

#include <assert.h>
#include <sails/err.h>

/*
 * Events have numbers, one after the other, and the ring finds the one with a number. An offset is the
 * time and the number, in base 64: "Q83jS_M.1A". Both lists are in the order of time: what has expired
 * is at the head, and is dropped, some at a time, whenever somebody comes by; there is no timer.
 *
 * I1  The numbers of the packets from `first` to `last` are last_seq - n_packets + 1 to last_seq.
 * I2  n_packets <= cap.
 * I3  Shared: offsets are those of a stream, and grow.
 */

enum {
    FIRST_CAP = 64,
    /* At once, of each kind: more than is added at once, and never long under the lock. */
    DROPPED_AT_ONCE = 32
};

static uint64_t now_ms(const struct recovery_log *log)
{
    return machine_unix_ms(log->machine);
}

static uint64_t first_seq(const struct recovery_log *log)
{
    return log->last_seq - log->n_packets + 1;
}

/* With the lock. */
static void log_check(const struct recovery_log *log)
{
    size_t mask = log->cap - 1;

    assert(log->n_packets <= log->cap); /* I2 */
    assert((log->first == NULL) == (log->n_packets == 0));
    assert(log->first == NULL || log->ring[first_seq(log) & mask] == log->first); /* I1 */
    assert(log->first == NULL || log->ring[log->last_seq & mask] == log->last);   /* I1 */
    (void)mask;
}

/* ---- life ---- */

void recovery_init(struct recovery_log *log, const struct machine *machine,
                   const struct recovery_options *options)
{
    *log = (struct recovery_log){.machine = machine, .options = options};
    machine_random(machine, &log->key, sizeof(log->key));
    pthread_mutex_init(&log->lock, NULL);
    list_init(&log->sessions);
}

static void drop_first_packet(struct recovery_log *log)
{
    struct recovery_packet *first = log->first;

    log->first = first->next;
    log->n_packets--;
    log->n_bytes -= first->size;
    if (log->first != NULL) {
        recovery_packet_retain(log->first);
    } else {
        log->last = NULL;
    }
    recovery_packet_release(first);
}

static void drop_session(struct recovery_log *log, struct recovery_session *session)
{
    list_remove(&session->in_log);
    map_remove(&log->by_pid, &session->by_pid);
    recovery_shared_free(session);
}

static struct recovery_session *oldest_session(const struct recovery_log *log)
{
    return list_is_empty(&log->sessions)
               ? NULL
               : container_of(log->sessions.next, struct recovery_session, in_log);
}

static bool has_expired_packet(const struct recovery_log *log, uint64_t now)
{
    bool is_old = log->options->is_shared ? log->n_packets > RECOVERY_SHARED_MAX
                                          : log->first != NULL && log->first->expires_ms <= now;

    return log->first != NULL && (is_old || log->n_bytes > log->options->max_bytes);
}

static bool has_expired_session(const struct recovery_log *log, uint64_t now)
{
    const struct recovery_session *oldest = oldest_session(log);

    return oldest != NULL &&
           (oldest->expires_ms <= now || log->by_pid.count > RECOVERY_SESSIONS_MAX);
}

static void drop_expired(struct recovery_log *log, uint64_t now)
{
    for (int i = 0; i < DROPPED_AT_ONCE && has_expired_packet(log, now); i++) {
        drop_first_packet(log);
    }
    for (int i = 0; i < DROPPED_AT_ONCE && has_expired_session(log, now); i++) {
        drop_session(log, oldest_session(log));
    }
    log_check(log);
}

void recovery_deinit(struct recovery_log *log)
{
    while (log->first != NULL) {
        drop_first_packet(log);
    }
    while (!list_is_empty(&log->sessions)) {
        drop_session(log, oldest_session(log));
    }
    map_deinit(&log->by_pid);
    mem_free(log->ring);
    pthread_mutex_destroy(&log->lock);
}

/* ---- offsets ---- */

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/* Base 64 as Socket.IO's offsets have it: most significant digit first. */
static size_t write_base64(uint64_t value, char *out)
{
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

static void write_offset(const struct recovery_log *log, char offset[RECOVERY_OFFSET_SIZE])
{
    size_t n = write_base64(log->last_ms, offset);

    offset[n++] = '.';
    n += write_base64(log->last_seq + 1, offset + n);
    offset[n] = '\0';
}

/* The number in an offset; 0: it is none of ours. */
static uint64_t read_seq(struct str offset)
{
    struct str number = str_from_offset(offset, str_find(offset, '.'));
    uint64_t seq = 0;

    if (number.len < 2 || number.len > 11) { /* with the dot: ten digits are 60 bits */
        return 0;
    }
    for (size_t i = 1; i < number.len; i++) {
        const char *digit = memchr(digits, number.ptr[i], sizeof(digits) - 1);

        if (digit == NULL) {
            return 0;
        }
        seq = seq << 6 | (uint64_t)(digit - digits);
    }
    return seq;
}

/* ---- keeping ---- */

static void begin(struct recovery_log *log)
{
    uint64_t now = now_ms(log);

    pthread_mutex_lock(&log->lock);
    drop_expired(log, now);
    log->last_ms = now > log->last_ms ? now : log->last_ms;
}

void recovery_begin(struct recovery_log *log, char offset[RECOVERY_OFFSET_SIZE])
{
    begin(log);
    write_offset(log, offset);
}

/* A stream that has begun anew, or a clock that went back: what was is not to be found any more (I3). */
void recovery_begin_at(struct recovery_log *log, const char *offset)
{
    begin(log);
    if (log->last != NULL &&
        !recovery_shared_is_before(str_from(log->last->offset), str_from(offset))) {
        recovery_forget(log);
    }
}

void recovery_forget(struct recovery_log *log)
{
    while (log->first != NULL) {
        drop_first_packet(log);
    }
}

void recovery_end(struct recovery_log *log)
{
    pthread_mutex_unlock(&log->lock);
}

static bool make_room(struct recovery_log *log)
{
    size_t cap = log->cap > 0 ? log->cap * 2 : FIRST_CAP;
    struct recovery_packet **ring = NULL;

    if (log->n_packets < log->cap) {
        return true;
    }
    ring = mem_calloc(cap, sizeof(struct recovery_packet *));
    if (ring == NULL) {
        return false;
    }
    for (struct recovery_packet *p = log->first; p != NULL; p = p->next) {
        ring[p->seq & (cap - 1)] = p;
    }
    mem_free(log->ring);
    log->ring = ring;
    log->cap = cap;
    return true;
}

int recovery_keep(struct recovery_log *log, const char *offset, struct sio_message *message,
                  const struct sio_target *target, bool to_nobody)
{
    struct recovery_packet *packet = NULL;

    if (make_room(log)) {
        packet = recovery_packet_create(log->key, message, target, to_nobody);
    }
    if (packet == NULL) {
        return SAILS_ENOMEM;
    }
    packet->seq = ++log->last_seq;
    packet->expires_ms = log->last_ms + log->options->keep_ms + log->options->notice_ms;
    snprintf(packet->offset, sizeof(packet->offset), "%s", offset);
    message->mark = packet->seq;
    if (log->last != NULL) {
        log->last->next = packet;
    } else {
        log->first = packet;
    }
    log->last = packet;
    log->ring[packet->seq & (log->cap - 1)] = packet;
    log->n_packets++;
    log->n_bytes += packet->size;
    log_check(log);
    return 0;
}

void recovery_unkeep(struct recovery_log *log)
{
    struct recovery_packet *last = log->last;
    struct recovery_packet *before =
        log->n_packets > 1 ? log->ring[(last->seq - 1) & (log->cap - 1)] : NULL;

    if (before != NULL) {
        before->next = NULL;
    } else {
        log->first = NULL;
    }
    log->last = before;
    log->last_seq--;
    log->n_packets--;
    log->n_bytes -= last->size;
    log_check(log);
    recovery_packet_release(last);
}

uint64_t recovery_mark(struct recovery_log *log)
{
    uint64_t mark = 0;

    pthread_mutex_lock(&log->lock);
    mark = log->last_seq;
    pthread_mutex_unlock(&log->lock);
    return mark;
}

int recovery_store(struct recovery_log *log, const struct recovery_leaver *leaver)
{
    struct recovery_session *session = mem_calloc(1, sizeof(*session) + strlen(leaver->sid) + 1);
    uint64_t now = now_ms(log);

    if (session == NULL) {
        return SAILS_ENOMEM;
    }
    /* Copies: another worker may take the session up, and the application may change its value. */
    session->rooms = json_deep_copy(leaver->rooms);
    session->data = json_deep_copy(leaver->data);
    if (session->rooms == NULL || (leaver->data != NULL && session->data == NULL)) {
        recovery_shared_free(session);
        return SAILS_ENOMEM;
    }
    session->expires_ms = now + log->options->keep_ms;
    session->trail = leaver->trail;
    session->seen = leaver->seen;
    snprintf(session->pid, sizeof(session->pid), "%s", leaver->pid);
    memcpy(session->sid, leaver->sid, strlen(leaver->sid) + 1);
    pthread_mutex_lock(&log->lock);
    drop_expired(log, now);
    list_append(&log->sessions, &session->in_log);
    map_insert(&log->by_pid, &session->by_pid, hash_str(log->key, str_from(session->pid)));
    pthread_mutex_unlock(&log->lock);
    return 0;
}

void recovery_trail_note(struct recovery_trail *trail, uint64_t seq, uint64_t now,
                         uint64_t notice_ms)
{
    if (trail->mark != 0 && now - trail->sent_ms >= notice_ms) {
        trail->base = trail->mark;
        trail->next = seq;
    }
    trail->mark = seq;
    trail->sent_ms = now;
}

/* ---- coming back ---- */

static struct recovery_session *find_session(const struct recovery_log *log, struct str pid,
                                             uint64_t now)
{
    struct map_node *node = map_find(&log->by_pid, hash_str(log->key, pid));

    for (; node != NULL; node = map_find_next(node)) {
        struct recovery_session *session = container_of(node, struct recovery_session, by_pid);

        if (str_eq(str_from(session->pid), pid)) {
            return session->expires_ms > now ? session : NULL;
        }
    }
    return NULL;
}

static struct recovery_packet *find_packet(const struct recovery_log *log, uint64_t seq)
{
    if (log->n_packets == 0 || seq < first_seq(log) || seq > log->last_seq) {
        return NULL;
    }
    assert(log->ring[seq & (log->cap - 1)]->seq == seq);
    return log->ring[seq & (log->cap - 1)];
}

/*
 * The number of the first event that the session may have missed; 0: that cannot be told. Who has
 * received the last one that was sent to it has missed what was sent since it left. Else some were on
 * their way when the connection broke: those behind the one that it names. (A worker's own events
 * overtake what others mail to it: then the last that was sent may be one of lower number.)
 */
static uint64_t first_missed(const struct recovery_log *log, const struct recovery_session *session,
                             struct str offset)
{
    const struct recovery_trail *trail = &session->trail;
    uint64_t seq = read_seq(offset);
    const struct recovery_packet *named = find_packet(log, seq);

    if (seq == 0) {
        return 0;
    }
    if (seq == trail->mark) {
        return session->seen + 1;
    }
    if (seq == trail->base) {
        return trail->next;
    }
    if (named == NULL || !str_eq(str_from(named->offset), offset)) {
        return 0;
    }
    return trail->mark < seq && trail->mark >= first_seq(log) ? trail->mark : seq + 1;
}

bool recovery_take(struct recovery_log *log, struct str pid, struct str offset,
                   struct recovery_return *out)
{
    uint64_t now = now_ms(log);
    struct recovery_session *session = NULL;
    uint64_t from = 0;

    pthread_mutex_lock(&log->lock);
    drop_expired(log, now);
    session = find_session(log, pid, now);
    from = session != NULL ? first_missed(log, session, offset) : 0;
    if (from == 0 || from < first_seq(log)) {
        pthread_mutex_unlock(&log->lock);
        return false;
    }
    list_remove(&session->in_log);
    map_remove(&log->by_pid, &session->by_pid);
    *out = (struct recovery_return){
        .session = session, .first = find_packet(log, from), .last_seq = log->last_seq};
    if (out->first != NULL) {
        recovery_packet_retain(out->first);
    }
    pthread_mutex_unlock(&log->lock);
    return true;
}

/* ---- coming back from another node ---- */

/* The event at that place of the stream. NULL: it is not kept, or that is no place. */
static struct recovery_packet *find_offset(const struct recovery_log *log, struct str offset)
{
    uint64_t low = first_seq(log);
    uint64_t n = log->n_packets;

    while (n > 0) { /* I3 */
        struct recovery_packet *middle = log->ring[(low + n / 2) & (log->cap - 1)];

        if (str_eq(str_from(middle->offset), offset)) {
            return middle;
        }
        if (recovery_shared_is_before(str_from(middle->offset), offset)) {
            low += n / 2 + 1;
            n -= n / 2 + 1;
        } else {
            n /= 2;
        }
    }
    return NULL;
}

bool recovery_take_shared(struct recovery_log *log, const json_t *session, struct str pid,
                          struct str offset, struct recovery_return *out)
{
    struct recovery_session *copy = recovery_shared_read(session, pid);
    struct recovery_packet *named = NULL;

    if (copy == NULL) {
        return false;
    }
    pthread_mutex_lock(&log->lock);
    named = find_offset(log, offset);
    if (named != NULL) {
        *out = (struct recovery_return){
            .session = copy, .first = named->next, .last_seq = log->last_seq};
        if (out->first != NULL) {
            recovery_packet_retain(out->first);
        }
    }
    pthread_mutex_unlock(&log->lock);
    if (named == NULL) {
        recovery_shared_free(copy);
    }
    return named != NULL;
}

void recovery_return_deinit(struct recovery_return *returning)
{
    recovery_shared_free(returning->session);
    recovery_packet_release(returning->first);
}

int recovery_replay(const struct recovery_log *log, const struct recovery_return *returning,
                    recovery_missed_cb each, void *ctx)
{
    struct str sid = str_from(returning->session->sid);
    const struct recovery_packet *packet = returning->first;
    struct recovery_rooms rooms;
    int rc = recovery_rooms_init(&rooms, log->key, returning->session->rooms);
    bool goes_on = rc == 0 && packet != NULL;

    while (goes_on) {
        goes_on = !recovery_packet_concerns(packet, &rooms, sid) || each(packet->message, ctx);
        goes_on = goes_on && packet->seq < returning->last_seq; /* the next one may be new */
        packet = goes_on ? packet->next : NULL;
    }
    recovery_rooms_deinit(&rooms);
    return rc;
}
