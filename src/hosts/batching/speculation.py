"""Tokens that are guessed before the model computes them, so that one step may give several."""

from __future__ import annotations

from typing import Any

import openvino_genai as genai

from base import Device
from messages import Message


class Speculation:
    """How a model's tokens are guessed: from its prompt and answer, or by a small model of the same tokenizer.

    A pipeline that guesses does so for every request, each with a number of tokens of its own, at least one. The engine
    computes all of them in each step, also where it has found nothing to guess.
    """

    def __init__(self, wish: Message) -> None:
        self._wish = wish
        self.most: int = wish["num_assistant_tokens"]

    def to_properties(self, device: Device) -> dict[str, Any]:
        """What the pipeline is made with, beside the device's own properties."""
        if self._wish["kind"] == "prompt-lookup":
            return {"prompt_lookup": True}
        return {"draft_model": genai.draft_model(self._wish["path"], device.name, **device.properties)}

    def configure(self, config: Any, tokens: int) -> None:
        """Has `tokens` guessed for each step of a request."""
        config.num_assistant_tokens = tokens
        if self._wish["kind"] == "prompt-lookup":
            config.max_ngram_size = self._wish["max_ngram_size"]
