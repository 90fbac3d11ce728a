"""The log probabilities of the tokens of an answer."""

from __future__ import annotations

from typing import Any

from messages import Message


def to_logprobs(tokenizer: Any, ids: list[int], output: Any) -> list[Message]:
    """Of each token of the text, as the engine's output of a step has them; the text is of the token by itself."""
    if not ids:
        return []
    texts = tokenizer.decode([[token] for token in ids], skip_special_tokens=False)
    pairs = zip(texts, output.generated_log_probs, strict=False)
    return [{"token": text, "logprob": logprob} for text, logprob in pairs]
