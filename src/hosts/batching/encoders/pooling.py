"""From the states of a text's tokens to one vector, in the ways of sentence-transformers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
"""numpy's module; the host's types are checked without numpy."""


def pool(way: str, states: Array, mask: Array) -> Array:
    """[texts, tokens, numbers] -> [texts, numbers]; the mask is 1 for each text's own tokens, which stand first."""
    return POOLINGS[way](states, mask)


def _mean(states: Array, mask: Array) -> Array:
    return _sum(states, mask) / mask.sum(axis=1, keepdims=True).astype(np.float32)


def _mean_sqrt(states: Array, mask: Array) -> Array:
    return _sum(states, mask) / np.sqrt(mask.sum(axis=1, keepdims=True)).astype(np.float32)


def _sum(states: Array, mask: Array) -> Array:
    return np.matmul(mask[:, None, :].astype(np.float32), states)[:, 0, :]


def _max(states: Array, mask: Array) -> Array:
    return np.where(mask[:, :, None] == 1, states, -np.inf).max(axis=1)


def _last(states: Array, mask: Array) -> Array:
    return states[np.arange(len(states)), mask.sum(axis=1) - 1]


POOLINGS: dict[str, Callable[[Any, Any], Any]] = {
    "cls": lambda states, _mask: states[:, 0],
    "mean": _mean,
    "max": _max,
    "mean_sqrt_len_tokens": _mean_sqrt,
    "lasttoken": _last,
}


def to_length_one(vectors: Array) -> Array:
    """Each vector divided by its length; one of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Array = vectors / np.maximum(lengths, 1e-12)
    return scaled
