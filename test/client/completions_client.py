"""Checks of text completions with the official Python client and LiteLLM: prints one JSON line for each.

Run as: completions_client.py BASE_URL API_KEY MODEL.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# LiteLLM would fetch its price list from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import openai

base_url, api_key, model = sys.argv[1:4]
client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=170)
PROMPT = "The capital of France is"
REQUEST: Any = {"model": model, "prompt": PROMPT, "temperature": 0, "max_tokens": 4}


def report(check: str, **result: Any) -> None:
    print(json.dumps({"check": check, **result}), flush=True)


def plain() -> None:
    answer = client.completions.create(**REQUEST, logprobs=0)
    (choice,) = answer.choices
    assert answer.usage is not None
    assert choice.logprobs is not None
    report(
        "plain",
        text=choice.text,
        reason=choice.finish_reason,
        tokens=answer.usage.completion_tokens,
        pieces=choice.logprobs.tokens,
        offsets=choice.logprobs.text_offset,
    )


def several() -> None:
    request = REQUEST | {"prompt": [PROMPT, "The capital of Italy is"], "echo": True}
    report("several", texts=[choice.text for choice in client.completions.create(**request).choices])


def streamed() -> None:
    chunks = list(client.completions.create(**REQUEST, stream=True, stream_options={"include_usage": True}))
    text = "".join(choice.text for chunk in chunks for choice in chunk.choices)
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
    usage = chunks[-1].usage
    assert usage is not None
    report("streamed", text=text, reasons=reasons, tokens=usage.completion_tokens)


def stopped() -> None:
    """Leaves a long answer in its middle; the next one is served at once."""
    request = REQUEST | {"max_tokens": 4000}
    extra: Any = {"extra_body": {"ignore_eos": True}}
    with client.completions.create(**request, **extra, stream=True) as stream:
        pieces = [chunk.choices[0].text for chunk, _ in zip(stream, range(5), strict=False)]
    report("stopped", pieces=len(pieces), text=client.completions.create(**REQUEST).choices[0].text)


def refused() -> None:
    try:
        client.completions.create(**REQUEST, suffix=" and")
    except openai.BadRequestError as error:
        report("refused", status=error.status_code, code=error.code, param=error.param)


def through_litellm() -> None:
    request: Any = {**REQUEST, "model": f"text-completion-openai/{model}", "api_base": base_url, "api_key": api_key}
    answer: Any = litellm.text_completion(**request, num_retries=0)
    report("litellm plain", text=answer.choices[0].text, reason=answer.choices[0].finish_reason)
    chunks: list[Any] = list(litellm.text_completion(**request, num_retries=0, stream=True))
    report("litellm streamed", text="".join(chunk.choices[0].text or "" for chunk in chunks if chunk.choices))


if __name__ == "__main__":
    litellm.suppress_debug_info = True
    plain()
    several()
    streamed()
    stopped()
    refused()
    through_litellm()
