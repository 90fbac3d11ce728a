"""Whether guessing tokens pays: how often guesses are right, and what more tokens in a step cost."""

from __future__ import annotations

# How many of the last guesses count.
REMEMBERED = 96
# A guess more costs at least this share of a step, whatever was measured.
COST_LEAST = 0.02
# Guesses that are all wrong may slow an answer down by this share at most, unless nearly all were right lately: the
# next answer may be unlike the last ones, and keeps its number of guesses to its end.
RISK = 0.1
SURE = 0.8


class Odds:
    """How often a guess is right that follows right ones; older ones count less."""

    def __init__(self) -> None:
        # Good odds at first, so that they are tried.
        self._hits = 0.6 * REMEMBERED / 4
        self._tries = REMEMBERED / 4

    def add(self, hits: int, tries: int) -> None:
        """`tries`: the right guesses, and the first wrong one."""
        kept = max(0.0, 1 - tries / REMEMBERED)
        self._hits = self._hits * kept + hits
        self._tries = self._tries * kept + tries

    @property
    def share(self) -> float:
        return min(1.0, self._hits / self._tries)

    def expect(self, guesses: int) -> float:
        """How many of so many guesses are right on average."""
        return expect(self.share, guesses)


def expect(share: float, guesses: int) -> float:
    return sum(share**count for count in range(1, guesses + 1))


class Costs:
    """The time of a step, by requests and guesses, as a share of a step of one token. Measured once, at the load."""

    def __init__(self, grows: bool) -> None:
        self._grows = grows
        """Whether a further request costs like a further guess; a draft's guess costs more."""
        self.guess = 0.05
        """What one guess more costs."""

    def measure(self, few: tuple[int, float], many: tuple[int, float]) -> None:
        """Two measurements: how many tokens were guessed, and the seconds of a step."""
        slope = (many[1] - few[1]) / (many[0] - few[0])
        plain = few[1] - slope * few[0]
        self.guess = max(COST_LEAST, slope / plain) if plain > 0 else 1.0

    def gain(self, tokens: float, guesses: float, running: int) -> float:
        """How much faster than plain answers are that get so many tokens in a step each."""
        plain = 1 + (self.guess * (running - 1) if self._grows else 0)
        return tokens * plain / (plain + self.guess * running * guesses)

    def choose(self, share: float, running: int, most: int) -> int:
        """The number of guesses, at least 1, that makes answers fastest, within the risk."""
        if share < SURE:
            plain = 1 + (self.guess * (running - 1) if self._grows else 0)
            most = max(1, min(most, int(RISK * plain / (self.guess * running))))
        return max(range(1, most + 1), key=lambda guesses: self.gain(1 + expect(share, guesses), guesses, running))
