#include "socketio/sio_kept.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/* The span of `copy` that `s` is of `text`. */
static struct str moved(struct str s, struct str text, const char *copy)
{
    return s.len > 0 ? (struct str){copy + (s.ptr - text.ptr), s.len} : (struct str){NULL, 0};
}

static bool settle(struct sio_kept *kept)
{
    return byte_budget_set(kept->budget, &kept->charged, kept->size);
}

int sio_kept_create(struct str text, const struct sio_packet *packet, struct byte_budget *budget,
                    struct sio_kept **out)
{
    size_t size = 0;
    struct sio_kept *kept = NULL;
    char *copy = NULL;

    if (!size_mul(packet->n_attachments, sizeof(kept->attachments[0]), &size) ||
        !size_add(size, sizeof(*kept), &size) || !size_add(size, text.len, &size)) {
        return SAILS_ENOMEM;
    }
    kept = mem_alloc(size);
    if (kept == NULL) {
        return SAILS_ENOMEM;
    }
    *kept = (struct sio_kept){
        .size = size + json_value_footprint(packet->args), .budget = budget, .packet = *packet};
    if (!settle(kept)) {
        mem_free(kept);
        return SAILS_EOVERLOAD;
    }
    copy = (char *)(kept->attachments + packet->n_attachments);
    memcpy(copy, text.ptr, text.len);
    /* The root's name may not be written in the text. */
    kept->packet.nsp = str_eq(packet->nsp, STR("/")) ? STR("/") : moved(packet->nsp, text, copy);
    kept->packet.payload = moved(packet->payload, text, copy);
    kept->packet.event = moved(packet->event, text, copy);
    kept->packet.attachments = NULL;
    kept->packet.args = json_incref(packet->args);
    *out = kept;
    return 0;
}

int sio_kept_add(struct sio_kept *kept, struct bytes attachment)
{
    json_t *value = json_value_binary(attachment.ptr, attachment.len);

    assert(kept->n_received < kept->packet.n_attachments);
    if (value == NULL) {
        return SAILS_ENOMEM;
    }
    kept->attachments[kept->n_received++] = value;
    kept->size += attachment.len;
    if (kept->n_received == kept->packet.n_attachments) {
        kept->packet.attachments = kept->attachments;
    }
    return settle(kept) ? 0 : SAILS_EOVERLOAD;
}

void sio_kept_destroy(struct sio_kept *kept)
{
    if (kept == NULL) {
        return;
    }
    for (size_t i = 0; i < kept->n_received; i++) {
        json_decref(kept->attachments[i]);
    }
    list_remove(&kept->in_ready);
    json_decref(kept->packet.args);
    byte_budget_set(kept->budget, &kept->charged, 0);
    mem_free(kept);
}
