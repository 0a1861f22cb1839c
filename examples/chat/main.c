/*
 * A chat: log in, enter rooms, see who is here and what was said, write to a room, to one person, and to
 * everybody. Run it in this folder: it reads config/ and api/models/, serves public/ and keeps what is said in
 * .tmp/ there.
 */
#include "census.h"
#include "history.h"

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    struct chat chat = {.rooms = rooms_create(), .census = census_create()};
    int status = 0;

    sails_app_set_context(app, &chat);
    login_add_action(app);
    account_add_actions(app);
    rooms_add_actions(app);
    messages_add_actions(app);
    history_begin(app);
    census_begin(app);
    sails_app_static(app, "/", "public");
    sails_app_client(app, "/sails.io.js");
    status = sails_app_run(app, argc, argv);
    rooms_destroy(chat.rooms);
    census_destroy(chat.census);
    return status;
}
