"""A pipeline that steps its requests together, and what its caches hold."""

from __future__ import annotations

from typing import Any

from pipeline.prefixes import PrefixIndex


class Batch:
    """Requests in one continuous batching pipeline."""

    def __init__(self, pipeline: Any, block: int, grows: bool) -> None:
        self.pipeline = pipeline
        self._grows = grows
        self._next_handle = 0
        self._bytes_per_block = 0
        self.blocks = 1
        """How many blocks the cache has, or had after the first request if it grows."""
        self._prefixes = PrefixIndex(block, self.blocks)

    def add(self, *request: Any) -> Any:
        """Adds a request; returns its handle."""
        self._next_handle += 1
        return self.pipeline.add_request(self._next_handle, *request)

    def step(self) -> None:
        self.pipeline.step()

    @property
    def busy(self) -> bool:
        return bool(self.pipeline.has_non_finished_requests())

    def measure_cache(self) -> None:
        """Call this after the first request, which must be a short one.

        The engine allocates its cache at the first request and reports only the share in use: one block's
        share is 1 / blocks.
        """
        metrics = self.pipeline.get_metrics()
        self._bytes_per_block = metrics.cache_size_in_bytes
        self.blocks = round(100 / metrics.cache_usage) if metrics.cache_usage > 0 else 1
        self._prefixes.capacity = self.blocks

    @property
    def cache_usage(self) -> float:
        """The share of the KV cache's blocks that running requests hold, 0 to 1.

        The engine updates it only in its steps, in percent. Blocks that it keeps for later prompts count as free.
        """
        return min(1.0, self.pipeline.get_metrics().cache_usage / 100) if self.busy else 0.0

    @property
    def grown_bytes(self) -> int:
        """The size in bytes of a KV cache that grows, otherwise 0."""
        return int(self.pipeline.get_metrics().cache_size_in_bytes) if self._grows else 0

    def cached_tokens(self, prompt: list[int]) -> int:
        """How many of a prompt's tokens the prefix cache holds."""
        if self._grows and self._bytes_per_block:
            self._prefixes.capacity = self.grown_bytes // self._bytes_per_block
        return self._prefixes.cached_tokens(prompt)

    def keep(self, ids: list[int]) -> None:
        """Notes that the engine has computed these tokens, and keeps them for prompts that start with them."""
        self._prefixes.add(ids)
