"""Whether requests come to a model one by one, or several at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from messages import Message

# How long a step waits at least for requests that are likely to join it, in seconds; a step takes milliseconds.
MOMENT = 0.001

# Messages that add nothing to a step, so whoever sends one joins no batch.
ASIDE = {"cancel", "detokenize", "tokenize"}


def take_company(
    patience: Callable[[], float],
    read: Callable[[float], list[Message]],
    take: Callable[[Message], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Takes the messages that come while a request is likely to join the next step, and waits for another after each
    that did. What else comes does not prolong it: a client that counts tokens again and again would hold up the step.

    `patience`: how many seconds to wait for one, now; `read`: the messages that come within so many seconds.
    """
    since = clock()
    while (left := since + patience() - clock()) > 0 and (messages := read(left)):
        for message in messages:
            take(message)
        if any(message["type"] not in ASIDE for message in messages):
            since = clock()


class Arrivals:
    """Remembers whether the last request that found the model at rest had company.

    One joins the running batch in any step, but a first step for one of several costs the others that step. So a
    moment's wait pays where several clients ask at once, and only costs where one asks alone.
    """

    def __init__(self) -> None:
        self._steps = 0
        self._had_company = False
        self._has_company = False

    def came(self, running: int) -> None:
        """Call this for each request, with the number that already run."""
        if running == 0:
            self._had_company, self._has_company = self._has_company, False
            self._steps = 0
        elif self._steps <= 1:
            # This also counts one that just missed the first step.
            self._has_company = True

    def stepped(self) -> None:
        self._steps += 1

    @property
    def expects_more(self) -> bool:
        """Whether others are likely to follow within a moment; ask while a request runs."""
        return self._steps == 0 and self._had_company
