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
    pthread_mutex_init(&io->lock, NULL);
    list_init(&io->namespaces);
    list_init(&io->parents);
    io->host = (struct cluster_host){
        .find = io_worker_find,
        .describe = io_describe,
        .ctx = io,
    };
    return io;
}

static void release_all(struct list *namespaces)
{
    while (!list_is_empty(namespaces)) {
        struct list *node = list_take_first(namespaces);

        io_namespace_release(container_of(node, struct sails_io_namespace, in_registry));
    }
}

void io_destroy(struct sails_io *io)
{
    if (io == NULL) {
        return;
    }
    release_all(&io->namespaces); /* children before the parents whose listeners they use */
    release_all(&io->parents);
    pthread_mutex_destroy(&io->lock);
    mem_free(io);
}

void io_close(struct sails_io *io)
{
    atomic_store(&io->is_open, false);
}

void io_lift(struct sails_io *io, struct worker_pool *pool, const struct io_options *options)
{
    io->options = *options;
    io->recovery = (struct recovery_options){
        .keep_ms = options->recovery_max_disconnection_ms,
        .notice_ms = options->engine.ping_interval_ms + options->engine.ping_timeout_ms,
        .max_bytes = options->recovery_max_bytes,
    };
    io->messages.max = options->max_message_memory;
    io->options.engine.budget = &io->messages;
    io->options.socketio.budget = &io->messages;
    cluster_init(&io->cluster, pool, &io->host);
    io->cluster.ids_move = options->recovery; /* a recovered id may live on another worker */
    io->is_lifted = true;
    atomic_store(&io->is_open, true);
}
