/*
 * paths.c - goes the hot paths of the server, a fixed number of times each, for callgrind to count.
 *
 * The server is whole, in a simulated world: no socket, no thread, and the same steps in every run. Each
 * path is warmed up first. Of what callgrind writes about it, `count` takes what the server does, and neither
 * what the world does nor the clients. For each path it gets a line "units name".
 */
#include "paths/application.h"
#include "support/client_frame.h"
#include "support/live_app.h"

#include <valgrind/callgrind.h>

enum {
    N_RECEIVERS = 200, /* more say no more, for every one costs the same */
    WARM_UP = 8
};

struct stage {
    struct live live;
    struct ws_client client;
    struct tcp_client visitor;
    struct ws_client receivers[N_RECEIVERS];
    struct ws_client fresh; /* that connects */
    struct buf frame;       /* kept, so that clients allocate nothing */
    size_t n_said;
    size_t n_heard;
};

struct path {
    const char *name;
    void (*go)(struct stage *stage); /* once */
    size_t times;
    size_t units; /* each time */
};

/* In production a page must say which it is. */
#define ORIGIN "http://127.0.0.1"

static void come_in(struct stage *stage, struct ws_client *client)
{
    must(ws_client_open(client, stage->live.port, 5, "&__sails_io_sdk_version=1.2.1",
                        "Origin: " ORIGIN "\r\n"));
    must(ws_client_join(client, "/", ""));
}

/* ---- the paths ---- */

static void tell_server(struct stage *stage, const char *text)
{
    buf_clear(&stage->frame);
    client_frame_append(&stage->frame, 0x81, str_bytes(str_from(text)));
    must(tcp_client_send(&stage->client.tcp, stage->frame.ptr, stage->frame.len));
}

static void say(struct stage *stage)
{
    tell_server(stage, "42[\"said\",{\"text\":\"hello\",\"at\":1735689600}]");
    sim_world_run(sim_tcp_client_world());
    stage->n_said++;
    must(stage->n_heard == stage->n_said);
}

static void ask(struct stage *stage)
{
    tell_server(stage, "427[\"echo\",{\"text\":\"hello\",\"at\":1735689600}]");
    ws_client_expect(&stage->client, "437[{\"text\":\"hello\",\"at\":1735689600}]");
}

/* As sails.io.js asks. */
static void request(struct stage *stage)
{
    tell_server(
        stage,
        "427[\"get\",{\"method\":\"get\",\"headers\":{},\"data\":{},\"url\":\"/echo?v=1\"}]");
    ws_client_expect_start(&stage->client, "437[{\"body\":{\"v\":\"1\"},");
}

static void visit(struct stage *stage)
{
    static const char question[] = "GET /bytes HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                   "Accept: application/json\r\nUser-Agent: visitor/1.0\r\n\r\n";
    struct buf *in = &stage->visitor.in;

    must(tcp_client_send(&stage->visitor, question, sizeof(question) - 1));
    sim_world_run(sim_tcp_client_world());
    must(tcp_client_receive(&stage->visitor, 0) == TCP_CLIENT_MORE);
    must(str_starts_with(buf_str(in), STR("HTTP/1.1 200 ")) && in->ptr[in->len - 1] == '}');
    buf_clear(in);
}

static void broadcast(struct stage *stage)
{
    tell_server(stage, "42[\"broadcast\",{\"text\":\"hello\",\"at\":1735689600}]");
    for (size_t i = 0; i < N_RECEIVERS; i++) {
        ws_client_expect(&stage->receivers[i],
                         "42[\"broadcast\",{\"text\":\"hello\",\"at\":1735689600}]");
    }
}

static void come_and_go(struct stage *stage)
{
    come_in(stage, &stage->fresh);
    ws_client_close(&stage->fresh);
    sim_world_run(sim_tcp_client_world());
}

static const struct path paths[] = {
    {"event: frame to listener", say, 200, 1},
    {"ack: frame to listener, its answer to frame", ask, 200, 1},
    {"request: over a socket, with its answer", request, 200, 1},
    {"http: GET and its answer", visit, 200, 1},
    {"broadcast: for each receiver", broadcast, 10, N_RECEIVERS},
    {"connect: to the namespace, and away", come_and_go, 50, 1},
};

static const struct path paths_with_sessions[] = {
    {"request with a session", request, 200, 1},
    {"http with a session", visit, 100, 1},
};

/* ---- going them ---- */

static void measure(const struct path *path, struct stage *stage)
{
    CALLGRIND_START_INSTRUMENTATION;
    for (size_t i = 0; i < path->times; i++) {
        path->go(stage);
    }
    CALLGRIND_DUMP_STATS_AT(path->name);
    CALLGRIND_STOP_INSTRUMENTATION;
}

static void set_up(struct stage *stage, bool has_sessions)
{
    live_init(&stage->live, 1);
    must(sails_app_set(stage->live.app, "environment", json_string("production")) == 0);
    must(sails_app_set(stage->live.app, "sockets.onlyAllowOrigins", json_pack("[s]", ORIGIN)) == 0);
    must(sails_app_set(stage->live.app, "session.enabled", json_boolean(has_sessions)) == 0);
    must(sails_app_set(stage->live.app, "session.secret",
                       json_string("a secret of thirty-two bytes, no less")) == 0);
    must(application_define(stage->live.app, &stage->n_heard) == 0);
    live_lift(&stage->live);
    come_in(stage, &stage->client);
    must(tcp_client_open(&stage->visitor, stage->live.port));
}

static void seat_receivers(struct stage *stage)
{
    for (size_t i = 0; i < N_RECEIVERS; i++) {
        come_in(stage, &stage->receivers[i]);
        ws_client_expect_answer(&stage->receivers[i], "420[\"join\",\"room\"]", "430[]");
    }
}

static void unseat_receivers(struct stage *stage)
{
    for (size_t i = 0; i < N_RECEIVERS; i++) {
        ws_client_close(&stage->receivers[i]);
    }
    sim_world_run(sim_tcp_client_world());
}

static void tear_down(struct stage *stage)
{
    ws_client_close(&stage->client);
    tcp_client_close(&stage->visitor);
    buf_deinit(&stage->frame);
    live_end(&stage->live);
}

static void go(const struct path *path, struct stage *stage)
{
    if (path->go == broadcast) {
        seat_receivers(stage);
    }
    for (size_t i = 0; i < WARM_UP; i++) {
        path->go(stage);
    }
    measure(path, stage);
    if (path->go == broadcast) {
        unseat_receivers(stage);
    }
    printf("%zu %s\n", path->times * path->units, path->name);
}

static void go_all(const struct path *all, size_t n, bool has_sessions)
{
    static struct stage stage;

    memset(&stage, 0, sizeof(stage));
    set_up(&stage, has_sessions);
    for (size_t i = 0; i < n; i++) {
        go(&all[i], &stage);
    }
    tear_down(&stage);
}

int main(void)
{
    json_object_seed(1);
    go_all(paths, ARRAY_LEN(paths), false);
    go_all(paths_with_sessions, ARRAY_LEN(paths_with_sessions), true);
    return 0;
}
