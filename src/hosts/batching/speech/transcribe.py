"""Models that transcribe speech: the operation `transcribe`."""

from __future__ import annotations

import json
import re
import threading
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import openvino_genai as genai

from device import Device
from kind import Handler
from messages import Message, RequestFailed, failed_by
from speech.audio import SAMPLE_RATE, decode, loud_seconds, to_floats
from speech.windows import LEAST_STEP, SECONDS, Heard, Segment, cut

# How long a step waits for the transcribing thread, in seconds; a cancel may wait as long.
PATIENCE = 0.05
# Whisper's context holds 448 tokens; half of them are for the preceding text (whisper/decoding.py).
PROMPT_TOKENS = 223
# A click is shorter than any word, but a model turns it into one.
LEAST_LOUD = 0.2
CONTROL = re.compile(r"<\|.*?\|>")
# A text that compresses better repeats itself; it is generated again, each time at a higher temperature
# (whisper/transcribe.py).
MOST_PACKED = 2.4
TEMPERATURES = (0.0, 0.4, 0.8)


@dataclass(slots=True)
class Job:
    message: Message
    cancelled: threading.Event = field(default_factory=threading.Event)
    moved: bool = False
    """Whether a token was written since the last look."""

    @property
    def id(self) -> int:
        request_id: int = self.message["id"]
        return request_id

    def look(self) -> None:
        if self.cancelled.is_set():
            raise Cancelled


def check_kind(config: Message) -> None:
    kind = config.get("model_type")
    if kind != "whisper":
        raise RequestFailed(
            "model_load_failed",
            f'The engine transcribes with Whisper models alone, and this one is a "{kind}": use one of those.',
        )


def read_json(file: Path) -> Message:
    try:
        facts: Message = json.loads(file.read_text())
        return facts
    except (OSError, ValueError) as error:
        raise RequestFailed(
            "model_load_failed",
            f"A speech model needs an intact {file.name} beside it ({error}): convert it again.",
        ) from error


class Cancelled(Exception):
    pass


class Tokens(genai.StreamerBase):  # type: ignore[misc]
    """Collects the text, and ends the generation when its request is cancelled."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.ids: list[int] = []
        self._job = job

    def write(self, token: int | list[int]) -> Any:
        self.ids += token if isinstance(token, list) else [token]
        self._job.moved = True
        status = genai.StreamingStatus
        return status.CANCEL if self._job.cancelled.is_set() else status.RUNNING

    def end(self) -> None:
        pass


class Speech:
    """One recording at a time, in a thread beside the one that reads commands: the engine releases Python's lock."""

    cache_usage = None
    patience = 0.0

    def __init__(self, load: Message, device: Device, make: Any = genai.WhisperPipeline) -> None:
        """`make`: creates the engine's pipeline."""
        path = load["path"]
        check_kind(read_json(Path(path) / "config.json"))
        facts = read_json(Path(path) / "generation_config.json")
        self.languages = {name.strip("<|>"): name for name in facts.get("lang_to_id", {})}
        self.has_words = bool(facts.get("alignment_heads"))
        self.first_time: int = facts.get("no_timestamps_token_id", 50_363) + 1
        # Measured on a CPU: it costs nothing until words are requested, then a fifth more time.
        options = {"word_timestamps": True} if self.has_words else {}
        self.pipeline = make(path, device.name, **device.properties, **options)
        self.operations: dict[str, Handler] = {"transcribe": self.start}
        self._jobs: dict[int, Job] = {}
        self._waiting: SimpleQueue[Job] = SimpleQueue()
        self._answers: SimpleQueue[Message] = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ready(self) -> Message:
        return {
            "context_length": 448,
            "capabilities": [*(["translate"] if self.languages else []), *(["words"] if self.has_words else [])],
            "chat_template": None,
            "bos_token": "",
            "eos_token": "",
            "languages": sorted(self.languages) or ["en"],
            "max_concurrent": 1,
        }

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def cancel(self, request_id: int) -> bool:
        job = self._jobs.pop(request_id, None)
        if job is not None:
            job.cancelled.set()
        return job is not None

    def start(self, message: Message) -> list[Message]:
        self._check(message)
        job = self._jobs[message["id"]] = Job(message)
        self._waiting.put(job)
        return []

    def _check(self, message: Message) -> None:
        if message["words"] and not self.has_words:
            raise RequestFailed(
                "invalid_request",
                "The model cannot time words: its generation_config.json has no alignment_heads. Ask for segments.",
                "timestamp_granularities",
            )
        if not self.languages and message["task"] == "translate":
            raise RequestFailed("invalid_request", "This model knows only English, so it cannot translate.")
        language = message["language"]
        if language is not None and language not in (self.languages or ("en",)):
            raise RequestFailed("invalid_request", f'The model does not know the language "{language}".')

    def step(self) -> list[Message] | None:
        try:
            answers = [self._answers.get(timeout=PATIENCE)]
        except Empty:
            return self._show_life()
        while not self._answers.empty():
            answers.append(self._answers.get())
        known = [answer for answer in answers if answer["id"] in self._jobs]
        for answer in known:
            if answer["type"] in ("finished", "failed"):
                del self._jobs[answer["id"]]
        return known

    def _show_life(self) -> list[Message] | None:
        moved = [job for job in self._jobs.values() if job.moved]
        for job in moved:
            job.moved = False
        return [] if moved else None

    def _listen(self) -> None:
        while True:
            job = self._waiting.get()
            try:
                self._transcribe(job)
                self._answers.put({"type": "finished", "id": job.id, "reason": "stop"})
            except Cancelled:
                pass
            except Exception as error:
                self._answers.put(failed_by(job.id, error))

    def _transcribe(self, job: Job) -> None:
        message = job.message
        job.look()
        samples = decode(message["path"], message["max_seconds"], job.look)
        seconds = len(samples) / SAMPLE_RATE
        language = message["language"]
        at = 0.0
        # A shorter rest after a whole sentence has no speech, but a model invents some for it (as in whisper.cpp).
        while at == 0 or at < seconds - LEAST_STEP:
            window = samples[round(at * SAMPLE_RATE) : round((at + SECONDS) * SAMPLE_RATE)]
            length = len(window) / SAMPLE_RATE
            segments: list[Segment] = []
            step = length
            if loud_seconds(window) >= LEAST_LOUD:
                heard, language = self._hear(job, to_floats(window), language)
                segments, step = cut(heard, at, length, is_last=at + length >= seconds)
            at += step
            self._answers.put(
                {
                    "type": "segments",
                    "id": job.id,
                    "language": language,
                    "seconds": round(seconds, 3),
                    "segments": [segment.message() for segment in segments],
                }
            )

    def _hear(self, job: Job, samples: Any, language: str | None) -> tuple[Heard, str | None]:
        asked = job.message["temperature"]
        heard: tuple[Heard, str | None] = (Heard([], [], True), language)
        for temperature in TEMPERATURES if asked == 0 else (asked,):
            result, ids = self._generate(job, samples, language, temperature)
            heard = self._read(result, ids), result.language or language
            text = result.texts[0].encode()
            if len(text) / (len(zlib.compress(text)) or 1) <= MOST_PACKED:
                break
        return heard

    def _generate(self, job: Job, samples: Any, language: str | None, temperature: float) -> tuple[Any, list[int]]:
        config = self.pipeline.get_generation_config()
        config.return_timestamps = True
        config.word_timestamps = job.message["words"]
        config.rng_seed = 0
        if temperature > 0:
            config.do_sample = True
            config.temperature = temperature
        if self.languages:
            config.task = job.message["task"]
            if language is not None:
                config.language = self.languages[language]
        prompt = self._fit(job.message["prompt"])
        if prompt:
            config.initial_prompt = prompt
        tokens = Tokens(job)
        result = self.pipeline.generate(samples, config, tokens)
        job.look()
        return result, tokens.ids

    def _fit(self, prompt: str | None) -> str:
        """The end of a prompt that is too long for the model, without what the tokenizer takes for control tokens."""
        prompt = CONTROL.sub(" ", prompt or "")
        if not prompt.strip():
            return ""
        tokenizer = self.pipeline.get_tokenizer()
        ids = tokenizer.encode(prompt, add_special_tokens=False).input_ids.data[0].tolist()
        return prompt if len(ids) <= PROMPT_TOKENS else str(tokenizer.decode(ids[-PROMPT_TOKENS:]))

    def _read(self, result: Any, ids: list[int]) -> Heard:
        # An end below the start: the window ended before the sentence.
        chunks = [(one.start_ts, one.end_ts if one.end_ts >= one.start_ts else None, one.text) for one in result.chunks]
        words = [(word.start_ts, word.end_ts, word.word) for word in result.words or []]
        times = [token >= self.first_time for token in ids[-2:]]
        return Heard(chunks, words, ends_silent=times == [False, True])
