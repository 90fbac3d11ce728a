"""What the engine's prefix cache must hold, as inferred from outside."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator


class PrefixIndex:
    """Which token blocks the engine's prefix cache holds.

    The engine reports no hits, so this repeats its rule: whole blocks, each identified by all tokens up to its
    end, the least recently used evicted first. So it counts whole blocks only.
    """

    def __init__(self, block: int, capacity: int) -> None:
        self.block = block
        self.capacity = capacity
        self._known: OrderedDict[int, None] = OrderedDict()

    def _keys(self, ids: list[int]) -> Iterator[int]:
        key = 0
        for start in range(0, len(ids) - self.block + 1, self.block):
            key = hash((key, *ids[start : start + self.block]))
            yield key

    def cached_tokens(self, ids: list[int]) -> int:
        blocks = 0
        for key in self._keys(ids):
            if key not in self._known:
                break
            blocks += 1
        # The last token is always computed: its result chooses the first new one.
        return min(blocks * self.block, len(ids) - 1)

    def add(self, ids: list[int]) -> None:
        for key in self._keys(ids):
            self._known[key] = None
            self._known.move_to_end(key)
        while len(self._known) > self.capacity:
            self._known.popitem(last=False)
