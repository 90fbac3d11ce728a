"""Makes a Hugging Face folder (float16) of SmolLM2's .gguf file: make_hf_model.py FILE.gguf FOLDER"""

import sys
from pathlib import Path
from typing import Any

import torch
from gguf import GGUFReader, TokenType
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

SPECIAL = {
    "bos_token": "<|im_start|>",
    "eos_token": "<|im_end|>",
    "unk_token": "<|endoftext|>",
    "pad_token": "<|im_end|>",
}


def make_tokenizer(path: Path) -> PreTrainedTokenizerFast:
    """From the file's own vocabulary: what transformers makes of it splits words at unknown tokens."""
    fields = GGUFReader(path).fields

    def read(name: str) -> Any:
        return fields[f"tokenizer.{name}"].contents()

    tokens = read("ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in read("ggml.merges")]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = read("ggml.token_type")
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == TokenType.CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in control])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, chat_template=read("chat_template"), model_max_length=8192, **SPECIAL
    )


source, target = Path(sys.argv[1]), Path(sys.argv[2])
torch.set_grad_enabled(False)
model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float16)
# What the makers' own folder has: how the model wants to be sampled.
model.generation_config.update(do_sample=True, temperature=0.2, top_p=0.9)
model.save_pretrained(target)
make_tokenizer(source).save_pretrained(target)
