#include <sails/sails.h>

SAILS_ACTION(.may_wait = true)
{
    json_t *entries = NULL;
    int rc = sails_find(sails_req_db(req), "entry",
                        json_pack("{s:s,s:i}", "sort", "id DESC", "limit", 50), NULL, &entries);

    if (rc < 0) {
        sails_res_server_error(res, NULL);
        return;
    }
    if (sails_req_is_socket(req)) {
        sails_sockets_join(sails_req_app(req), sails_sockets_get_id(req), "readers", NULL, NULL);
    }
    sails_res_json(res, entries);
}
