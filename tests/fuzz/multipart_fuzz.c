/*
 * A form: the first byte says how the rest is cut, and another cut must tell the same. What must
 * hold besides: what a limit forbids never comes out, and the parts come in order.
 */
#include "web/multipart.h"

#include <assert.h>
#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct multipart_limits limits = {
    .n_parts = 8, .head = 200, .name = 16, .value = 32, .text = 1000};

struct account {
    int rc;
    size_t n_fields, n_files, n_whole, n_bytes;
    uint32_t sum; /* of all bytes, in their order */
    bool in_file;
};

static void add(struct account *account, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        account->sum = account->sum * 31 + bytes.ptr[i];
    }
    account->n_bytes += bytes.len;
}

static void note(struct account *account, const struct multipart_event *event)
{
    switch (event->kind) {
    case MULTIPART_FIELD:
        assert(!account->in_file && event->value.len <= limits.value);
        add(account, str_bytes(event->name));
        add(account, str_bytes(event->value));
        account->n_fields++;
        break;
    case MULTIPART_FILE:
        assert(!account->in_file && event->filename.len <= limits.name);
        add(account, str_bytes(event->filename));
        add(account, str_bytes(event->type));
        account->in_file = true;
        account->n_files++;
        break;
    case MULTIPART_DATA:
        assert(account->in_file && event->data.len > 0);
        add(account, event->data);
        break;
    case MULTIPART_FILE_END:
        assert(account->in_file);
        account->in_file = false;
        account->n_whole++;
        break;
    case MULTIPART_MORE:
    case MULTIPART_END:
        break;
    }
    assert(event->name.len <= limits.name);
    assert(account->n_fields + account->n_files <= limits.n_parts);
}

static struct account parse(const uint8_t *data, size_t size, size_t step)
{
    struct account account = {0};
    struct multipart m;

    account.rc = multipart_init(&m, STR("multipart/form-data; boundary=b"), &limits);
    for (size_t at = 0; account.rc == 0 && at < size; at += step) {
        struct bytes in = {data + at, size - at < step ? size - at : step};
        struct multipart_event event = {.kind = MULTIPART_END};

        while (account.rc == 0 && event.kind != MULTIPART_MORE) {
            account.rc = multipart_next(&m, &in, &event);
            if (account.rc == 0) {
                note(&account, &event);
            }
        }
    }
    multipart_deinit(&m);
    return account;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct account whole, cut;
    struct multipart m;

    if (size == 0) {
        return 0;
    }
    cut = parse(data + 1, size - 1, data[0] > 0 ? data[0] : 1);
    whole = parse(data + 1, size - 1, size);
    assert(cut.rc == whole.rc && cut.n_fields == whole.n_fields && cut.n_files == whole.n_files);
    assert(cut.n_whole == whole.n_whole);
    assert(cut.rc != 0 || (cut.n_bytes == whole.n_bytes && cut.sum == whole.sum));

    /* The type of the body is a stranger's as well. */
    if (multipart_init(&m, (struct str){(const char *)data, size}, &limits) == 0) {
        assert(m.delimiter_len > 4);
    }
    multipart_deinit(&m);
    return 0;
}
