/*
 * ws_frame.h - WebSocket frames: the codec (RFC 6455 section 5).
 *
 * Purpose    Bytes to frames, at any cut of the input; heads of frames to bytes.
 * Ownership  None.
 * Threads    Any.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_FRAME_H
#define WEBSOCKET_WS_FRAME_H

#include "base/str.h"

#endif
