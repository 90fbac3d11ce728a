"""Models that cut a picture into squares and make a token of each, such as those of Qwen2-VL's family."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path

Size = tuple[int, int]
"""Width and height."""

# Sides of a square that a model may have, in pixels, and tokens that it may put around those of a picture.
SIDES = range(8, 65)
MOST_AROUND = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """Pixels: a model scales smaller pictures up and larger ones down, each by rules of its own."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class ImageGrid:
    side: int
    around: int
    bounds: Bounds

    def count(self, size: Size) -> int | None:
        """Tokens of a picture; None where it is scaled to the bounds (OpenVINO GenAI, `smart_resize_qwen2vl`)."""
        columns, rows = (floor(length / self.side + 0.5) for length in size)
        if not self.bounds.least <= columns * rows * self.side**2 <= self.bounds.most:
            return None
        return columns * rows + self.around


def find_grid(counts: Mapping[Size, int], bounds: Bounds) -> ImageGrid | None:
    """The one grid that makes these counts of pictures of these sizes; None where there is none, or several."""
    grids = (ImageGrid(side, around, bounds) for side in SIDES for around in range(MOST_AROUND))
    fitting = [grid for grid in grids if explains(grid, counts)]
    return fitting[0] if len(fitting) == 1 else None


def explains(grid: ImageGrid, counts: Mapping[Size, int]) -> bool:
    """By two sizes at least."""
    own = [(grid.count(size), count) for size, count in counts.items()]
    known = [(expected, count) for expected, count in own if expected is not None]
    return len(known) > 1 and all(expected == count for expected, count in known)


def read_bounds(folder: Path) -> Bounds | None:
    """As the model's preprocessor names them, under either name; None: it does not."""
    try:
        config = json.loads((folder / "preprocessor_config.json").read_text())
    except (OSError, ValueError):
        return None
    size = config.get("size") or {}
    least = [one for one in (config.get("min_pixels"), size.get("shortest_edge")) if isinstance(one, int)]
    most = [one for one in (config.get("max_pixels"), size.get("longest_edge")) if isinstance(one, int)]
    return Bounds(max(least), min(most)) if least and most else None
