"""From texts to token ids that fit in the context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openvino as ov

from messages import RequestFailed, last_line

# Longer texts are counted piece by piece, because encoding them at once would hold up every running answer.
COUNT_PIECE_CHARS = 8_192
COUNT_MAX_CHARS = 131_072
# Pieces that are encoded in one call: encoding each by itself takes thirty times as long.
SHORT_PIECE_CHARS = 512
PIECES_AT_ONCE = 256
# No real text has more characters per token on average.
CHARS_PER_TOKEN = 16
PROMPT_ADVICE = "shorten it; the answer needs one token at least"


class Prompts:
    def __init__(self, tokenizer: Any, vocabulary_size: int, context_length: int, answer_tokens: int = 1) -> None:
        """`answer_tokens`: the least part of the context to leave for an answer."""
        self.answer_tokens = answer_tokens
        self.tokenizer = tokenizer
        self.vocabulary_size = vocabulary_size
        self.context_length = self._limit(context_length)
        self.most_chars = max(COUNT_MAX_CHARS, CHARS_PER_TOKEN * self.context_length)

    def _limit(self, wanted: int) -> int:
        """`wanted`, or less if the tokenizer silently cuts longer texts."""
        probe = self.tokenizer.encode("x " * (wanted + 64), add_special_tokens=False)
        return min(wanted, int(probe.input_ids.shape[1]))

    def encode_prompt(self, prompt: str | list[int], add_special_tokens: bool, cut: str | None = None) -> Any:
        """Token ids of shape [1, n], 0 < n < context length, or an error with both numbers.

        `cut`: a marker in the text; it is removed, and the parts beside it are encoded separately.
        """
        if isinstance(prompt, list):
            return self._given(prompt)
        ids = self._within(prompt, add_special_tokens, cut)
        if ids is None:
            raise self._too_long(prompt, "the prompt has", PROMPT_ADVICE, cut)
        if ids.shape[1] == 0:
            raise RequestFailed("invalid_request", "The prompt has no tokens: send some text.")
        return ids

    def _given(self, ids: list[int]) -> Any:
        self.check_length(len(ids))
        return to_tensor(self.known(ids))

    def check_length(self, tokens: int) -> None:
        """Of a prompt."""
        if tokens >= self.context_length:
            raise self._exceeded("the prompt has", str(tokens), PROMPT_ADVICE)

    def known(self, ids: list[int]) -> list[int]:
        """The ids, each of which the model must have: for any other, the engine would read beyond its weights."""
        for token in ids:
            if not isinstance(token, int) or not 0 <= token < self.vocabulary_size:
                last = self.vocabulary_size - 1
                raise RequestFailed("invalid_request", f"The model has no token {token}: its ids are 0 to {last}.")
        return ids

    def encode_text(self, text: str, add_special_tokens: bool, cut: str | None = None) -> Any:
        """As `encode_prompt`, for any text: it may have no ids, or the tokenizer's special ids around its own."""
        ids = self._within(text, add_special_tokens, cut)
        if ids is None:
            raise self._too_long(text, "the text has", "shorten it to fewer than that, or split it", cut)
        return ids

    def _within(self, text: str, add_special_tokens: bool, cut: str | None) -> Any:
        """The ids; None: they leave no room for an answer."""
        pieces = text.split(cut) if cut else [text]
        # Each piece that is not empty has at least one token.
        if sum(map(len, pieces)) > self.most_chars or sum(map(bool, pieces)) > self.context_length:
            return None
        ids = self._ids(text, add_special_tokens) if len(pieces) == 1 else self._join(pieces, add_special_tokens)
        return ids if ids.shape[1] + self.answer_tokens <= self.context_length else None

    def _join(self, pieces: list[str], add_special_tokens: bool) -> Any:
        first, *rest = self.encode_pieces(pieces)
        last: list[int] = []
        if add_special_tokens:
            first, last = self._framed(pieces[0], first)
        return to_tensor([*first, *(token for ids in rest for token in ids), *last])

    def _framed(self, text: str, ids: list[int]) -> tuple[list[int], list[int]]:
        """The ids of a text between those that the tokenizer puts before and after a text."""
        framed: list[int] = self._ids(text, True).data[0].tolist()
        starts = range(len(framed) - len(ids) + 1)
        end = next((at + len(ids) for at in starts if framed[at : at + len(ids)] == ids), len(framed))
        return framed[:end], framed[end:]

    def encode_pieces(self, pieces: list[str]) -> list[list[int]]:
        """The ids of each, without the tokens that the tokenizer would put around a text."""
        encoded: dict[str, list[int]] = {"": []}
        short = [piece for piece in set(pieces) if 0 < len(piece) <= SHORT_PIECE_CHARS]
        for start in range(0, len(short), PIECES_AT_ONCE):
            part = short[start : start + PIECES_AT_ONCE]
            encoded.update(zip(part, self._batch(part), strict=True))
        for piece in set(pieces) - encoded.keys():
            encoded[piece] = self._ids(piece, False).data[0].tolist()
        return [encoded[piece] for piece in pieces]

    def _batch(self, pieces: list[str]) -> list[list[int]]:
        with guarded():
            encoded = self.tokenizer.encode(pieces, add_special_tokens=False)
            # Which side of a row is padded depends on the tokenizer.
            masks = encoded.attention_mask.data.astype(bool)
            return [row[mask].tolist() for row, mask in zip(encoded.input_ids.data, masks, strict=True)]

    def _too_long(self, text: str, whose: str, advice: str, cut: str | None = None) -> RequestFailed:
        text = text.replace(cut, "") if cut else text
        # The tokenizer cuts at its limit, so the true length is counted in pieces.
        pieces = range(0, min(len(text), self.most_chars), COUNT_PIECE_CHARS)
        total = sum(self._ids(text[at : at + COUNT_PIECE_CHARS], False).shape[1] for at in pieces)
        bound = "at least " if len(text) > self.most_chars else ""
        return self._exceeded(whose, f"{bound}{max(total, self.context_length)}", advice)

    def _exceeded(self, whose: str, tokens: str, advice: str) -> RequestFailed:
        what = f"This model's context length is {self.context_length} tokens, but {whose} {tokens}"
        return RequestFailed("context_length_exceeded", f"{what}: {advice}.")

    def _ids(self, text: str, add_special_tokens: bool) -> Any:
        with guarded():
            return self.tokenizer.encode(text, add_special_tokens=add_special_tokens).input_ids


@contextmanager
def guarded() -> Iterator[None]:
    """Half of a surrogate pair, for example, must not end the other running answers."""
    try:
        yield
    except Exception as error:
        raise RequestFailed("invalid_request", f"The text cannot be tokenized: {last_line(error)}") from error


def to_tensor(ids: list[int]) -> Any:
    tensor = ov.Tensor(ov.Type.i64, ov.Shape([1, len(ids)]))
    tensor.data[0] = ids
    return tensor
