"""Makes models that embed, rank and classify, and what transformers itself answers with them.

make_encoders.py EMBEDDING_FOLDER LANGUAGE_MODEL_FOLDER OUT: the former is a real model, all-MiniLM-L6-v2; the others have
random weights. OUT gets a folder in OpenVINO's form for each, and reference.json.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from optimum.exporters.openvino import main_export
from safetensors.torch import save_file
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    Qwen3Config,
    Qwen3ForCausalLM,
)

TEXTS = [
    "A man is eating food.",
    "A man is eating a piece of bread.",
    "The girl is carrying a baby.",
    "Photosynthesis turns light into sugar, and the leaves of most plants are green because of what does it.",
    "Ünïcödé, 漢字 and 🙂",
]
LABELS = ["joy", "anger", "surprise"]
QUERY = "What do people eat?"
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"
BEFORE = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
AFTER = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
MODULES = [
    {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{name}"}
    for index, (path, name) in enumerate(
        [
            ("", "Transformer"),
            ("1_Pooling", "Pooling"),
            ("2_Dense", "Dense"),
            ("3_Dense", "Dense"),
            ("4_Normalize", "Normalize"),
        ]
    )
]


def embed(folder: Path) -> list[list[float]]:
    """Mean pooling and length 1, as its modules.json says."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        states = model(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1)).tolist()


def to_bert(tokenizer, **extra) -> BertConfig:
    return BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        initializer_range=0.3,
        **extra,
    )


def make_cross_encoder(tokenizer, folder: Path) -> list[float]:
    model = BertForSequenceClassification(to_bert(tokenizer, num_labels=1)).eval()
    save(model, tokenizer, folder)
    batch = tokenizer([QUERY] * len(TEXTS), TEXTS, padding=True, truncation=True, max_length=512, return_tensors="pt")
    with torch.no_grad():
        return torch.sigmoid(model(**batch).logits[:, 0]).tolist()


def make_classifier(tokenizer, folder: Path) -> list[list[float]]:
    config = to_bert(tokenizer, id2label=dict(enumerate(LABELS)), label2id={name: at for at, name in enumerate(LABELS)})
    model = BertForSequenceClassification(config).eval()
    save(model, tokenizer, folder)
    batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=512, return_tensors="pt")
    with torch.no_grad():
        return torch.softmax(model(**batch).logits, 1).tolist()


def make_dense(tokenizer, folder: Path) -> list[list[float]]:
    """Behind the pooling it has layers in both forms of files, as LaBSE and EmbeddingGemma have one or two of them."""
    model = BertModel(to_bert(tokenizer)).eval()
    save(model, tokenizer, folder)
    first, second = torch.nn.Linear(64, 96), torch.nn.Linear(96, 32, bias=False)
    write(folder / "modules.json", MODULES)
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 64, "pooling_mode_mean_tokens": True})
    sizes = {"in_features": 64, "out_features": 96, "bias": True}
    write(folder / "2_Dense" / "config.json", {**sizes, "activation_function": "torch.nn.modules.activation.Tanh"})
    sizes = {"in_features": 96, "out_features": 32, "bias": False}
    write(folder / "3_Dense" / "config.json", {**sizes, "activation_function": "torch.nn.modules.linear.Identity"})
    torch.save({f"linear.{name}": one for name, one in first.state_dict().items()}, folder / "2_Dense/pytorch_model.bin")
    save_file({"linear.weight": second.weight.detach()}, folder / "3_Dense/model.safetensors")
    batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=512, return_tensors="pt")
    with torch.no_grad():
        states = model(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None]
        vectors = second(torch.tanh(first((states * mask).sum(1) / mask.sum(1))))
    return torch.nn.functional.normalize(vectors).tolist()


def keep_dense(source: Path, target: Path) -> None:
    """What the conversion keeps of it."""
    shutil.copy(source / "modules.json", target / "modules.json")
    for name in ("1_Pooling", "2_Dense", "3_Dense"):
        shutil.copytree(source / name, target / name)
    pickled = target / "2_Dense" / "pytorch_model.bin"
    save_file(torch.load(pickled, weights_only=True), pickled.with_name("model.safetensors"))
    pickled.unlink()


def make_yes_no(tokenizer, folder: Path) -> list[float]:
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        intermediate_size=128,
        max_position_embeddings=2048,
        initializer_range=0.3,
    )
    model = Qwen3ForCausalLM(config).eval()
    save(model, tokenizer, folder)
    yes, no = (tokenizer.encode(word, add_special_tokens=False)[0] for word in ("yes", "no"))
    scores = []
    for text in TEXTS:
        asked = f"{BEFORE}<Instruct>: {INSTRUCTION}\n<Query>: {QUERY}\n<Document>: {text}{AFTER}"
        ids = tokenizer(asked, add_special_tokens=False, return_tensors="pt")
        with torch.no_grad():
            logits = model(**ids).logits[0, -1]
        scores.append(torch.softmax(logits[[no, yes]], 0)[1].item())
    return scores


def save(model, tokenizer, folder: Path) -> None:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def main() -> None:
    embedding, language, out = (Path(word) for word in sys.argv[1:])
    torch.manual_seed(7)
    sources = {"minilm": "feature-extraction", "cross-encoder": "text-classification"}
    sources["tiny-qwen3-reranker"] = "text-generation-with-past"
    sources["dense"] = "feature-extraction"
    sources["classifier"] = "text-classification"
    hf = out / "hf"
    shutil.copytree(embedding, hf / "minilm")
    reference = {
        "texts": TEXTS,
        "query": QUERY,
        "minilm": embed(embedding),
        "cross-encoder": make_cross_encoder(AutoTokenizer.from_pretrained(embedding), hf / "cross-encoder"),
        "tiny-qwen3-reranker": make_yes_no(AutoTokenizer.from_pretrained(language), hf / "tiny-qwen3-reranker"),
        "dense": make_dense(AutoTokenizer.from_pretrained(embedding), hf / "dense"),
        "classifier": make_classifier(AutoTokenizer.from_pretrained(embedding), hf / "classifier"),
        "labels": LABELS,
    }
    (out / "reference.json").write_text(json.dumps(reference))
    for name, task in sources.items():
        main_export(str(hf / name), str(out / name), task=task, library_name="transformers", convert_tokenizer=True)
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"):
        shutil.copy(embedding / name, out / "minilm" / name)
    shutil.copytree(embedding / "1_Pooling", out / "minilm" / "1_Pooling")
    keep_dense(hf / "dense", out / "dense")


main()
