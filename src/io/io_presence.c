#include "base/mem.h"

#include <sails/presence.h>
#include <stdio.h>
#include <string.h>

/* Who waits to hear of it. */
struct presence {
    sails_io_presence_cb on_presence;
    void *ctx;
    bool has_member;
    char member[];
};

/* The name that a socket bears, as a text; NULL: none. A new reference. */
static json_t *name_of(const struct presence *presence, const json_t *socket)
{
    json_t *data = json_object_get(socket, "data");
    json_t *name = presence->has_member ? json_object_get(data, presence->member) : data;

    return json_is_integer(name) ? json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(name))
                                 : (json_is_string(name) ? json_incref(name) : NULL);
}

/* One socket more of that name. 0 or SAILS_ENOMEM. */
static int count(json_t *who, const json_t *name)
{
    const char *key = json_string_value(name);
    size_t len = json_string_length(name);
    json_int_t before = json_integer_value(json_object_getn(who, key, len));

    return json_object_setn_new_nocheck(who, key, len, json_integer(before + 1)) == 0
               ? 0
               : SAILS_ENOMEM;
}

static int count_all(const struct presence *presence, const json_t *sockets, json_t *who)
{
    size_t i = 0;
    json_t *socket = NULL;
    int rc = 0;

    json_array_foreach(sockets, i, socket)
    {
        json_t *name = name_of(presence, socket);

        if (name != NULL && count(who, name) < 0) {
            rc = SAILS_ENOMEM;
        }
        json_decref(name);
    }
    return rc;
}

static void on_sockets(int status, json_t *sockets, void *ctx)
{
    struct presence *presence = ctx;
    json_t *who = json_object();
    int rc = who != NULL ? count_all(presence, sockets, who) : SAILS_ENOMEM;

    presence->on_presence(rc < 0 ? rc : status, who, json_array_size(sockets), presence->ctx);
    json_decref(who);
    mem_free(presence);
}

int sails_io_fetch_presence(sails_io_namespace *nsp, const struct sails_io_target *target,
                            const char *member, sails_io_presence_cb on_presence, void *ctx)
{
    size_t len = member != NULL ? strlen(member) : 0;
    struct presence *presence = NULL;
    int rc = 0;

    if (nsp == NULL || on_presence == NULL) {
        return SAILS_EINVAL;
    }
    presence = mem_alloc(sizeof(*presence) + len + 1);
    if (presence == NULL) {
        return SAILS_ENOMEM;
    }
    *presence = (struct presence){on_presence, ctx, member != NULL};
    memcpy(presence->member, member != NULL ? member : "", len + 1);
    rc = sails_io_fetch_sockets(nsp, target, on_sockets, presence);
    if (rc < 0) {
        mem_free(presence);
    }
    return rc;
}
