"""Hooks of schemathesis for the requests of schemathesis.toml."""

from typing import Any
from zlib import crc32

import schemathesis

ANSWERED = ("POST /v1/chat/completions", "POST /v1/completions", "POST /v1/messages", "POST /v1/responses")
# Fields whose meaning has more rules than a schema can tell.
RULED = [
    "add_special_tokens",
    "background",
    "best_of",
    "conversation",
    "echo",
    "function_call",
    "functions",
    "compaction",
    "logit_bias",
    "output_config",
    "output_format",
    "previous_response_id",
    "prompt_logprobs",
    "response_format",
    "structured_outputs",
    "suffix",
    "system",
    "text",
    "thread",
    "tool_choice",
    "tools",
    "top_logprobs",
]
# Else a few requests would take most of the time.
MOST = {"n": 2, "max_tokens": 8, "max_completion_tokens": 8, "max_output_tokens": 8}


@schemathesis.hook
def before_call(_context: Any, case: schemathesis.Case, _kwargs: dict[str, Any]) -> None:
    """Changes two of three valid requests into ones that can be answered, as random ones hardly ever are; half stream."""
    if not isinstance(case.body, dict):
        return
    options = case.body.get("options")
    if isinstance(options, dict) and isinstance(options.get("num_predict"), int):
        # 0 and less are no bound at all.
        options["num_predict"] = min(abs(options["num_predict"]) + 1, 8)
    if case.operation.label not in ANSWERED:
        return
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    for name, most in MOST.items():
        if isinstance(case.body.get(name), (int, float)):
            case.body[name] = min(case.body[name], most)
    lot = crc32(repr(case.body).encode("utf-8", "replace")) % 3
    if lot == 0:
        return
    case.body = {key: value for key, value in case.body.items() if key not in RULED}
    match case.operation.label:
        case "POST /v1/completions":
            case.body.pop("logprobs", None)
            case.body["prompt"] = to_texts(case.body.get("prompt"))
        case "POST /v1/responses":
            case.body.pop("prompt", None)
            case.body["input"] = [to_plain_item(item) for item in case.body.get("input") or []] or "Hi"
        case _:
            case.body["messages"] = [to_plain(message) for message in case.body["messages"]]
    case.body["stream"] = lot == 1


def to_plain_item(item: Any) -> dict[str, Any]:
    """A message of the item's text, or of one character of the input's where that is a text."""
    return {"role": "user", "content": item if isinstance(item, str) else str(item.get("content", ""))}


def to_texts(prompt: Any) -> str | list[str]:
    """The prompt without token ids, of which the model lacks most, and of a few texts at most."""
    if not isinstance(prompt, list):
        return prompt or "Hi"
    return [text if isinstance(text, str) else str(text) for text in prompt[:3]]


def to_plain(message: dict[str, Any]) -> dict[str, Any]:
    """The message without calls, their results, and parts that are no text."""
    plain = {key: value for key, value in message.items() if key not in ("tool_calls", "function_call")}
    if plain["role"] in ("tool", "function"):
        plain["role"] = "user"
    if isinstance(plain.get("content"), list):
        plain["content"] = [{"type": "text", "text": str(part.get("text", ""))} for part in plain["content"]]
    return plain
