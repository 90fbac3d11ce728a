"""How long steps take, plainly and where tokens are guessed: timed with short requests while nothing else runs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import openvino_genai as genai

from pipeline.batch import Batch
from speculation.speculation import Speculation

# So many requests at once, to find out what each costs, and so many steps.
TIMED_REQUESTS = 4
TIMED_STEPS = 5
# It is repeated after so many seconds at the earliest, and after so many times as long as it took.
AGAIN_SECONDS = 60.0
REST_AFTER_TIMING = 100

Hello = Callable[[Batch, Any], Any]
"""Adds a short request with a configuration to a batch."""


class Timing:
    """Other programs come and go, so what was measured once does not stay true."""

    def __init__(self, speculation: Speculation, plain: Batch, hello: Hello, clock: Callable[[], float]) -> None:
        self._speculation = speculation
        self._plain = plain
        self._hello = hello
        self._clock = clock
        self._handles: list[Any] = []
        """Of its requests that run; none once others came."""
        self._taken = 0.0
        self._rests_until = 0.0

    @property
    def rests(self) -> bool:
        """Whether it is too early to measure again."""
        return self._clock() < self._rests_until

    def cancel(self) -> None:
        """Ends its requests; what they were to measure is measured again later."""
        for handle in self._handles:
            handle.cancel()
        self._handles = []

    def measure(self, batch: Batch) -> Generator[None]:
        """Times some steps of each kind. `batch`: where tokens are guessed."""
        self._taken = 0.0
        most = max(4, self._speculation.most)
        one = yield from self._time(self._plain, 1, 0)
        some = yield from self._time(self._plain, TIMED_REQUESTS, 0)
        few = yield from self._time(batch, 1, 1)
        many = yield from self._time(batch, 1, most)
        self._speculation.measure((one, some), TIMED_REQUESTS, (few, many), most)
        self._rests_until = self._clock() + max(AGAIN_SECONDS, REST_AFTER_TIMING * self._taken)

    def _time(self, batch: Batch, requests: int, guesses: int) -> Generator[None, None, float]:
        """The seconds of the fastest step of so many requests."""
        times: list[float] = []
        while len(times) < TIMED_STEPS:
            times = yield from self._time_once(batch, requests, guesses)
        return min(times)

    def _time_once(self, batch: Batch, requests: int, guesses: int) -> Generator[None, None, list[float]]:
        """Fewer times once its requests were cancelled: a step of none takes no time, one of others takes longer."""
        config = genai.GenerationConfig()
        config.max_new_tokens = (TIMED_STEPS + 2) * (guesses + 1)
        config.ignore_eos = True
        if guesses:
            self._speculation.configure(config, guesses)
        self._handles = [self._hello(batch, config) for _ in range(requests)]
        # It computes the prompts.
        self._step(batch)
        yield
        times: list[float] = []
        while self._handles and len(times) < TIMED_STEPS:
            times.append(self._step(batch))
            yield
        self.cancel()
        while batch.busy:
            self._step(batch)
            yield
        return times

    def _step(self, batch: Batch) -> float:
        started = self._clock()
        batch.step()
        seconds = self._clock() - started
        self._taken += seconds
        return seconds
