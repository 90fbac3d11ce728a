"""The batching host: one model in one process, many requests at once.

Speaks the protocol of src/protocol/messages.ts: a JSON object a line, in on file descriptor 3, out on 4.
Ends when descriptor 3 does. Everything runs in one thread, because a step of the engine holds the
interpreter's lock anyway; commands are read between steps.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import time

from engine import PROTOCOL, Engine
from messages import Message, RequestFailed, failed, last_line

COMMANDS_FD = 3
EVENTS_FD = 4


class Pipe:
    """Lines in and out; both block, the reader only when told to wait."""

    def __init__(self) -> None:
        self._buffer = b""
        self._events = os.fdopen(EVENTS_FD, "wb")

    def read(self, wait: bool) -> list[Message]:
        """The messages that are there, at least one when `wait`; ends the process with the daemon."""
        while True:
            ready, _, _ = select.select([COMMANDS_FD], [], [], None if wait else 0)
            if not ready:
                return []
            chunk = os.read(COMMANDS_FD, 1 << 20)
            if not chunk:
                os._exit(0)
            *lines, self._buffer = (self._buffer + chunk).split(b"\n")
            if lines or not wait:
                return [json.loads(line) for line in lines]

    def write(self, messages: list[Message]) -> None:
        for message in messages:
            self._events.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        self._events.flush()


def load_engine(pipe: Pipe, message: Message) -> Engine:
    if message["type"] != "load" or message["protocol"] != PROTOCOL:
        pipe.write(
            [
                failed(
                    None,
                    "engine_failed",
                    f"The engine host speaks protocol {PROTOCOL}, ov-llm {message.get('protocol')}: "
                    "run install.sh again.",
                )
            ]
        )
        sys.exit(1)
    try:
        engine = Engine(message)
    except RequestFailed as error:
        pipe.write([failed(None, error.code, str(error))])
        sys.exit(1)
    except Exception as error:
        pipe.write([failed(None, "model_load_failed", last_line(error))])
        sys.exit(1)
    pipe.write([engine.ready() | {"max_concurrent": message["max_concurrent"]}])
    return engine


def handle(engine: Engine, message: Message) -> list[Message]:
    if message["type"] == "generate":
        try:
            return [engine.start(message)]
        except RequestFailed as error:
            return [failed(message["id"], error.code, str(error))]
    if message["type"] == "cancel":
        if engine.cancel(message["id"]):
            return [{"type": "finished", "id": message["id"], "reason": "cancelled"}]
        return []
    if message["type"] == "close":
        os._exit(0)
    return [failed(None, "engine_failed", f"Unknown message {message['type']!r}.")]


def step(engine: Engine, pipe: Pipe) -> list[Message]:
    """One step; an engine that failed in it is in no state to go on, so the process ends."""
    try:
        return engine.step()
    except Exception as error:
        pipe.write([failed(None, "engine_failed", f"The engine failed while it answered: {last_line(error)}")])
        os._exit(1)


class CacheReport:
    """Tells how full the KV cache is: at most once a second, and once when nothing runs any more."""

    def __init__(self) -> None:
        self._told = 0.0
        self._told_at = -1.0

    def look(self, engine: Engine, busy: bool) -> list[Message]:
        now = time.monotonic()
        if now - self._told_at < 1 if busy else self._told == 0:
            return []
        self._told, self._told_at = engine.cache_usage, now
        return [{"type": "metrics", "kv_cache_usage": self._told}]


def serve(engine: Engine, pipe: Pipe) -> None:
    last_sign = time.monotonic()
    report = CacheReport()
    while True:
        busy = engine.busy
        pipe.write(report.look(engine, busy))
        for message in pipe.read(wait=not busy):
            pipe.write(handle(engine, message))
        if not engine.busy:
            continue
        events = step(engine, pipe)
        now = time.monotonic()
        # A long prefill says nothing; this tells the daemon that it is alive.
        if not events and now - last_sign > 1:
            events = [{"type": "step", "outputs": []}]
        if events:
            last_sign = now
            pipe.write(events)


def main() -> None:
    # Ctrl-C reaches the whole process group; the daemon decides when its hosts end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A daemon that is killed takes its hosts along, also in the middle of a load (prctl(2): PR_SET_PDEATHSIG = 1).
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    pipe = Pipe()
    first, *rest = pipe.read(wait=True)
    engine = load_engine(pipe, first)
    for message in rest:
        pipe.write(handle(engine, message))
    serve(engine, pipe)


if __name__ == "__main__":
    main()
