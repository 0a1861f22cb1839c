/*
 * conformance-engineio.c - the server that the Engine.IO protocol suites ask for (engine-io 18).
 *
 *     conformance-engineio --port 3000 [--ping-interval MS] [--ping-timeout MS]     (port 0: any free one)
 *
 * Echoes every message as it came, over /engine.io/, for revisions 4 and 3.
 */
#include "base/mem.h"
#include "engineio/eio.h"
#include "net/net.h"

#include <sails/err.h>
#include <signal.h>

enum {
    DEFAULT_PORT = 3000,
    PORT_MAX = 65535,
    PING_MAX_MS = 3600000,
    STOP_MS = 1000
};

/* What each worker has. */
struct service {
    struct http_service http;
    struct eio_server *engine;
};

static struct eio_options options;

static void on_open(void *ctx, struct eio_session *session)
{
    (void)ctx;
    (void)session;
}

static void echo(void *ctx, struct eio_session *session, bool is_binary, struct bytes message)
{
    struct eio_message *m =
        eio_message_create(is_binary, message, true, eio_session_revision(session) == 3);

    (void)ctx;
    if (m == NULL || eio_session_send(session, m) < 0) {
        eio_session_close(session, true);
    }
    eio_message_release(m);
}

static void on_close(void *ctx, struct eio_session *session, enum eio_reason reason, int detail)
{
    (void)ctx;
    (void)session;
    (void)reason;
    (void)detail;
}

static const struct eio_events events = {
    .on_open = on_open, .on_message = echo, .on_close = on_close};

static void on_request(void *ctx, struct http_exchange *x)
{
    struct service *service = ctx;

    if (eio_server_handle(service->engine, x)) {
        return;
    }
    if (http_request(x)->is_upgrade) {
        eio_server_destroy_upgrade(service->engine, x);
    } else {
        http_respond(x, 404, (struct bytes){0});
    }
}

static int on_start(void *ctx, struct worker *worker)
{
    struct service *service = mem_calloc(1, sizeof(*service));

    (void)ctx;
    if (service == NULL) {
        return SAILS_ENOMEM;
    }
    service->http = (struct http_service){.env = worker_env(worker),
                                          .limits = &http_default_limits,
                                          .on_request = on_request,
                                          .ctx = service};
    service->engine = eio_server_create(worker_env(worker), &options, &events, service);
    if (service->engine == NULL) {
        mem_free(service);
        return SAILS_ENOMEM;
    }
    http_service_init(&service->http);
    worker->user = service;
    return 0;
}

static void on_link(void *ctx, struct worker *worker, struct link *link)
{
    struct service *service = worker->user;

    (void)ctx;
    if (http_conn_open(&service->http, link) < 0) {
        link_abort(link);
    }
}

static void on_drain(void *ctx, struct worker *worker)
{
    struct service *service = worker->user;

    (void)ctx;
    eio_server_shutdown(service->engine);
    http_service_drain(&service->http);
}

static void on_stop(void *ctx, struct worker *worker)
{
    struct service *service = worker->user;

    (void)ctx;
    eio_server_destroy(service->engine);
    http_service_deinit(&service->http);
    mem_free(service);
}

/* What the arguments say, into `options` and the port; false: they make no sense. */
static bool read_arguments(char **args, uint64_t *port)
{
    const struct {
        const char *name;
        uint64_t max;
        uint64_t *out;
    } known[] = {{"--port", PORT_MAX, port},
                 {"--ping-interval", PING_MAX_MS, &options.ping_interval_ms},
                 {"--ping-timeout", PING_MAX_MS, &options.ping_timeout_ms}};
    bool is_known = true;

    for (; is_known && args[0] != NULL; args += 2) {
        is_known = false;
        for (size_t i = 0; args[1] != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
            is_known = is_known || (strcmp(args[0], known[i].name) == 0 &&
                                    str_to_u64(str_from(args[1]), known[i].max, known[i].out));
        }
    }
    return is_known;
}

static int serve(unsigned port, const sigset_t *signals)
{
    static const struct net_events net_events = {
        .on_start = on_start, .on_link = on_link, .on_drain = on_drain, .on_stop = on_stop};
    struct net_options net_options = net_default_options;
    struct net *net = NULL;
    int signal = 0;
    int rc = 0;

    net_options.port = port;
    rc = net_create(&net_options, &net_events, NULL, &net);
    if (rc == 0) {
        rc = net_start(net);
    }
    if (rc == 0) {
        printf("Listening on http://localhost:%u (listening on port %u)\n", net_port(net),
               net_port(net));
        fflush(stdout);
        sigwait(signals, &signal);
        net_stop(net, STOP_MS);
        net_join(net);
    }
    net_destroy(net);
    return rc;
}

int main(int argc, char **argv)
{
    uint64_t port = DEFAULT_PORT;
    sigset_t signals;
    int rc = 0;

    (void)argc;
    options = eio_default_options;
    options.ping_interval_ms = 300;
    options.ping_timeout_ms = 200;
    options.max_http_buffer_size = 1000000;
    options.allow_eio3 = true;
    options.require_revision = true; /* the suite of revision 4 asks for a server without 3 here */
    options.cors.origin = EIO_CORS_ANY;
    if (!read_arguments(argv + 1, &port)) {
        fprintf(stderr, "usage: %s [--port N] [--ping-interval MS] [--ping-timeout MS]\n", argv[0]);
        return EXIT_FAILURE;
    }

    /* Blocked before the workers' threads begin, which inherit it: only sigwait() sees them. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    rc = serve((unsigned)port, &signals);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", argv[0], sails_strerror(rc));
    }
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
