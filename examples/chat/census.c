#include "census.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * One count is under way at most, so that no answer is older than the one before it:
 *
 *     wanted --begin()--> under way --counted()--> its people are told, who has waited is answered
 *        ^                    |
 *        +--- what happens ---+   meanwhile is counted by the next
 *
 * One answer names everybody in the house, with their rooms. That is cheap for hundreds; a house of many thousands would
 * rather ask room by room: sails_io_fetch_presence().
 */

enum {
    COUNT_MS = 2000 /* how long the people of a node that has died may seem to be there */
};

struct waiter {
    struct waiter *next;
    sails_res *res;
    void (*answer)(sails_res *res);
};

struct census {
    pthread_mutex_t lock;
    bool is_under_way, is_wanted; /* wanted: one more */
    struct waiter *now, *later;   /* who waits for this one, and for the next */
};

struct census *census_create(void)
{
    struct census *census = calloc(1, sizeof(*census));

    if (census != NULL) {
        pthread_mutex_init(&census->lock, NULL);
    }
    return census;
}

/* Nobody waits any more: no request outlives the app. */
void census_destroy(struct census *census)
{
    if (census != NULL) {
        pthread_mutex_destroy(&census->lock);
        free(census);
    }
}

/* ---- counting ---- */

static void count_room(json_t *people, const char *room, const char *name)
{
    json_t *members = json_object_get(people, room);

    if (members == NULL) {
        members = json_object();
        json_object_set_new(people, room, members);
    }
    json_object_set_new(members, name, json_true());
}

/* {room: {name: true}}. Other nodes, too, say what is in their sockets' data: only what we would say is counted. */
static json_t *count(const json_t *sockets)
{
    json_t *people = json_object(), *socket = NULL, *channel = NULL;
    size_t i = 0, k = 0, prefix = strlen(channel_of_room("").name);

    json_array_foreach(sockets, i, socket)
    {
        const char *name =
            json_string_value(json_object_get(json_object_get(socket, "data"), "name"));

        json_array_foreach(json_object_get(socket, "rooms"), k, channel)
        {
            const char *text = json_string_value(channel);

            if (name != NULL && text != NULL &&
                strncmp(text, channel_of_room("").name, prefix) == 0) {
                count_room(people, text + prefix, name);
            }
        }
    }
    return people;
}

/* Each node tells its own people: what they hear is in the order in which it was counted. */
static void tell_here(sails_app *app, const char *channel, const char *event, json_t *data)
{
    struct sails_io_target target = {.to = SAILS_ROOMS(channel), .flags = SAILS_IO_LOCAL};

    sails_io_emit(sails_io_of(sails_app_io(app), "/"), &target, event, data);
}

static void tell_changes(sails_app *app, const json_t *changed)
{
    const struct chat *chat = sails_app_context(app);
    json_t *room = NULL;
    size_t i = 0;

    json_array_foreach(changed, i, room)
    {
        const char *name = json_string_value(room);

        tell_here(app, channel_of_room(name).name, "presence", members_of(chat, name));
    }
    if (json_array_size(changed) > 0) {
        tell_here(app, EVERYBODY, "rooms", list_of(chat));
    }
}

static void answer_all(struct waiter *waiter)
{
    while (waiter != NULL) {
        struct waiter *next = waiter->next;

        waiter->answer(waiter->res);
        free(waiter);
        waiter = next;
    }
}

/* ---- one after the other ---- */

static void begin(sails_app *app);

/* It is over: who has waited for it, and whether there is to be one more. */
static bool end_count(struct census *census, struct waiter **waited)
{
    bool is_wanted = false;

    pthread_mutex_lock(&census->lock);
    *waited = census->now;
    is_wanted = census->is_under_way = census->is_wanted;
    census->now = census->later;
    census->later = NULL;
    census->is_wanted = false;
    pthread_mutex_unlock(&census->lock);
    return is_wanted;
}

/* A node that has not answered in time is missing, and so are its people; with any other status nothing is known. */
static void counted(int status, json_t *sockets, void *ctx)
{
    sails_app *app = ctx;
    const struct chat *chat = sails_app_context(app);
    struct waiter *waited = NULL;

    if (status == 0 || status == SAILS_ETIMEOUT) {
        json_t *people = count(sockets), *changed = rooms_count(chat->rooms, people);

        tell_changes(app, changed);
        json_decref(changed);
        json_decref(people);
    }
    if (end_count(chat->census, &waited)) {
        begin(app);
    }
    answer_all(waited);
}

/* The clock will try again; until then what is known stands, and nobody waits for more. */
static void give_up(struct census *census)
{
    struct waiter *now = NULL, *later = NULL;

    pthread_mutex_lock(&census->lock);
    now = census->now;
    later = census->later;
    census->now = census->later = NULL;
    census->is_under_way = census->is_wanted = false;
    pthread_mutex_unlock(&census->lock);
    answer_all(now);
    answer_all(later);
}

static void begin(sails_app *app)
{
    const struct chat *chat = sails_app_context(app);

    if (sails_io_fetch_sockets(sails_io_of(sails_app_io(app), "/"), NULL, counted, app) < 0) {
        give_up(chat->census);
    }
}

/* With somebody who waits for it, or NULL. */
static void want(sails_app *app, struct waiter *waiter)
{
    const struct chat *chat = sails_app_context(app);
    struct census *census = chat->census;
    struct waiter **list = NULL;
    bool is_first = false;

    pthread_mutex_lock(&census->lock);
    is_first = !census->is_under_way;
    census->is_under_way = true;
    census->is_wanted = !is_first;
    if (waiter != NULL) {
        list = is_first ? &census->now : &census->later;
        waiter->next = *list;
        *list = waiter;
    }
    pthread_mutex_unlock(&census->lock);
    if (is_first) {
        begin(app);
    }
}

/* ---- when ---- */

static void tell_other_nodes(sails_app *app)
{
    sails_io_server_side_emit(sails_io_of(sails_app_io(app), "/"), "moved", NULL);
}

void census_take(sails_app *app)
{
    tell_other_nodes(app);
    want(app, NULL);
}

void census_answer(sails_res *res, void (*answer)(sails_res *res))
{
    sails_app *app = sails_req_app(sails_res_req(res));
    struct waiter *waiter = calloc(1, sizeof(*waiter));

    tell_other_nodes(app);
    if (waiter == NULL) {
        sails_res_server_error(res, NULL);
        return;
    }
    *waiter = (struct waiter){.res = res, .answer = answer};
    want(app, waiter);
}

static void on_moved(sails_io_namespace *nsp, sails_io_server_event *event, void *app)
{
    (void)nsp;
    (void)event;
    want(app, NULL);
}

static void on_up(sails_app *app, void *ctx)
{
    (void)ctx;
    want(app, NULL);
}

/* Those of other nodes cannot be reached. */
static void on_down(sails_app *app, int status, void *ctx)
{
    (void)status;
    (void)ctx;
    want(app, NULL);
}

static void on_time(sails_app *app, int status, void *ctx)
{
    struct sails_cluster cluster = {0};

    (void)ctx;
    sails_app_cluster(app, &cluster);
    if (status == 0 && cluster.is_up) {
        want(app, NULL);
    }
}

void census_begin(sails_app *app)
{
    sails_io_on_server_side_event(sails_io_of(sails_app_io(app), "/"), "moved", on_moved, app);
    sails_app_on_cluster_up(app, on_up, NULL);
    sails_app_on_cluster_down(app, on_down, NULL);
    sails_app_every(app, COUNT_MS, on_time, NULL, NULL);
}
