"""The text of the tokens that requests get in a step."""

from __future__ import annotations

from typing import Any

from generation.request import Request
from tokenization.pieces import Pieces

NewTokens = tuple[Request, list[int], bool]
"""A request, the tokens of its text that are new, and whether they are its last."""


class Decoder:
    """A decode call costs more than all the rest of a step in Python; most tokens need none."""

    def __init__(self, tokenizer: Any, pieces: Pieces) -> None:
        self._tokenizer = tokenizer
        self._pieces = pieces

    def decode(self, new: list[NewTokens]) -> list[str]:
        """Adds the tokens to their requests; returns the new text of each."""
        texts = [request.take(ids, self._pieces) for request, ids, _ in new]
        known = [text for text in texts if text is not None]
        if len(known) == len(texts):
            return known
        unknown = [request for (request, _, _), text in zip(new, texts, strict=True) if text is None]
        decoded = iter(self._decode_windows(unknown))
        return [
            request.take_new(next(decoded), done, self._pieces) if text is None else text
            for (request, _, done), text in zip(new, texts, strict=True)
        ]

    def _decode_windows(self, requests: list[Request]) -> list[str]:
        """One call for all, unless special tokens are kept: they also pad windows of different lengths."""
        plain = [request for request in requests if not request.special_tokens]
        windows = [request.window(self._pieces) for request in plain]
        texts = dict(zip((one.id for one in plain), self._tokenizer.decode(windows) if plain else [], strict=True))
        for request in requests:
            if request.special_tokens:
                window = request.window(self._pieces)
                texts[request.id] = self._tokenizer.decode(window, skip_special_tokens=False)
        return [texts[request.id] for request in requests]
