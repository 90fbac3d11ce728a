"""Models that write text about pictures: `generate` also takes pictures, in one batch with texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import openvino as ov
import openvino_genai as genai

from device import Device
from generation.language import LanguageModel
from generation.text import Text
from messages import Message, RequestFailed, failed_by, last_line
from pipeline.batch import Batch
from tokenization.tokens import stop
from vision.image_grid import read_bounds
from vision.image_marks import ImageMarks, join
from vision.image_tokens import ImageTokens
from vision.picture_room import PictureRoom
from vision.pictures import KEPT_PIXELS, Picture, PictureReader

# The engine adds a tokenizer's special tokens to a prompt unless it applies a template: this one changes nothing.
SAME_TEMPLATE = "{{ messages[0]['content'] }}"
# How long a step waits for pictures where nothing else runs; commands are read between steps.
WAIT_SECONDS = 0.02


class VisionModel(LanguageModel):
    """A language model that takes embeddings, which the engine computes from a prompt and its pictures."""

    def __init__(self, load: Message, device: Device) -> None:
        super().__init__(load, device)
        self.batch.pipeline.get_tokenizer().set_chat_template(SAME_TEMPLATE)
        folder = Path(load["path"])
        config = json.loads((folder / "config.json").read_text())
        self.marks = ImageMarks(config.get("model_type", ""))
        try:
            self.image_tokens = ImageTokens(self._add_trial, self.batch.step, read_bounds(folder))
        except Exception as error:
            raise RequestFailed("model_load_failed", f"It cannot take a picture: {to_reason(load, error)}") from error

    def add_hello(self, batch: Batch, config: Any) -> Any:
        return batch.add("Hello", config)

    def add_prompt(self, prompt: str, images: list[Any], config: Any) -> Any:
        """Adds a request to the batch; returns its handle. The engine would crash on token ids."""
        return self.batch.add(prompt, images, config) if images else self.batch.add(prompt, config)

    def _add_trial(self, prompt: str, images: list[Any]) -> Any:
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        config.apply_chat_template = True
        return self.add_prompt(prompt, images, config)


def to_reason(load: Message, error: Exception) -> str:
    if not (Path(load["path"]) / "preprocessor_config.json").exists():
        return "preprocessor_config.json is missing. Copy it from the original model, or convert that again."
    return last_line(error)


@dataclass(slots=True)
class Waiting:
    """A request whose pictures have been read and wait to be counted."""

    message: Message
    pictures: list[Picture]


class Vision(Text):
    capabilities: ClassVar = [*Text.capabilities, "images"]
    takes_ids: ClassVar = False
    model: VisionModel

    def __init__(self, load: Message, device: Device) -> None:
        super().__init__(load, device)
        most = self.model.image_tokens.most_pixels(self.model.prompts.context_length)
        self.room = PictureRoom()
        self.reader = PictureReader(self.room, KEPT_PIXELS if most is None else min(KEPT_PIXELS, most))
        self.waiting: dict[int, Waiting] = {}
        self.tokenize_text = self.operations["tokenize"]
        self.operations["tokenize"] = self.tokenize

    def load_model(self, load: Message, device: Device) -> VisionModel:
        return VisionModel(load, device)

    @property
    def busy(self) -> bool:
        return self.model.busy or self.reader.busy or bool(self.waiting)

    def start(self, message: Message) -> list[Message]:
        """Takes a request; its `started` message follows once its pictures have been read and counted."""
        prompt = message["prompt"]
        if not isinstance(prompt, str):
            raise RequestFailed("unsupported_parameter", "A vision model takes no token ids: send the prompt as text.")
        if message.get("images"):
            self.reader.add(message)
            return []
        return self._start_counted(message, [], [])

    def tokenize(self, message: Message) -> list[Message]:
        """Answers a request with images once they have been read and counted."""
        if not message.get("images"):
            return self.tokenize_text(message)
        self.reader.add(message)
        return []

    def cancel(self, request_id: int) -> bool:
        waited = self.waiting.pop(request_id, None) is not None
        return self.reader.cancel(request_id) or waited or super().cancel(request_id)

    def config_of(self, message: Message, max_tokens: int) -> Any:
        config = super().config_of(message, max_tokens)
        config.apply_chat_template = not message["add_special_tokens"]
        return config

    def step(self) -> list[Message]:
        seconds = 0 if self.model.busy else WAIT_SECONDS
        answers: list[Message] = []
        for message, future in self.reader.take(0 if self.waiting else seconds):
            answers += self._guard(message, partial(self._wait, message, future))
        with self.room.encoding(bool(self.waiting), seconds) as has_room:
            for one in list(self.waiting.values()) if has_room else []:
                answers += self._guard(one.message, partial(self._go_on, one))
        if self.model.busy:
            answers += super().step()
            self.model.image_tokens.look()
        return answers

    def _guard(self, message: Message, work: Callable[[], list[Message]]) -> list[Message]:
        """A failure ends only this request."""
        try:
            return work()
        except Exception as error:
            self.waiting.pop(message["id"], None)
            return [failed_by(message["id"], error)]

    def _wait(self, message: Message, future: Future[list[Picture]]) -> list[Message]:
        self.waiting[message["id"]] = Waiting(message, future.result())
        return []

    def _go_on(self, one: Waiting) -> list[Message]:
        """Starts it if its pictures' tokens are known, otherwise has them counted in the next step."""
        tokens = self.model.image_tokens
        counts = [tokens.get(picture.size) for picture in one.pictures]
        for picture in one.pictures:
            tokens.measure(picture.size)
        if None in counts:
            return []
        del self.waiting[one.message["id"]]
        answer = self._answer_tokens if one.message["type"] == "tokenize" else self._start_counted
        return answer(one.message, one.pictures, [count or 0 for count in counts])

    def _answer_tokens(self, message: Message, pictures: list[Picture], counts: list[int]) -> list[Message]:
        texts, places = self.model.marks.split(message["text"], len(pictures))
        adds = message["add_special_tokens"]
        pieces = [self._encode(text, adds and index == 0) for index, text in enumerate(texts)]
        ids = [token for piece in pieces for token in piece]
        images = sum(counts[index] for index in places)
        tokens = {"type": "tokens", "id": message["id"], "tokens": ids, "strings": None, "image_tokens": images}
        return [tokens, stop(message)]

    def _start_counted(self, message: Message, pictures: list[Picture], counts: list[int]) -> list[Message]:
        texts, places = self.model.marks.split(message["prompt"], len(pictures))
        prompts = self.model.prompts
        # The tokenizer's own are at the start.
        adds = message["add_special_tokens"]
        pieces = [self._encode(text, adds and index == 0) for index, text in enumerate(texts)]
        ids = self._join(pieces, [(pictures[index], counts[index]) for index in places])
        prompts.check_length(len(ids))
        images = [ov.Tensor(picture.pixels) for picture in pictures]
        prompt = join(texts, places)
        return self.take(message, ids, lambda _batch, config: self.model.add_prompt(prompt, images, config))

    def _encode(self, text: str, add_special_tokens: bool) -> list[int]:
        # The text between pictures, or before the first one, is often empty, but even that takes the tokenizer a while.
        if not text and not add_special_tokens:
            return []
        ids: list[int] = self.model.prompts.encode_text(text, add_special_tokens).data[0].tolist()
        return ids

    def _join(self, pieces: list[list[int]], pictures: list[tuple[Picture, int]]) -> list[int]:
        """The prompt's tokens, for counts and the prefix cache; a picture's tokens are numbers unique to it."""
        ids = [*pieces[0]]
        for (picture, count), piece in zip(pictures, pieces[1:], strict=True):
            ids += [-1 - picture.key - place for place in range(count)]
            ids += piece
        if not ids:
            raise RequestFailed("invalid_request", "The prompt has no tokens: send some text.")
        return ids
