"""The text of those tokens whose text does not depend on the tokens beside them."""

from __future__ import annotations

from typing import Any

# Tokens decoded in one call while the table is made.
BATCH = 4096


class Pieces:
    """The tokens that always decode to the same whole characters.

    A token is one of them when the tokenizer decodes it, behind another, to just what its vocabulary entry says:
    by GPT-2's byte alphabet (openai/gpt-2, encoder.py, bytes_to_unicode) or by SentencePiece's "▁" for a space.
    Special tokens, bytes of a character and whatever a tokenizer treats in a way of its own are none.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.anchor: list[int] = tokenizer.encode("a", add_special_tokens=False).input_ids.data[0].tolist()
        self.anchor_text: str = tokenizer.decode(self.anchor)
        self._texts: dict[int, str] = {}
        entries = list(tokenizer.get_vocab().items())
        self.vocabulary_size = 1 + max((token for _, token in entries), default=-1)
        for start in range(0, len(entries), BATCH):
            part = entries[start : start + BATCH]
            decoded = tokenizer.decode([[*self.anchor, token] for _, token in part])
            for (entry, token), text in zip(part, decoded, strict=True):
                text = text.removeprefix(self.anchor_text)
                if text and text in meanings_of(entry):
                    self._texts[token] = text

    def join(self, ids: list[int]) -> str | None:
        """Their text, where each one is such a token."""
        texts = [self._texts.get(token) for token in ids]
        return None if None in texts else "".join(text for text in texts if text)


def meanings_of(entry: bytes | str) -> list[str]:
    """What an entry of a vocabulary may stand for."""
    text = entry.decode(errors="replace") if isinstance(entry, bytes) else entry
    meanings = [text.replace("▁", " ")]
    if all(char in BYTE_OF for char in text):
        try:
            meanings.append(bytes(BYTE_OF[char] for char in text).decode())
        except UnicodeDecodeError:
            return []
    return meanings


def byte_alphabet() -> dict[str, int]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    shifted = [256 + index for index in range(len(others))]
    return {chr(code): byte for code, byte in zip([*printable, *shifted], [*printable, *others], strict=True)}


BYTE_OF = byte_alphabet()
