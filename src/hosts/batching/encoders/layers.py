"""The layers after the pooling: the modules of sentence-transformers that the exporter leaves out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from encoders.pooling import to_length_one
from messages import Message, RequestFailed

Array = Any
"""numpy's module; the host's types are checked without numpy."""

Layer = Callable[[Array], Array]
"""[texts, numbers] -> [texts, numbers]"""


def to_sigmoid(values: Array) -> Array:
    """In double precision, in which scores far below 0 keep their order."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-values.astype(np.float64)))


def to_gelu(values: Array) -> Array:
    """By the error function, as torch's GELU computes it unless it is told to approximate."""
    wide = values.astype(np.float64)
    return wide * (1 + ERF(wide / math.sqrt(2)).astype(np.float64)) / 2


# numpy has no error function.
ERF = np.frompyfunc(math.erf, 1, 1)

ACTIVATIONS: dict[str, Layer] = {
    "identity": lambda values: values,
    "tanh": np.tanh,
    "relu": lambda values: np.maximum(values, 0),
    "gelu": to_gelu,
    "sigmoid": to_sigmoid,
    "silu": lambda values: values * to_sigmoid(values),
}

# The types of https://huggingface.co/docs/safetensors that weights have, as numpy reads them: it has no bfloat16.
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def load_layers(folder: Path, layers: list[Message]) -> list[Layer]:
    return [to_length_one if one["kind"] == "normalize" else Dense(folder, one) for one in layers]


class Dense:
    """A linear layer with an activation."""

    def __init__(self, folder: Path, layer: Message) -> None:
        self.name: str = layer["weights"]
        try:
            tensors = read_safetensors(folder / self.name)
            self.weight = tensors["linear.weight"].T
            if self.weight.ndim != 2:
                raise ValueError("its weights are no matrix")
        except (OSError, ValueError, KeyError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise RequestFailed("model_load_failed", f"Cannot read {self.name} of the model: {reason}.") from error
        self.bias = tensors.get("linear.bias", np.float32(0))
        self.activate = ACTIVATIONS[layer["activation"]]

    def __call__(self, vectors: Array) -> Array:
        if vectors.shape[1] != self.weight.shape[0]:
            wanted, given = self.weight.shape[0], vectors.shape[1]
            raise RequestFailed(
                "model_load_failed",
                f"{self.name} is for vectors of {wanted} numbers, and the model's have {given}: fetch the model again.",
            )
        return self.activate(vectors @ self.weight + self.bias)


def read_safetensors(path: Path) -> dict[str, Array]:
    """Its tensors, in float32. Raises OSError, ValueError or KeyError if the file is not of this format."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    return {name: to_array(facts, data[start:]) for name, facts in header.items() if name != "__metadata__"}


def to_array(facts: Message, data: bytes) -> Array:
    first, end = facts["data_offsets"]
    values = np.frombuffer(data[first:end], dtype=DTYPES[facts["dtype"]]).reshape(facts["shape"])
    if facts["dtype"] == "BF16":
        # The upper half of a float32.
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)
