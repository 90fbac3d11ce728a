"""The text that a host sends piece by piece is the text of all tokens at once, for every way tokenizers decode.

Run by decoding.test.ts. The tokenizers here are small but whole: each decodes as one kind of the real ones does.
"""

from __future__ import annotations

import random
import unittest
from collections.abc import Callable
from typing import Any

from generation.request import Request
from pipeline.batch import Batch
from tokenization.pieces import Pieces, byte_alphabet

WORDS = ["river", " stone", " of", " the", "\n", "  ", "é", " ñandú", " 日本", "語", "👍", "🏽", " don", "'t", ".", "x"]
SPECIAL = 0


class ByteLevel:
    """GPT-2's alphabet: an entry is a run of bytes, which may end within a character."""

    def __init__(self, errors: str) -> None:
        self.errors = errors
        parts = [word.encode() for word in WORDS] + [bytes([byte]) for byte in "日本語👍é".encode()]
        self.parts = [b"", *sorted(set(parts))]
        self.letters = {byte: char for char, byte in byte_alphabet().items()}

    def get_vocab(self) -> dict[bytes, int]:
        entries = {b"<|end|>": SPECIAL}
        for token, part in enumerate(self.parts[1:], 1):
            entries[self.spell(part)] = token
        return entries

    def spell(self, part: bytes) -> bytes:
        return "".join(self.letters[byte] for byte in part).encode()

    def encode(self, text: str, **_: Any) -> Any:
        return encoded([self.parts.index(b"x")])

    def decode(self, ids: Any, skip_special_tokens: bool = True) -> Any:
        if ids and isinstance(ids[0], list):
            return [self.decode(one) for one in ids]
        return b"".join(self.parts[token] for token in ids).decode(errors=self.errors)


class RawBytes(ByteLevel):
    """As converted tokenizers have it: an entry is the bytes themselves."""

    def spell(self, part: bytes) -> bytes:
        return part


class SentencePiece:
    """A space is "▁", the first one of a text is dropped, unknown characters are single bytes `<0xE6>`."""

    def __init__(self) -> None:
        self.entries = ["</s>", *sorted({word.replace(" ", "▁") for word in WORDS})]
        self.entries += [f"<0x{byte:02X}>" for byte in sorted(set("日本語👍".encode()))]

    def get_vocab(self) -> dict[str, int]:
        return {entry: token for token, entry in enumerate(self.entries)}

    def encode(self, text: str, **_: Any) -> Any:
        return encoded([self.entries.index("x")])

    def decode(self, ids: Any, skip_special_tokens: bool = True) -> Any:
        if ids and isinstance(ids[0], list):
            return [self.decode(one) for one in ids]
        data = b"".join(self._bytes(self.entries[token]) for token in ids if token != SPECIAL)
        text = data.decode(errors="replace")
        return text.removeprefix(" ")

    def _bytes(self, entry: str) -> bytes:
        return bytes([int(entry[3:5], 16)]) if entry.startswith("<0x") else entry.replace("▁", " ").encode()


def encoded(ids: list[int]) -> Any:
    class Row:
        def tolist(self) -> list[int]:
            return ids

    class Encoded:
        input_ids = type("Ids", (), {"data": [Row()]})

    return Encoded


def send(tokenizer: Any, pieces: Pieces, ids: list[int], exact: bool = False) -> str:
    """What a request sends while its tokens come one by one, as decoder.py does it."""
    request = Request(0, None, Batch(None, 32, False), [], False, False, exact)
    out = ""
    for index, token in enumerate(ids):
        done = index == len(ids) - 1
        text = request.take([token], pieces)
        if text is None:
            text = request.take_new(tokenizer.decode(request.window(pieces)), done, pieces)
        out += text
        if not done:
            request.move_window(tokenizer, pieces)
    return out


class DecodingTest(unittest.TestCase):
    def check(self, tokenizer: Any, size: int, choose: Callable[[random.Random], int]) -> None:
        pieces = Pieces(tokenizer)
        for seed in range(400):
            source = random.Random(seed)
            ids = [choose(source) for _ in range(source.randrange(1, size))]
            with self.subTest(ids=ids):
                self.assertEqual(send(tokenizer, pieces, ids), tokenizer.decode(ids))

    def test_byte_level_that_replaces(self) -> None:
        tokenizer = ByteLevel("replace")
        self.check(tokenizer, 90, text_tokens(tokenizer))

    def test_byte_level_that_ignores(self) -> None:
        tokenizer = ByteLevel("ignore")
        self.check(tokenizer, 90, text_tokens(tokenizer))

    def test_a_first_space_that_a_grammar_wrote_stays(self) -> None:
        tokenizer = SentencePiece()
        pieces = Pieces(tokenizer)
        for words in ([" stone"], [" stone", " of"], ["  ", " the"], ["river", " of"]):
            ids = [tokenizer.entries.index(word.replace(" ", "▁")) for word in words]
            self.assertEqual(send(tokenizer, pieces, ids, exact=True), "".join(words))
            self.assertEqual(send(tokenizer, pieces, ids), "".join(words).removeprefix(" "))

    def test_raw_bytes(self) -> None:
        for errors in ("replace", "ignore"):
            tokenizer = RawBytes(errors)
            self.check(tokenizer, 90, text_tokens(tokenizer))

    def test_a_token_has_the_bytes_that_it_adds(self) -> None:
        for tokenizer in (ByteLevel("replace"), ByteLevel("ignore"), RawBytes("replace"), RawBytes("ignore")):
            pieces = Pieces(tokenizer)
            for token, part in enumerate(tokenizer.parts[1:], 1):
                self.assertEqual(pieces.to_bytes(token, special_tokens=True), part)
        sentences = SentencePiece()
        pieces = Pieces(sentences)
        for entry, part in {"<0xE6>": b"\xe6", "\u2581stone": b" stone", "\u00e9": "é".encode()}.items():
            token = sentences.entries.index(entry)
            self.assertEqual(pieces.to_bytes(token, special_tokens=True), part)

    def test_sentencepiece(self) -> None:
        tokenizer = SentencePiece()
        self.check(tokenizer, 90, lambda source: source.randrange(len(tokenizer.entries)))

    def test_most_tokens_need_no_decode(self) -> None:
        tokenizer = ByteLevel("replace")
        pieces = Pieces(tokenizer)
        known = [word for word in WORDS if pieces.join([tokenizer.parts.index(word.encode())]) == word]
        self.assertEqual(known, WORDS)
        self.assertIsNone(pieces.join([SPECIAL]))
        self.assertIsNone(pieces.join([tokenizer.parts.index(b"\xe6")]))

    def test_a_text_has_the_lengths_of_its_tokens_where_these_make_it_up(self) -> None:
        tokenizer = ByteLevel("replace")
        pieces = Pieces(tokenizer)
        ids = [tokenizer.parts.index(word.encode()) for word in WORDS]
        self.assertEqual(pieces.lengths(ids, "".join(WORDS)), [5, 6, 3, 4, 1, 2, 1, 6, 3, 1, 2, 2, 4, 2, 1, 1])
        self.assertIsNone(pieces.lengths(ids, "\u65e5" + "".join(WORDS)))
        self.assertIsNone(pieces.lengths([*ids, tokenizer.parts.index(b"\xe6")], "".join(WORDS)))


def text_tokens(tokenizer: ByteLevel) -> Callable[[random.Random], int]:
    """Words, special tokens, and characters as their single bytes, which come together as in a real answer."""
    pending: list[int] = []

    def choose(source: random.Random) -> int:
        if not pending:
            if source.random() < 0.3:
                char = source.choice("日本語👍é")
                pending.extend(tokenizer.parts.index(bytes([byte])) for byte in char.encode())
            else:
                pending.append(source.randrange(len(WORDS)) and tokenizer.parts.index(source.choice(WORDS).encode()))
        return pending.pop(0)

    return choose


if __name__ == "__main__":
    unittest.main()
