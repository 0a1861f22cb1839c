#include "cli/cli_commands.h"

#include "cli/cli_completion.h"
#include "cli/cli_console.h"
#include "cli/cli_emit.h"
#include "cli/cli_generate.h"
#include "cli/cli_help.h"
#include "cli/cli_lift.h"
#include "cli/cli_make.h"
#include "cli/cli_new.h"
#include "cli/cli_tasks.h"
#include "cli/cli_test.h"

#include <sails/version.h>
#include <stdio.h>
#include <string.h>

static int print_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("%s\n", sails_version());
    return 0;
}

static const struct cli_option new_options[] = {
    {"--no-frontend", NULL, "an API alone: no views, no assets"},
    {"--minimal", NULL, "no more than it takes to answer: neither sessions nor records"},
    {"--fast", NULL, "ask nothing: a web application"},
    {"--force", NULL,
     "write into a folder that holds something already, over files of these names"},
    {NULL, NULL, NULL},
};

static const struct cli_option lift_options[] = {
    {"--port", "N", "port to listen on (1337)"},
    {"--prod", NULL, "production: config/env/production.json, and no details of errors"},
    {"--staging", NULL, "the environment staging"},
    {"--dev", NULL, "the environment development, which is the default"},
    {"--no-watch", NULL, "serve what is there now, and take no changes"},
    {"--silent", NULL, "log nothing"},
    {"--verbose", NULL, "log more"},
    {"--silly", NULL, "log most"},
    {"--dontLift", NULL, "do all but listening: a check of the configuration"},
    {"--safe", NULL, "leave the tables of the databases as they are"},
    {"--alter", NULL, "make the tables follow the models"},
    {"--drop", NULL, "make the tables anew: what they held is gone"},
    {"--redis", NULL, "keep sessions in Redis"},
    {"--hooks.NAME=false", NULL, "leave a hook out"},
    {"--KEY=VALUE", NULL, "any setting: docs/configuration.md"},
    {"--appPath", "DIR", "folder of the application, if it is not the current one"},
    {NULL, NULL, NULL},
};

static const struct cli_option folder_options[] = {
    {"--appPath", "DIR", "folder of the application, if it is not the current one"},
    {NULL, NULL, NULL},
};

static const struct cli_option help_options[] = {
    {"--man", NULL, "print the manual page"},
    {NULL, NULL, NULL},
};

static const struct cli_option emit_options[] = {
    {"--redis", "URL", "redis://user:password@host:port/db, or rediss:// for TLS"},
    {"--all", NULL, "to everybody; no ROOM then"},
    {"--except", "ROOM", "but nobody who is in that room; more than once for more rooms"},
    {"--nsp", "NAME", "the namespace (/)"},
    {"--key", "NAME", "what channels begin with, sockets.key of the nodes (socket.io)"},
    {NULL, NULL, NULL},
};

const struct cli_command cli_commands[] = {
    {.name = "new",
     .usage = "NAME [OPTION...]",
     .about = "make a new application",
     .text =
         "Makes the folder NAME with an application that can be lifted at once:\n"
         "\n"
         "    sails new shop\n"
         "    cd shop\n"
         "    sails lift\n"
         "\n"
         "It needs no compiler: routes, models and pages are files. On a terminal it asks what\n"
         "kind of application it should be, unless an option says so. The name is written with\n"
         "hyphens, as Sails does it: myShop becomes my-shop.\n",
     .options = new_options,
     .run = cli_new_run},
    {.name = "lift",
     .alias = "l",
     .usage = "[OPTION...]",
     .about = "lift the application of the current folder",
     .text =
         "Reads config/, api/, views/ and assets/ of the current folder and serves until\n"
         "CTRL + C. Settings may be given as options, which are stronger than the files. Files\n"
         "of C below api/ are compiled where they have changed; their errors are told with file\n"
         "and line.\n"
         "\n"
         "Files may change while it serves: the application is built and started again, and open\n"
         "pages that have loaded /sails.io.js are loaded again. Where it does not compile or lift,\n"
         "the last good version keeps serving. What crashes is started again; what crashes within\n"
         "a second of its start is not before a file changes, and who asks meanwhile is told so.\n"
         "Not in production, and not with --no-watch.\n"
         "\n"
         "The exit status is 0 when it was ended by a signal, 1 when it could not listen or\n"
         "start, 78 when the configuration is wrong.\n",
     .options = lift_options,
     .run = cli_lift_run},
    {.name = "build",
     .usage = "[--appPath DIR]",
     .about = "make one program of the application",
     .text =
         "Compiles the files of C below api/ and config/bootstrap.c, optimized, and makes\n"
         "build/NAME of them, with the library in it: what it needs of this machine is neither\n"
         "a compiler nor this command. `sails lift --prod` does the same, and starts it.\n"
         "\n"
         "CC names another compiler than cc; CFLAGS, LDFLAGS and LDLIBS are added to ours.\n",
     .options = folder_options,
     .run = cli_make_run},
    {.name = "generate",
     .alias = "g",
     .usage = "KIND NAME [MORE...] [--appPath DIR]",
     .about = "make a model, an action, a policy, and more",
     .text = "Makes files where their places are; what is there already stays as it is, and then\n"
             "nothing is made.\n"
             "\n"
             "    sails generate model user name email age:number\n"
             "    sails generate action user/find\n"
             "    sails generate controller pet feed lose\n"
             "    sails generate api pet name             a model and a controller\n"
             "    sails generate policy isLoggedIn\n"
             "    sails generate helper words\n"
             "    sails generate hook clock\n"
             "    sails generate response outOfStock\n"
             "    sails generate page account\n"
             "    sails generate script import\n"
             "    sails generate sails.io.js              the JavaScript client, as a file\n"
             "\n"
             "Types of attributes are string (the default), number, boolean, json and ref.\n",
     .options = folder_options,
     .words = "action api controller helper hook model new page policy response sails.io.js script",
     .run = cli_generate_run},
    {.name = "console",
     .alias = "c",
     .usage = "[OPTION...]",
     .about = "lift the application, and ask it",
     .text =
         "Lifts the application and shows a prompt, with history and completion on a terminal:\n"
         "\n"
         "    GET /user?name=ann                       a request, as a client would make it\n"
         "    user.create {\"name\": \"ann\"}              a method of a model\n"
         "    sockets, rooms, actions                  what there is now\n"
         "    routes, models, config KEY               what the application is made of\n"
         "    sockets.blast \"news\" {\"a\": 1}            an event to everybody\n"
         "    help, exit\n"
         "\n"
         "Without a terminal it reads lines from its input. Options are those of `sails lift`.\n",
     .lifts = lift_options,
     .run = cli_console_run},
    {.name = "routes",
     .usage = "[OPTION...]",
     .about = "list the routes of the application",
     .text =
         "Prints all routes in the order in which they are asked, and what they lead to. Options\n"
         "are those of `sails lift`; nothing is lifted.\n",
     .lifts = lift_options,
     .run = cli_tasks_routes},
    {.name = "migrate",
     .usage = "[--alter | --drop] [OPTION...]",
     .about = "make the tables follow the models, and end",
     .text =
         "Loads the application, which migrates the tables as the setting models.migrate or the\n"
         "option says, calls its bootstrap function, and ends without listening. Options are those\n"
         "of `sails lift`.\n",
     .lifts = lift_options,
     .run = cli_tasks_migrate},
    {.name = "run",
     .usage = "NAME [ARGUMENT...]",
     .about = "run a script of the application",
     .text =
         "Compiles scripts/NAME.c together with the application, loads that without listening,\n"
         "and runs what follows SAILS_SCRIPT() in it, which has `app` and `args`. Its exit status\n"
         "is what the script returns.\n",
     .run = cli_tasks_run},
    {.name = "test",
     .usage = "[NAME...]",
     .about = "run the tests of the application",
     .text =
         "Compiles tests/*.c together with the application and runs each SAILS_TEST() in them, or\n"
         "those whose names have one of the words in them. Each has an app of its own, lifted in\n"
         "the environment test, with its records in memory. The exit status is 0 where all hold.\n",
     .run = cli_test_run},
    {.name = "debug",
     .alias = "inspect",
     .usage = "[OPTION...]",
     .about = "lift the application under gdb",
     .text = "Starts gdb with the application; `run` lifts it, CTRL + C stops it wherever it is.\n"
             "Options are those of `sails lift`.\n",
     .lifts = lift_options,
     .run = cli_tasks_debug},
    {.name = "emit",
     .usage = "ROOM EVENT [JSON...] --redis URL",
     .about = "emit an event to the clients of all nodes",
     .text =
         "Publishes an event through Redis: the members of ROOM hear it, whichever node of Sails\n"
         "or Socket.IO they are connected to. Each JSON is one argument of the event.\n"
         "\n"
         "    sails emit kitchen dinner '{\"at\": \"19:00\"}' --redis redis://localhost:6379\n"
         "    sails emit --all news '\"hello\"' 7\n"
         "\n"
         "It needs no application. Without --redis the variable sails_sockets__url of the\n"
         "environment is asked, where a password is not seen by others, then localhost. It reaches\n"
         "nodes whose sockets.adapter is classic: neither sharded ones nor those with streams.\n"
         "\n"
         "The exit status is 0 when Redis has the event, 1 when the command line is wrong, 69 when\n"
         "Redis is away or refuses. Whether anybody heard it nobody knows.\n",
     .options = emit_options,
     .run = cli_emit_run},
    {.name = "completion",
     .usage = "bash | zsh",
     .about = "print a script by which a shell completes",
     .text = "Installed packages bring it along. Else, for bash and zsh:\n"
             "\n"
             "    eval \"$(sails completion bash)\"\n"
             "    sails completion zsh > ~/.zfunc/_sails\n",
     .words = "bash zsh",
     .run = cli_completion_run},
    {.name = "version",
     .usage = "",
     .about = "print the version",
     .text = "Prints the version of sails and of its library.\n",
     .run = print_version},
    {.name = "help",
     .usage = "[COMMAND]",
     .about = "tell about sails, or about a command",
     .text = "Tells which commands there are, or what one of them does.\n",
     .options = help_options,
     .run = cli_help_run},
    {.name = NULL},
};

const struct cli_command *cli_command_find(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0 || (c->alias != NULL && strcmp(c->alias, name) == 0)) {
            return c;
        }
    }
    return NULL;
}
