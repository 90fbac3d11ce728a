"""The batching host: one model in one process, many requests at once.

Speaks the protocol of src/protocol/: a JSON object a line, in on file descriptor 3, out on 4.
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

from arrivals import take_company
from engine import PROTOCOL, Engine
from memory.huge_pages import HugePages
from memory.own_memory import find_own_memory
from messages import Message, RequestFailed, failed, last_line
from stages import Stages

COMMANDS_FD = 3
EVENTS_FD = 4

to_json = json.JSONEncoder(separators=(",", ":")).encode


class Pipe:
    """Lines in and out; both block, the reader for at most the time that it is given."""

    def __init__(self) -> None:
        self._buffer = b""

    def read(self, seconds: float | None) -> list[Message]:
        """The messages that arrive within that time, at least one if it is None; ends the process with the daemon."""
        while True:
            ready, _, _ = select.select([COMMANDS_FD], [], [], seconds)
            if not ready:
                return []
            chunk = os.read(COMMANDS_FD, 1 << 20)
            if not chunk:
                os._exit(0)
            *lines, self._buffer = (self._buffer + chunk).split(b"\n")
            if lines or seconds == 0:
                return [json.loads(line) for line in lines]

    def write(self, messages: list[Message]) -> None:
        lines = "".join([to_json(message) + "\n" for message in messages]).encode()
        while lines:
            lines = lines[os.write(EVENTS_FD, lines) :]


def load_engine(pipe: Pipe, message: Message, stages: Stages) -> Engine:
    try:
        if message["type"] != "load" or message["protocol"] != PROTOCOL:
            raise RequestFailed(
                "engine_failed",
                f"The engine host speaks protocol {PROTOCOL}, ov-llm {message.get('protocol')}. "
                "Restart the server; if that does not help, install ov-llm again.",
            )
        engine = Engine(message, stages)
    except Exception as error:
        code = error.code if isinstance(error, RequestFailed) else "model_load_failed"
        pipe.write([failed(None, code, last_line(error))])
        sys.exit(1)
    stages.end("rest")
    pipe.write([{**engine.ready(), **({"stages": stages.seconds} if message.get("trace") else {})}])
    return engine


def handle(engine: Engine, message: Message) -> list[Message]:
    kind = message["type"]
    if kind in engine.operations:
        return engine.take(message)
    if kind == "cancel":
        return engine.cancel(message["id"])
    if kind == "close":
        os._exit(0)
    return [failed(None, "engine_failed", f"Unknown message {kind!r}.")]


def step(engine: Engine, pipe: Pipe) -> list[Message] | None:
    """One step; after a failure the engine is in no state to continue, so the process ends."""
    try:
        return engine.step()
    except Exception as error:
        pipe.write([failed(None, "engine_failed", f"The engine failed while it answered: {last_line(error)}")])
        os._exit(1)


class CacheReport:
    """Reports how full the KV cache is: at most once a second, and once when nothing runs any more."""

    def __init__(self) -> None:
        self._sent = 0.0
        self._sent_at = -1.0

    def look(self, engine: Engine, busy: bool) -> list[Message]:
        now = time.monotonic()
        if now - self._sent_at < 1 if busy else self._sent == 0:
            return []
        usage = engine.cache_usage
        if usage is None:
            return []
        self._sent, self._sent_at = usage, now
        return [{"type": "metrics", "kv_cache_usage": self._sent}]


def serve(engine: Engine, pipe: Pipe, pages: HugePages) -> None:
    """Each step of the engine evicts the processor's caches, so every line between two steps takes microseconds: keep
    them few."""
    last_sign = time.monotonic()
    report = CacheReport()
    while True:
        busy = engine.busy
        pipe.write(report.look(engine, busy))
        messages = pipe.read(0 if busy else pages.pause)
        for message in messages:
            pipe.write(handle(engine, message))
        if engine.patience > 0:
            take_company(lambda: engine.patience, pipe.read, lambda message: pipe.write(handle(engine, message)))
        if messages:
            pages.rest()
        if not engine.busy:
            if pages.pause == 0:
                pages.move_some()
            continue
        events = step(engine, pipe)
        pages.rest()
        if events is None:
            continue
        now = time.monotonic()
        # A long prefill has no text; an empty step is a sign of life.
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
    stages = Stages()
    stages.end("imports")
    pipe = Pipe()
    first, *rest = pipe.read(None)
    engine = load_engine(pipe, first, stages)
    for message in rest:
        pipe.write(handle(engine, message))
    # Weights of other devices are in their own memory, or in the driver's.
    serve(engine, pipe, HugePages(find_own_memory() if engine.device.name == "CPU" else None))


if __name__ == "__main__":
    main()
