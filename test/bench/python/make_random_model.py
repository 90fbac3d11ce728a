"""Makes a .gguf of random weights in Q4_0: a model of any shape that only its speed is asked of.

Tokenizer, chat template and the rest of the metadata come from a real model of the Llama architecture, so that prompts
have its tokens. Arguments: that model, the file to write, and the shape as JSON (see models/random-model.ts).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

BLOCK = 32
"""Weights of a block of Q4_0: a scale as float16, then half a byte for each (ggml, `block_q4_0`)."""
SPREAD = 4.6
"""The standard deviation of numbers from -8 to 7 that are equally frequent."""

CALM = 0.01
"""What the layers add that are to add next to nothing."""

source, target, shape = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
calm_from = shape.pop("calm_from", shape["block_count"])
random = np.random.default_rng(20_260_401)
reader = GGUFReader(source)
writer = GGUFWriter(target, "llama")


def copy_metadata() -> None:
    numbers = {f"llama.{name}": value for name, value in shape.items()}
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture" or field.name in numbers:
            continue
        kind, inner = field.types[0], field.types[-1]
        writer.add_key_value(field.name, field.contents(), kind, inner if kind == GGUFValueType.ARRAY else None)
    for name, value in numbers.items():
        writer.add_uint32(name, value)


def weights(rows: int, columns: int, size: float) -> np.ndarray:
    blocks = rows * columns // BLOCK
    data = random.integers(0, 256, size=(blocks, 2 + BLOCK // 2), dtype=np.uint8)
    scale = np.array([size / (SPREAD * columns**0.5)], dtype=np.float16)
    data[:, :2] = scale.view(np.uint8)
    return data.reshape(rows, columns // BLOCK * (2 + BLOCK // 2))


def matrices() -> Iterator[tuple[str, int, int, float]]:
    """Names as llama.cpp has them, rows, columns, and the size of the weights."""
    width, inner = shape["embedding_length"], shape["feed_forward_length"]
    keys = width // shape["attention.head_count"] * shape["attention.head_count_kv"]
    yield "token_embd.weight", len(reader.fields["tokenizer.ggml.tokens"].data), width, 1
    for layer in range(shape["block_count"]):
        start = f"blk.{layer}"
        adds = CALM if layer >= calm_from else 1
        yield f"{start}.attn_q.weight", width, width, 1
        yield f"{start}.attn_k.weight", keys, width, 1
        yield f"{start}.attn_v.weight", keys, width, 1
        yield f"{start}.attn_output.weight", width, width, adds
        yield f"{start}.ffn_gate.weight", inner, width, 1
        yield f"{start}.ffn_up.weight", inner, width, 1
        yield f"{start}.ffn_down.weight", width, inner, adds


def norms() -> Iterator[str]:
    yield "output_norm.weight"
    for layer in range(shape["block_count"]):
        yield f"blk.{layer}.attn_norm.weight"
        yield f"blk.{layer}.ffn_norm.weight"


copy_metadata()
for name, rows, columns, size in matrices():
    writer.add_tensor(name, weights(rows, columns, size), raw_dtype=GGMLQuantizationType.Q4_0)
for name in norms():
    writer.add_tensor(name, np.ones(shape["embedding_length"], dtype=np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
