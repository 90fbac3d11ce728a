"""Whether requests come to a model one by one, or several at once."""

from __future__ import annotations

# How long a step waits at least for requests that are likely to join it, in seconds; a step takes milliseconds.
MOMENT = 0.001


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
        """To be called for each request, with how many run already."""
        if running == 0:
            self._had_company, self._has_company = self._has_company, False
            self._steps = 0
        elif self._steps <= 1:
            # Also one that just missed the first step.
            self._has_company = True

    def stepped(self) -> None:
        self._steps += 1

    @property
    def expects_more(self) -> bool:
        """Whether others are likely to come within a moment; to be asked while a request runs."""
        return self._steps == 0 and self._had_company
