"""Models that transcribe, for tests. Runs in the converter's environment.

Usage: make_whisper_models.py <folder of the packages> <target>. Writes

- hf/whisper-tiny: random weights of a small size under the real tokenizer. It transcribes nothing, but converts fast;
- hf/whisper-base: the real model, whose weights the packages carry as CTranslate2 stores them, split in two;
- whisper-base: that for OpenVINO.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from optimum.exporters.openvino import main_export
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizerFast

TYPES = ("<f4", "<i1", "<i2", "<i4", "<f2")


def read_variables(data: bytes) -> dict[str, Any]:
    """The variables of a CTranslate2 model.bin (ctranslate2, model_spec.py, `_serialize`)."""
    file = BytesIO(data)

    def number(size: int) -> int:
        return int.from_bytes(file.read(size), "little")

    def text() -> str:
        return file.read(number(2))[:-1].decode()

    number(4), text(), number(4)
    found = {}
    for _ in range(number(4)):
        name, shape = text(), [number(4) for _ in range(number(1))]
        kind = TYPES[number(1)]
        found[name] = np.frombuffer(file.read(number(4)), kind).reshape(shape)
    return found


def to_hugging_face(found: dict[str, Any]) -> dict[str, Any]:
    """By the names of transformers; CTranslate2 stacks query, key and value, and keys have no bias."""
    state: dict[str, Any] = {}

    def norm(source: str, target: str) -> None:
        state[f"{target}.weight"], state[f"{target}.bias"] = found[f"{source}/gamma"], found[f"{source}/beta"]

    def linear(source: str, *targets: str) -> None:
        weights = np.split(found[f"{source}/weight"], len(targets))
        for target, weight, bias in zip(targets, weights, np.split(found[f"{source}/bias"], len(targets)), strict=True):
            state[f"{target}.weight"] = weight
            if not target.endswith("k_proj"):
                state[f"{target}.bias"] = bias

    for side in ("encoder", "decoder"):
        state[f"{side}.embed_positions.weight"] = found[f"{side}/position_encodings/encodings"]
        norm(f"{side}/layer_norm", f"{side}.layer_norm")
        for index in range(6):
            source, target = f"{side}/layer_{index}", f"{side}.layers.{index}"
            projections = [f"{target}.self_attn.{one}_proj" for one in "qkv"]
            linear(f"{source}/self_attention/linear_0", *projections)
            linear(f"{source}/self_attention/linear_1", f"{target}.self_attn.out_proj")
            norm(f"{source}/self_attention/layer_norm", f"{target}.self_attn_layer_norm")
            if side == "decoder":
                linear(f"{source}/attention/linear_0", f"{target}.encoder_attn.q_proj")
                keys_and_values = [f"{target}.encoder_attn.{one}_proj" for one in "kv"]
                linear(f"{source}/attention/linear_1", *keys_and_values)
                linear(f"{source}/attention/linear_2", f"{target}.encoder_attn.out_proj")
                norm(f"{source}/attention/layer_norm", f"{target}.encoder_attn_layer_norm")
            linear(f"{source}/ffn/linear_0", f"{target}.fc1")
            linear(f"{source}/ffn/linear_1", f"{target}.fc2")
            norm(f"{source}/ffn/layer_norm", f"{target}.final_layer_norm")
    for name in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            state[f"encoder.{name}.{part}"] = found[f"encoder/{name}/{part}"]
    state["decoder.embed_tokens.weight"] = found["decoder/embeddings/weight"]
    return {f"model.{name}": torch.from_numpy(value.astype(np.float32)) for name, value in state.items()}


def to_config(tiny: bool) -> WhisperConfig:
    width, layers, heads = (64, 2, 2) if tiny else (512, 6, 8)
    return WhisperConfig(
        d_model=width,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width,
        bos_token_id=50257,
        eos_token_id=50257,
        pad_token_id=50257,
        decoder_start_token_id=50258,
        begin_suppress_tokens=[220, 50257],
        forced_decoder_ids=None,
    )


def to_tokenizer(file: Path) -> WhisperTokenizerFast:
    """With the timestamps, which the tokenizer of the package leaves out: 0.00 to 30.00 in steps of 0.02 s."""
    tokenizer = WhisperTokenizerFast(
        tokenizer_file=str(file),
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )
    tokenizer.add_tokens([f"<|{step * 0.02:.2f}|>" for step in range(1501)])
    return tokenizer


def set_generation(model: WhisperForConditionalGeneration, tokenizer: WhisperTokenizerFast, facts: Any) -> None:
    config = model.generation_config
    languages = {tokenizer.convert_ids_to_tokens(one): one for one in facts["lang_ids"]}
    tasks = {name: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in ("transcribe", "translate")}
    values = {
        "alignment_heads": facts["alignment_heads"],
        "begin_suppress_tokens": facts["suppress_ids_begin"],
        "suppress_tokens": facts["suppress_ids"],
        "is_multilingual": True,
        "lang_to_id": languages,
        "task_to_id": tasks,
        "no_timestamps_token_id": tokenizer.convert_tokens_to_ids("<|notimestamps|>"),
        "prev_sot_token_id": tokenizer.convert_tokens_to_ids("<|startofprev|>"),
        # Else whoever saves the model next makes the whole of it from config.json again.
        "_from_model_config": False,
        "max_initial_timestamp_index": 50,
        "max_length": 448,
        "return_timestamps": False,
    }
    for name, value in values.items():
        setattr(config, name, value)


def write(data: Path, weights: bytes | None, target: Path) -> None:
    """`weights`: the content of a model.bin; None: random ones."""
    facts = json.loads((data / "config.json").read_text())
    torch.manual_seed(7)
    model = WhisperForConditionalGeneration(to_config(weights is None))
    if weights is None:
        facts["alignment_heads"] = [[1, 0], [1, 1]]
    else:
        lacking = model.load_state_dict(to_hugging_face(read_variables(weights)), strict=False)
        if lacking.unexpected_keys or lacking.missing_keys != ["proj_out.weight"]:
            raise SystemExit(f"The weights do not fit: {lacking}")
        model.tie_weights()
    tokenizer = to_tokenizer(data / "tokenizer.json")
    set_generation(model, tokenizer, facts)
    model.half().save_pretrained(target)
    tokenizer.save_pretrained(target)
    WhisperFeatureExtractor(feature_size=80).save_pretrained(target)


def main() -> None:
    packages, out = (Path(word) for word in sys.argv[1:])
    (first,) = packages.glob("*_part1/data/model.bin.part1")
    (second,) = packages.glob("*_part2/data/model.bin.part2")
    write(first.parent, None, out / "hf/whisper-tiny")
    write(first.parent, first.read_bytes() + second.read_bytes(), out / "hf/whisper-base")
    main_export(
        str(out / "hf/whisper-base"),
        str(out / "whisper-base"),
        task="automatic-speech-recognition-with-past",
        library_name="transformers",
        convert_tokenizer=True,
    )


main()
