#include "base/mem.h"
#include "request/request.h"

/*
 * Who asks, and by which address: with what a proxy in front says of it, as far as it is trusted.
 */

void request_set_client(struct sails_req *req, struct str forwarded_for)
{
    const struct trust_proxy *trust = &req->service->trust;
    char peer[sizeof(req->ip)];
    struct str client;

    req->believes_peer = trust_proxy_believes(trust, str_from(req->ip), 0);
    if (!req->believes_peer) {
        return;
    }
    memcpy(peer, req->ip, sizeof(peer));
    req->ips = trust_proxy_list(trust, str_from(peer), forwarded_for);
    client = trust_proxy_client(trust, str_from(peer), forwarded_for);
    snprintf(req->ip, sizeof(req->ip), "%.*s", STR_FMT(client));
}

/* ---- text that is worked out once ---- */

/* Keeps a text for as long as the request; a view. NULL: no memory, or not UTF-8. */
static const char *keep(sails_req *req, const char *name, struct str text)
{
    json_t *kept = json_stringn(text.len > 0 ? text.ptr : "", text.len);

    if (req->derived == NULL) {
        req->derived = json_object();
    }
    return json_object_set_new(req->derived, name, kept) == 0 ? json_string_value(kept) : NULL;
}

static const char *find_kept(const sails_req *req, const char *name)
{
    return json_string_value(json_object_get(req->derived, name));
}

/* The first of a list, as far as the peer may say such things. */
static struct str forwarded(const sails_req *req, struct str name)
{
    struct str value = {NULL, 0};

    if (req->believes_peer) {
        value = header_list_get(&req->headers, name);
        value.len = str_find(value, ',');
    }
    return str_trim(value);
}

/* ---- its addresses ---- */

const char *sails_req_ip(const sails_req *req)
{
    return req != NULL ? req->ip : NULL;
}

json_t *sails_req_ips(sails_req *req)
{
    if (!request_reads(req)) {
        return NULL;
    }
    if (req->ips == NULL) {
        req->ips = json_array();
    }
    return req->ips;
}

/* ---- the host ---- */

/* "example.com:8080", "[::1]:80" */
static struct str host_header(const sails_req *req)
{
    struct str host = forwarded(req, STR("x-forwarded-host"));

    return host.len > 0 ? host : header_list_get(&req->headers, STR("host"));
}

/* Where the name ends, and ":8080" may begin. */
static size_t name_end(struct str host)
{
    size_t bracket = host.len > 0 && host.ptr[0] == '[' ? str_find(host, ']') : 0;

    bracket = bracket < host.len ? bracket : 0;
    return bracket + str_find(str_from_offset(host, bracket), ':');
}

const char *sails_req_hostname(sails_req *req)
{
    const char *kept = request_reads(req) ? find_kept(req, "hostname") : NULL;
    struct str host = {NULL, 0};

    if (kept != NULL || req == NULL) {
        return kept;
    }
    host = host_header(req);
    return host.len > 0 ? keep(req, "hostname", (struct str){host.ptr, name_end(host)}) : NULL;
}

/* Of an address there are none. */
static bool is_address(struct str name)
{
    bool is_digits = true;

    for (size_t i = 0; i < name.len; i++) {
        is_digits = is_digits && (name.ptr[i] == '.' || char_is_digit(name.ptr[i]));
    }
    return is_digits || name.ptr[0] == '[';
}

enum {
    NAME_MAX_LEN = 253 /* of a host (RFC 1035 section 2.3.4, without the lengths) */
};

/* "foo.bar.example.com": ["bar", "foo"]. NULL: no memory, or not UTF-8. */
static json_t *split_subdomains(struct str name)
{
    json_t *list = json_array();
    struct str label;

    while (list != NULL && str_take_part(&name, '.', &label)) {
        json_t *text = json_stringn(label.len > 0 ? label.ptr : "", label.len);

        if (json_array_insert_new(list, 0, text) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    for (int i = 0; i < 2 && json_array_size(list) > 0; i++) {
        json_array_remove(list, 0); /* the registered domain */
    }
    return list;
}

json_t *sails_req_subdomains(sails_req *req)
{
    struct str name = str_from(sails_req_hostname(req));
    json_t *list = NULL;

    if (req == NULL) {
        return NULL;
    }
    list = json_object_get(req->derived, "subdomains");
    if (list != NULL) {
        return list;
    }
    if (req->derived == NULL) {
        req->derived = json_object();
    }
    list = name.len == 0 || name.len > NAME_MAX_LEN || is_address(name) ? json_array()
                                                                        : split_subdomains(name);
    return json_object_set_new(req->derived, "subdomains", list) == 0 ? list : NULL;
}

/* ---- the address of the app, as the client wrote it ---- */

const char *sails_req_protocol(sails_req *req)
{
    const char *kept = request_reads(req) ? find_kept(req, "protocol") : NULL;
    struct str said = {NULL, 0};

    if (kept != NULL || req == NULL) {
        return kept;
    }
    if (req->transport->is_socket) {
        return "ws";
    }
    said = forwarded(req, STR("x-forwarded-proto"));
    if (said.len > 0) {
        return keep(req, "protocol", said);
    }
    return req->is_secure ? "https" : "http";
}

bool sails_req_secure(sails_req *req)
{
    const char *protocol = sails_req_protocol(req);

    return protocol != NULL && strcmp(protocol, "https") == 0;
}

unsigned sails_req_port(sails_req *req)
{
    struct str host = {NULL, 0};
    uint64_t port = 0;

    if (!request_reads(req)) {
        return 0;
    }
    host = host_header(req);
    if (name_end(host) < host.len &&
        str_to_u64(str_from_offset(host, name_end(host) + 1), 65535, &port)) {
        return (unsigned)port;
    }
    return sails_req_secure(req) ? 443 : 80;
}

const char *sails_req_base_url(sails_req *req)
{
    const char *kept = request_reads(req) ? find_kept(req, "baseUrl") : NULL;
    struct str host = {NULL, 0};
    struct buf url = {0};

    if (kept != NULL || req == NULL) {
        return kept;
    }
    host = host_header(req);
    host = host.len > 0 ? host : STR("could.not.determine.host");
    buf_printf(&url, "%s://", sails_req_protocol(req));
    buf_append_str(&url, host);
    if (buf_error(&url) == 0) {
        kept = keep(req, "baseUrl", buf_str(&url));
    }
    buf_deinit(&url);
    return kept;
}

/* ---- the transport ---- */

bool sails_req_is_socket(const sails_req *req)
{
    return req != NULL && req->transport->is_socket && !req->transport->is_virtual;
}

const char *sails_req_transport(const sails_req *req)
{
    return sails_req_is_socket(req) ? "socket.io" : NULL;
}

const char *sails_req_socket_id(const sails_req *req)
{
    return req != NULL ? req->socket.id : NULL;
}
