#include "session/session_cookie.h"

#include "base/base64.h"
#include "http/url.h"
#include "web/signature.h"
#include "web/uri_encode.h"

#include <sails/err.h>
#include <string.h>

void session_cookie_make_id(struct env *env, char out[SESSION_ID_LEN + 1])
{
    uint8_t raw[SESSION_ID_BYTES];

    env->random(env->random_ctx, raw, sizeof(raw));
    base64_write_url(out, (struct bytes){raw, sizeof(raw)});
    out[SESSION_ID_LEN] = '\0';
}

int session_cookie_write(struct buf *out, struct str sid, struct str secret)
{
    struct buf text = {0};
    int rc = signature_sign(&text, sid, secret);

    if (rc == 0) {
        buf_append_str(out, STR("s%3A"));
        uri_encode_component(out, buf_str(&text)); /* ids that others have made may have anything */
        rc = buf_error(out);
    }
    buf_deinit(&text);
    return rc;
}

/* The id in a decoded cookie. */
static int verify(struct str text, struct str secret, struct str *sid)
{
    int rc = SAILS_EPROTO;

    if (str_starts_with(text, STR("s:"))) {
        rc = signature_verify(str_from_offset(text, 2), secret, sid);
    }
    if (rc == 0 && (sid->len == 0 || sid->len > SESSION_ID_MAX)) {
        rc = SAILS_EPROTO;
    }
    return rc == SAILS_EINVAL ? SAILS_EPROTO : rc;
}

int session_cookie_read(struct buf *out, struct str value, struct str secret)
{
    struct buf decoded = {0};
    struct str sid = {0};
    int rc = url_decode(&decoded, value, false, false);

    rc = rc == 0 ? verify(buf_str(&decoded), secret, &sid) : rc;
    if (rc == 0) {
        buf_append_str(out, sid);
        rc = buf_error(out);
    }
    buf_deinit(&decoded);
    return rc;
}

static struct str without_quotes(struct str s)
{
    return s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"'
               ? (struct str){s.ptr + 1, s.len - 2}
               : s;
}

struct str session_cookie_find(struct str header, struct str name)
{
    struct str part;

    while (str_take_part(&header, ';', &part)) {
        size_t equals = str_find(part, '=');

        if (equals < part.len && str_eq(str_trim((struct str){part.ptr, equals}), name)) {
            return without_quotes(str_trim(str_from_offset(part, equals + 1)));
        }
    }
    return (struct str){NULL, 0};
}

static bool set(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new_nocheck(object, name, value) == 0;
}

/* Every request without a stored session has one: json_pack() takes twice as long. */
json_t *session_cookie_describe(bool is_handshake)
{
    json_t *session = json_object();
    json_t *cookie = json_object();
    bool is_made = is_handshake || (set(cookie, "originalMaxAge", json_null()) &&
                                    set(cookie, "expires", json_null()));

    is_made = is_made && set(cookie, "httpOnly", json_true()) &&
              set(cookie, "path", json_string_nocheck("/"));
    is_made = set(session, "cookie", cookie) && is_made; /* taken, whatever was before */
    if (!is_made) {
        json_decref(session);
        return NULL;
    }
    return session;
}
