"""Where the time of a load goes."""

from __future__ import annotations

import os
import time
from pathlib import Path


class Stages:
    """The seconds of each stage, one after the other, from the start of the process on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic() - process_age()

    def end(self, name: str) -> None:
        """Ends a stage: all time since the end of the previous one belongs to it."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now


def process_age() -> float:
    """Seconds since this process was started, in steps of 10 ms (proc(5), field 22 of /proc/self/stat)."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
