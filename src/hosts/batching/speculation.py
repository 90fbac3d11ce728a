"""Tokens that are guessed before the model computes them: one step may give several. Watched, so that it pays."""

from __future__ import annotations

import copy
import time
from typing import Any

import openvino_genai as genai

from base import Device
from lookup import try_lookup
from messages import Message
from odds import Costs, Odds

# Steps that are watched before guessing is turned off or on; each turn doubles them, as it costs a load.
WATCHED_STEPS = 256
WATCHED_STEPS_MOST = 8192
# It is turned off where answers are slower than this share of plain ones, and on again above the other.
WORTH_LEAST = 0.98
WORTH_AGAIN = 1.05


class Speculation:
    """How a model's tokens are guessed: from its prompt and answer, or by a small model of the same tokenizer.

    A pipeline that guesses does so for every request, at least one token in each step, and computes as many also where
    it found nothing to guess. How many is chosen for each request when it starts. Not guessing takes another pipeline,
    which is made when nothing runs.
    """

    def __init__(self, wish: Message) -> None:
        self._wish = wish
        self.most: int = wish["num_assistant_tokens"]
        self.active = True
        self.costs = Costs(wish["kind"] == "prompt-lookup")
        self.odds = Odds()
        self._worth = 1.0
        self._steps = 0
        self._watched = WATCHED_STEPS
        self._counts = [0, 0, 0]
        self._sent_at = 0.0

    @property
    def looks_up(self) -> bool:
        return bool(self._wish["kind"] == "prompt-lookup")

    @property
    def guesses(self) -> int:
        """Most tokens that are guessed for a request in a step now."""
        return self.most if self.active else 0

    def extend(self, device: Device) -> Device:
        """The device with what the pipeline is made with now, beside its own properties."""
        if not self.active:
            return device
        extended = copy.copy(device)
        extended.properties = device.properties | self._to_properties(device)
        return extended

    def _to_properties(self, device: Device) -> dict[str, Any]:
        if self.looks_up:
            return {"prompt_lookup": True}
        return {"draft_model": genai.draft_model(self._wish["path"], device.name, **device.properties)}

    def choose(self, running: int) -> int:
        """How many tokens to guess for a request that will be one of so many; 0: the pipeline does not guess."""
        return self.costs.choose(self.odds.share, running, self.most) if self.active else 0

    def configure(self, config: Any, tokens: int) -> None:
        """Has `tokens` guessed for each step of a request."""
        if not self.active:
            return
        config.num_assistant_tokens = tokens
        if self.looks_up:
            config.max_ngram_size = self._wish["max_ngram_size"]

    def saw_step(self, moved: list[tuple[int, int]]) -> None:
        """After a step: of each request beyond its prompt, how many tokens were guessed and how many came."""
        if not self.active or not moved:
            return
        for guessed, tokens in moved:
            self.odds.add(tokens - 1, min(tokens, guessed))
            self._counts[0] += 1
            self._counts[1] += guessed
            self._counts[2] += tokens - 1
        guesses, came = (sum(column) / len(moved) for column in zip(*moved, strict=True))
        self._weigh(self.costs.gain(came, guesses, len(moved)), 1)

    def saw_answer(self, prompt: list[int], answer: list[int], running: int) -> None:
        """After an answer without guesses: what guessing would have given."""
        if self.active or not self.looks_up or not answer:
            return
        hits, tries, steps = try_lookup(prompt, answer, self.most, self._wish["max_ngram_size"])
        self.odds.add(hits, tries)
        guesses = self.costs.choose(self.odds.share, running, self.most)
        self._weigh(self.costs.gain(1 + self.odds.expect(guesses), guesses, running), steps)

    def _weigh(self, gain: float, steps: int) -> None:
        self._steps += steps
        self._worth += (gain - self._worth) * min(1.0, steps / WATCHED_STEPS)

    @property
    def is_due(self) -> bool:
        """Whether the other pipeline would be faster."""
        if self._steps < self._watched:
            return False
        return self._worth < WORTH_LEAST if self.active else self._worth > WORTH_AGAIN

    def turn(self) -> Message:
        """Turns guessing off or on; returns the message that says so."""
        self.active = not self.active
        worth, self._worth, self._steps = self._worth, 1.0, 0
        self._watched = min(WATCHED_STEPS_MOST, 2 * self._watched)
        return {**self._report(), "active": self.active, "worth": round(worth, 2)}

    def report(self, idle: bool) -> list[Message]:
        """What was guessed since the last message: at most once a second, and when nothing runs any more."""
        now = time.monotonic()
        if not self._counts[0] or (not idle and now - self._sent_at < 1):
            return []
        self._sent_at = now
        return [self._report()]

    def _report(self) -> Message:
        (drafts, tokens, accepted), self._counts = self._counts, [0, 0, 0]
        return {"type": "speculation", "drafts": drafts, "draft_tokens": tokens, "accepted_tokens": accepted}
