"""What stands behind the pooling, read of its files; run by layers.test.ts."""

from __future__ import annotations

import json
import math
import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np

from encoders.layers import load_layers
from messages import RequestFailed

Array = Any
VECTORS = np.array([[1.0, 2.0], [-3.0, 0.5]], dtype=np.float32)


def render(tensors: dict[str, tuple[str, list[int], bytes]]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def weights(values: list[list[float]], dtype: str = "<f4", name: str = "F32") -> tuple[str, list[int], bytes]:
    array = np.array(values, dtype=dtype)
    return name, list(array.shape), array.tobytes()


class Layers(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "2_Dense").mkdir()

    def apply(self, content: bytes, activation: str = "identity") -> list[list[float]]:
        (self.folder / "2_Dense" / "model.safetensors").write_bytes(content)
        dense = {"kind": "dense", "weights": "2_Dense/model.safetensors", "activation": activation}
        vectors: Array = VECTORS
        for layer in load_layers(self.folder, [dense]):
            vectors = layer(vectors)
        found: list[list[float]] = vectors.tolist()
        return found

    def test_weights_of_each_type_are_read(self) -> None:
        rows = [[1.0, -2.0], [0.5, 0.0], [0.0, 1.0]]
        halves = (np.array(rows, dtype="<f4").view("<u4") >> 16).astype("<u2")
        for given in (
            weights(rows),
            weights(rows, "<f2", "F16"),
            weights(rows, "<f8", "F64"),
            ("BF16", [3, 2], halves.tobytes()),
        ):
            with self.subTest(given[0]):
                found = self.apply(render({"linear.weight": given}))
                self.assertEqual(found, [[-3.0, 0.5, 2.0], [-4.0, -1.5, 0.5]])

    def test_a_bias_is_added_before_the_activation(self) -> None:
        tensors = {"linear.bias": ("F32", [1], np.float32(0.5).tobytes()), "linear.weight": weights([[1.0, 0.0]])}
        for activation, function in {
            "tanh": math.tanh,
            "relu": lambda value: max(value, 0),
            "gelu": lambda value: value * (1 + math.erf(value / math.sqrt(2))) / 2,
            "sigmoid": lambda value: 1 / (1 + math.exp(-value)),
            "silu": lambda value: value / (1 + math.exp(-value)),
        }.items():
            with self.subTest(activation):
                ((first,), (second,)) = self.apply(render(tensors), activation)
                self.assertAlmostEqual(first, function(1.5), 6)
                self.assertAlmostEqual(second, function(-2.5), 6)

    def test_vectors_get_length_one_where_a_layer_says_so(self) -> None:
        (layer,) = load_layers(self.folder, [{"kind": "normalize"}])
        np.testing.assert_allclose(np.linalg.norm(layer(VECTORS), axis=1), [1, 1], rtol=1e-6)

    def test_files_that_hold_no_such_layer_fail_by_name(self) -> None:
        good = render({"linear.weight": weights([[1.0, 0.0]])})
        for content in (
            b"",
            good[:-3],
            b"\xff" * 40,
            render({"other": weights([[1.0]])}),
            render({"linear.weight": ("I8", [1, 1], b"1")}),
            render({"linear.weight": ("F32", [1], np.float32(1).tobytes())}),
            render({"linear.weight": weights([[1.0, 0.0, 0.0]])}),
        ):
            with self.subTest(content), self.assertRaisesRegex(RequestFailed, "2_Dense/model.safetensors"):
                self.apply(content)
        with self.assertRaisesRegex(RequestFailed, "No such file"):
            load_layers(self.folder, [{"kind": "dense", "weights": "3_Dense/model.safetensors", "activation": "tanh"}])


if __name__ == "__main__":
    unittest.main()
