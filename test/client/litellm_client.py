"""LiteLLM in front of each of the server's APIs: prints one JSON line for each check, which litellm.test.ts reads.

Run as: litellm_client.py URL API_KEY MODEL SCRIPTED. MODEL is the small real model; SCRIPTED calls the weather tool
when it is asked, and answers with words after its result.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

# LiteLLM would fetch its price list from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from litellm.utils import get_valid_models

url, api_key, model, scripted = sys.argv[1:5]
# Where its Ollama client looks for the key when it lists models.
os.environ["OLLAMA_API_KEY"] = api_key
# LiteLLM's prefix of the model's name, and the base URL.
APIS = {
    "chat completions": ("openai", f"{url}/v1"),
    "responses": ("openai/responses", f"{url}/v1"),
    "messages": ("anthropic", url),
    "Ollama": ("ollama_chat", url),
}
LISTS = {"openai": f"{url}/v1", "anthropic": url, "ollama": url}
CAPITAL: Any = [{"role": "user", "content": "What is the capital of Germany?"}]
STORY: Any = [{"role": "user", "content": "Write a very long story."}]
WEATHER: Any = [{"role": "user", "content": "What is the weather in Berlin?"}]
RESULT = "Sunny all day long. " * 15
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


def report(check: str, **result: Any) -> None:
    print(json.dumps({"check": check, **result}), flush=True)


def listed() -> None:
    for provider, base in LISTS.items():
        asked: Any = {"custom_llm_provider": provider, "api_key": api_key, "api_base": base}
        report(f"models of {provider}", names=sorted(get_valid_models(check_provider_endpoint=True, **asked)))


def request(api: str, name: str) -> Any:
    prefix, base = APIS[api]
    return {"model": f"{prefix}/{name}", "api_base": base, "api_key": api_key, "temperature": 0, "num_retries": 0}


async def stream(asked: Any) -> Any:
    chunks = [chunk async for chunk in await litellm.acompletion(**asked, stream=True)]
    answer: Any = litellm.stream_chunk_builder(chunks, messages=asked["messages"])
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    return answer.choices[0], len([piece for piece in pieces if piece])


async def streamed(api: str) -> None:
    choice, pieces = await stream(request(api, model) | {"messages": CAPITAL, "max_tokens": 40})
    report(f"{api}: streamed", text=choice.message.content, pieces=pieces, reason=choice.finish_reason)


async def called(api: str) -> None:
    asked = request(api, scripted) | {"tools": [TOOL], "max_tokens": 200}
    first, _ = await stream(asked | {"messages": WEATHER})
    calls = first.message.tool_calls or []
    results = [{"role": "tool", "tool_call_id": call.id, "name": "weather", "content": RESULT} for call in calls]
    second, _ = await stream(asked | {"messages": [*WEATHER, first.message.model_dump(), *results]})
    report(
        f"{api}: called",
        calls=[[call.function.name, json.loads(call.function.arguments)] for call in calls],
        reason=first.finish_reason,
        text=second.message.content,
    )


async def leave(chunks: Any) -> None:
    """Stops in the middle of a stream."""
    async for _ in chunks:
        break
    await chunks.aclose()


async def stopped(api: str) -> None:
    asked = request(api, model) | {"messages": STORY, "max_tokens": 6000}
    await leave(await litellm.acompletion(**asked, stream=True))
    report(f"{api}: stopped")


async def text_completions() -> None:
    asked: Any = {
        "model": f"text-completion-openai/{model}",
        "api_base": f"{url}/v1",
        "api_key": api_key,
        "temperature": 0,
        "num_retries": 0,
        "stream": True,
    }
    chunks: Any = await litellm.atext_completion(**asked, prompt="The capital of France is", max_tokens=4)
    texts = [choice.text or "" async for chunk in chunks for choice in chunk.choices]
    report("text completions: streamed", text="".join(texts), pieces=len([text for text in texts if text]))
    endless: Any = {"max_tokens": 6000, "extra_body": {"ignore_eos": True}}
    chunks = await litellm.atext_completion(**asked, **endless, prompt="Once upon a time")
    # The wrapper itself cannot be closed.
    await leave(chunks.completion_stream)
    report("text completions: stopped")


async def routed() -> None:
    """Calls that a router's only server cannot answer, then one that it can: a 404 would have put it out of use."""
    params = {"model": f"openai/{model}", "api_base": f"{url}/v1", "api_key": api_key}
    deployment: Any = {"model_name": "m", "litellm_params": params}
    router = litellm.Router(model_list=[deployment], num_retries=0, cooldown_time=60)
    statuses: dict[str, int | None] = {}

    async def refused(call: str, work: Any) -> None:
        try:
            await work
            statuses[call] = None
        except Exception as error:
            statuses[call] = getattr(error, "status_code", 0)

    await refused("images", router.aimage_generation(prompt="a cat", model="m"))
    await refused("embeddings", router.aembedding(model="m", input=["a"]))
    await refused("speech", router.aspeech(model="m", input="a", voice="alloy"))
    await refused("moderations", router.amoderation(model="m", input="a"))
    answer: Any = await router.acompletion(model="m", messages=CAPITAL, max_tokens=12, temperature=0)
    report("router", statuses=statuses, text=answer.choices[0].message.content)


async def main() -> None:
    for name in [model, scripted]:
        known: Any = {"litellm_provider": "openai", "supports_native_streaming": True}
        # Without it, LiteLLM asks for a whole response and makes a stream of it, in which calls are lost.
        litellm.register_model({f"openai/{name}": known})
    listed()
    for api in APIS:
        for check in [streamed, called, stopped]:
            await check(api)
    await text_completions()
    await routed()


if __name__ == "__main__":
    litellm.suppress_debug_info = True
    asyncio.run(main())
