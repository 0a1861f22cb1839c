"""The io app, spoken to by python-socketio's blocking and asyncio clients.

Started by python.test.mjs, which gives the address in SAILS_URL. It restarts the server when this
program writes "restart" or "crash" on a line of its own, and answers "back".
"""

import asyncio
import os
import queue
import sys
import unittest

import socketio

URL = os.environ["SAILS_URL"]
STEP_S = 10
WAYS = (["polling"], ["websocket"], ["polling", "websocket"])


def make_server(what):
    sys.__stdout__.write(what + "\n")
    sys.__stdout__.flush()
    assert sys.stdin.readline() == "back\n"


class Person:
    """A connected client that keeps what it hears."""

    def __init__(self, transports, namespace="/", auth=None, **options):
        self.namespace = namespace
        self.client = socketio.Client(**{"reconnection": False, **options})
        self.inbox = {}
        self.client.on("*", self._hear, namespace=namespace)
        self.connects = queue.Queue()
        self.client.on("connect", lambda: self.connects.put(True), namespace=namespace)
        self.client.connect(
            URL, transports=transports, namespaces=[namespace], auth=auth, wait_timeout=STEP_S
        )
        self.connects.get(timeout=STEP_S)

    def _hear(self, event, *args):
        self.inbox.setdefault(event, queue.Queue()).put(list(args))

    @property
    def id(self):
        return self.client.get_sid(self.namespace)

    def emit(self, event, *args):
        self.client.emit(event, args, namespace=self.namespace)

    def ask(self, event, *args):
        return self.client.call(event, args, namespace=self.namespace, timeout=STEP_S)

    def next(self, event):
        return self.inbox.setdefault(event, queue.Queue()).get(timeout=STEP_S)

    def heard_nothing(self, event):
        self.ask("sync")
        return self.inbox.setdefault(event, queue.Queue()).empty()

    def close(self):
        self.client.disconnect()


class Dialogues:
    """What is said over each way; see the classes below."""

    transports = None

    def person(self, **options):
        person = Person(self.transports, **options)
        self.addCleanup(person.close)
        return person

    def test_text_comes_back_as_it_was_sent(self):
        person = self.person()
        for args in (["text"], ["é€😀", ""], [1, 1.5, None, True], [{"a": [1, {"b": []}]}], []):
            person.emit("echo", *args)
            self.assertEqual(person.next("echo"), args)

    def test_binary_passes_both_ways(self):
        person = self.person()
        person.emit("binary")
        data = bytes([0, 1, 2, 0xFE, 0xFF])
        self.assertEqual(person.next("binary"), [data, {"list": [1, data[:2]], "empty": b""}])
        person.emit("echo", {"a": [b"x", {"b": data}]}, b"")
        self.assertEqual(person.next("echo"), [{"a": [b"x", {"b": data}]}, b""])

    def test_the_server_acks(self):
        person = self.person()
        self.assertEqual(person.ask("ack", "one"), "one")
        self.assertEqual(person.ask("ack", "one", 2), ("one", 2))
        self.assertEqual(person.ask("ack", {"bytes": b"\x01\x02"}), {"bytes": b"\x01\x02"})
        self.assertEqual(person.ask("ack-later", "late"), "late")

    def test_the_client_acks(self):
        person = self.person()
        person.client.on("question", lambda text: ("answer to", text))
        self.assertEqual(person.ask("ask", 5000, "why"), (None, ["answer to", "why"]))

    def test_namespaces(self):
        admin = self.person(namespace="/admin", auth={"token": "letmein"})
        self.assertEqual(admin.ask("get-data"), ["first", "second"])
        with self.assertRaises(socketio.exceptions.ConnectionError):
            self.person(namespace="/admin", auth={"token": "no"})
        dynamic = self.person(namespace="/dyn-py")
        self.assertEqual(dynamic.ask("whoami")["nsp"], "/dyn-py")

    def test_a_broadcast_reaches_the_room_but_neither_sender_nor_outsiders(self):
        ann, bob, eve = (self.person() for _ in range(3))
        ann.ask("join", "kitchen")
        bob.ask("join", "kitchen")
        self.assertIsNone(ann.ask("broadcast", {"to": ["kitchen"]}, "said", ["dinner"]))
        self.assertEqual(bob.next("said"), ["dinner"])
        self.assertTrue(ann.heard_nothing("said"))
        self.assertTrue(eve.heard_nothing("said"))

    def test_the_server_sends_a_client_away(self):
        person = self.person()
        gone = queue.Queue()
        person.client.on("disconnect", gone.put)
        person.emit("kick", True)
        self.assertEqual(gone.get(timeout=STEP_S), socketio.Client.reason.SERVER_DISCONNECT)

    def come_back(self, what):
        person = self.person(
            reconnection=True, reconnection_delay=0.05, reconnection_delay_max=0.1
        )
        first = person.id
        make_server(what)
        person.connects.get(timeout=2 * STEP_S)
        self.assertNotEqual(person.id, first)
        self.assertEqual(person.ask("ack", "again"), "again")

    def test_the_client_comes_back_to_a_server_that_crashed(self):
        self.come_back("crash")


class ComesBack:
    """Over polling this client takes the orderly close of a shutdown for good, unless polls are drained."""

    def test_the_client_comes_back_to_a_restarted_server(self):
        self.come_back("restart")


class Polling(Dialogues, unittest.TestCase):
    transports = WAYS[0]


class Drained(ComesBack, Dialogues, unittest.TestCase):
    transports = WAYS[0]


class WebSocket(Dialogues, ComesBack, unittest.TestCase):
    transports = WAYS[1]


class Upgrade(Dialogues, ComesBack, unittest.TestCase):
    transports = WAYS[2]

    def test_the_connection_is_upgraded(self):
        self.assertEqual(self.person().client.transport(), "websocket")


class Asyncio(unittest.IsolatedAsyncioTestCase):
    async def test_events_acks_and_binary(self):
        for transports in WAYS:
            client = socketio.AsyncClient(reconnection=False)
            echoes = asyncio.Queue()
            client.on("echo", lambda *args: echoes.put_nowait(list(args)))
            await client.connect(URL, transports=transports, wait_timeout=STEP_S)
            await client.emit("echo", ("text", {"bytes": b"\x00\xff"}))
            echo = await asyncio.wait_for(echoes.get(), STEP_S)
            self.assertEqual(echo, ["text", {"bytes": b"\x00\xff"}])
            self.assertEqual(await client.call("ack", ("x", 1), timeout=STEP_S), ("x", 1))
            await client.disconnect()


if __name__ == "__main__":
    unittest.main()
