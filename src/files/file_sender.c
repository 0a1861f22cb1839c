#include "files/file_sender.h"

#include "base/mem.h"

#include <assert.h>

/*
 *   send_next --file_read--> on_read --http_write--+
 *       ^                                          |
 *       +--- on_drain: the client has taken it <---+
 *
 * One chunk at a time: what is read waits for the client, so a slow one holds 64 KiB, not a file.
 *
 * I1  The file is being read, or a chunk waits for the client, never both: so on_drain, which also tells
 *     that the head has left, reads on only if nothing is being read.
 */
struct file_sender {
    struct http_exchange *x;
    struct file *file;
    uint64_t offset; /* of the next byte to read */
    uint64_t left;   /* bytes still to be sent */
    bool is_reading; /* I1 */
};

static void destroy(struct file_sender *sender)
{
    file_close(sender->file);
    mem_free(sender);
}

static void on_abort(struct http_exchange *x, int err)
{
    (void)err;
    destroy(http_user(x));
}

static void on_read(struct file *file, int err, struct shared *chunk, void *ctx)
{
    struct file_sender *sender = ctx;

    (void)file;
    assert(sender->is_reading && sender->left > 0); /* I1 */
    sender->is_reading = false;
    if (err < 0 || chunk->len == 0 || chunk->len > sender->left) {
        http_drop(
            sender->x); /* it has become shorter, or cannot be read: the length was a promise */
        destroy(sender);
        return;
    }
    sender->offset += chunk->len;
    sender->left -= chunk->len;
    if (http_write(sender->x, chunk) < 0) {
        return; /* on_abort follows */
    }
    if (sender->left == 0) {
        http_end(sender->x);
        destroy(sender);
    }
}

static void send_next(struct file_sender *sender)
{
    size_t len = sender->left < FILE_CHUNK ? (size_t)sender->left : FILE_CHUNK;

    assert(!sender->is_reading && len > 0); /* I1 */
    sender->is_reading = true;
    if (file_read(sender->file, sender->offset, len, on_read, sender) < 0) {
        http_drop(sender->x);
        destroy(sender);
    }
}

static void on_drain(struct http_exchange *x)
{
    struct file_sender *sender = http_user(x);

    if (sender->left > 0 && !sender->is_reading) {
        send_next(sender);
    }
}

static const struct http_exchange_events sender_events = {
    .on_abort = on_abort,
    .on_drain = on_drain,
};

void file_sender_start(struct http_exchange *x, struct file *file, uint64_t offset, uint64_t length)
{
    struct file_sender *sender = mem_alloc(sizeof(*sender));

    if (sender == NULL) {
        file_close(file);
        http_drop(x);
        return;
    }
    *sender = (struct file_sender){.x = x, .file = file, .offset = offset, .left = length};
    http_set_events(x, &sender_events, sender);
    send_next(sender);
}
