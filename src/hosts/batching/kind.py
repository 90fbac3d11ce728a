"""What the models of all kinds have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from messages import Message

Handler = Callable[[Message], list[Message]]
"""Takes a request and returns its first answers; raises RequestFailed."""

# The context when the model's files state no length.
CONTEXT_DEFAULT = 131_072


class Kind(Protocol):
    """A loaded model of one kind: text, embeddings, … Chosen by the task (engine.py)."""

    @property
    def operations(self) -> Mapping[str, Handler]: ...

    def ready(self) -> Message:
        """What its `ready` message reports beside the device: `context_length`, `capabilities`, `tokens`, …"""

    @property
    def busy(self) -> bool:
        """Whether `step` has something to do."""

    @property
    def cache_usage(self) -> float | None:
        """The share of the KV cache's blocks that running requests hold, 0 to 1; None: it has no such cache."""

    @property
    def patience(self) -> float:
        """How many seconds the next step waits for a request: one that shares it, or any where nothing is urgent."""

    def step(self) -> list[Message] | None:
        """Some of the work of all requests, and the answers that came of it. What it raises ends the process.

        None: work goes on beside it, and nothing has come of it yet; that is no sign of life.
        """

    def cancel(self, request_id: int) -> bool:
        """False: the request has ended already."""
