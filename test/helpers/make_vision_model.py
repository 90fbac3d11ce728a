"""A model that sees, with random weights: LLaVA's architecture (CLIP and Llama), with the tokenizer of HF_FOLDER.

make_vision_model.py HF_FOLDER OUT [SHAPE]: a tiny one, unless SHAPE has more keys of CLIPVisionConfig and LlamaConfig, as
JSON: {"vision": {...}, "text": {...}}
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoTokenizer, CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

source, out, *more = sys.argv[1:]
shape = json.loads(more[0]) if more else {"vision": {}, "text": {}}
vision = {"image_size": 56, "patch_size": 14, "projection_dim": 64, **shape["vision"]}
PIXELS: int = vision["image_size"]
PATCH: int = vision["patch_size"]
TEMPLATE = """{% for message in messages %}<|im_start|>{{ message['role'] }}
{% for part in message['content'] %}{{ part['text'] }}{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

tokenizer = AutoTokenizer.from_pretrained(source)
tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
tokenizer.chat_template = TEMPLATE
common = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
config = LlavaConfig(
    vision_config=CLIPVisionConfig(**common | vision),
    text_config=LlamaConfig(
        **common | {"num_key_value_heads": 2, "max_position_embeddings": 2048} | shape["text"],
        vocab_size=len(tokenizer),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    ),
    image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    vision_feature_layer=-1,
    image_seq_length=(PIXELS // PATCH) ** 2,
)
torch.manual_seed(0)
model = LlavaForConditionalGeneration(config)
if not more:
    # Large enough that what it sees decides what it writes.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)
model.half().save_pretrained(out)
tokenizer.save_pretrained(out)
preprocessor = {
    "image_processor_type": "CLIPImageProcessor",
    "processor_class": "LlavaProcessor",
    "size": {"shortest_edge": PIXELS},
    "crop_size": {"height": PIXELS, "width": PIXELS},
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
processor = {
    "processor_class": "LlavaProcessor",
    "image_token": "<image>",
    "patch_size": PATCH,
    "vision_feature_select_strategy": "default",
    "num_additional_image_tokens": 1,
}
Path(out, "preprocessor_config.json").write_text(json.dumps(preprocessor))
Path(out, "processor_config.json").write_text(json.dumps(processor))
