#include <sails/sails.h>

SAILS_POLICY()
{
    if (!json_is_true(json_object_get(sails_req_session(req), "isKeeper"))) {
        sails_res_forbidden(res);
        return;
    }
    sails_req_proceed(req);
}
