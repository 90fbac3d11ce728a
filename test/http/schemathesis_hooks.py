"""Hooks of schemathesis for the requests of schemathesis.toml."""

from typing import Any
from zlib import crc32

import schemathesis

RESPONSES = "POST /v1/responses"
ANSWERED = ("POST /v1/chat/completions", "POST /v1/messages", RESPONSES)
# Fields whose meaning has more rules than a schema can tell.
RULED = [
    "background",
    "conversation",
    "function_call",
    "functions",
    "compaction",
    "logit_bias",
    "output_config",
    "output_format",
    "previous_response_id",
    "prompt",
    "response_format",
    "structured_outputs",
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
    if case.operation.label == RESPONSES:
        case.body["input"] = [to_plain_item(item) for item in case.body.get("input") or []] or "Hi"
    else:
        case.body["messages"] = [to_plain(message) for message in case.body["messages"]]
    case.body["stream"] = lot == 1


def to_plain_item(item: Any) -> dict[str, Any]:
    """A message of the item's text, or of one character of the input's where that is a text."""
    return {"role": "user", "content": item if isinstance(item, str) else str(item.get("content", ""))}


def to_plain(message: dict[str, Any]) -> dict[str, Any]:
    """The message without calls, their results, and parts that are no text."""
    plain = {key: value for key, value in message.items() if key not in ("tool_calls", "function_call")}
    if plain["role"] in ("tool", "function"):
        plain["role"] = "user"
    if isinstance(plain.get("content"), list):
        plain["content"] = [{"type": "text", "text": str(part.get("text", ""))} for part in plain["content"]]
    return plain
