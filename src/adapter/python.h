/*
 * python.h - what managers of python-socketio publish.
 *
 * Purpose    Reads the JSON that python-socketio 5.14 and later publish on one channel: events, and changes to one socket
 *            or one room. Those before it publish pickles, which are programs: nobody reads these here.
 * Ownership  As adapter_message.h.
 * Threads    One thread at a time.
 * Floor      adapter; uses base.
 *
 *     {"method": "emit", "event": "news", "data": [1], "binary": false, "namespace": "/", "room": "a", "skip_sid": null,
 *      "callback": null, "host_id": "8f14e45fceea"}
 */
#ifndef ADAPTER_PYTHON_H
#define ADAPTER_PYTHON_H

#include "adapter/adapter_message.h"

/* 0; SAILS_EPROTO: nothing that a manager publishes; SAILS_ENOENT: it concerns nobody here; SAILS_ENOMEM. */
int python_read(struct bytes payload, struct adapter_message *m);

#endif
