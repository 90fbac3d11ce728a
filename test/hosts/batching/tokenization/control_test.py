"""Which tokens are control tokens, and whether texts can be cut within them, for the ways tokenizers encode.

Run by control.test.ts. The tokenizers here are small but whole: each encodes as one kind of the real ones does.
"""

from __future__ import annotations

import re
import types
import unittest
from typing import Any

import numpy as np

from tokenization.control import ControlTokens
from tokenization.prompts import Prompts

SPECIAL = ["<|end|>", "<s>"]
ADDED = ["<tool_call>", "<table>"]
TEMPLATE = "{{ messages[0]['content'] }}<|end|>{{ '<tool_call>' }}"


class Bytes:
    """A token for each character, the special and the added tokens found first."""

    prefix = ""

    def __init__(self) -> None:
        self.entries = [*SPECIAL, *ADDED, *map(chr, range(32, 127)), "\n"]
        self.found = re.compile("|".join(map(re.escape, [*SPECIAL, *ADDED])) + "|.", re.DOTALL)

    def get_vocab(self) -> dict[str, int]:
        return {entry: token for token, entry in enumerate(self.entries)}

    def ids(self, text: str) -> list[int]:
        return [self.entries.index(part) for part in self.found.findall(self.prefix + text)]

    def encode(self, texts: str | list[str], **_: Any) -> Any:
        rows = [self.ids(text) for text in ([texts] if isinstance(texts, str) else texts)]
        longest = max(map(len, rows))
        # Filled up on the left, as the tokenizers of .gguf files do it.
        filled = [[0] * (longest - len(row)) + row for row in rows]
        mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
        return types.SimpleNamespace(input_ids=tensor(filled), attention_mask=tensor(mask))

    def decode(self, ids: Any, skip_special_tokens: bool = True) -> Any:
        if ids and isinstance(ids[0], list):
            return [self.decode(one, skip_special_tokens) for one in ids]
        texts = [self.entries[token] for token in ids]
        return "".join(text for text in texts if not (skip_special_tokens and text in SPECIAL))


class SentencePiece(Bytes):
    """It puts a space before each text, and takes one away when it decodes."""

    prefix = " "

    def decode(self, ids: Any, skip_special_tokens: bool = True) -> Any:
        text = super().decode(ids, skip_special_tokens)
        return [one.removeprefix(" ") for one in text] if isinstance(text, list) else text.removeprefix(" ")


def tensor(rows: list[list[int]]) -> Any:
    data = np.array(rows)
    return types.SimpleNamespace(data=data, shape=data.shape)


def control(tokenizer: Any) -> ControlTokens:
    return ControlTokens(tokenizer, Prompts(tokenizer, 200, 64), TEMPLATE)


class Control(unittest.TestCase):
    def test_lists_special_tokens_and_those_that_the_template_writes(self) -> None:
        self.assertEqual(control(Bytes()).texts, ["<s>", "<tool_call>", "<|end|>"])

    def test_can_cut_where_pieces_encode_as_they_do_within_a_text(self) -> None:
        self.assertTrue(control(Bytes()).can_cut())

    def test_cannot_cut_where_each_text_starts_with_a_space_of_the_tokenizer(self) -> None:
        self.assertFalse(control(SentencePiece()).can_cut())

    def test_encodes_pieces_of_any_length_apart(self) -> None:
        tokenizer = Bytes()
        prompts = Prompts(tokenizer, 200, 5000)
        pieces = ["a", "", "b" * 600, "<s", "a", *[f"x{number}" for number in range(600)]]
        self.assertEqual(prompts.encode_pieces(pieces), [tokenizer.ids(piece) for piece in pieces])


if __name__ == "__main__":
    unittest.main()
