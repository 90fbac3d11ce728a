"""From texts to token ids that fit in the context."""

from __future__ import annotations

from typing import Any

import openvino as ov

from messages import RequestFailed, last_line

# Longer texts are counted piece by piece; encoding them at once would stop every running answer.
COUNT_PIECE_CHARS = 8_192
COUNT_MAX_CHARS = 131_072
# No real text has more characters a token on the whole.
CHARS_PER_TOKEN = 16
PROMPT_ADVICE = "shorten it; the answer needs one token at least"


class Prompts:
    def __init__(self, tokenizer: Any, vocabulary_size: int, context_length: int, answer_tokens: int = 1) -> None:
        """`answer_tokens`: of the context, so many at least are left for an answer."""
        self.answer_tokens = answer_tokens
        self.tokenizer = tokenizer
        self.vocabulary_size = vocabulary_size
        self.context_length = self._limit(context_length)
        self.most_chars = max(COUNT_MAX_CHARS, CHARS_PER_TOKEN * self.context_length)

    def _limit(self, wanted: int) -> int:
        """`wanted`, or less where the tokenizer silently cuts what is longer."""
        probe = self.tokenizer.encode("x " * (wanted + 64), add_special_tokens=False)
        return min(wanted, int(probe.input_ids.shape[1]))

    def encode_prompt(self, prompt: str | list[int], add_special_tokens: bool) -> Any:
        """Token ids of shape [1, n], 0 < n < context length, or an error with both numbers."""
        if isinstance(prompt, list):
            return self._given(prompt)
        ids = self._within(prompt, add_special_tokens)
        if ids is None:
            raise self._too_long(prompt, "the prompt has", PROMPT_ADVICE)
        if ids.shape[1] == 0:
            raise RequestFailed("invalid_request", "The prompt has no tokens: send some text.")
        return ids

    def _given(self, ids: list[int]) -> Any:
        self.check_length(len(ids))
        tensor = ov.Tensor(ov.Type.i64, ov.Shape([1, len(ids)]))
        tensor.data[0] = self.known(ids)
        return tensor

    def check_length(self, tokens: int) -> None:
        """Of a prompt."""
        if tokens >= self.context_length:
            raise self._exceeded("the prompt has", str(tokens), PROMPT_ADVICE)

    def known(self, ids: list[int]) -> list[int]:
        """The ids, all of which the model must have: the engine reads beyond its weights for others."""
        for token in ids:
            if not isinstance(token, int) or not 0 <= token < self.vocabulary_size:
                last = self.vocabulary_size - 1
                raise RequestFailed("invalid_request", f"The model has no token {token}: its ids are 0 to {last}.")
        return ids

    def encode_text(self, text: str, add_special_tokens: bool) -> Any:
        """As `encode_prompt`, for any text: there may be no ids, or the tokenizer's own around those of the text."""
        ids = self._within(text, add_special_tokens)
        if ids is None:
            raise self._too_long(text, "the text has", "shorten it to fewer than that, or split it")
        return ids

    def _within(self, text: str, add_special_tokens: bool) -> Any:
        """The ids; None: they leave no room for an answer."""
        if len(text) > self.most_chars:
            return None
        ids = self._ids(text, add_special_tokens)
        return ids if ids.shape[1] + self.answer_tokens <= self.context_length else None

    def _too_long(self, text: str, whose: str, advice: str) -> RequestFailed:
        # The tokenizer cuts at its limit, so the true length is counted in pieces.
        pieces = range(0, min(len(text), self.most_chars), COUNT_PIECE_CHARS)
        total = sum(self._ids(text[at : at + COUNT_PIECE_CHARS], False).shape[1] for at in pieces)
        bound = "at least " if len(text) > self.most_chars else ""
        return self._exceeded(whose, f"{bound}{max(total, self.context_length)}", advice)

    def _exceeded(self, whose: str, tokens: str, advice: str) -> RequestFailed:
        what = f"This model's context length is {self.context_length} tokens, but {whose} {tokens}"
        return RequestFailed("context_length_exceeded", f"{what}: {advice}.")

    def _ids(self, text: str, add_special_tokens: bool) -> Any:
        try:
            return self.tokenizer.encode(text, add_special_tokens=add_special_tokens).input_ids
        except Exception as error:
            # Such as half of a surrogate pair: no reason to end the answers beside it.
            raise RequestFailed("invalid_request", f"The text cannot be tokenized: {last_line(error)}") from error
