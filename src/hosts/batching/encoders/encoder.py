"""A network that reads whole texts at once, run directly by OpenVINO, with its tokenizer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino_genai as genai

from device import Device
from encoders.jobs import Encoded
from kind import CONTEXT_DEFAULT, Handler
from messages import Message, RequestFailed
from tokenization.pieces import Anchor
from tokenization.prompts import Prompts
from tokenization.tokens import Tokens

Name = Callable[[int], tuple[str, str | None]]
"""Maps a text's index among those that are encoded to its name in errors and the client's field that it came in."""


def check_room(most: int, frame: int) -> None:
    """Refuses a cut that leaves nothing of a text; with an even smaller limit the tokenizer would crash."""
    if most <= frame:
        raise RequestFailed(
            "invalid_request",
            f"A cut to {most} tokens leaves nothing of the text, to which the model adds {frame} of its own.",
            "truncate_prompt_tokens",
        )


def read_network(load: Message, device: Device) -> ov.Model:
    return device.core.read_model(Path(load["path"]) / "openvino_model.xml")


class Encoder:
    """The compiled network in `openvino_model.xml`."""

    def __init__(self, load: Message, device: Device, network: ov.Model, *, pairs: bool = False) -> None:
        self.compiled = device.core.compile_model(network, device.name, device.properties)
        self.request = self.compiled.create_infer_request()
        self.inputs = {name for port in self.compiled.inputs for name in port.names}
        self.outputs = [port.any_name for port in self.compiled.outputs]
        self.tokenizer = genai.Tokenizer(load["path"], **({"add_second_input": True} if pairs else {}))
        self.pad: int = max(0, self.tokenizer.get_pad_token_id())
        self._frame: int | None = None
        self._ahead: dict[Any, list[int]] = {}
        self.has_detokenizer = (Path(load["path"]) / "openvino_detokenizer.xml").exists()
        # The vocabulary is in the detokenizer.
        vocabulary = self.tokenizer.get_vocab() if self.has_detokenizer else {}
        vocabulary_size = 1 + max(vocabulary.values(), default=-1)
        limit = load["context_length"] or CONTEXT_DEFAULT
        self.prompts = Prompts(self.tokenizer, vocabulary_size, limit, answer_tokens=0)

    @property
    def limit(self) -> int:
        return self.prompts.context_length

    def operations(self) -> dict[str, Handler]:
        """Those of its tokenizer; none without a detokenizer."""
        if not self.has_detokenizer:
            return {}
        tokens = Tokens(self.tokenizer, Anchor(self.tokenizer), self.prompts)
        return {"tokenize": tokens.tokenize, "detokenize": tokens.detokenize}

    def ready(self) -> Message:
        return {
            "context_length": self.limit,
            "capabilities": [],
            "chat_template": None,
            "bos_token": self.tokenizer.get_bos_token(),
            "eos_token": self.tokenizer.get_eos_token(),
        }

    def encode(self, texts: list[Any], max_tokens: int | None, name: Name) -> list[list[int]]:
        """The ids of texts, or of pairs of texts. Longer ones are cut; without `max_tokens` they fail by name."""
        most = self.limit if max_tokens is None else min(max_tokens, self.limit)
        known = [self._ahead[text] for text in texts if text in self._ahead]
        rows = known if len(known) == len(texts) else self.rows(texts, {})
        for index, row in enumerate(rows):
            if len(row) <= most:
                continue
            if max_tokens is None:
                raise self._too_long(len(row), *name(index))
            check_room(most, self._frame_of(texts[index]))
            (rows[index],) = self.rows([texts[index]], {"max_length": most, "truncation": True})
        return rows

    def look_ahead(self, texts: list[Any]) -> None:
        """Tokenizes texts of several requests at once for `encode`: one by one they take ten times as long."""
        given = [text for text in texts if not isinstance(text, list)]
        try:
            self._ahead = dict(zip(given, self.rows(given, {}), strict=True)) if given else {}
        except Exception:
            # Each request fails on its own text later.
            self._ahead = {}

    def _frame_of(self, text: Any) -> int:
        """How many tokens the tokenizer puts around a text, or a pair as this one is."""
        if self._frame is None:
            (row,) = self.rows([("a", "") if isinstance(text, tuple) else "a"], {})
            self._frame = len(row) - int(self.tokenizer.encode("a", add_special_tokens=False).input_ids.shape[1])
        return self._frame

    def rows(self, texts: list[Any], options: dict[str, Any]) -> list[list[int]]:
        """The ids of at least one text or pair, as the tokenizer makes them."""
        if isinstance(texts[0], tuple):
            queries, documents = zip(*texts, strict=True)
            encoded = self.tokenizer.encode(list(queries), list(documents), padding_side="right", **options)
        else:
            encoded = self.tokenizer.encode(texts, padding_side="right", **options)
        lengths = encoded.attention_mask.data.sum(axis=1)
        return [row[:length].tolist() for row, length in zip(encoded.input_ids.data, lengths, strict=True)]

    def fit(self, ids: list[int], max_tokens: int | None, name: tuple[str, str | None], frame: int = 0) -> list[int]:
        """The ids, cut or refused as `encode` does, where `frame` more will stand around them."""
        most = self.limit if max_tokens is None else min(max_tokens, self.limit)
        if len(ids) + frame <= most:
            return ids
        if max_tokens is None:
            raise self._too_long(len(ids) + frame, *name)
        check_room(most, frame)
        return ids[: most - frame]

    def _too_long(self, tokens: int, name: str, param: str | None) -> RequestFailed:
        return RequestFailed(
            "context_length_exceeded",
            f"This model's context length is {self.limit} tokens, but {name} has {tokens}: shorten it, "
            "or have it cut with truncate_prompt_tokens (truncate in Ollama's API).",
            param,
        )

    def compute(self, batch: list[Encoded], *, left: bool = False) -> tuple[dict[str, Any], Any]:
        """The network's outputs by name, and the mask: 1 for the tokens of each text, behind the padding if `left`."""
        width = max(len(one.ids) for one in batch)
        ids = np.full((len(batch), width), self.pad, dtype=np.int64)
        mask = np.zeros((len(batch), width), dtype=np.int64)
        types = np.zeros((len(batch), width), dtype=np.int64)
        for row, one in enumerate(batch):
            at = slice(width - len(one.ids), width) if left else slice(0, len(one.ids))
            ids[row, at] = one.ids
            mask[row, at] = 1
            types[row, one.first : len(one.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        if "position_ids" in self.inputs:
            given["position_ids"] = np.maximum(mask.cumsum(axis=1) - 1, 0)
        if "beam_idx" in self.inputs:
            given["beam_idx"] = np.arange(len(batch), dtype=np.int32)
        outputs = self.request.infer({name: given[name] for name in given if name in self.inputs}, share_inputs=True)
        return {name: outputs[index] for index, name in enumerate(self.outputs)}, mask
