"""Calls a manager of python-socketio, or a server that has one, as lines of JSON say: [who, method, args, kwargs]."""
import json
import sys

import socketio


def restored(value):
    """{"bytes": [1, 2]} is bytes, {"tuple": [1, 2]} several arguments."""
    if isinstance(value, list):
        return [restored(item) for item in value]
    if isinstance(value, dict):
        if 'bytes' in value:
            return bytes(value['bytes'])
        if 'tuple' in value:
            return tuple(restored(value['tuple']))
        return {name: restored(item) for name, item in value.items()}
    return value


url = sys.argv[1]
callees = {
    'writer': socketio.RedisManager(url, write_only=True),
    'server': socketio.Server(client_manager=socketio.RedisManager(url), async_mode='threading'),
}
for line in sys.stdin:
    who, method, args, kwargs = json.loads(line)
    getattr(callees[who], method)(*restored(args), **kwargs)
    print('done', flush=True)
