"""Checks with the official Python client: prints one JSON line for each, `{"check": …, …}`.

Run as: ollama_client.py URL API_KEY MODEL SCRIPTED. The chat with tools is what Home Assistant does: it lists the
models, compares their names letter by letter, and streams one chat after another until there is no call.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import ollama

url, api_key, model, scripted = sys.argv[1:5]
headers = {"Authorization": f"Bearer {api_key}"}
client = ollama.Client(host=url, headers=headers)
messages = [{"role": "user", "content": "What is the capital of Germany?"}]
options = {"temperature": 0, "num_predict": 40}
weather = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "station": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


def report(check: str, **result: Any) -> None:
    print(json.dumps({"check": check, **result}), flush=True)


def caught(call: Callable[[], object]) -> dict[str, Any]:
    """The exception that the call ends with."""
    try:
        call()
    except Exception as error:
        return {
            "exception": type(error).__name__,
            "status": getattr(error, "status_code", None),
            "error": getattr(error, "error", None),
        }
    return {"exception": None}


def plain() -> None:
    answer = client.chat(model=model, messages=messages, options=options)
    report("plain", text=answer.message.content, reason=answer.done_reason, tokens=answer.eval_count)


def streamed() -> None:
    pieces = list(client.chat(model=model, messages=messages, options=options, stream=True))
    report("streamed", texts=[piece.message.content for piece in pieces], reason=pieces[-1].done_reason)


def stopped() -> None:
    """Leaves a long answer in its middle."""
    story = [{"role": "user", "content": "Tell a story of a dragon that never ends."}]
    stream: Any = client.chat(model=model, messages=story, options={"temperature": 0, "num_predict": 6000}, stream=True)
    next(stream)
    stream.close()
    report("stopped")


def generated() -> None:
    answer = client.generate(model=model, prompt=messages[0]["content"], options=options)
    report("generated", text=answer.response)


def shown() -> None:
    found = client.show(model)
    report("shown", capabilities=found.capabilities, context=(found.modelinfo or {}).get("llama.context_length"))


def watched() -> None:
    client.generate(model=model, keep_alive=-1)
    ends = [one.expires_at for one in client.ps().models if one.model == model]
    report("watched", years=[end.year for end in ends if end])


async def home_assistant() -> None:
    """The calls of its integration `ollama`, up to its history without ids and names."""
    agent = ollama.AsyncClient(host=url, headers=headers)
    listed = {one["model"] for one in (await agent.list()).get("models", [])}
    name = next(one for one in sorted(listed) if one.startswith(scripted))
    history: list[Any] = [ollama.Message(role="user", content="What is the weather in Berlin?")]
    arguments: list[Any] = []
    text = ""
    for _ in range(4):
        chunks = await agent.chat(
            model=name,
            messages=history,
            tools=[weather],
            stream=True,
            keep_alive="300s",
            options={"num_ctx": 8192},
            think=False,
        )
        called = []
        async for chunk in chunks:
            text += chunk["message"].get("content") or ""
            called += chunk["message"].get("tool_calls") or []
        if not called:
            break
        arguments += [dict(call["function"]["arguments"]) for call in called]
        history.append(ollama.Message(role="assistant", content="", tool_calls=called))
        history += [ollama.Message(role="tool", content='{"data": "Sunny"}') for _ in called]
    report("home assistant", name=name, arguments=arguments, text=text)


def refused() -> None:
    report("unknown model", **caught(lambda: client.chat(model="nobody", messages=messages)))
    report("unknown model, streamed", **caught(lambda: list(client.chat(model="nobody", stream=True))))
    report("bad option", **caught(lambda: client.chat(model=model, messages=messages, options={"top_p": 3})))
    report("embedding", **caught(lambda: client.embed(model=model, input=["a"])))
    report("pull", **caught(lambda: client.pull("owner/nobody")))
    other = ollama.Client(host=url, headers={"Authorization": "Bearer other"})
    report("wrong key", **caught(other.list))


plain()
streamed()
stopped()
generated()
shown()
watched()
asyncio.run(home_assistant())
refused()
