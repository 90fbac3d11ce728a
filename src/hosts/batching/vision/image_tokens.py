"""How many tokens a picture takes. The engine reports it only when a request has ended."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import openvino as ov

from vision.image_grid import Bounds, ImageGrid, Size, find_grid

# How many sizes are remembered.
MOST_SIZES = 4_096
# Different shapes: a model for which all of them take the same number of tokens does so for every picture.
TRIAL_SIZES = ((56, 56), (640, 360), (200, 900))
# The most tokens of a picture, if they grow with its pixels (model card of Qwen2.5-VL, "max_pixels"). The
# encoder's memory grows with their square, however small the model: in Qwen2.5-VL 2,048 take 1.2 GB, 16,384 over 10 GB.
MOST_TOKENS = 1_280


def to_pixels_each(counts: list[int]) -> float | None:
    """Pixels per token, from the counts of TRIAL_SIZES; None if the count depends on tiles rather than pixels."""
    # The first size may be scaled up.
    one, other = (width * height / count for (width, height), count in zip(TRIAL_SIZES[1:], counts[1:], strict=True))
    return (one + other) / 2 if 0.9 < one / other < 1.1 else None


class ImageTokens:
    """Measures each size once, with a request for a blank picture that is stopped before it is computed.

    The picture is encoded like any other, so the count costs as much as encoding the picture itself, once for
    each size. It costs nothing if every picture takes the same number of tokens, or one for each square of a grid.
    """

    def __init__(self, add: Any, step: Any, bounds: Bounds | None = None) -> None:
        """`add` takes a prompt and tensors and returns a handle; `step` steps an engine that has nothing else to do.

        `bounds`: those of the model's grid, if it has one.
        """
        self._add = add
        self._known: OrderedDict[Size, int] = OrderedDict()
        self._measuring: dict[Size, Any] = {}
        self._always: int | None = None
        self._grid: ImageGrid | None = None
        counts = [self._measure_now(size, step) for size in TRIAL_SIZES]
        if len(set(counts)) == 1:
            self._always = counts[0]
        elif bounds is not None:
            self._grid = find_grid(dict(zip(TRIAL_SIZES, counts, strict=True)), bounds)
        self._pixels_each = to_pixels_each(counts)

    def most_pixels(self, context_length: int) -> int | None:
        """Larger pictures take too much memory, or most of the context; None: their size makes no such difference."""
        each = self._pixels_each
        return None if each is None else round(min(MOST_TOKENS, context_length / 2) * each)

    def _measure_now(self, size: Size, step: Any) -> int:
        self.measure(size)
        while self.get(size) is None:
            step()
            self.look()
        return self._known[size]

    def get(self, size: Size) -> int | None:
        """None: it has to be measured."""
        if self._always is not None:
            return self._always
        if size in self._known:
            self._known.move_to_end(size)
            return self._known[size]
        return None if self._grid is None else self._grid.count(size)

    @property
    def busy(self) -> bool:
        return bool(self._measuring)

    def measure(self, size: Size) -> None:
        """The count is known after the next step of the engine."""
        if size in self._measuring or self.get(size) is not None:
            return
        width, height = size
        blank = ov.Tensor(np.zeros((1, height, width, 3), np.uint8))
        handle = self._add("<ov_genai_image_0>", [blank])
        handle.stop()
        self._measuring[size] = handle

    def look(self) -> None:
        """Call this after each step."""
        for size, handle in list(self._measuring.items()):
            try:
                metrics = handle.get_perf_metrics()
            except RuntimeError:
                continue
            del self._measuring[size]
            self._known[size] = metrics.get_num_input_tokens()
            while len(self._known) > MOST_SIZES:
                self._known.popitem(last=False)
