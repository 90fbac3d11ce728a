"""Requests of many texts each, whose texts share batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from arrivals import MOMENT
from messages import Message, failed_by

# Tokens in a batch at most, padding included. Measured on 2 cores with MiniLM and texts of about 35 tokens:
# 192 give 830 embeddings/s, 768: 863, 4,096: 920. More take memory and delay the requests beside it.
BATCH_TOKENS = 4_096
# Texts in a batch at most.
BATCH_TEXTS = 64
# The share of the last batch's time to wait for each request that is likely to join the next one. A batch of 15 and one
# of 1 take longer than one of 16: measured with BERT 110M, whose 16 texts take 112 ms.
PATIENT_SHARE = 0.05
# In seconds, however long batches take.
MOST_PATIENCE = 0.01
# Clients that were answered together either ask again within this time, or no longer ask together.
COMPANY_SECONDS = 0.5
# Characters that are tokenized before other requests get their turn.
ENCODE_CHARS = 65_536


@dataclass(slots=True)
class Encoded:
    """The tokens of one text."""

    job: Job
    index: int
    ids: list[int]
    first: int
    """How many of them belong to the first of two texts; all, if there is only one."""


@dataclass(slots=True)
class Job:
    """A request, and the part of it that waits for a batch."""

    message: Message
    texts: list[Any]
    encoded: list[Encoded] = field(default_factory=list)
    waiting: list[Encoded] = field(default_factory=list)
    """All of `encoded` once all texts are tokenized, by length; shrinks as batches take them."""
    done: int = 0

    @property
    def id(self) -> int:
        request_id: int = self.message["id"]
        return request_id


Encode = Callable[[Job, int, int], list[Encoded]]
"""Tokenizes the texts of a job from one index up to another; raises RequestFailed."""

LookAhead = Callable[[list[Any]], None]
"""Is given all texts that several requests are about to encode."""

Run = Callable[[list[Encoded]], list[Message]]
"""Computes a batch; returns for each text what its request's answer states about it."""


class Jobs:
    """The running requests of a model. A request whose texts cannot all be tokenized fails before any is computed."""

    def __init__(
        self,
        answer: tuple[str, str],
        encode: Encode,
        run: Run,
        look_ahead: LookAhead,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.type, self.field = answer
        self._clock = clock
        self._look_ahead = look_ahead
        self._encode = encode
        self._run = run
        self._jobs: dict[int, Job] = {}
        self._shared = 0
        """How many requests had texts in the batch of the last step."""
        self._batch_seconds = 0.0
        self._batch_ended = 0.0

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    @property
    def patience(self) -> float:
        """Clients that were answered together ask again together, and their requests make a better batch."""
        expects_more = 0 < len(self._jobs) < self._shared
        return min(max(MOMENT, PATIENT_SHARE * self._batch_seconds), MOST_PATIENCE) if expects_more else 0.0

    def add(self, message: Message, texts: list[Any]) -> None:
        if not self._jobs and self._clock() - self._batch_ended > COMPANY_SECONDS:
            self._shared = 0
        self._jobs[message["id"]] = Job(message, texts)

    def cancel(self, request_id: int) -> bool:
        return self._jobs.pop(request_id, None) is not None

    def step(self) -> list[Message]:
        """Tokenizes some texts of each request that needs it, then computes one batch."""
        answers: list[Message] = []
        pending = [job for job in self._jobs.values() if len(job.encoded) < len(job.texts)]
        if len(pending) > 1:
            self._look_ahead(list(self._next_texts(pending)))
        for job in pending:
            answers += self._guard([job], lambda job=job: self._encode_some(job))  # type: ignore[misc]
        batch = self._take_batch()
        jobs = list({one.job.id: one.job for one in batch}.values())
        # None in a step that only tokenizes: waiting for more requests before each of many such steps gains nothing.
        self._shared = len(jobs)
        if batch:
            answers += self._guard(jobs, lambda: self._compute(batch))
        return answers

    def _guard(self, jobs: list[Job], work: Callable[[], list[Message]]) -> list[Message]:
        """A failure ends only the requests that the work was for."""
        try:
            return work()
        except Exception as error:
            for job in jobs:
                self._jobs.pop(job.id, None)
            return [failed_by(job.id, error) for job in jobs]

    def _next_texts(self, jobs: list[Job]) -> Iterator[Any]:
        """The texts of each to encode next, as many as fit in one step together."""
        size = 0
        for job in jobs:
            for text in job.texts[len(job.encoded) : len(job.encoded) + BATCH_TEXTS]:
                size += size_of(text)
                if size > ENCODE_CHARS:
                    return
                yield text

    def _encode_some(self, job: Job) -> list[Message]:
        start = end = len(job.encoded)
        size = 0
        while end < len(job.texts) and end - start < BATCH_TEXTS and size < ENCODE_CHARS:
            size += size_of(job.texts[end])
            end += 1
        job.encoded += self._encode(job, start, end)
        if len(job.encoded) == len(job.texts):
            job.waiting = sorted(job.encoded, key=lambda one: len(one.ids))
        return []

    def _take_batch(self) -> list[Encoded]:
        """The longest text of the request whose turn it is, and those of all requests that are about as long."""
        head = next((job for job in self._jobs.values() if job.waiting), None)
        if head is None:
            return []
        # Its next turn comes after everyone else's.
        self._jobs[head.id] = self._jobs.pop(head.id)
        longest = len(head.waiting[-1].ids)
        batch: list[Encoded] = []
        for job in [head, *(job for job in self._jobs.values() if job is not head)]:
            while job.waiting and longest / 2 <= len(job.waiting[-1].ids) <= 2 * longest:
                length = max(longest, len(job.waiting[-1].ids))
                if len(batch) == BATCH_TEXTS or (batch and length * (len(batch) + 1) > BATCH_TOKENS):
                    return batch
                longest = length
                batch.append(job.waiting.pop())
        return batch

    def _compute(self, batch: list[Encoded]) -> list[Message]:
        found: dict[int, tuple[Job, list[Message]]] = {}
        started = self._clock()
        ran = self._run(batch)
        self._batch_ended = self._clock()
        self._batch_seconds = self._batch_ended - started
        for one, result in zip(batch, ran, strict=True):
            found.setdefault(one.job.id, (one.job, []))[1].append(result)
        answers: list[Message] = []
        for job, results in found.values():
            answers.append({"type": self.type, "id": job.id, self.field: results})
            job.done += len(results)
            if job.done == len(job.texts):
                del self._jobs[job.id]
                answers.append({"type": "finished", "id": job.id, "reason": "stop"})
        return answers


def size_of(text: Any) -> int:
    """Characters of a text or of a pair, or tokens."""
    return sum(len(part) for part in text) if isinstance(text, tuple) else len(text)


class OfJobs:
    """The part of a `Kind` that works through `jobs`, without a KV cache."""

    jobs: Jobs
    cache_usage = None

    @property
    def busy(self) -> bool:
        return self.jobs.busy

    @property
    def patience(self) -> float:
        return self.jobs.patience

    def cancel(self, request_id: int) -> bool:
        return self.jobs.cancel(request_id)

    def step(self) -> list[Message]:
        return self.jobs.step()
