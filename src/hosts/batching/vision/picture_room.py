"""Room for one large picture at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class PictureRoom:
    """Decoding a large picture takes half a gigabyte, as does encoding any; only one of these is budgeted (memory.ts).

    A picture that waits to be encoded takes precedence over the next large one to decode.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._decodes = False
        self._encodes = False
        self._awaited = False

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """For the thread that decodes a large one; waits until it may."""
        with self._changed:
            self._changed.wait_for(lambda: not self._encodes and not self._awaited)
            self._decodes = True
        try:
            yield
        finally:
            with self._changed:
                self._decodes = False
                self._changed.notify_all()

    @contextmanager
    def encoding(self, wanted: bool, seconds: float = 0) -> Iterator[bool]:
        """For the engine's thread, at each step: whether it may encode now. Waits that many seconds."""
        with self._changed:
            self._awaited = wanted and self._decodes
            if self._awaited:
                self._changed.wait_for(lambda: not self._decodes, seconds)
            self._encodes = wanted and not self._decodes
            self._awaited = wanted and self._decodes
            self._changed.notify_all()
        try:
            yield self._encodes
        finally:
            with self._changed:
                self._encodes = False
                self._changed.notify_all()
