#include "io/io_event.h"

#include "base/mem.h"

struct sails_io_ack {
    struct mail mail;
    struct worker *worker;
    struct sails_io_namespace *nsp; /* a reference */
    int64_t id;
    struct sio_message *message;
    char session_id[ID_LEN + 1];
};

void io_event_init(struct sails_io_event *event, struct sio_socket *socket,
                   const struct sio_packet *packet)
{
    *event = (struct sails_io_event){
        .socket = socket, .session = sio_socket_session(socket), .packet = packet};
}

void io_event_deinit(struct sails_io_event *event)
{
    mem_free(event->name);
    json_decref(event->args);
}

struct str io_event_name(const struct sails_io_event *event)
{
    struct str text = event->packet->event;

    if (text.len >= 2 && text.ptr[0] == '"' && str_find(text, '\\') == text.len) {
        return (struct str){text.ptr + 1, text.len - 2};
    }
    return str_from(sails_io_event_name(event));
}

/* The name is a cache: const for the caller, who sees no change. */
const char *sails_io_event_name(const sails_io_event *event)
{
    struct sails_io_event *cache = (struct sails_io_event *)(uintptr_t)event;

    if (event == NULL) {
        return NULL;
    }
    if (cache->name == NULL) {
        cache->name = sio_packet_event_name(event->packet);
    }
    return cache->name != NULL ? cache->name : "";
}

json_t *sails_io_event_args(sails_io_event *event)
{
    if (event == NULL) {
        return NULL;
    }
    if (event->args == NULL) {
        event->args = sio_packet_args(event->packet, NULL);
    }
    return event->args;
}

json_t *sails_io_event_arg(sails_io_event *event, size_t index)
{
    return json_array_get(sails_io_event_args(event), index);
}

bool sails_io_event_wants_ack(const sails_io_event *event)
{
    return event != NULL && event->packet->id >= 0 && !event->is_acked;
}

static struct sio_message_options ack_options(const struct sails_io_namespace *nsp)
{
    return (struct sio_message_options){.parser = nsp->io->options.socketio.parser,
                                        .no_v3 = !nsp->io->options.engine.allow_eio3};
}

/* The ACK packet for arguments as users give them (taken). */
static int encode_ack(const struct sails_io_namespace *nsp, int64_t id, json_t *args,
                      struct sio_message **out)
{
    const struct sio_message_options options = ack_options(nsp);
    json_t *array = io_arguments(args);
    int rc = array != NULL
                 ? sio_message_create(str_from(nsp->name), NULL, array, NULL, id, &options, out)
                 : SAILS_ENOMEM;

    json_decref(array);
    return rc;
}

int sails_io_event_ack(sails_io_event *event, json_t *args)
{
    struct sio_message *message = NULL;
    int rc = 0;

    if (event == NULL || !sails_io_event_wants_ack(event)) {
        json_decref(args);
        return event == NULL ? SAILS_EINVAL : SAILS_ESTATE;
    }
    rc = encode_ack(io_part_of(event->socket)->nsp, event->packet->id, args, &message);
    if (rc == 0) {
        rc = sio_ack_send(event->session, message);
        event->is_acked = true;
    }
    sio_message_release(message);
    return rc;
}

int sails_io_event_refuse(sails_io_event *event, const char *message, json_t *data)
{
    json_t *error = json_pack("{s:s*, s:o*}", "message", message, "data", data);
    int rc = 0;

    if (event == NULL || error == NULL) {
        json_decref(error);
        return event == NULL ? SAILS_EINVAL : SAILS_ENOMEM;
    }
    if (sails_io_event_wants_ack(event)) {
        rc = sails_io_event_ack(event, json_pack("[{s:o}]", "error", error));
    } else {
        rc = sails_io_socket_emit(event->socket, "error", json_pack("[o]", error), 0);
    }
    return rc;
}

sails_io_ack *sails_io_event_take_ack(sails_io_event *event)
{
    struct sails_io_ack *ack = NULL;

    if (!sails_io_event_wants_ack(event)) {
        return NULL;
    }
    ack = mem_alloc(sizeof(*ack));
    if (ack == NULL) {
        return NULL;
    }
    *ack = (struct sails_io_ack){
        .worker = io_part_of(event->socket)->worker->worker,
        .nsp = io_namespace_retain(io_part_of(event->socket)->nsp),
        .id = event->packet->id,
    };
    memcpy(ack->session_id, eio_session_id(event->session), sizeof(ack->session_id));
    event->is_acked = true;
    return ack;
}

void sails_io_ack_drop(sails_io_ack *ack)
{
    if (ack == NULL) {
        return;
    }
    io_namespace_release(ack->nsp);
    sio_message_release(ack->message);
    mem_free(ack);
}

/* On its worker. Whoever has gone hears nothing, and that is no error. */
static void send_ack(struct sails_io_ack *ack)
{
    const struct eio_server *engine = io_worker_engine(ack->nsp->io, ack->worker);
    struct eio_session *session = eio_server_find(engine, str_from(ack->session_id));

    if (session != NULL) {
        (void)sio_ack_send(session, ack->message);
    }
}

static void deliver_ack(struct worker *worker, struct mail *mail)
{
    struct sails_io_ack *ack = container_of(mail, struct sails_io_ack, mail);

    if (worker_is_running(worker)) {
        send_ack(ack);
    }
    sails_io_ack_drop(ack);
}

static int send_if_encoded(sails_io_ack *ack, int rc)
{
    if (rc == 0) {
        ack->mail.deliver = deliver_ack;
        worker_call(ack->worker, &ack->mail);
    }
    return rc;
}

int io_event_try_ack(sails_io_ack *ack, json_t *args)
{
    return send_if_encoded(ack, encode_ack(ack->nsp, ack->id, args, &ack->message));
}

int io_event_try_ack_text(sails_io_ack *ack, struct str args)
{
    const struct sio_message_options options = ack_options(ack->nsp);

    return send_if_encoded(ack, sio_message_create_raw(SIO_ACK, str_from(ack->nsp->name), ack->id,
                                                       args, &options, &ack->message));
}

int sails_io_ack_send(sails_io_ack *ack, json_t *args)
{
    int rc = 0;

    if (ack == NULL) {
        json_decref(args);
        return SAILS_EINVAL;
    }
    rc = io_event_try_ack(ack, args);
    if (rc < 0) {
        sails_io_ack_drop(ack);
    }
    return rc;
}
