#include "history.h"

#include <stdlib.h>
#include <string.h>

/* ---- what other nodes have written into the database ---- */

static sails_io_namespace *namespace_of(sails_app *app)
{
    return sails_io_of(sails_app_io(app), "/");
}

static json_t *first_arg(const sails_io_server_event *event)
{
    return json_array_get(sails_io_server_event_args(event), 0);
}

static void on_kept(sails_io_namespace *nsp, sails_io_server_event *event, void *rooms)
{
    const char *room = json_string_value(json_object_get(first_arg(event), "room"));

    (void)nsp;
    if (room != NULL) {
        rooms_restore(rooms, room, json_integer_value(json_object_get(first_arg(event), "at")));
    }
}

static void on_forgotten(sails_io_namespace *nsp, sails_io_server_event *event, void *rooms)
{
    const char *room = json_string_value(first_arg(event));

    (void)nsp;
    if (room != NULL) {
        rooms_remove(rooms, room);
    }
}

/* ---- at the lift, on a thread that may wait ---- */

static int restore_batch(sails_db *db, json_t *messages, void *ctx)
{
    json_t *message = NULL;
    size_t i = 0;

    (void)db;
    json_array_foreach(messages, i, message)
    {
        rooms_restore(ctx, json_string_value(json_object_get(message, "room")),
                      json_integer_value(json_object_get(message, "at")));
    }
    return 0;
}

/* However many messages there are, a few at a time are in memory. */
static int restore(sails_app *app, void *ctx)
{
    const struct chat *chat = sails_app_context(app);
    json_t *criteria = json_pack("{s:[s, s], s:s}", "select", "room", "at", "sort", "at");
    sails_db *db = NULL;
    int rc = sails_app_lease(app, &db);

    (void)ctx;
    if (rc < 0) {
        json_decref(criteria);
        return rc;
    }
    rc = sails_each_batch(db, "message", criteria, NULL, restore_batch, chat->rooms);
    sails_app_release(app, db);
    return rc;
}

void history_begin(sails_app *app)
{
    const struct chat *chat = sails_app_context(app);

    sails_app_bootstrap(app, restore, NULL);
    sails_io_on_server_side_event(namespace_of(app), "kept", on_kept, chat->rooms);
    sails_io_on_server_side_event(namespace_of(app), "forgotten", on_forgotten, chat->rooms);
}

/* ---- keeping ---- */

struct keeping {
    sails_res *res;
    json_t *message;
    json_int_t oldest;
};

static void end_keeping(struct keeping *keeping)
{
    json_decref(keeping->message);
    free(keeping);
}

static bool is_taken(const sails_db *db)
{
    const char *code = sails_db_error_code(db);

    return code != NULL && strcmp(code, "E_UNIQUE") == 0;
}

/* Where another node has said something in the same ms, the next one that is free. */
static int create_message(sails_db *db, json_t *message)
{
    json_t *at = json_object_get(message, "at");
    int rc = sails_create(db, "message", json_deep_copy(message), NULL, NULL);

    for (int tries = 0; rc == SAILS_EDB && is_taken(db) && tries < 100; tries++) {
        json_integer_set(at, json_integer_value(at) + 1);
        rc = sails_create(db, "message", json_deep_copy(message), NULL, NULL);
    }
    return rc;
}

/* On a thread: two queries in a straight line. */
static int keep(sails_db *db, json_t **value, void *ctx)
{
    const struct keeping *keeping = ctx;
    json_t *room = json_object_get(keeping->message, "room");
    int rc = create_message(db, keeping->message);

    (void)value;
    if (rc == 0 && keeping->oldest != 0) {
        rc = sails_destroy(db, "message",
                           json_pack("{s:O, s:{s:I}}", "room", room, "at", "<=", keeping->oldest),
                           NULL, NULL);
    }
    return rc;
}

/* Back on the worker. */
static void kept(int status, json_t *error, void *ctx)
{
    struct keeping *keeping = ctx;
    sails_req *req = sails_res_req(keeping->res);
    const char *room = json_string_value(json_object_get(keeping->message, "room"));

    if (status < 0) {
        sails_res_server_error(keeping->res, error);
    } else {
        sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS(channel_of_room(room).name), "chat",
                                json_incref(keeping->message), sails_sockets_get_id(req));
        sails_io_server_side_emit(namespace_of(sails_req_app(req)), "kept",
                                  json_incref(keeping->message));
        sails_res_json(keeping->res, json_incref(keeping->message));
        json_decref(error);
    }
    end_keeping(keeping);
}

void history_keep(sails_res *res, json_t *message, json_int_t oldest)
{
    struct keeping *keeping = calloc(1, sizeof(*keeping));
    int rc = 0;

    if (keeping == NULL) {
        json_decref(message);
        sails_res_server_error(res, NULL);
        return;
    }
    *keeping = (struct keeping){res, message, oldest};
    rc = sails_query_async(sails_req_app(sails_res_req(res)), keep, kept, keeping);
    if (rc < 0) {
        sails_res_server_error(res, json_string(sails_strerror(rc)));
        end_keeping(keeping);
    }
}

/* ---- reading ---- */

struct page {
    sails_res *res;
    size_t limit;
};

/* One more than were asked for have come, if there are more; and the newest first. */
static json_t *page_of(const json_t *found, size_t limit)
{
    size_t n = json_array_size(found) < limit ? json_array_size(found) : limit;
    json_t *messages = json_array();

    for (size_t i = n; i > 0; i--) {
        json_array_append(messages, json_array_get(found, i - 1));
    }
    return json_pack("{s:o, s:b}", "messages", messages, "more", json_array_size(found) > n);
}

static void page_found(int status, json_t *found, void *ctx)
{
    struct page *page = ctx;

    if (status < 0) {
        sails_res_server_error(page->res, found);
    } else {
        sails_res_json(page->res, page_of(found, page->limit));
        json_decref(found);
    }
    free(page);
}

void history_answer_page(sails_res *res, const char *room, json_int_t before, size_t limit)
{
    json_t *criteria = json_pack("{s:{s:s, s:{s:I}}, s:s, s:I}", "where", "room", room, "at", "<",
                                 before, "sort", "at DESC", "limit", (json_int_t)limit + 1);
    struct page *page = calloc(1, sizeof(*page));
    int rc = 0;

    if (page == NULL) {
        json_decref(criteria);
        sails_res_server_error(res, NULL);
        return;
    }
    *page = (struct page){res, limit};
    rc = sails_find_async(sails_req_app(sails_res_req(res)), "message", criteria, NULL, page_found,
                          page);
    if (rc < 0) {
        sails_res_server_error(res, json_string(sails_strerror(rc)));
        free(page);
    }
}

/* ---- forgetting ---- */

static void forgotten(int status, json_t *error, void *ctx)
{
    (void)ctx;
    if (status < 0) {
        fprintf(stderr, "The messages of a room are still there: %s\n", sails_strerror(status));
    }
    json_decref(error);
}

void history_forget_room(sails_app *app, const char *room)
{
    (void)sails_destroy_async(app, "message", json_pack("{s:s}", "room", room), NULL, forgotten,
                              NULL);
    sails_io_server_side_emit(namespace_of(app), "forgotten", json_string(room));
}
