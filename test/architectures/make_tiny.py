"""Makes models of random weights: make_tiny.py JSON [--export]

JSON is `{folder: {"type": model_type, "tokenizer": folder with tokenizer.json}}`.
Each folder gets a Hugging Face model of that architecture, of two layers, with that tokenizer; with --export, as int8
in OpenVINO's own form.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

COMMON = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 2048,
    # Large enough that no answer is one token again and again.
    "initializer_range": 0.2,
}
OWN: dict[str, dict[str, object]] = {
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
    "qwen3_moe": {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 64},
    "gpt_oss": {"num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 128},
    "smollm3": {"pad_token_id": None},
    "phi3": {"original_max_position_embeddings": 2048},
}

# Of tokenizers that come without one; it writes the start-of-text token, as Mistral's do.
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{{ '[INST] ' if m['role'] == 'user' else '' }}{{ m['content'] }}"
    "{{ ' [/INST]' if m['role'] == 'user' else eos_token }}{% endfor %}"
)


def make(folder: Path, wanted: dict[str, str]) -> None:
    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(wanted["tokenizer"])
    tokenizer.chat_template = tokenizer.chat_template or TEMPLATE
    special = {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
    }
    config = AutoConfig.for_model(wanted["type"], **{**COMMON, **special, **OWN.get(wanted["type"], {})})
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    print(folder, sum(one.numel() for one in model.parameters()), flush=True)


def export(folder: Path) -> None:
    """Replaces a Hugging Face model by its conversion."""
    from optimum.exporters.openvino import main_export
    from optimum.intel import OVConfig, OVWeightQuantizationConfig

    source = folder.rename(folder.with_name(f"{folder.name}.source"))
    config = OVConfig(quantization_config=OVWeightQuantizationConfig(bits=8))
    main_export(str(source), folder, task="text-generation-with-past", ov_config=config, convert_tokenizer=True)
    shutil.rmtree(source)


for name, recipe in json.loads(sys.argv[1]).items():
    make(Path(name), recipe)
    if "--export" in sys.argv:
        export(Path(name))
