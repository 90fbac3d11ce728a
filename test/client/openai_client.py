"""Checks with the official Python client and LiteLLM: prints one JSON line for each, `{"check": …, …}`.

Run as: openai_client.py BASE_URL API_KEY MODEL. An exception that a check expects is part of its line; any
other one ends the program.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from typing import Any

# LiteLLM would fetch its price list from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import openai
from pydantic import BaseModel, Field
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

base_url, api_key, model = sys.argv[1:4]
client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=170)


def ask(country: str = "Germany") -> list[Any]:
    return [{"role": "user", "content": f"What is the capital of {country}?"}]


def report(check: str, **result: Any) -> None:
    print(json.dumps({"check": check, **result}), flush=True)


def caught(call: Callable[[], object]) -> dict[str, Any]:
    """The exception that the call ends with."""
    try:
        call()
    except Exception as error:
        return {
            "exception": f"{type(error).__module__.split('.')[0]}.{type(error).__name__}",
            "status": getattr(error, "status_code", None),
            "code": getattr(error, "code", None),
            "param": getattr(error, "param", None),
            "message": str(error),
        }
    return {"exception": None}


def models() -> None:
    report("models", names=[found.id for found in client.models.list()])


def plain() -> None:
    answer = client.chat.completions.create(model=model, messages=ask(), temperature=0, max_tokens=40)
    assert answer.usage is not None
    report(
        "plain",
        text=answer.choices[0].message.content,
        reason=answer.choices[0].finish_reason,
        model=answer.model,
        tokens=answer.usage.completion_tokens,
    )


def streamed() -> None:
    pieces: list[str] = []
    reason = None
    usage = None
    options: Any = {"include_usage": True}
    for chunk in client.chat.completions.create(
        model=model, messages=ask(), temperature=0, max_tokens=40, stream=True, stream_options=options
    ):
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            reason = choice.finish_reason or reason
        usage = chunk.usage
    pieces = [piece for piece in pieces if piece]
    assert usage is not None
    report("streamed", text="".join(pieces), pieces=len(pieces), reason=reason, tokens=usage.completion_tokens)


def errors() -> None:
    stranger = openai.OpenAI(base_url=base_url, api_key="another key", max_retries=0)
    create = client.chat.completions.create
    report("unknown model", **caught(lambda: create(model="gpt-4o", messages=ask())))
    report("out of range", **caught(lambda: create(model=model, messages=ask(), temperature=3)))
    report("no messages", **caught(lambda: create(model=model, messages=[])))
    report("wrong key", **caught(stranger.models.list))


async def eight_at_once() -> None:
    countries = ["France", "Germany", "Italy", "Japan", "Russia", "England", "Greece", "Norway"]
    async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=170) as many:

        async def answer(country: str, stream: bool) -> str:
            request: Any = {"model": model, "messages": ask(country), "temperature": 0, "max_tokens": 12}
            if not stream:
                return (await many.chat.completions.create(**request)).choices[0].message.content or ""
            chunks = await many.chat.completions.create(**request, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

        texts = await asyncio.gather(*(answer(name, index % 2 == 0) for index, name in enumerate(countries)))
    report("eight at once", texts=texts)


def through_litellm() -> None:
    request: Any = {
        "model": f"openai/{model}",
        "api_base": base_url,
        "api_key": api_key,
        "messages": ask(),
        "temperature": 0,
        "max_tokens": 40,
        "num_retries": 0,
    }
    answer: Any = litellm.completion(**request)
    report(
        "litellm plain",
        text=answer.choices[0].message.content,
        reason=answer.choices[0].finish_reason,
        tokens=answer.usage.completion_tokens,
    )
    chunks: list[Any] = list(litellm.completion(**request, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    report("litellm streamed", text=text, reason=next((reason for reason in reasons if reason), None))
    unknown = request | {"model": "openai/gpt-4o-unknown"}
    report("litellm unknown model", **caught(lambda: litellm.completion(**unknown)))
    bad = request | {"temperature": 3}
    report("litellm out of range", **caught(lambda: litellm.completion(**bad)))


class City(BaseModel):
    """A city that the tests ask for."""

    name: str = Field(max_length=30)
    inhabitants: int = Field(ge=0, le=100_000_000)
    rivers: list[str] = Field(max_length=3, description="Their names")


WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 30}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


def structured() -> None:
    """The client's own helpers: `parse` with a pydantic model, and its accumulator of streams."""
    request: Any = {"model": model, "messages": ask(), "temperature": 0, "max_tokens": 300}
    parsed = client.chat.completions.parse(**request, response_format=City).choices[0].message.parsed
    report("parsed", is_city=isinstance(parsed, City))
    tools: Any = {"tools": [WEATHER], "tool_choice": "required", "parallel_tool_calls": False}
    with client.chat.completions.stream(**request, **tools) as stream:
        kinds = sorted({event.type for event in stream})
        final = stream.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    report(
        "tool stream",
        kinds=kinds,
        names=[call.function.name for call in calls],
        cities=[type(json.loads(call.function.arguments)["city"]).__name__ for call in calls],
        reason=final.choices[0].finish_reason,
    )


def agent() -> None:
    """An agent of pydantic-ai: its output is a tool call that it validates, and it may call a tool first."""
    served = OpenAIChatModel(model, provider=OpenAIProvider(openai_client=asynchronous()))
    settings: Any = {"temperature": 0, "max_tokens": 300}
    typed: Agent[None, City] = Agent(served, output_type=City, model_settings=settings, retries=0)
    report("agent output", is_city=isinstance(typed.run_sync("Tell me of Berlin.").output, City))


def asynchronous() -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=170)


if __name__ == "__main__":
    litellm.suppress_debug_info = True
    models()
    plain()
    streamed()
    errors()
    asyncio.run(eight_at_once())
    through_litellm()
    structured()
    agent()
