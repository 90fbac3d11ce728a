"""The text of those tokens whose text does not depend on their neighbours."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

# How SentencePiece spells a space.
SPACE = "▁".encode()

# Tokens decoded in one call while the table is made.
BATCH = 4096


class Anchor:
    """A token to decode others after: some tokenizers drop a text's first space."""

    def __init__(self, tokenizer: Any) -> None:
        self.anchor: list[int] = tokenizer.encode("a", add_special_tokens=False).input_ids.data[0].tolist()
        self.anchor_text: str = tokenizer.decode(self.anchor)


class Pieces(Anchor):
    """The tokens that always decode to the same whole characters.

    A token is one of them if the tokenizer decodes it, after another token, to what its vocabulary entry spells:
    by GPT-2's byte alphabet (openai/gpt-2, encoder.py, bytes_to_unicode) or by SentencePiece's "▁" for a space.
    Special tokens, bytes of a character and tokens that a tokenizer treats specially are not.
    """

    def __init__(self, tokenizer: Any) -> None:
        super().__init__(tokenizer)
        self._tokenizer = tokenizer
        self._texts: dict[int, str] = {}
        self._others: dict[int, bytes] = {}
        entries = list(tokenizer.get_vocab().items())
        self.vocabulary_size = 1 + max((token for _, token in entries), default=-1)
        for start in range(0, len(entries), BATCH):
            part = entries[start : start + BATCH]
            decoded = tokenizer.decode([[*self.anchor, token] for _, token in part])
            for (entry, token), text in zip(part, decoded, strict=True):
                text = text.removeprefix(self.anchor_text)
                if text and text in meanings_of(entry):
                    self._texts[token] = text
                elif (part_of_text := bytes_of(entry)) is not None:
                    self._others[token] = part_of_text

    def join(self, ids: list[int]) -> str | None:
        """Their text if each one is such a token, otherwise None."""
        try:
            return "".join(map(self._texts.__getitem__, ids))
        except KeyError:
            return None

    def lengths(self, ids: list[int], text: str) -> list[int] | None:
        """The length of each token's part of a text, in UTF-16 units; None if the text is not the sum of its tokens."""
        texts = [self._texts.get(token, "") for token in ids]
        return (
            [len(one.encode("utf-16-le")) // 2 for one in texts] if "" not in texts and "".join(texts) == text else None
        )

    def to_bytes(self, token: int, *, special_tokens: bool) -> bytes:
        """The bytes that a token adds to a text in UTF-8, possibly a part of a character.

        `special_tokens`: whether they are kept in the text; otherwise one adds nothing.
        """
        text = self._texts.get(token)
        if text is not None:
            return text.encode()
        plain: str = self._tokenizer.decode([[token]], skip_special_tokens=True)[0]
        shown: str = self._tokenizer.decode([[token]], skip_special_tokens=False)[0]
        if shown and not plain and "\ufffd" not in shown:
            return shown.encode() if special_tokens else b""
        return self._others.get(token, shown.encode())


def meanings_of(entry: bytes | str) -> list[str]:
    """The texts that an entry of a vocabulary may stand for; none if it is a part of a character."""
    text = text_of(entry)
    if text is None:
        return []
    meanings = [text.replace(SPACE.decode(), " ")]
    with suppress(KeyError, UnicodeDecodeError):
        meanings.append(bytes(BYTE_OF[char] for char in text).decode())
    return meanings


def bytes_of(entry: bytes | str) -> bytes | None:
    """The bytes that an entry stands for: its own, or what SentencePiece ("<0xF0>") or GPT-2's alphabet spell.

    None: it stands for text.
    """
    text = text_of(entry)
    if text is None:
        return entry if isinstance(entry, bytes) else None
    if (byte := byte_of(text.encode())) is not None:
        return byte
    return bytes(BYTE_OF[char] for char in text) if all(char in BYTE_OF for char in text) else None


def byte_of(entry: bytes) -> bytes | None:
    """The byte that SentencePiece spells as an entry such as "<0xF0>"."""
    match = re.fullmatch(rb"<0x([0-9A-F]{2})>", entry)
    return bytes([int(match[1], 16)]) if match else None


def text_of(entry: bytes | str) -> str | None:
    """Some tokenizers return an entry's bytes, which need not be whole characters."""
    if isinstance(entry, str):
        return entry
    try:
        return entry.decode()
    except UnicodeDecodeError:
        return None


def byte_alphabet() -> dict[str, int]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    shifted = [256 + index for index in range(len(others))]
    return {chr(code): byte for code, byte in zip([*printable, *shifted], [*printable, *others], strict=True)}


BYTE_OF = byte_alphabet()
