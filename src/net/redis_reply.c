#include "net/redis_reply.h"

#include "base/macros.h"
#include "base/mem.h"

#include <hiredis/read.h>

#include <assert.h>
#include <sails/err.h>

/*
 * hiredis' reader calls back for each value of a reply, the outermost first. What is made for it
 * is charged to the reply; an array takes its places at once, so that "*1000000000" is refused before
 * anything has been allocated.
 *
 * I1  A reply hangs in its array from the moment it exists, so that freeing the outermost one, which
 *     hiredis does after an error, frees all.
 * I2  What a whole reply takes is no more than max_reply; nothing is charged between two.
 */

struct redis_reader {
    redisReader *resp;
    size_t max_reply;
    size_t charged; /* to the reply that is being read */
    bool is_too_big;
};

void redis_reply_destroy(struct redis_reply *reply)
{
    if (reply == NULL) {
        return;
    }
    for (size_t i = 0; i < reply->n_items; i++) {
        redis_reply_destroy(reply->items[i]); /* arrays are nested 7 deep at most: hiredis' limit */
    }
    mem_free(reply->items);
    mem_free(reply);
}

bool redis_reply_is(const struct redis_reply *reply, struct str text)
{
    return (reply->kind == REDIS_TEXT || reply->kind == REDIS_STATUS) && str_eq(reply->text, text);
}

/* ---- hiredis' reader calls back ---- */

static bool charge(struct redis_reader *reader, size_t size)
{
    if (size > reader->max_reply - reader->charged) {
        reader->is_too_big = true;
        return false;
    }
    reader->charged += size;
    return true;
}

/* With `extra` bytes behind it. NULL: no memory, or over the limit. */
static struct redis_reply *make(const redisReadTask *task, enum redis_kind kind, size_t extra)
{
    struct redis_reader *reader = task->privdata;
    struct redis_reply *reply = NULL;
    size_t size = 0;

    if (!size_add(sizeof(*reply), extra, &size) || !charge(reader, size)) {
        return NULL;
    }
    reply = mem_calloc(1, size);
    if (reply == NULL) {
        return NULL;
    }
    reply->kind = kind;
    if (task->parent != NULL) {
        struct redis_reply *array = task->parent->obj;

        array->items[task->idx] = reply; /* I1 */
    }
    return reply;
}

static enum redis_kind kind_of(int type)
{
    switch (type) {
    case REDIS_REPLY_ERROR:
        return REDIS_ERROR;
    case REDIS_REPLY_STATUS:
        return REDIS_STATUS;
    default:
        return REDIS_TEXT;
    }
}

static void *make_text(const redisReadTask *task, char *text, size_t len)
{
    struct redis_reply *reply = make(task, kind_of(task->type), len);

    if (reply != NULL) {
        char *copy = (char *)(reply + 1);

        if (len > 0) {
            memcpy(copy, text, len);
        }
        reply->text = (struct str){copy, len};
    }
    return reply;
}

static void *make_array(const redisReadTask *task, int n)
{
    struct redis_reader *reader = task->privdata;
    size_t count = n > 0 ? (size_t)n : 0;
    struct redis_reply *reply = NULL;
    struct redis_reply **items = NULL;
    size_t size = 0;

    if (!size_mul(count, sizeof(struct redis_reply *), &size) || !charge(reader, size)) {
        return NULL;
    }
    if (count > 0) {
        items = mem_calloc(count, sizeof(struct redis_reply *));
        if (items == NULL) {
            return NULL;
        }
    }
    reply = make(task, REDIS_ARRAY, 0);
    if (reply == NULL) {
        mem_free(items);
        return NULL;
    }
    reply->items = items;
    reply->n_items = count;
    return reply;
}

static void *make_integer(const redisReadTask *task, long long value)
{
    struct redis_reply *reply = make(task, REDIS_INTEGER, 0);

    if (reply != NULL) {
        reply->integer = value;
    }
    return reply;
}

static void *make_nil(const redisReadTask *task)
{
    return make(task, REDIS_NIL, 0);
}

static void free_reply(void *reply)
{
    redis_reply_destroy(reply);
}

/* Nobody changes it; hiredis wants it without const. */
static redisReplyObjectFunctions makers = {
    .createString = make_text,
    .createArray = make_array,
    .createInteger = make_integer,
    .createNil = make_nil,
    .freeObject = free_reply,
};

/* ---- reading ---- */

/* I1, of a reply that is whole. */
static void reply_check(const struct redis_reply *reply)
{
    for (size_t i = 0; i < reply->n_items; i++) {
        assert(reply->items[i] != NULL);
        reply_check(reply->items[i]); /* 7 deep at most */
    }
}

static void reader_check(const struct redis_reader *reader, const struct redis_reply *reply)
{
    assert(reader->charged <= reader->max_reply); /* I2 */
    if (reply != NULL) {
        assert(reader->charged == 0);
        reply_check(reply);
    }
    (void)reader;
}

struct redis_reader *redis_reader_create(size_t max_reply)
{
    struct redis_reader *reader = mem_calloc(1, sizeof(*reader));

    if (reader == NULL) {
        return NULL;
    }
    reader->max_reply = max_reply;
    reader->resp = redisReaderCreateWithFunctions(&makers);
    if (reader->resp == NULL) {
        mem_free(reader);
        return NULL;
    }
    reader->resp->privdata = reader;
    return reader;
}

void redis_reader_destroy(struct redis_reader *reader)
{
    if (reader != NULL) {
        redisReaderFree(reader->resp);
        mem_free(reader);
    }
}

static int error_of(const struct redis_reader *reader)
{
    if (reader->is_too_big) {
        return SAILS_ETOOBIG;
    }
    return reader->resp->err == REDIS_ERR_OOM ? SAILS_ENOMEM : SAILS_EPROTO;
}

int redis_reader_feed(struct redis_reader *reader, struct bytes data)
{
    return redisReaderFeed(reader->resp, (const char *)data.ptr, data.len) == REDIS_OK
               ? 0
               : error_of(reader);
}

int redis_reader_next(struct redis_reader *reader, struct redis_reply **out)
{
    void *reply = NULL;

    if (redisReaderGetReply(reader->resp, &reply) != REDIS_OK) {
        return error_of(reader);
    }
    if (reply != NULL) {
        reader->charged = 0;
    } else if (reader->resp->len - reader->resp->pos > reader->max_reply) {
        return SAILS_ETOOBIG; /* one long text of which the end has not come yet */
    }
    reader_check(reader, reply);
    *out = reply;
    return 0;
}
