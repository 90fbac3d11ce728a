"""A loaded model and the operations that it offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device import Device
from encoders.classify import load_labelled
from encoders.embed import Embed
from encoders.rank import load_ranker
from generation.text import Text
from kind import Handler, Kind
from messages import Message, RequestFailed, failed_by, last_line
from stages import Stages


def load_speech(load: Message, device: Device) -> Kind:
    # Decoding sound takes a library that no other model needs.
    from speech.transcribe import Speech

    return Speech(load, device)


PROTOCOL = 3


def load_vision(load: Message, device: Device) -> Kind:
    """Imports a library that only these models need, and that an older installation of the engine may lack."""
    try:
        from vision.vision import Vision
    except ImportError as error:
        raise RequestFailed("model_load_failed", f"{last_line(error)}: run `ov-llm setup`.") from error
    return Vision(load, device)


# By the tasks of src/models/tasks.ts; one that is not here is taken for text.
KINDS: dict[str, Callable[[Message, Device], Kind]] = {
    "automatic-speech-recognition": load_speech,
    "feature-extraction": Embed,
    "image-text-to-text": load_vision,
    "text-classification": load_labelled,
    "text-ranking": load_ranker,
}


class Engine:
    """Hands each request to its operation, and steps those that run."""

    def __init__(self, load: Message, stages: Stages) -> None:
        self.device = Device(load, stages)
        self.kind: Kind = KINDS.get(load["task"], Text)(load, self.device)
        self.max_concurrent: int = load["max_concurrent"]

    @property
    def operations(self) -> Mapping[str, Handler]:
        return self.kind.operations

    def ready(self) -> Message:
        return {
            "type": "ready",
            "protocol": PROTOCOL,
            "engine": "batching",
            "operations": list(self.operations),
            "max_concurrent": self.max_concurrent,
            **self.device.ready(),
            **self.kind.ready(),
        }

    def take(self, message: Message) -> list[Message]:
        """The answers to a request so far; a failure is one of them."""
        try:
            return self.operations[message["type"]](message)
        except Exception as error:
            # The other requests are in the pipeline and continue.
            return [failed_by(message["id"], error)]

    def cancel(self, request_id: int) -> list[Message]:
        """Does nothing if the request has already ended."""
        if not self.kind.cancel(request_id):
            return []
        return [{"type": "finished", "id": request_id, "reason": "cancelled"}]

    @property
    def busy(self) -> bool:
        return self.kind.busy

    @property
    def cache_usage(self) -> float | None:
        return self.kind.cache_usage

    @property
    def patience(self) -> float:
        return self.kind.patience

    def step(self) -> list[Message] | None:
        return self.kind.step()
