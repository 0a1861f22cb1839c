#include "io/recovery_shared.h"

#include "base/c_text.h"
#include "base/mem.h"

#include <sails/types.h>

/* ---- offsets ---- */

struct stream_id {
    uint64_t ms;
    uint64_t n;
};

/* "1764000000000-0" */
static bool read_stream_id(struct str text, struct stream_id *out)
{
    size_t hyphen = str_find(text, '-');

    return hyphen < text.len && str_to_u64((struct str){text.ptr, hyphen}, UINT64_MAX, &out->ms) &&
           str_to_u64(str_from_offset(text, hyphen + 1), UINT64_MAX, &out->n);
}

bool recovery_shared_is_before(struct str a, struct str b)
{
    struct stream_id left;
    struct stream_id right;

    return read_stream_id(a, &left) && read_stream_id(b, &right) &&
           (left.ms < right.ms || (left.ms == right.ms && left.n < right.n));
}

/* ---- sessions ---- */

void recovery_shared_free(struct recovery_session *session)
{
    json_decref(session->rooms);
    json_decref(session->data);
    mem_free(session);
}

static struct str member(const json_t *session, const char *name)
{
    const json_t *value = json_object_get(session, name);

    return (struct str){json_string_value(value), json_string_length(value)};
}

static bool are_texts(const json_t *rooms)
{
    size_t i = 0;
    json_t *room = NULL;

    json_array_foreach(rooms, i, room)
    {
        struct str name = {json_string_value(room), json_string_length(room)};

        if (name.len == 0 || name.len > SAILS_ROOM_NAME_MAX || !c_text_is_whole(name)) {
            return false;
        }
    }
    return json_is_array(rooms);
}

struct recovery_session *recovery_shared_read(const json_t *session, struct str pid)
{
    struct str sid = member(session, "sid");
    struct recovery_session *copy = NULL;
    bool is_good = sid.len > 0 && sid.len <= ID_LEN && c_text_is_whole(sid) && pid.len > 0 &&
                   pid.len <= ID_LEN && str_eq(member(session, "pid"), pid) &&
                   c_text_is_whole(pid) && are_texts(json_object_get(session, "rooms"));

    copy = is_good ? mem_calloc(1, sizeof(*copy) + sid.len + 1) : NULL;
    if (copy != NULL) {
        memcpy(copy->sid, sid.ptr, sid.len);
        memcpy(copy->pid, pid.ptr, pid.len);
        copy->rooms = json_incref(json_object_get(session, "rooms"));
        copy->data = json_incref(json_object_get(session, "data"));
    }
    return copy;
}

json_t *recovery_describe(const struct recovery_leaver *leaver)
{
    json_t *data = leaver->data != NULL ? json_incref(leaver->data) : json_object();

    return json_pack("{s:s, s:s, s:O, s:o}", "sid", leaver->sid, "pid", leaver->pid, "rooms",
                     leaver->rooms, "data", data);
}
