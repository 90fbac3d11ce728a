"""Language models that rank by how likely they answer "yes": Qwen3-Reranker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from openvino import opset13 as ops

from device import Device
from encoders.encoder import Encoder, Name
from encoders.jobs import Encoded
from messages import Message, RequestFailed

# The model card of Qwen3-Reranker, "Transformers Usage".
BEFORE = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
AFTER = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"


def check_kind(load: Message) -> None:
    """Other generative rerankers have other prompts and answers, so their scores would mean nothing."""
    config = json.loads((Path(load["path"]) / "config.json").read_text())
    kind = config.get("model_type")
    if kind != "qwen3":
        raise RequestFailed(
            "model_load_failed",
            f'Only language models of the form of Qwen3-Reranker rank, and this one is a "{kind}": use another.',
        )


class YesNo:
    def __init__(self, load: Message, device: Device, network: Any) -> None:
        check_kind(load)
        keep_last_token(network)
        self.encoder = Encoder(load, device, network)
        self.before, self.after = self._plain(BEFORE), self._plain(AFTER)
        answers = [self._plain(text) for text in ("no", "yes")]
        if any(len(ids) != 1 for ids in answers):
            raise RequestFailed(
                "model_load_failed",
                'Its tokenizer has no tokens "yes" and "no", so it is no reranker of the form of Qwen3-Reranker.',
            )
        self.no, self.yes = (ids[0] for ids in answers)

    def _plain(self, text: str) -> list[int]:
        ids: list[int] = self.encoder.tokenizer.encode(text, add_special_tokens=False).input_ids.data[0].tolist()
        return ids

    def look_ahead(self, pairs: list[Any]) -> None:
        """Does nothing: tokenizing takes little time compared with computing a document."""

    def encode(self, pairs: list[tuple[str, str]], message: Message, name: Name) -> list[tuple[list[int], int]]:
        instruction = message["instruction"] or INSTRUCTION
        texts = [f"<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}" for query, document in pairs]
        frame = len(self.before) + len(self.after)
        rows = []
        for index, inner in enumerate(self.encoder.rows(texts, {"add_special_tokens": False})):
            fitted = self.encoder.fit(inner, message["max_tokens"], name(index), frame)
            rows.append([*self.before, *fitted, *self.after])
        return [(ids, len(ids)) for ids in rows]

    def score(self, batch: list[Encoded]) -> Any:
        """The share of "yes" among both answers."""
        self.encoder.request.reset_state()
        outputs, _ = self.encoder.compute(batch, left=True)
        last = outputs["logits"][:, -1, :].astype(np.float64)
        return 1 / (1 + np.exp(last[:, self.no] - last[:, self.yes]))


def keep_last_token(network: Any) -> None:
    """Multiplies only each text's last token with the vocabulary, since only its answer is needed."""
    result = next(result for result in network.get_results() if "logits" in result.input_value(0).names)
    node = result.input_value(0).get_node()
    while node.get_type_name() not in ("MatMul", "Parameter") and node.inputs():
        node = node.input_value(0).get_node()
    if node.get_type_name() != "MatMul":
        return
    last = ops.gather(node.input_value(0), np.array([-1]), 1)
    node.input(0).replace_source_output(last.output(0))
    network.validate_nodes_and_infer_types()
