"""Checks with the official Python client of Anthropic: prints one JSON line for each, `{"check": …, …}`.

Run as: anthropic_client.py BASE_URL API_KEY MODEL. An exception that a check expects is part of its line; any
other one ends the program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import anthropic
from anthropic import beta_tool

base_url, api_key, model = sys.argv[1:4]
client = anthropic.Anthropic(base_url=base_url, api_key=api_key, max_retries=0, timeout=170)
question: list[Any] = [{"role": "user", "content": "What is the capital of Germany?"}]
# Greedy, so that the answer is known; the client's own parameters no longer have it.
greedy: dict[str, Any] = {"extra_body": {"temperature": 0}}
weather_question: list[Any] = [{"role": "user", "content": "What is the weather in Berlin?"}]


def report(check: str, **result: Any) -> None:
    print(json.dumps({"check": check, **result}), flush=True)


def caught(call: Callable[[], object]) -> dict[str, Any]:
    """The exception that the call ends with."""
    try:
        call()
    except anthropic.APIStatusError as error:
        body: Any = error.body
        return {
            "exception": type(error).__name__,
            "status": error.status_code,
            "type": body["error"]["type"],
            "has_id": (error.request_id or "").startswith("req_"),
        }
    return {"exception": None}


def plain() -> None:
    message = client.messages.create(model=model, messages=question, max_tokens=40, **greedy)
    report(
        "plain",
        text=message.content[0].text if message.content[0].type == "text" else None,
        reason=message.stop_reason,
        tokens=message.usage.output_tokens,
    )


def streamed() -> None:
    with client.messages.stream(model=model, messages=question, max_tokens=40, **greedy) as stream:
        pieces = list(stream.text_stream)
        message = stream.get_final_message()
    report("streamed", text="".join(pieces), pieces=len(pieces), reason=message.stop_reason)


def models() -> None:
    report("models", ids=[found.id for found in client.models.list()], one=client.models.retrieve(model).type)


def counted() -> None:
    count = client.messages.count_tokens(model=model, messages=question)
    usage = client.messages.create(model=model, messages=question, max_tokens=1, **greedy).usage
    report("counted", same=count.input_tokens == usage.input_tokens + (usage.cache_read_input_tokens or 0))


def left() -> None:
    story: list[Any] = [{"role": "user", "content": "Write a very long story."}]
    seen = 0
    with client.messages.stream(model=model, messages=story, max_tokens=6000) as stream:
        for _ in stream.text_stream:
            seen += 1
            if seen == 3:
                break
    report("left", seen=seen)


def tool_runner() -> None:
    asked: list[str] = []

    @beta_tool
    def weather(city: str) -> str:
        """Tells the weather of a city."""
        asked.append(type(city).__name__)
        return "Sunny, 21 degrees."

    runner = client.beta.messages.tool_runner(
        model=model,
        max_tokens=200,
        max_iterations=2,
        messages=weather_question,
        tools=[weather],
        tool_choice={"type": "any"},
        **greedy,
    )
    report("tool runner", reasons=[message.stop_reason for message in runner], asked=asked[:1])


def errors() -> None:
    wrong = anthropic.Anthropic(base_url=base_url, api_key="another key", max_retries=0)
    report("wrong key", **caught(lambda: wrong.messages.create(model=model, messages=question, max_tokens=1)))
    report("unknown model", **caught(lambda: client.messages.create(model="x", messages=question, max_tokens=1)))
    report("no messages", **caught(lambda: client.messages.create(model=model, messages=[], max_tokens=1)))
    long: list[Any] = [{"role": "user", "content": "word " * 9000}]
    report("too long", **caught(lambda: client.messages.create(model=model, messages=long, max_tokens=1)))


for check in [plain, streamed, models, counted, left, tool_runner, errors]:
    check()
