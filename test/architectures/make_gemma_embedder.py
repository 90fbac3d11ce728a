"""A tiny EmbeddingGemma of random weights, with the tokenizer of HF_FOLDER.

make_gemma_embedder.py TRANSFORMERS HF_FOLDER OUT REFERENCE

TRANSFORMERS: the folder of a transformers that the exporter takes for it. The file REFERENCE gets texts and their vectors.
"""

import json
import sys
from pathlib import Path

transformers, source, out, reference = sys.argv[1:]
sys.path.insert(0, transformers)

import torch
from safetensors.torch import save_file
from transformers import Gemma3TextConfig, Gemma3TextModel, PreTrainedTokenizerFast

TEXTS = ["A man is eating food.", "The girl is carrying a baby through the rain, and nobody helps her.", "Light"]
MODULES = ["Transformer", "Pooling", "Dense", "Dense", "Normalize"]
SIZES = [(64, 256), (256, 64)]

torch.manual_seed(3)
tokenizer = PreTrainedTokenizerFast.from_pretrained(source)
tokenizer.pad_token = tokenizer.eos_token
config = Gemma3TextConfig(
    vocab_size=len(tokenizer),
    hidden_size=64,
    intermediate_size=128,
    # Every sixth layer attends to the whole text, as in the original.
    num_hidden_layers=6,
    num_attention_heads=4,
    num_key_value_heads=1,
    head_dim=16,
    query_pre_attn_scalar=16,
    max_position_embeddings=2048,
    sliding_window=8,
    use_bidirectional_attention=True,
    bos_token_id=tokenizer.bos_token_id,
    eos_token_id=tokenizer.eos_token_id,
    pad_token_id=tokenizer.pad_token_id,
    initializer_range=0.2,
)
folder = Path(out)
Gemma3TextModel(config).save_pretrained(folder)
tokenizer.save_pretrained(folder)


def write(name: str, content: object) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))


paths = ["" if index == 0 else f"{index}_{name}" for index, name in enumerate(MODULES)]
write(
    "modules.json",
    [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{name}"}
        for index, (path, name) in enumerate(zip(paths, MODULES, strict=True))
    ],
)
write("1_Pooling/config.json", {"word_embedding_dimension": 64, "pooling_mode_mean_tokens": True})
layers = [torch.nn.Linear(*size, bias=False) for size in SIZES]
for path, layer in zip(paths[2:4], layers, strict=True):
    sizes = {"in_features": layer.in_features, "out_features": layer.out_features, "bias": False}
    write(f"{path}/config.json", {**sizes, "activation_function": "torch.nn.modules.linear.Identity"})
    save_file({"linear.weight": layer.weight.detach()}, folder / path / "model.safetensors")

# Read again, as others read it: the width of the window is halved at each reading.
model = Gemma3TextModel.from_pretrained(folder).eval()
vectors = []
with torch.no_grad():
    for text in TEXTS:
        states = model(**tokenizer(text, return_tensors="pt", return_token_type_ids=False)).last_hidden_state
        vector = layers[1](layers[0](states.mean(dim=1)))
        vectors.append(torch.nn.functional.normalize(vector)[0].tolist())
Path(reference).write_text(json.dumps({"texts": TEXTS, "vectors": vectors}))
