#include "io/io.h"

#include "base/mem.h"

struct sails_io *io_create(const struct log *log, const struct machine *machine)
{
    struct sails_io *io = mem_calloc(1, sizeof(*io));

    if (io == NULL) {
        return NULL;
    }
    io->log = log;
    io->machine = machine;
    io_registry_init(io);
    io->root = sails_io_of(io, "/");
    if (io->root == NULL) {
        io_destroy(io);
        return NULL;
    }
    io->host = (struct cluster_host){
        .find = io_worker_find,
        .describe = io_describe,
        .receive = io_receive,
        .hear = io_hear,
        .ctx = io,
    };
    return io;
}

void io_destroy(struct sails_io *io)
{
    if (io == NULL) {
        return;
    }
    io_registry_deinit(io);
    mem_free(io->workers);
    mem_free(io);
}

void io_close(struct sails_io *io)
{
    atomic_store(&io->is_open, false);
}

int io_check_open(const struct sails_io *io, const char *event)
{
    if (atomic_load(&io->is_open)) {
        return 0;
    }
    if (!atomic_load(&io->is_lifted) && event != NULL) {
        log_line(io->log, LOG_WARN, "The event `%s` was not sent: the app is not lifted yet",
                 event);
    } else if (!atomic_load(&io->is_lifted)) {
        log_line(io->log, LOG_WARN,
                 "Sockets were asked for, or told to do something, before the app is lifted");
    }
    return SAILS_ESTATE;
}

int io_lift(struct sails_io *io, struct worker_pool *pool, const struct io_options *options)
{
    int rc = 0;

    io->workers = mem_calloc(pool->count, sizeof(struct io_worker));
    if (io->workers == NULL) {
        return SAILS_ENOMEM;
    }
    io->options = *options;
    io->recovery = (struct recovery_options){
        .keep_ms = options->recovery_max_disconnection_ms,
        .notice_ms = options->engine.ping_interval_ms + options->engine.ping_timeout_ms,
        .max_bytes = options->recovery_max_bytes,
        .is_shared = options->recovery && options->adapter != NULL && options->adapter->recovers,
    };
    io->messages.max = options->max_message_memory;
    io->options.engine.budget = &io->messages;
    io->options.socketio.budget = &io->messages;
    cluster_init(&io->cluster, pool, &io->host);
    io->cluster.mail.ids_move = options->recovery; /* a recovered id may live on another worker */
    cluster_set_adapter(&io->cluster, options->adapter);
    rc = io_registry_lift(io);
    atomic_store(&io->is_open, true);
    return rc;
}
