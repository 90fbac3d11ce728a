"""A tiny Qwen2.5-VL of random weights, with the tokenizer of HF_FOLDER: make_qwen_vl.py TRANSFORMERS HF_FOLDER OUT

TRANSFORMERS: the folder of a transformers that writes these models as their makers did.
"""

import json
import sys
from pathlib import Path

transformers, source, out = sys.argv[1:]
sys.path.insert(0, transformers)

import torch
from transformers import PreTrainedTokenizerFast, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

PATCH, MERGE = 14, 2
MARKS = {
    "vision_start_token_id": "<|vision_start|>",
    "vision_end_token_id": "<|vision_end|>",
    "image_token_id": "<|image_pad|>",
    "video_token_id": "<|video_pad|>",
}
ROPE = {"type": "mrope", "mrope_section": [2, 3, 3]}
# What the model card's template does with texts and images.
TEMPLATE = """{% for message in messages %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}\
{% if part['type'] == 'image' or 'image' in part or 'image_url' in part %}<|vision_start|><|image_pad|><|vision_end|>\
{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

tokenizer = PreTrainedTokenizerFast.from_pretrained(source)
tokenizer.add_special_tokens({"additional_special_tokens": list(MARKS.values())})
tokenizer.chat_template = TEMPLATE
config = Qwen2_5_VLConfig(
    vision_config={
        "depth": 2,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_heads": 4,
        "out_hidden_size": 64,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "fullatt_block_indexes": [1],
    },
    text_config={
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "rope_scaling": ROPE,
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    },
    **{name: tokenizer.convert_tokens_to_ids(mark) for name, mark in MARKS.items()},
)
torch.manual_seed(0)
model = Qwen2_5_VLForConditionalGeneration(config)
# Large enough that what it sees decides what it writes.
for parameter in model.parameters():
    if parameter.dim() > 1:
        torch.nn.init.normal_(parameter, std=0.3)
model.half().save_pretrained(out)
tokenizer.save_pretrained(out)
# In the files of its makers all is at the top but what is of the pictures.
written = json.loads(Path(out, "config.json").read_text())
text = written.pop("text_config")
flat = {**text, **written, "architectures": [type(model).__name__], "rope_scaling": ROPE}
Path(out, "config.json").write_text(json.dumps(flat, indent=2))
preprocessor = {
    "image_processor_type": "Qwen2VLImageProcessor",
    "processor_class": "Qwen2_5_VLProcessor",
    "min_pixels": (PATCH * MERGE) ** 2 * 4,
    "max_pixels": 12_845_056,
    "patch_size": PATCH,
    "temporal_patch_size": 2,
    "merge_size": MERGE,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
Path(out, "preprocessor_config.json").write_text(json.dumps(preprocessor))
