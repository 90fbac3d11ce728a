"""The operations `tokenize` and `detokenize`: a text's token ids, and their text."""

from __future__ import annotations

from typing import Any

from messages import Message, RequestFailed
from tokenization.pieces import Anchor
from tokenization.prompts import Prompts


class Tokens:
    """Answers at once: both take a moment beside a step of the engine."""

    def __init__(self, tokenizer: Any, anchor: Anchor, prompts: Prompts) -> None:
        self.tokenizer = tokenizer
        self.anchor = anchor
        self.prompts = prompts

    def tokenize(self, message: Message) -> list[Message]:
        encoded = self.prompts.encode_text(message["text"], message["add_special_tokens"], message.get("cut"))
        ids: list[int] = encoded.data[0].tolist()
        strings = self._strings(ids) if message["strings"] else None
        return [{"type": "tokens", "id": message["id"], "tokens": ids, "strings": strings}, stop(message)]

    def _strings(self, ids: list[int]) -> list[str]:
        """The text of each token, decoded after an anchor: some tokenizers drop a text's first space."""
        if not ids:
            return []
        windows = [[*self.anchor.anchor, token] for token in ids]
        texts: list[str] = self.tokenizer.decode(windows, skip_special_tokens=False)
        return [text[len(self.anchor.anchor_text) :] for text in texts]

    def detokenize(self, message: Message) -> list[Message]:
        ids = self._within_context(message["tokens"])
        text = self.tokenizer.decode(ids, skip_special_tokens=False) if ids else ""
        return [{"type": "text", "id": message["id"], "text": text}, stop(message)]

    def _within_context(self, ids: list[int]) -> list[int]:
        """The ids, all of them in the vocabulary and no more than fit in the context."""
        limit = self.prompts.context_length
        if len(ids) > limit:
            raise RequestFailed(
                "context_length_exceeded",
                f"This model's context length is {limit} tokens, but the request has {len(ids)}: send fewer.",
            )
        return self.prompts.known(ids)


def stop(message: Message) -> Message:
    return {"type": "finished", "id": message["id"], "reason": "stop"}
