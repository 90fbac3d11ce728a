"""Tokens that are guessed before the model computes them: for which requests, how many, and whether that pays."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from typing import Any

import openvino_genai as genai

from device import Device
from messages import Message
from speculation.lookup import try_lookup
from speculation.odds import Costs, Odds, Running

# What is assumed before any guess was seen: what is looked up is tried on plain answers first, a draft has to be used.
SHARE_LOOKUP = 0.1
SHARE_DRAFT = 0.6
# Tokens are guessed, and that is reported as paying, where it makes answers this much faster at least.
WORTH = 1.1
# The pipeline that guesses takes memory, so it has to promise more.
WORTH_OPENING = 1.25
# Trying what would have been looked up waits this many times as long as it took, so that it costs little. After a pause
# of so many seconds it does not wait at once: of many answers that end together, all count, not only the first one.
REST_AFTER_TRIAL = 30
TRIAL_CREDIT = 0.5
# Requests tend to come together: with each one, so much of the number that ran at once is still expected.
CROWD_KEPT = 0.9
# A draft that did not pay is tried again after so many answers.
RETRY_ANSWERS = 32
# What is assumed of an answer's length before any was seen, in tokens.
ANSWER_TOKENS = 128


class Speculation:
    """How a model's tokens are guessed: from its prompt and answer, or by a small model of the same tokenizer."""

    def __init__(self, wish: Message, clock: Callable[[], float] = time.monotonic) -> None:
        self._wish = wish
        self._clock = clock
        self.most: int = wish["num_assistant_tokens"]
        self.at_once: bool = wish.get("at_once", False)
        self.costs = Costs()
        self.odds = self._hope()
        self._answer_tokens = float(ANSWER_TOKENS)
        self._plain_answers = 0
        self._rests_until = 0.0
        self._crowd = 1.0
        self.opened = False
        """Whether there is a pipeline that guesses."""
        self._active = False
        self._is_judged = True
        self._counts = [0, 0, 0]
        self._sent_at = 0.0

    @property
    def looks_up(self) -> bool:
        return bool(self._wish["kind"] == "prompt-lookup")

    @property
    def may_sample(self) -> bool:
        """With a draft, the engine (2026.4.1) fails or ends answers early where tokens are drawn at random."""
        return self.looks_up

    def _hope(self) -> Odds:
        return Odds(SHARE_LOOKUP if self.looks_up else SHARE_DRAFT, self.most)

    def extend(self, device: Device) -> Device:
        """The device with what a pipeline that guesses is made with, beside its own properties."""
        extended = copy.copy(device)
        extended.properties = device.properties | self._to_properties(device)
        return extended

    def _to_properties(self, device: Device) -> dict[str, Any]:
        if self.looks_up:
            return {"prompt_lookup": True}
        return {"draft_model": genai.draft_model(self._wish["path"], device.name, **device.properties)}

    def configure(self, config: Any, guesses: int) -> None:
        """Has so many tokens guessed in each step of a request."""
        config.num_assistant_tokens = guesses
        if self.looks_up:
            config.max_ngram_size = self._wish["max_ngram_size"]

    @property
    def worth(self) -> float:
        """How much faster than plain ones answers would be now that have the machine to themselves."""
        return self.costs.choose(Running(0), self.odds, self.most)[1]

    @property
    def pays(self) -> bool:
        """Enough for a pipeline that guesses, and to have it ready for conversations."""
        return self.worth >= WORTH_OPENING

    @property
    def may_pay(self) -> bool:
        """Whether guessing would pay if it were free: otherwise its cost need not be measured."""
        return self.odds.tokens(self.most) >= WORTH

    def measure(self, plain: tuple[float, float], requests: int, guessed: tuple[float, float], most: int) -> None:
        """Takes note of what steps cost; as `Costs.measure` has it."""
        self.costs.measure(plain, requests, guessed, most)
        self._is_judged = False

    def choose(self, running: Running, uncached: tuple[int, int], max_tokens: int) -> int:
        """How many tokens to guess in each step of a request that comes to those that run; 0: it is to run plainly.

        `uncached`: how many tokens of its prompt have to be computed, plainly and where tokens are guessed.
        """
        self._crowd = max(1 + running.plain + len(running.guesses), self._crowd * CROWD_KEPT)
        guesses, gain = self.costs.choose(running, self.odds, self.most)
        # The first of many decides for them, as two pipelines in turns are slower than either; if it is guessed and the
        # others are not, all are slower.
        if self.costs.gain(self._at_once, guesses, self.odds) < WORTH:
            return 0
        tokens = min(float(max_tokens), self._answer_tokens)
        plain, guessed = (self.costs.each * count for count in uncached)
        return guesses if (guessed + tokens / gain) * WORTH <= plain + tokens else 0

    @property
    def _at_once(self) -> int:
        """How many requests are expected to run together."""
        return round(self._crowd)

    def saw_step(self, guesses: int, tokens: int) -> None:
        """After a step of a request beyond its prompt: how many tokens were guessed, and how many came."""
        self._counts[0] += 1
        self._counts[1] += guesses
        self._counts[2] += tokens - 1

    def saw_guessed(self, rights: Sequence[int], tokens: int) -> None:
        """After an answer with guesses: how many of its steps had no right one, one, …, only right ones."""
        self._answer_tokens += (tokens - self._answer_tokens) / 4
        self._plain_answers = 0
        self._is_judged = False
        self.odds.add(rights, self._at_once)

    def saw_plain(self, prompt: list[int], answer: list[int]) -> None:
        """After an answer without guesses: takes note of what guessing would have given."""
        self._answer_tokens += (len(answer) - self._answer_tokens) / 4
        self._is_judged = False
        if self.looks_up:
            self._try_lookup(prompt, answer)
            return
        self._plain_answers += 1
        if self._plain_answers >= RETRY_ANSWERS:
            self._plain_answers = 0
            self.odds = self._hope()

    def _try_lookup(self, prompt: list[int], answer: list[int]) -> None:
        started = self._clock()
        if started < self._rests_until:
            return
        self.odds.add(try_lookup(prompt, answer, self.most, self._wish["max_ngram_size"]), self._at_once)
        took = self._clock() - started
        self._rests_until = max(self._rests_until, started - TRIAL_CREDIT) + (1 + REST_AFTER_TRIAL) * took

    def start(self) -> list[Message]:
        """There is a pipeline that guesses from now on."""
        self.opened = True
        self._is_judged = False
        return self.report(idle=True)

    def give_up(self, problem: str) -> Message:
        """There is no pipeline that guesses any more."""
        self.opened = False
        return {"type": "speculation", **self._take_counts(), "problem": problem}

    def report(self, idle: bool) -> list[Message]:
        """What was guessed since the last message: at most once a second, and when nothing runs any more."""
        turned = self._judge()
        now = self._clock()
        if not turned and (not self._counts[0] or (not idle and now - self._sent_at < 1)):
            return []
        self._sent_at = now
        return [{"type": "speculation", **self._take_counts(), **turned}]

    def _take_counts(self) -> dict[str, int]:
        (drafts, tokens, accepted), self._counts = self._counts, [0, 0, 0]
        return {"drafts": drafts, "draft_tokens": tokens, "accepted_tokens": accepted}

    def _judge(self) -> Message:
        """What has changed of whether it pays, after an answer or a measurement."""
        if self._is_judged or not self.opened:
            return {}
        self._is_judged = True
        worth = self.worth
        if self._active == (worth >= WORTH):
            return {}
        self._active = not self._active
        return {"active": self._active, "worth": round(worth, 2)}
