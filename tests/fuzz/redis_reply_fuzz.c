/*
 * What a Redis server sends: the first byte says how the rest is cut, and another cut must tell the
 * same replies. No reply is larger than its limit, nor nested deeper than hiredis allows.
 */
#include "net/redis_reply.h"

#include <assert.h>
#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MAX_REPLY = 2000,
    MAX_DEPTH = 9
};

struct account {
    int rc;
    size_t n_replies;
    uint64_t sum; /* of all that was told, in its order */
};

static size_t add(struct account *account, const struct redis_reply *reply, int depth)
{
    size_t size = sizeof(*reply) + reply->text.len;

    assert(depth <= MAX_DEPTH);
    account->sum = account->sum * 31 + (uint64_t)reply->kind;
    account->sum = account->sum * 31 + (uint64_t)reply->integer;
    for (size_t i = 0; i < reply->text.len; i++) {
        account->sum = account->sum * 31 + (uint8_t)reply->text.ptr[i];
    }
    for (size_t i = 0; i < reply->n_items; i++) {
        size += add(account, reply->items[i], depth + 1);
    }
    return size;
}

static void read_replies(struct redis_reader *reader, struct account *account)
{
    for (;;) {
        struct redis_reply *reply = NULL;

        account->rc = redis_reader_next(reader, &reply);
        if (account->rc < 0 || reply == NULL) {
            return;
        }
        account->n_replies++;
        assert(add(account, reply, 1) <= MAX_REPLY);
        redis_reply_destroy(reply);
    }
}

static struct account read_in_steps(struct bytes data, size_t step)
{
    struct redis_reader *reader = redis_reader_create(MAX_REPLY);
    struct account account = {0};

    while (account.rc == 0 && data.len > 0) {
        size_t len = data.len < step ? data.len : step;

        account.rc = redis_reader_feed(reader, (struct bytes){data.ptr, len});
        if (account.rc == 0) {
            read_replies(reader, &account);
        }
        data = bytes_from_offset(data, len);
    }
    redis_reader_destroy(reader);
    return account;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1) {
        struct bytes rest = {data + 1, size - 1};
        struct account byte_by_byte = read_in_steps(rest, 1);
        struct account other = read_in_steps(rest, (size_t)data[0] + 1);

        /* Where a long text is given up depends on how much of it has come; what came before not. */
        assert(byte_by_byte.rc == other.rc || byte_by_byte.rc == SAILS_ETOOBIG ||
               other.rc == SAILS_ETOOBIG);
        assert(byte_by_byte.rc != other.rc || byte_by_byte.sum == other.sum);
    }
    return 0;
}
