#include "base/macros.h"
#include "base/mem.h"
#include "sim/oracle_state.h"
#include "sim/sim_world.h"

#include <sails/err.h>

/* ---- complaints ---- */

bool oracle_complains(const struct oracle *o)
{
    return o->complaint[0] != '\0';
}

void oracle_complain(struct oracle *o, const char *format, ...)
{
    char *complaint = o->turn >= 0 ? o->turn_complaint : o->complaint;
    va_list args;

    if (complaint[0] != '\0') {
        return; /* what follows from the first one says nothing */
    }
    va_start(args, format);
    (void)vsnprintf(complaint, ORACLE_COMPLAINT_SIZE, format, args);
    va_end(args);
}

/* ---- life ---- */

void oracle_init(struct oracle *o, unsigned n_workers)
{
    memset(o, 0, sizeof(*o));
    o->n_workers = n_workers;
    o->turn = -1;
}

void oracle_deinit(struct oracle *o)
{
    for (size_t i = 0; i < o->n_sockets; i++) {
        mem_free(o->sockets[i].words);
    }
    o->n_sockets = 0;
}

/* ---- names ---- */

const char *oracle_room_name(const struct oracle *o, int room, char out[ORACLE_ID_SIZE])
{
    if (room < ORACLE_PLAIN_ROOMS) {
        (void)snprintf(out, ORACLE_ID_SIZE, "r%d", room);
    } else if (room == ORACLE_GHOST) {
        (void)snprintf(out, ORACLE_ID_SIZE, "%s", ORACLE_GHOST_ID);
    } else {
        (void)snprintf(out, ORACLE_ID_SIZE, "%s", o->sockets[room - ORACLE_FIRST_ID].id);
    }
    return out;
}

int oracle_room_by_name(const struct oracle *o, const char *name, size_t len)
{
    if (len == 2 && name[0] == 'r' && name[1] >= '0' && name[1] < '0' + ORACLE_PLAIN_ROOMS) {
        return name[1] - '0';
    }
    if (len == strlen(ORACLE_GHOST_ID) && memcmp(name, ORACLE_GHOST_ID, len) == 0) {
        return ORACLE_GHOST;
    }
    for (size_t i = 0; i < o->n_sockets; i++) {
        if (strlen(o->sockets[i].id) == len && memcmp(o->sockets[i].id, name, len) == 0) {
            return oracle_own_room((int)i);
        }
    }
    return -1;
}

int oracle_find(const struct oracle *o, const char *id)
{
    for (size_t i = 0; i < o->n_sockets; i++) {
        if (strcmp(o->sockets[i].id, id) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static struct oracle_socket *socket_of(struct oracle *o, int socket)
{
    return socket >= 0 && (size_t)socket < o->n_sockets ? &o->sockets[socket] : NULL;
}

/* ---- words ---- */

void oracle_say(struct oracle *o, int socket, unsigned message, bool is_optional)
{
    struct oracle_socket *s = &o->sockets[socket];

    if (s->n_words == s->cap_words) {
        size_t cap = s->cap_words > 0 ? 2 * s->cap_words : 32;
        struct oracle_word *grown = sim_world_alloc(cap * sizeof(struct oracle_word));

        if (s->n_words > 0) {
            memcpy(grown, s->words, s->n_words * sizeof(struct oracle_word));
        }
        mem_free(s->words);
        s->words = grown;
        s->cap_words = cap;
    }
    s->words[s->n_words++] =
        (struct oracle_word){.message = message, .is_optional = is_optional, .call = -1};
}

void oracle_say_kept(struct oracle *o, int socket, int call, bool is_optional)
{
    oracle_say(o, socket, o->calls[call].call.message, is_optional);
    o->sockets[socket].words[o->sockets[socket].n_words - 1].call = call;
}

void oracle_sends(struct oracle *o, int socket, unsigned message)
{
    if (socket_of(o, socket) != NULL) {
        oracle_say(o, socket, message, false);
    }
}

/* ---- sockets ---- */

int oracle_connects(struct oracle *o, const struct oracle_newcomer *newcomer)
{
    int socket = (int)o->n_sockets;
    const char *id = newcomer->id;

    if (oracle_find(o, id) >= 0) {
        oracle_complain(o, "the id %s was given out twice", id);
        return -1;
    }
    if (socket == ORACLE_SOCKETS_MAX || strlen(id) >= ORACLE_ID_SIZE) {
        oracle_complain(o, "too many sockets, or the id \"%s\" is too long", id);
        return -1;
    }
    o->n_sockets++;
    o->sockets[socket] = (struct oracle_socket){.worker = newcomer->worker,
                                                .nsp = newcomer->nsp,
                                                .client = newcomer->client,
                                                .can_return = newcomer->can_return,
                                                .is_in = true};
    memcpy(o->sockets[socket].id, id, strlen(id) + 1);
    o->members[socket][oracle_own_room(socket)] = ORACLE_IN;
    oracle_told_own_room(o, socket);
    return socket;
}

static bool is_one_of(const char *text, const char *const *list)
{
    while (*list != NULL && strcmp(*list, text) != 0) {
        list++;
    }
    return *list != NULL;
}

void oracle_goes(struct oracle *o, int socket, const char *reason)
{
    static const char *const by_client[] = {"transport close", "transport error", "ping timeout",
                                            "client namespace disconnect", NULL};
    static const char *const by_server[] = {"server namespace disconnect", "forced server close",
                                            "server shutting down", NULL};
    static const char *const by_mistake[] = {"forced close", "forced server close", NULL};
    struct oracle_socket *s = socket_of(o, socket);

    if (s == NULL || !s->is_in) {
        oracle_complain(o, "a socket goes that is not there: %s", s != NULL ? s->id : "?");
        return;
    }
    if (!(s->is_excused && is_one_of(reason, by_client)) &&
        !(s->is_leaving && is_one_of(reason, by_server)) &&
        !(s->may_close && is_one_of(reason, by_mistake))) {
        oracle_complain(o, "socket %d (%s) goes for no reason: %s", socket, s->id, reason);
    }
    oracle_told_all_left(o, socket);
    if (!s->is_leaving) {
        oracle_keep_rooms(o, socket);
    }
    oracle_leave_all(o, socket, true, ORACLE_OUT);
    memset(o->members[socket], ORACLE_OUT, sizeof(o->members[socket]));
    s->is_in = false;
    oracle_goes_away(o, socket, reason);
}

/* ---- turns ---- */

/* What was done in a turn with too little memory may have been done, or not. */
static void forgive(struct oracle *o, unsigned worker)
{
    bool rooms[ORACLE_ROOMS_MAX];

    for (size_t i = 0; i < o->n_turn_calls; i++) {
        o->calls[o->turn_calls[i]].is_unsure = true;
    }
    for (size_t i = 0; o->n_afloat > 0 && i < o->n_calls; i++) {
        o->calls[i].is_disturbed = o->calls[i].is_disturbed || o->calls[i].is_afloat;
        o->calls[i].is_unsure = o->calls[i].is_unsure || o->calls[i].is_afloat;
    }
    for (size_t i = 0; i < o->n_sockets; i++) {
        struct oracle_socket *s = &o->sockets[i];

        s->is_excused = s->is_excused || s->worker == worker;
        s->may_close = s->may_close || s->worker == worker;
        if (s->worker != worker || !s->is_in) {
            continue;
        }
        s->is_leaving = s->is_leaving && !o->look(o->look_ctx, s, rooms);
        for (size_t k = s->turn_start; k < s->n_words; k++) {
            s->words[k].is_optional = true;
        }
        oracle_adopt(o, (int)i, true);
    }
}

static void check_socket(struct oracle *o, int socket, bool *has_members)
{
    const struct oracle_socket *s = &o->sockets[socket];
    bool rooms[ORACLE_ROOMS_MAX] = {false};
    char name[ORACLE_ID_SIZE];

    if (!o->look(o->look_ctx, s, rooms) && !s->is_leaving) {
        oracle_complain(o, "socket %d (%s) is not there any more", socket, s->id);
    }
    for (int room = 0; room < oracle_n_rooms(o); room++) {
        enum oracle_membership want = (enum oracle_membership)o->members[socket][room];

        if (want != ORACLE_UNSURE && rooms[room] != (want == ORACLE_IN)) {
            oracle_complain(o, "socket %d (%s) is%s in room %s", socket, s->id,
                            rooms[room] ? "" : " not", oracle_room_name(o, room, name));
        }
        has_members[room] = has_members[room] || (rooms[room] && room != oracle_own_room(socket));
    }
    oracle_check_told(o, socket, rooms);
}

static void check_rooms(struct oracle *o, unsigned worker, unsigned nsp)
{
    bool has_members[ORACLE_ROOMS_MAX] = {false};
    size_t n = 0;

    for (size_t s = 0; s < o->n_sockets; s++) {
        if (o->sockets[s].worker == worker && o->sockets[s].nsp == nsp && o->sockets[s].is_in) {
            check_socket(o, (int)s, has_members);
        }
    }
    for (int room = 0; room < oracle_n_rooms(o); room++) {
        n += has_members[room] ? 1 : 0;
    }
    if (o->count_rooms(o->look_ctx, worker, nsp) != n) {
        oracle_complain(o, "worker %u has %zu rooms, not %zu, in namespace %u", worker,
                        o->count_rooms(o->look_ctx, worker, nsp), n, nsp);
    }
}

void oracle_after_turn(struct oracle *o, unsigned worker, bool has_failed)
{
    if (has_failed) {
        forgive(o, worker);
        o->turn_complaint[0] = '\0';
    }
    o->turn = -1;
    if (o->turn_complaint[0] != '\0') {
        oracle_complain(o, "%s", o->turn_complaint);
        o->turn_complaint[0] = '\0';
    }
    for (unsigned nsp = 0; nsp < ORACLE_NAMESPACES; nsp++) {
        check_rooms(o, worker, nsp);
        oracle_check_told_rooms(o, nsp);
    }
}

/* ---- what arrives ---- */

void oracle_hears(struct oracle *o, int socket, unsigned message)
{
    struct oracle_socket *s = socket_of(o, socket);
    size_t i = s != NULL ? s->n_heard : 0;

    if (s == NULL) {
        oracle_complain(o, "message %u reaches a socket that never connected", message);
        return;
    }
    while (i < s->n_words && s->words[i].message != message && s->words[i].is_optional) {
        i++;
    }
    if (i == s->n_words) {
        oracle_complain(o, "socket %d (%s) hears message %u, which was not sent to it", socket,
                        s->id, message);
    } else if (s->words[i].message != message) {
        oracle_complain(o, "socket %d (%s) hears message %u, but %u comes first", socket, s->id,
                        message, s->words[i].message);
    }
    s->n_heard = i + 1;
}

size_t oracle_position(const struct oracle *o, int socket)
{
    return socket >= 0 && (size_t)socket < o->n_sockets ? o->sockets[socket].n_words : 0;
}

void oracle_has_reached(struct oracle *o, int socket, size_t position, const char *what)
{
    const struct oracle_socket *s = socket_of(o, socket);

    for (size_t i = s != NULL ? s->n_heard : position; i < position; i++) {
        if (!s->words[i].is_optional) {
            oracle_complain(o, "socket %d (%s) gets %s without message %u, which was sent before",
                            socket, s->id, what, s->words[i].message);
        }
    }
}

void oracle_must_have_heard_all(struct oracle *o, int socket)
{
    oracle_has_reached(o, socket, oracle_position(o, socket), "nothing more");
}
