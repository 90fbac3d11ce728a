"""Talks to ov-llm's responses with OpenAI's Python client and agents: responses_client.py BASE_URL API_KEY MODEL

Prints one line of JSON for each check, which responses-python.test.ts reads.
"""

import asyncio
import json
import sys
from typing import Any

import openai
from agents import Agent, ModelSettings, OpenAIProvider, RunConfig, Runner, function_tool
from pydantic import BaseModel, Field

base_url, api_key, model = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=170)
ask: Any = {
    "model": model,
    "input": "What is the capital of Germany?",
    "temperature": 0,
    "max_output_tokens": 60,
}


class City(BaseModel):
    name: str = Field(max_length=30)


WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 30}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


def report(check: str, **values: Any) -> None:
    print(json.dumps({"check": check, **values}), flush=True)


def plain() -> None:
    response = client.responses.create(**ask)
    usage: Any = response.usage
    report("plain", text=response.output_text, status=response.status, tokens=usage.output_tokens)
    parsed = client.responses.parse(**ask, text_format=City).output_parsed
    report("parsed", is_city=isinstance(parsed, City))


def streamed() -> None:
    with client.responses.stream(**ask) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    report("streamed", text=final.output_text, deltas=kinds.count("response.output_text.delta"), last=kinds[-1])


def tool_round() -> None:
    with client.responses.stream(**ask, tools=[WEATHER], tool_choice="required") as stream:
        kinds = sorted({event.type for event in stream})
        first = stream.get_final_response()
    call: Any = first.output[0]
    result: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "Sunny."}
    options = ask | {"input": [result], "previous_response_id": first.id}
    second = client.responses.create(**options, tools=[WEATHER], tool_choice="none")
    report("tool round", kinds=kinds, name=call.name, city=json.loads(call.arguments)["city"], text=second.output_text)


def stored() -> None:
    response = client.responses.create(**ask)
    again = client.responses.retrieve(response.id)
    items = [item.type for item in client.responses.input_items.list(response.id)]
    client.responses.delete(response.id)
    try:
        client.responses.retrieve(response.id)
    except openai.NotFoundError as error:
        report("stored", same=again.output_text == response.output_text, items=items, code=error.code)


def left() -> None:
    with client.responses.create(
        **ask | {"max_output_tokens": 6000}, stream=True, extra_body={"ignore_eos": True}
    ) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                break
    report("left")


async def agent() -> None:
    asked: list[str] = []

    @function_tool
    def weather(city: str) -> str:
        """The weather of a city."""
        asked.append(city)
        return "Sunny, 21 degrees."

    many = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=170)
    provider = OpenAIProvider(openai_client=many, use_responses=True)
    config = RunConfig(model_provider=provider, tracing_disabled=True)
    settings = ModelSettings(temperature=0, max_tokens=60, tool_choice="required")
    helper = Agent(name="Helper", instructions="You help.", model=model, tools=[weather], model_settings=settings)
    run = Runner.run_streamed(helper, "What is the weather in Berlin?", run_config=config, max_turns=6)
    kinds = sorted({event.type async for event in run.stream_events()})
    report("agent", has_asked=len(asked) > 0, kinds=kinds, is_text=isinstance(run.final_output, str))
    settings = ModelSettings(temperature=0, max_tokens=60)
    typed = Agent(name="Cities", instructions="Name a city.", model=model, output_type=City, model_settings=settings)
    output = (await Runner.run(typed, "A city in Germany?", run_config=config)).final_output
    report("agent output", is_city=isinstance(output, City))
    settings = ModelSettings(temperature=0, max_tokens=6000, extra_body={"ignore_eos": True})
    endless = Agent(name="Endless", instructions="You help.", model=model, model_settings=settings)
    run = Runner.run_streamed(endless, "A city in Germany?", run_config=config)
    async for event in run.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            run.cancel()
    report("agent stopped")


if __name__ == "__main__":
    plain()
    streamed()
    tool_round()
    stored()
    left()
    asyncio.run(agent())
