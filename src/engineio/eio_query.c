#include "engineio/eio_query.h"

#include "http/url.h"

#include <sails/err.h>

static void set_sid(struct eio_query *q, struct str value)
{
    q->has_sid = value.len > 0;
    q->sid[0] = '\0';
    if (value.len == ID_LEN) {
        memcpy(q->sid, value.ptr, ID_LEN);
        q->sid[ID_LEN] = '\0';
    }
}

static void set_transport(struct eio_query *q, struct str value)
{
    if (str_eq(value, STR("polling"))) {
        q->transport = EIO_QUERY_POLLING;
    } else if (str_eq(value, STR("websocket"))) {
        q->transport = EIO_QUERY_WEBSOCKET;
    } else {
        q->transport = EIO_QUERY_UNKNOWN;
    }
}

/* All but digits is removed (engine-io 7.4): the index becomes part of a script. */
static void set_jsonp(struct eio_query *q, struct str value)
{
    size_t len = 0;

    for (size_t i = 0; i < value.len && len < EIO_JSONP_INDEX_MAX; i++) {
        if (value.ptr[i] >= '0' && value.ptr[i] <= '9') {
            q->jsonp_index[len++] = value.ptr[i];
        }
    }
    q->jsonp_index[len] = '\0';
    q->is_jsonp = true;
}

static void set_pair(struct eio_query *q, struct str name, struct str value)
{
    if (str_eq(name, STR("EIO"))) {
        q->revision = str_eq(value, STR("4")) ? 4 : 3;
        q->names_revision = q->revision == 4 || str_eq(value, STR("3"));
    } else if (str_eq(name, STR("transport"))) {
        set_transport(q, value);
    } else if (str_eq(name, STR("sid"))) {
        set_sid(q, value);
    } else if (str_eq(name, STR("b64"))) {
        q->b64 = value.len > 0;
    } else if (str_eq(name, STR("j"))) {
        set_jsonp(q, value);
    }
}

int eio_query_parse(struct eio_query *q, struct str query)
{
    struct buf decoded = {0};
    struct str name = {0};
    struct str value = {0};
    int rc = 0;

    *q = (struct eio_query){.revision = 3, .transport = EIO_QUERY_UNKNOWN};
    while (rc == 0 && url_take_pair(&query, &name, &value)) {
        size_t name_len = 0;

        buf_clear(&decoded);
        url_decode(&decoded, name, true, false);
        name_len = decoded.len;
        url_decode(&decoded, value, true, false);
        rc = buf_error(&decoded);
        if (rc == 0) {
            set_pair(q, (struct str){decoded.ptr, name_len},
                     str_from_offset(buf_str(&decoded), name_len));
        }
    }
    buf_deinit(&decoded);
    return rc;
}
