"""Whether guessing tokens pays: how many steps guesses save, and what more tokens in a step cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

# How many of the last tokens count, for each request that runs at once.
REMEMBERED = 192
# Another program only makes steps slower: of so many measurements, the fastest steps count. Older ones are forgotten,
# because the machine may have changed.
MEASUREMENTS = 6
# A further token in a step costs at least this share of one, whatever was measured.
COST_LEAST = 0.02
# Guesses that are all wrong may slow an answer down by this share at most, unless nearly all were right in each of the
# last answers: the next one may be unlike them, and keeps its number of guesses to its end.
RISK = 0.2
SURE = 0.8
SURE_ANSWERS = 3


class Odds:
    """How many tokens a step gives with so many guesses; older answers count less."""

    def __init__(self, share: float, most: int) -> None:
        """`share`: how often a guess is assumed to be right, before anything was seen. `most`: guesses in a step."""
        self._tokens = REMEMBERED / 8
        self._steps = [self._tokens / expect(share, guesses) for guesses in range(most + 1)]
        """How many steps those tokens take with none, one, … guesses in each."""
        self._answers: deque[float] = deque(maxlen=SURE_ANSWERS)

    def add(self, rights: Sequence[int], at_once: int = 1) -> None:
        """Of an answer: how many of its steps had no right guess, one, …, only right ones.

        `at_once`: how many requests run together. All their answers count, not only the last one to end.
        """
        steps = sum(rights)
        if steps == 0:
            return
        hits = sum(right * count for right, count in enumerate(rights))
        tokens = steps + hits
        kept = max(0.0, 1 - tokens / (REMEMBERED * at_once))
        self._tokens = self._tokens * kept + tokens
        # Also the first wrong guess of each step.
        share = hits / (tokens - rights[-1])
        found = to_steps(rights, share, len(self._steps) - 1)
        self._steps = [old * kept + new for old, new in zip(self._steps, found, strict=True)]
        self._answers.append(share)

    def tokens(self, guesses: int) -> float:
        """That a step gives of a request, on average."""
        return self._tokens / self._steps[guesses]

    @property
    def sure(self) -> bool:
        return len(self._answers) == SURE_ANSWERS and min(self._answers) >= SURE


def to_steps(rights: Sequence[int], share: float, most: int) -> list[float]:
    """How many steps an answer would have taken with none, one, …, `most` guesses in each.

    Right guesses come in runs, and fewer guesses go through a run in more steps. More guesses than there were would
    have been right as often as `share` has it.
    """
    last = len(rights) - 1
    steps = []
    for guesses in range(min(last, most) + 1):
        ended = sum(count * -(-(right + 1) // (guesses + 1)) for right, count in enumerate(rights[:last]))
        # A run that is longer than a step goes on in the next one.
        steps.append(ended + rights[last] * (last + 1) / (guesses + 1))
    more = range(last + 1, most + 1)
    return steps + [steps[-1] * expect(share, last) / expect(share, guesses) for guesses in more]


def expect(share: float, guesses: int) -> float:
    """How many tokens a step with so many guesses gives on average; `share`: of those that follow right ones."""
    return sum(share**count for count in range(guesses + 1))


@dataclass(frozen=True, slots=True)
class Running:
    """What runs together: how many requests plainly, and how many tokens are guessed for each of the others."""

    plain: int
    guesses: tuple[int, ...] = ()

    def add(self, guesses: int) -> Running:
        return Running(self.plain, (*self.guesses, guesses)) if guesses else Running(self.plain + 1, self.guesses)


class Costs:
    """The time of steps as a share of a plain one of one request. Measured again and again."""

    def __init__(self) -> None:
        self.each = 0.05
        """What one request more costs in a step, or a token more of a prompt."""
        self.first = 1.05
        """A step of one request with one guess."""
        self.guess = 0.05
        """What one guess more costs."""
        self._measured: deque[tuple[float, float, float, float]] = deque(maxlen=MEASUREMENTS)

    def measure(self, plain: tuple[float, float], requests: int, guessed: tuple[float, float], most: int) -> None:
        """Seconds of steps: plain of one and of so many requests; of one request with one guess and with most."""
        self._measured.append((*plain, *guessed))
        one, some, few, many = map(min, zip(*self._measured, strict=True))
        self.each = max(COST_LEAST, (some / one - 1) / (requests - 1))
        self.first = max(1 + COST_LEAST, few / one)
        self.guess = max(COST_LEAST, (many - few) / one / (most - 1))

    def time(self, running: Running) -> float:
        """Of a step of all. The two pipelines step in turns."""
        plain = 1 + self.each * (running.plain - 1) if running.plain else 0.0
        if not running.guesses:
            return plain
        return plain + self.first + self.each * (len(running.guesses) - 1) + self.guess * (sum(running.guesses) - 1)

    def speed(self, running: Running, odds: Odds) -> float:
        """Tokens of all in the time of a plain step of one request."""
        return to_tokens(running, odds) / self.time(running)

    def gain(self, requests: int, guesses: int, odds: Odds) -> float:
        """How much faster so many requests are with so many guesses each than plainly."""
        return self.speed(Running(0, (guesses,) * requests), odds) / self.speed(Running(requests), odds)

    def choose(self, running: Running, odds: Odds, most: int) -> tuple[int, float]:
        """How many guesses make all fastest with one request more, within the risk, and how much faster than none."""
        plain = self.speed(running.add(0), odds)
        if not odds.sure:
            bound = (to_tokens(running, odds) + 1) / plain * (1 + RISK)
            most = max((count for count in range(1, most + 1) if self.time(running.add(count)) <= bound), default=1)
        speeds = {count: self.speed(running.add(count), odds) / plain for count in range(1, most + 1)}
        best = max(speeds, key=lambda count: speeds[count])
        return best, speeds[best]


def to_tokens(running: Running, odds: Odds) -> float:
    """Of a step of all."""
    return running.plain + sum(odds.tokens(guesses) for guesses in running.guesses)
