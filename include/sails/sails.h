/**
 * @file sails/sails.h
 * @brief All of Sails for C.
 */
#ifndef SAILS_SAILS_H
#define SAILS_SAILS_H

#include <sails/admin.h>
#include <sails/app.h>
#include <sails/binary.h>
#include <sails/blueprints.h>
#include <sails/cookie.h>
#include <sails/db.h>
#include <sails/emitter.h>
#include <sails/err.h>
#include <sails/event.h>
#include <sails/folder.h>
#include <sails/handshake.h>
#include <sails/hook.h>
#include <sails/i18n.h>
#include <sails/inputs.h>
#include <sails/io.h>
#include <sails/io_socket.h>
#include <sails/model.h>
#include <sails/models.h>
#include <sails/presence.h>
#include <sails/pubsub.h>
#include <sails/req.h>
#include <sails/request.h>
#include <sails/res.h>
#include <sails/session.h>
#include <sails/sockets.h>
#include <sails/test.h>
#include <sails/types.h>
#include <sails/upload.h>
#include <sails/version.h>
#include <sails/view.h>
#include <sails/websocket.h>
#include <sails/work.h>

#endif
