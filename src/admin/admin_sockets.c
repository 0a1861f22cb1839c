#include "admin/admin.h"
#include "base/mem.h"

/*
 * Which sockets there are: one namespace after the other, and of each how many, then which, on all nodes.
 */

enum {
    LISTED = 10000 /* of one node: what is more is only counted */
};

struct listing {
    struct admin *admin;
    struct io_children namespaces;
    size_t at;
    size_t n_left;
    json_t *sockets;
    char page_id[SAILS_ROOM_NAME_MAX + 1];
};

/* ---- one socket ---- */

/* What only the client and the server should know: cookies, tokens, and addresses that have tokens in them. */
static const char *const secret_headers[] = {"cookie", "authorization", "proxy-authorization",
                                             "referer", "x-csrf-token"};

static json_t *handshake_value(const json_t *handshake)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)handshake);
    json_t *headers = json_copy(json_object_get(copy, "headers"));
    const char *url = json_string_value(json_object_get(copy, "url"));

    if (copy == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(secret_headers); i++) {
        json_object_del(headers, secret_headers[i]);
    }
    json_object_del(copy, "auth");
    if (json_object_get(copy, "query") != NULL) {
        json_object_set_new(copy, "query", json_object()); /* tokens travel in it */
    }
    if (url != NULL) {
        json_object_set_new(copy, "url", json_stringn(url, strcspn(url, "?")));
    }
    json_object_set_new(copy, "headers", headers != NULL ? headers : json_object());
    return copy;
}

/* `data` without what was put into it for the page. */
static json_t *data_value(json_t *data)
{
    json_t *copy = json_is_object(data) ? json_copy(data) : json_incref(data);

    if (json_is_object(copy)) {
        json_object_del(copy, "_admin");
    }
    return copy != NULL ? copy : json_object();
}

json_t *admin_socket_value(const json_t *fetched, const char *nsp)
{
    json_t *data = json_object_get(fetched, "data");
    json_t *mark = json_object_get(data, "_admin");

    return json_pack("{s:O*, s:O*, s:O*, s:s, s:o, s:o, s:O*}", "id",
                     json_object_get(fetched, "id"), "clientId", json_object_get(mark, "clientId"),
                     "transport", json_object_get(mark, "transport"), "nsp", nsp, "data",
                     data_value(data), "handshake",
                     handshake_value(json_object_get(fetched, "handshake")), "rooms",
                     json_object_get(fetched, "rooms"));
}

/* ---- all of them ---- */

static void go_on(struct listing *listing);

static sails_io_namespace *current(const struct listing *listing)
{
    return listing->namespaces.list[listing->at];
}

/* Takes it. */
static void finish(struct listing *listing)
{
    const char *const page[] = {listing->page_id, NULL};

    (void)sails_io_emit(listing->admin->nsp, &(struct sails_io_target){.to = page}, "all_sockets",
                        json_pack("[o]", listing->sockets));
    io_registry_release_children(&listing->namespaces);
    mem_free(listing);
}

static void skip(struct listing *listing)
{
    listing->at++;
    go_on(listing);
}

static void on_sockets(int status, json_t *sockets, void *ctx)
{
    struct listing *listing = ctx;
    const char *name = sails_io_namespace_name(current(listing));
    size_t i = 0;
    json_t *socket = NULL;

    if (status == 0 || status == SAILS_ETIMEOUT) {
        json_array_foreach(sockets, i, socket)
        {
            json_array_append_new(listing->sockets, admin_socket_value(socket, name));
        }
    }
    skip(listing);
}

static void on_count(int status, size_t n_sockets, void *ctx)
{
    struct listing *listing = ctx;
    struct admin *admin = listing->admin;

    if (status < 0) {
        finish(listing);
    } else if (n_sockets > listing->n_left) {
        log_line(admin->io->log, LOG_WARN,
                 "The admin page is not shown the sockets of %s: they are %zu",
                 sails_io_namespace_name(current(listing)), n_sockets);
        skip(listing);
    } else {
        listing->n_left -= n_sockets;
        if (sails_io_fetch_sockets(current(listing), NULL, on_sockets, listing) < 0) {
            skip(listing);
        }
    }
}

static void go_on(struct listing *listing)
{
    while (listing->at < listing->namespaces.n) {
        if (sails_io_count_sockets(current(listing), NULL, on_count, listing) == 0) {
            return;
        }
        listing->at++;
    }
    finish(listing);
}

void admin_sockets_tell(struct admin *admin, const char *page_id)
{
    struct listing *listing = mem_calloc(1, sizeof(*listing));

    if (listing == NULL) {
        return;
    }
    listing->admin = admin;
    listing->n_left = LISTED;
    snprintf(listing->page_id, sizeof(listing->page_id), "%s", page_id);
    listing->sockets = json_array();
    if (listing->sockets == NULL || io_registry_all(admin->io, &listing->namespaces) < 0) {
        json_decref(listing->sockets);
        mem_free(listing);
        return;
    }
    go_on(listing);
}
