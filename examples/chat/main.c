/*
 * A chat: log in, enter rooms, see who is here and what was said, write to a room, to one person, and to
 * everybody. Run it in this folder: it reads config/ and serves public/ from there.
 */
#include "chat.h"

/* GET /sails.io.js: the client that the page loads, and nothing else of its folder */
static void send_client(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send_file(res, SAILS_IO_JS, NULL);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    struct chat chat = {.accounts = accounts_create(),
                        .rooms = rooms_create(),
                        .login = {.pipe = {-1, -1}}}; /* no thread yet */
    int status = 0;

    sails_app_set_context(app, &chat);
    login_add_action(app);
    account_add_actions(app);
    rooms_add_actions(app);
    messages_add_actions(app);
    sails_app_static(app, "/", "public");
    sails_app_route(app, "GET /sails.io.js", send_client);
    status = sails_app_run(app, argc, argv);
    rooms_destroy(chat.rooms);
    accounts_destroy(chat.accounts);
    return status;
}
