"""The compiled grammars that the engine keeps.

XGrammar's compiler caches every grammar that it has compiled, and OpenVINO GenAI makes it without a bound and
offers no way to empty it: https://github.com/openvinotoolkit/openvino.genai, xgrammar_backend.cpp. So the host reports
its size to the daemon, which replaces this process when it is too large.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
from collections.abc import Callable
from typing import ClassVar

from messages import Message

# The assumed size of a grammar before any was measured, in bytes per token of the vocabulary. Measured with
# 49,152 tokens: 3 for a small JSON schema, 4 to 50 for regular expressions.
BYTES_PER_TOKEN = 16


class Mallinfo(ctypes.Structure):
    """The struct of mallinfo2(3)."""

    _fields_: ClassVar = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def find_allocated() -> Callable[[], int] | None:
    """Reads how many bytes of the heap are in use, resident or not; needs glibc 2.33 or later."""
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return None
    mallinfo2.restype = Mallinfo
    return lambda: int(mallinfo2().uordblks)


class HeldGrammars:
    """Counts distinct grammars, and measures the heap's growth in the steps that compile them.

    A step that computes more tokens than any before also grows the engine's own buffers: its measurement is ignored,
    and its grammars count as much as the others on average.
    """

    def __init__(self, vocabulary_size: int) -> None:
        self._allocated = find_allocated()
        self._assumed = BYTES_PER_TOKEN * vocabulary_size
        self._known: set[bytes] = set()
        self._compiling: set[int] = set()
        """Requests whose grammars may still be compiled in a later step."""
        self._before = 0
        self._most_tokens = 0
        self._is_clean = False
        self._measured = 0
        self._measured_bytes = 0
        self._reported = (0, 0)

    def add(self, request_id: int, grammar: Message) -> None:
        digest = hashlib.sha256(json.dumps(grammar, sort_keys=True).encode()).digest()
        if digest not in self._known:
            self._known.add(digest)
            self._compiling.add(request_id)

    def before_step(self, tokens: int, kv_bytes: int, disturbed: bool = False) -> None:
        """`tokens`: as many as the step may compute at most. `kv_bytes`: those of the KV cache's pool.

        `disturbed`: something else takes memory at the same time.
        """
        self._is_clean = tokens <= self._most_tokens and not disturbed
        self._most_tokens = max(self._most_tokens, tokens)
        if self._compiling and self._allocated:
            self._before = self._allocated() - kv_bytes

    def after_step(self, waiting: set[int], kv_bytes: int) -> None:
        """`waiting`: the requests that have no token yet."""
        if not self._compiling:
            return
        done = len(self._compiling - waiting)
        self._compiling &= waiting
        if self._is_clean and self._allocated:
            self._measured += done
            self._measured_bytes += max(0, self._allocated() - kv_bytes - self._before)

    @property
    def bytes(self) -> int:
        each = self._measured_bytes / self._measured if self._measured else self._assumed
        return round(len(self._known) * each)

    def report(self) -> list[Message]:
        """A message where something has changed since the last one."""
        now = (len(self._known), self.bytes)
        if now == self._reported:
            return []
        self._reported = now
        return [{"type": "grammars", "held": now[0], "bytes": now[1]}]
