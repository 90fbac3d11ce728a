"""Whether guessing tokens pays: how often guesses are right, and what more tokens in a step cost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# How many of the last guesses count.
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
    """How often a guess is right that follows right ones; older ones count less."""

    def __init__(self, share: float) -> None:
        """`share`: what is assumed before anything was seen."""
        self._tries = REMEMBERED / 8
        self._hits = share * self._tries
        self._answers: deque[float] = deque(maxlen=SURE_ANSWERS)

    def add(self, hits: int, tries: int) -> None:
        """Of an answer. `tries`: the right guesses, and the first wrong one of each step."""
        if tries == 0:
            return
        kept = max(0.0, 1 - tries / REMEMBERED)
        self._hits = self._hits * kept + hits
        self._tries = self._tries * kept + tries
        self._answers.append(hits / tries)

    @property
    def share(self) -> float:
        return min(1.0, self._hits / self._tries)

    @property
    def sure(self) -> bool:
        return len(self._answers) == SURE_ANSWERS and min(self._answers) >= SURE


def expect(share: float, guesses: int) -> float:
    """How many of so many guesses are right on average."""
    return sum(share**count for count in range(1, guesses + 1))


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

    def speed(self, running: Running, share: float) -> float:
        """Tokens of all in the time of a plain step of one request."""
        return to_tokens(running, share) / self.time(running)

    def gain(self, requests: int, guesses: int, share: float) -> float:
        """How much faster so many requests are with so many guesses each than plainly."""
        return self.speed(Running(0, (guesses,) * requests), share) / self.speed(Running(requests), share)

    def choose(self, running: Running, odds: Odds, most: int) -> tuple[int, float]:
        """How many guesses make all fastest with one request more, within the risk, and how much faster than none."""
        plain = self.speed(running.add(0), odds.share)
        if not odds.sure:
            bound = (to_tokens(running, odds.share) + 1) / plain * (1 + RISK)
            most = max((count for count in range(1, most + 1) if self.time(running.add(count)) <= bound), default=1)
        speeds = {count: self.speed(running.add(count), odds.share) / plain for count in range(1, most + 1)}
        best = max(speeds, key=lambda count: speeds[count])
        return best, speeds[best]


def to_tokens(running: Running, share: float) -> float:
    """Of a step of all."""
    return running.plain + sum(1 + expect(share, guesses) for guesses in running.guesses)
