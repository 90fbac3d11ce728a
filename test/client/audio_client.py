"""What OpenAI's Python client makes of speech: each check printed as a line of JSON with its name."""

import json
import sys
from pathlib import Path

import openai

base_url, model, recording = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key="any", max_retries=0)


def ask(**options):
    with Path(recording).open("rb") as file:
        return client.audio.transcriptions.create(model=model, file=file, **options)


def show(check: str, **found) -> None:
    print(json.dumps({"check": check, **found}), flush=True)


plain = ask()
show("plain", text=plain.text, seconds=plain.usage.seconds)
verbose = ask(response_format="verbose_json", timestamp_granularities=["word", "segment"], temperature=0.0, language="en")
show(
    "verbose",
    language=verbose.language,
    duration=verbose.duration,
    segments=len(verbose.segments),
    words=[word.word for word in verbose.words],
)
show("subtitles", text=ask(response_format="srt"))
events = list(ask(stream=True))
show("streamed", types=[event.type for event in events], text=events[-1].text)
try:
    client.audio.speech.create(model=model, input="Hello", voice="alloy")
except openai.BadRequestError as error:
    show("speech", code=error.code)
