"""One running request: its tokens, and the text that they have become so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# A decoded window moves on by half once it is this long. The overlap keeps a character that spans tokens whole.
WINDOW_TOKENS = 32


@dataclass(slots=True)
class Request:
    id: int
    handle: Any
    prompt: list[int]
    logprobs: bool
    generated: list[int] = field(default_factory=list)
    start: int = 0
    """Index into `generated` from which it is decoded."""
    sent: str = ""
    """The window's text that has been sent."""

    def window(self) -> list[int]:
        """The tokens to decode in this step."""
        return self.generated[self.start :]

    def take_new(self, text: str, done: bool) -> str:
        """What `text`, the decoded window, adds to what was sent, without an incomplete character.

        Some tokenizers decode an incomplete character to U+FFFD, others to nothing; either way it is whole once
        its last token has come.
        """
        if not done:
            text = text.rstrip("\ufffd")
        new = text[len(self.sent) :]
        if new:
            self.sent = text
        return new

    def move_window(self, tokenizer: Any) -> None:
        if len(self.generated) - self.start >= WINDOW_TOKENS:
            self.start += WINDOW_TOKENS // 2
            text: str = tokenizer.decode(self.window())
            self.sent = text.rstrip("\ufffd")
