"""The small application of sails-bench on python-socketio, with uvicorn: peer.py PORT"""
import sys

import socketio
import uvicorn

BYTES = b'{"text":"Sixty-four bytes of JSON, counting the braces as well"}'
io = socketio.AsyncServer(async_mode="asgi")


@io.event
async def echo(sid, value):
    return value


@io.event
async def join(sid, room):
    await io.enter_room(sid, room)


@io.event
async def leave(sid, room):
    await io.leave_room(sid, room)


@io.event
async def tell(sid, room, value):
    await io.emit("broadcast", value, to=room)


async def plain(scope, receive, send):
    """Whatever is not for Socket.IO."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BYTES)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BYTES})


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(f"Listening on http://127.0.0.1:{sys.argv[1]}", flush=True)


config = uvicorn.Config(
    socketio.ASGIApp(io, other_asgi_app=plain),
    host="127.0.0.1",
    port=int(sys.argv[1]),
    log_level="error",
    access_log=False,
    lifespan="off",
)
Server(config).run()
