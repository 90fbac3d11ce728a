"""Models that cut a picture into squares and make a token of each, such as those of Qwen2-VL's family."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path

Size = tuple[int, int]
"""Width and height."""

# The sides of a square to try, in pixels, and the numbers of tokens that a model may put around those of a picture.
SIDES = range(8, 65)
MOST_AROUND = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds in pixels: a model scales smaller pictures up and larger ones down, each by its own rules."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class ImageGrid:
    side: int
    around: int
    bounds: Bounds

    def count(self, size: Size) -> int | None:
        """The tokens of a picture; None if it is scaled to the bounds (OpenVINO GenAI, `smart_resize_qwen2vl`)."""
        columns, rows = (floor(length / self.side + 0.5) for length in size)
        if not self.bounds.least <= columns * rows * self.side**2 <= self.bounds.most:
            return None
        return columns * rows + self.around


def find_grid(counts: Mapping[Size, int], bounds: Bounds) -> ImageGrid | None:
    """The only grid that gives these counts for pictures of these sizes; None if there is none, or several."""
    grids = (ImageGrid(side, around, bounds) for side in SIDES for around in range(MOST_AROUND))
    fitting = [grid for grid in grids if explains(grid, counts)]
    return fitting[0] if len(fitting) == 1 else None


def explains(grid: ImageGrid, counts: Mapping[Size, int]) -> bool:
    """Needs at least two sizes."""
    own = [(grid.count(size), count) for size, count in counts.items()]
    known = [(expected, count) for expected, count in own if expected is not None]
    return len(known) > 1 and all(expected == count for expected, count in known)


def read_bounds(folder: Path) -> Bounds | None:
    """The bounds that the model's preprocessor states, under either name; None: it states none."""
    try:
        config = json.loads((folder / "preprocessor_config.json").read_text())
    except (OSError, ValueError):
        return None
    size = config.get("size") or {}
    least = [one for one in (config.get("min_pixels"), size.get("shortest_edge")) if isinstance(one, int)]
    most = [one for one in (config.get("max_pixels"), size.get("longest_edge")) if isinstance(one, int)]
    return Bounds(max(least), min(most)) if least and most else None
