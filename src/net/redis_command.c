#include "net/redis_command.h"

#include "base/buf.h"
#include "base/mem.h"

/* "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n": an array of texts, each with its length in front. */
static void write_command(struct buf *out, const struct str *argv, size_t argc)
{
    buf_append_char(out, '*');
    buf_append_u64(out, argc);
    for (size_t i = 0; i < argc; i++) {
        buf_append_str(out, STR("\r\n$"));
        buf_append_u64(out, argv[i].len);
        buf_append_str(out, STR("\r\n"));
        buf_append_str(out, argv[i]);
    }
    buf_append_str(out, STR("\r\n"));
}

struct redis_command *redis_command_create(const struct str *argv, size_t argc,
                                           redis_reply_cb on_reply, void *ctx)
{
    struct redis_command *command = mem_calloc(1, sizeof(*command));
    struct buf text = {0};

    if (command == NULL) {
        return NULL;
    }
    write_command(&text, argv, argc);
    if (buf_error(&text) == 0) {
        command->bytes = shared_copy(buf_bytes(&text));
    }
    buf_deinit(&text);
    if (command->bytes == NULL) {
        mem_free(command);
        return NULL;
    }
    command->on_reply = on_reply;
    command->ctx = ctx;
    return command;
}

void redis_command_destroy(struct redis_command *command)
{
    if (command != NULL) {
        shared_release(command->bytes);
        mem_free(command);
    }
}
