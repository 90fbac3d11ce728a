"""Grammars of the protocol as the engine's structural tags."""

from __future__ import annotations

from typing import Any

import openvino_genai as genai

from messages import Message

Tags = genai.StructuredOutputConfig


def to_config(grammar: Message) -> Any:
    return genai.StructuredOutputConfig(structural_tags_config=to_tag(grammar))


def to_tag(grammar: Message) -> Any:
    match grammar["type"]:
        case "regex":
            return Tags.Regex(grammar["pattern"])
        case "ebnf":
            return Tags.EBNF(grammar["grammar"])
        case "const":
            return Tags.ConstString(grammar["text"])
        case "any_text":
            return Tags.AnyText()
        case "concat" | "union":
            return join(grammar["type"], [to_tag(element) for element in grammar["elements"]])
        case "tag":
            return Tags.Tag(grammar["begin"], to_tag(grammar["content"]), grammar["end"])
        case "triggered_tags":
            return Tags.TriggeredTags(triggers=grammar["triggers"], **tag_list(grammar))
        case "tags_with_separator":
            return Tags.TagsWithSeparator(separator=grammar["separator"], **tag_list(grammar))
    raise ValueError(f"Unknown grammar {grammar['type']!r}.")


def join(kind: str, elements: list[Any]) -> Any:
    """The engine refuses to join fewer than two."""
    if len(elements) == 1:
        return elements[0]
    return Tags.Concat(elements) if kind == "concat" else Tags.Union(elements)


def tag_list(grammar: Message) -> dict[str, Any]:
    return {
        "tags": [to_tag(tag) for tag in grammar["tags"]],
        "at_least_one": grammar["at_least_one"],
        "stop_after_first": grammar["stop_after_first"],
    }
