#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "net/redis.h"

#include <sails/err.h>

const struct redis_options redis_default_options = {
    .host = "127.0.0.1",
    .port = REDIS_PORT,
    .connect_timeout_ms = 5000,
    .command_timeout_ms = 5000,
    .retry_ms = 100,
    .max_retry_ms = 2000,
    .max_commands = REDIS_DEFAULT_MAX_COMMANDS,
    .max_queue = REDIS_DEFAULT_MAX_QUEUE,
    .max_reply = REDIS_DEFAULT_MAX_REPLY,
};

int redis_options_check(const struct redis_options *options)
{
    bool is_valid = options->host != NULL && options->host[0] != '\0' && options->port >= 1 &&
                    options->port <= UINT16_MAX && options->retry_ms >= 1 &&
                    options->max_retry_ms >= options->retry_ms &&
                    options->connect_timeout_ms >= 1 && options->command_timeout_ms >= 1 &&
                    options->max_commands >= 1 && options->max_queue >= 1 &&
                    options->max_reply >= 1;

    return is_valid ? 0 : SAILS_EINVAL;
}

int redis_options_copy(const struct redis_options *options, struct redis_options *out)
{
    struct redis_options copy = *options;
    const char **texts[] = {&copy.host,        &copy.username,      &copy.password,
                            &copy.tls.ca_file, &copy.tls.cert_file, &copy.tls.key_file};
    struct buf all = {0};
    char *at = NULL;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_append_str(&all, str_from(*texts[i]));
        buf_append_char(&all, '\0');
    }
    at = buf_take(&all);
    if (at == NULL) {
        return SAILS_ENOMEM;
    }
    copy.texts = at;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        *texts[i] = *texts[i] != NULL ? at : NULL;
        at += strlen(at) + 1;
    }
    *out = copy;
    return 0;
}

void redis_options_deinit(struct redis_options *options)
{
    mem_free(options->texts);
    options->texts = NULL;
}
