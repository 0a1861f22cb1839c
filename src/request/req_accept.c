#include "http/http.h"
#include "request/res.h"
#include "web/negotiate.h"

/*
 * What the client sends, and what it would like to get.
 */

static struct str header_of(const sails_req *req, struct str name)
{
    return header_list_get(&req->headers, name);
}

static const char *choose(const sails_req *req, enum negotiate_subject subject, struct str header,
                          const char *const *offers)
{
    int found = NEGOTIATE_NONE;

    if (!request_reads(req) || offers == NULL) {
        return NULL;
    }
    found = negotiate(subject, header_of(req, header), offers);
    return found != NEGOTIATE_NONE ? offers[found] : NULL;
}

const char *sails_req_accepts(const sails_req *req, const char *const *types)
{
    return choose(req, NEGOTIATE_TYPE, STR("accept"), types);
}

const char *sails_req_accepts_charsets(const sails_req *req, const char *const *charsets)
{
    return choose(req, NEGOTIATE_CHARSET, STR("accept-charset"), charsets);
}

const char *sails_req_accepts_encodings(const sails_req *req, const char *const *encodings)
{
    return choose(req, NEGOTIATE_ENCODING, STR("accept-encoding"), encodings);
}

const char *sails_req_accepts_languages(const sails_req *req, const char *const *languages)
{
    return choose(req, NEGOTIATE_LANGUAGE, STR("accept-language"), languages);
}

/* ---- what it sends ---- */

/* The type of the body; {NULL, 0}: there is no body. Over a socket bodies are JSON values. */
static struct str body_type(const sails_req *req)
{
    struct str type = header_of(req, STR("content-type"));
    bool has_body = header_of(req, STR("transfer-encoding")).ptr != NULL ||
                    header_of(req, STR("content-length")).ptr != NULL;

    if (req->transport->is_socket) {
        return type.ptr != NULL ? type : STR("application/json");
    }
    return has_body ? type : (struct str){NULL, 0};
}

const char *sails_req_is(const sails_req *req, const char *const *types)
{
    struct str type = {NULL, 0};

    if (!request_reads(req) || types == NULL) {
        return NULL;
    }
    type = body_type(req);
    for (size_t i = 0; type.len > 0 && types[i] != NULL; i++) {
        if (negotiate_is_type(type, str_from(types[i]))) {
            return types[i];
        }
    }
    return NULL;
}

bool sails_req_xhr(const sails_req *req)
{
    return request_reads(req) &&
           str_eq_nocase(header_of(req, STR("x-requested-with")), STR("XMLHttpRequest"));
}

bool sails_req_explicitly_accepts_html(const sails_req *req)
{
    const char *accept = request_reads(req) ? header_of(req, STR("accept")).ptr : NULL;

    return accept != NULL && strstr(accept, "html") != NULL;
}

static bool sends_json(const sails_req *req)
{
    return sails_req_is(req, SAILS_ANY_OF("json")) != NULL;
}

bool sails_req_wants_json(const sails_req *req)
{
    if (req == NULL) {
        return false;
    }
    /* Who sends JSON takes it, too (request-response 4). */
    return req->transport->is_socket || sails_req_xhr(req) ||
           !sails_req_explicitly_accepts_html(req) || sends_json(req) ||
           json_is_true(json_object_get(sails_req_options(req), "wantsJSON"));
}

/* ---- what it has already ---- */

bool sails_req_fresh(sails_req *req)
{
    return request_reads(req) && res_is_fresh(&req->res);
}

bool sails_req_stale(sails_req *req)
{
    return !sails_req_fresh(req);
}
