"""The pipeline beside a model's plain one whose steps compute guessed tokens too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import openvino as ov
import openvino_genai as genai

from messages import Message, last_line
from pipeline.batch import Batch
from speculation.odds import Running
from speculation.speculation import Speculation
from speculation.timing import Hello, Timing

# It is opened once nothing has run for this long: that takes the machine for as long as a load.
QUIET_SECONDS = 2
# While it is being opened, that is looked at so often;
WAIT_SECONDS = 0.02
# what else the host does between requests, reports for one, waits no longer.
MOST_PATIENCE = 0.25
# Fewer tokens of a conversation are computed with its next request.
COPIED_LEAST = 128
# How often steps are timed before the first request is guessed.
TIMED_TURNS = 2


class Guesser:
    """A pipeline that guesses does so for every request, and computes as many tokens also where it found nothing to
    guess. So there are two, and each request goes to the one that suits it when it starts."""

    def __init__(
        self,
        speculation: Speculation,
        plain: Batch,
        open_batch: Callable[[], Batch],
        hello: Hello,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speculation = speculation
        self.batch: Batch | None = None
        self.opening = False
        self._plain = plain
        self._open = open_batch
        self._clock = clock
        self._timing = Timing(speculation, plain, hello, clock)
        self._work: Iterator[None] | None = self._prepare()
        self._works = False
        self._suited = False
        """Whether a request came that it could have served, since steps were timed last."""
        self._latest: list[int] | None = None
        self._copying: Any = None
        self._worked_at = self._clock()

    @property
    def wanted(self) -> bool:
        """Whether something is left to do in an idle moment."""
        opens = self._work is not None and (self._suited or self.batch is not None)
        return (opens and (self.works or self.speculation.pays)) or self._may_copy or self._may_time

    @property
    def _may_copy(self) -> bool:
        return self._work is None and self.batch is not None and self._latest is not None and self.speculation.pays

    @property
    def _may_time(self) -> bool:
        """Never because of the time alone: a model that nobody uses is left alone."""
        free = self._work is None and self.batch is not None
        return free and self._suited and self.speculation.may_pay and not self._timing.rests

    @property
    def patience(self) -> float:
        """Seconds until it has something to do, while the host waits for requests; 0: it has, or nothing is left."""
        if not self.wanted:
            return 0.0
        if self.opening:
            return WAIT_SECONDS
        return max(0.0, min(MOST_PATIENCE, self._worked_at + QUIET_SECONDS - self._clock()))

    @property
    def works(self) -> bool:
        """Whether requests of its own may be in a batch."""
        return self._work is not None and self._works

    def rest(self) -> None:
        """To be called at each step of others: a quiet moment starts after the last one."""
        self._worked_at = self._clock()

    def saw_plain(self, ids: list[int], samples: bool = False) -> None:
        """After a plain answer: the tokens of its conversation so far, which is likely to go on, as it was."""
        if self._may_serve(samples):
            self._latest = ids

    def prepare_now(self) -> None:
        """Raises what keeps it from being opened."""
        for _ in self._prepare():
            if self.opening:
                time.sleep(WAIT_SECONDS)
        self._work = None
        self.speculation.opened = True

    def make_way(self) -> None:
        """To be called when a request comes."""
        self._timing.cancel()
        if self._copying is not None:
            self._copying.cancel()
            self._copying = None

    def prepare(self) -> list[Message]:
        """Does a part of what makes it ready; to be called again and again while nothing runs."""
        if self._clock() - self._worked_at < QUIET_SECONDS:
            return []
        if self._work is None:
            self._work = self._find_work()
        self._works = True
        return self._go_on(self._work) if self._work is not None else []

    def _find_work(self) -> Iterator[None] | None:
        if self.batch is None:
            return None
        if self._latest is not None and self._may_copy:
            ids, self._latest = self._latest, None
            return self._copy(self.batch, ids)
        return self._time(self.batch, 1) if self._may_time else None

    def _go_on(self, work: Iterator[None]) -> list[Message]:
        try:
            next(work)
            return []
        except StopIteration:
            self._work = None
            return self.speculation.report(idle=True) if self.speculation.opened else self.speculation.start()
        except Exception as error:
            return [self._give_up(last_line(error))]

    def step(self) -> list[Message] | None:
        """One step of its requests. Where the engine fails in it they are lost, which the returned messages report, and
        nothing is guessed any more; None: it did not fail."""
        if self.batch is None or not self.batch.busy:
            return None
        try:
            self.batch.step()
            return None
        except Exception as error:
            return [self._give_up(last_line(error))]

    def _give_up(self, problem: str) -> Message:
        self._work = None
        self.batch = None
        self._latest = None
        return self.speculation.give_up(problem)

    def _copy(self, batch: Batch, ids: list[int]) -> Iterator[None]:
        """Computes what the plain pipeline has cached of a conversation: a long one is not guessed without."""
        if len(ids) - batch.cached_tokens(ids) < COPIED_LEAST:
            return
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        self.speculation.configure(config, 1)
        self._copying = batch.add(ov.Tensor(np.array([ids], np.int64)), config)
        while batch.busy:
            batch.step()
            yield
        if self._copying is not None:
            batch.keep(ids)
            self._copying = None

    def choose(self, running: Running, prompt: list[int], max_tokens: int, samples: bool = False) -> int:
        """How many tokens to guess in each step of a request; 0: it is to run plainly. `samples`: not the likeliest."""
        if not self._may_serve(samples):
            return 0
        # A request of one token only has its prompt computed.
        self._suited = self._suited or max_tokens > 1
        if self.batch is None:
            return 0
        plain, guessed = (len(prompt) - batch.cached_tokens(prompt) for batch in (self._plain, self.batch))
        return self.speculation.choose(running, (plain, guessed), max_tokens)

    def _may_serve(self, samples: bool) -> bool:
        return not samples or self.speculation.may_sample

    def _prepare(self) -> Iterator[None]:
        with ThreadPoolExecutor(1) as pool:
            self.opening = True
            opened = pool.submit(self._open)
            while not opened.done():
                yield
        self.opening = False
        batch = opened.result()
        yield from self._time(batch, TIMED_TURNS)
        self.batch = batch

    def _time(self, batch: Batch, turns: int) -> Iterator[None]:
        for _ in range(turns):
            yield from self._timing.measure(batch)
        self._suited = False
