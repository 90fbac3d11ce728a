"""One running request: its tokens and their text so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.batch import Batch
from tokenization.pieces import Pieces

# A decoded window moves on by half once it is this long. The overlap keeps a character that spans tokens whole.
WINDOW_TOKENS = 32


@dataclass(slots=True)
class Request:
    id: int
    handle: Any
    batch: Batch
    prompt: list[int]
    logprobs: bool
    special_tokens: bool
    """Whether special tokens stay in its text."""
    exact: bool = False
    """Whether a leading space belongs to it, even if the tokenizer drops one."""
    samples: bool = False
    """Whether its tokens are sampled."""
    lengths: bool = False
    """Whether the lengths of its tokens' texts are reported."""
    guesses: int = 0
    """How many tokens are guessed for each of its steps."""
    rights: list[int] = field(default_factory=list)
    """How many of those steps had no right guess, one, …, only right ones."""
    generated: list[int] = field(default_factory=list)
    start: int = 0
    """Index into `generated` from which it is decoded."""
    sent: str = ""
    """The window's text that has been sent."""

    def take(self, ids: list[int], pieces: Pieces) -> str | None:
        """Adds new tokens; returns their text if it is known, otherwise they wait in the window."""
        if not ids and not self.generated:
            return ""
        whole = self.start == len(self.generated) > 0
        self.generated.extend(ids)
        text = pieces.join(ids) if whole else None
        if text is not None:
            self.start = len(self.generated)
        return text

    def window(self, pieces: Pieces) -> list[int]:
        """The tokens to decode in this step, behind an anchor: some tokenizers drop a text's first space."""
        return [*(pieces.anchor if self.start or self.exact else []), *self.generated[self.start :]]

    def take_new(self, text: str, done: bool, pieces: Pieces) -> str:
        """What `text`, the decoded window, adds to what was sent, without an incomplete character.

        Some tokenizers decode an incomplete character to U+FFFD, others to nothing; either way it is whole once
        its last token has come.
        """
        if self.start or self.exact:
            text = text[len(pieces.anchor_text) :]
        if not done:
            text = text.rstrip("\ufffd")
        new = text[len(self.sent) :]
        if new:
            self.sent = text
        if pieces.join(self.generated[-1:]) is not None:
            # A token of whole characters ends the window.
            self.start, self.sent = len(self.generated), ""
        return new

    def move_window(self, tokenizer: Any, pieces: Pieces) -> None:
        if len(self.generated) - self.start >= WINDOW_TOKENS:
            self.start += WINDOW_TOKENS // 2
            text: str = tokenizer.decode(self.window(pieces), skip_special_tokens=not self.special_tokens)
            self.sent = text[len(pieces.anchor_text) :].rstrip("\ufffd")
