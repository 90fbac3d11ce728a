"""Models that write down what is said: the operation `transcribe`."""

from __future__ import annotations

import json
import threading
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import openvino_genai as genai

from audio import SAMPLE_RATE, decode, to_floats
from base import Device, Handler
from messages import Message, RequestFailed, failed, last_line
from windows import LEAST_STEP, SECONDS, Heard, Segment, cut

# How long a step waits for the thread that listens, in seconds: as long a cancel may wait.
PATIENCE = 0.05
# Quieter than any recording: there a model makes words up.
SILENCE = 16
# Whisper's context holds 448 tokens; half of them are for what came before (whisper/decoding.py).
PROMPT_TOKENS = 223
# A text that packs better repeats itself; it is written again, each time with more chance (whisper/transcribe.py).
MOST_PACKED = 2.4
TEMPERATURES = (0.0, 0.4, 0.8)


@dataclass(slots=True)
class Job:
    message: Message
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def id(self) -> int:
        request_id: int = self.message["id"]
        return request_id


class Cancelled(Exception):
    pass


class Tokens(genai.StreamerBase):  # type: ignore[misc]
    """Collects what is written, and ends it when its request is left."""

    def __init__(self, cancelled: threading.Event) -> None:
        super().__init__()
        self.ids: list[int] = []
        self._cancelled = cancelled

    def write(self, token: int | list[int]) -> Any:
        self.ids += token if isinstance(token, list) else [token]
        status = genai.StreamingStatus
        return status.CANCEL if self._cancelled.is_set() else status.RUNNING

    def end(self) -> None:
        pass


class Speech:
    """One recording at a time, by a thread beside the one that reads commands: the engine works without the lock."""

    cache_usage = None
    expects_more = False

    def __init__(self, load: Message, device: Device) -> None:
        self.path = load["path"]
        self.device = device
        facts = json.loads((Path(self.path) / "generation_config.json").read_text())
        self.languages = {name.strip("<|>"): name for name in facts.get("lang_to_id", {})}
        self.has_words = bool(facts.get("alignment_heads"))
        self.first_time: int = facts.get("no_timestamps_token_id", 50_363) + 1
        self.times_words = False
        self.pipeline = self._load()
        self.operations: dict[str, Handler] = {"transcribe": self.start}
        self._jobs: dict[int, Job] = {}
        self._waiting: SimpleQueue[Job] = SimpleQueue()
        self._answers: SimpleQueue[Message] = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _load(self) -> Any:
        options = {"word_timestamps": True} if self.times_words else {}
        return genai.WhisperPipeline(self.path, self.device.name, **self.device.properties, **options)

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
            )
        if not self.languages and message["task"] == "translate":
            raise RequestFailed("invalid_request", "The model knows English alone, so it does not translate.")
        language = message["language"]
        if language is not None and language not in (self.languages or ("en",)):
            raise RequestFailed("invalid_request", f'The model does not know the language "{language}".')

    def step(self) -> list[Message] | None:
        try:
            answers = [self._answers.get(timeout=PATIENCE)]
        except Empty:
            return None
        while not self._answers.empty():
            answers.append(self._answers.get())
        known = [answer for answer in answers if answer["id"] in self._jobs]
        for answer in known:
            if answer["type"] in ("finished", "failed"):
                del self._jobs[answer["id"]]
        return known

    def _listen(self) -> None:
        while True:
            job = self._waiting.get()
            try:
                self._transcribe(job)
                self._answers.put({"type": "finished", "id": job.id, "reason": "stop"})
            except Cancelled:
                pass
            except RequestFailed as error:
                self._answers.put(failed(job.id, error.code, str(error)))
            except Exception as error:
                self._answers.put(failed(job.id, "engine_failed", last_line(error)))

    def _transcribe(self, job: Job) -> None:
        message = job.message
        samples = decode(message["path"], message["max_seconds"])
        seconds = len(samples) / SAMPLE_RATE
        if message["words"] and not self.times_words:
            # Timing words makes all else slower, so nobody pays for it before it is asked for.
            self.times_words = True
            self.pipeline = None
            self.pipeline = self._load()
        language = message["language"]
        at = 0.0
        # A shorter rest after a whole sentence is no speech, but a model hears some in it (as in whisper.cpp).
        while at == 0 or at < seconds - LEAST_STEP:
            window = samples[round(at * SAMPLE_RATE) : round((at + SECONDS) * SAMPLE_RATE)]
            length = len(window) / SAMPLE_RATE
            segments: list[Segment] = []
            step = length
            if np.abs(window.astype(np.int32)).max() > SILENCE:
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
        tokens = Tokens(job.cancelled)
        result = self.pipeline.generate(samples, config, tokens)
        if job.cancelled.is_set():
            raise Cancelled
        return result, tokens.ids

    def _fit(self, prompt: str | None) -> str:
        """Its end, where it is longer than the model reads."""
        if not prompt:
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
