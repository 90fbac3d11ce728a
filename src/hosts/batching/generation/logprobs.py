"""The log probabilities of the tokens of an answer."""

from __future__ import annotations

from typing import Any

from generation.request import Request
from messages import Message
from tokenization.pieces import Pieces


def to_logprobs(request: Request, ids: list[int], output: Any, pieces: Pieces, text: str) -> list[Message]:
    """The entry of each token that a step added, with its part of the text. `text`: that of all of them."""
    spelled = [pieces.to_bytes(token, special_tokens=request.special_tokens) for token in ids]
    # Some tokenizers drop a text's first space.
    if len(request.generated) == len(ids) and spelled and spelled[0].startswith(b" ") and text[:1] not in ("", " "):
        spelled[0] = spelled[0][1:]
    return [
        {"token": own.decode(errors="replace"), "logprob": logprob, "bytes": list(own)}
        for own, logprob in zip(spelled, output.generated_log_probs, strict=False)
    ]
