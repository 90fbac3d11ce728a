"""What the models of all kinds have: a device, versions, and the operations that the engine hands requests to."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import openvino as ov
import openvino_genai as genai

from device import choose_device, list_parts
from messages import Message
from stages import Stages

Handler = Callable[[Message], list[Message]]
"""Takes a request and returns its first answers; raises RequestFailed."""

# The context when the model's files state no length.
CONTEXT_DEFAULT = 131_072


class Kind(Protocol):
    """A loaded model of one kind: text, embeddings, … Chosen by the task (engine.py)."""

    @property
    def operations(self) -> Mapping[str, Handler]: ...

    def ready(self) -> Message:
        """What its `ready` message reports beside the device: `context_length`, `capabilities`, `tokens`, …"""

    @property
    def busy(self) -> bool:
        """Whether `step` has something to do."""

    @property
    def cache_usage(self) -> float | None:
        """The share of the KV cache's blocks that running requests hold, 0 to 1; None: it has no such cache."""

    @property
    def patience(self) -> float:
        """How many seconds the next step waits for a request: one that shares it, or any where nothing is urgent."""

    def step(self) -> list[Message] | None:
        """Some of the work of all requests, and the answers that came of it. What it raises ends the process.

        None: work goes on beside it, and nothing has come of it yet; that is no sign of life.
        """

    def cancel(self, request_id: int) -> bool:
        """False: the request has ended already."""


class Device:
    """The device that a model runs on."""

    def __init__(self, load: Message, stages: Stages) -> None:
        self.stages = stages
        self.core = ov.Core()
        self.name = choose_device(load["device"], self.core.available_devices)
        # OpenVINO has no name for a combination of devices.
        names = [str(self.core.get_property(part, "FULL_DEVICE_NAME")).strip() for part in list_parts(self.name)]
        self.full_name = ", ".join(names) or self.name
        # A compiled-model cache speeds up GPU and NPU loads a lot and does nothing on a CPU.
        cache: dict[str, Any] = {} if self.name == "CPU" else {"CACHE_DIR": load["cache_dir"]}
        self.properties = cache | load["properties"]
        stages.end("device")

    def ready(self) -> Message:
        return {
            "device": self.name,
            "device_name": self.full_name,
            "versions": {
                "python": platform.python_version(),
                "openvino": ov.get_version(),
                "openvino_genai": genai.get_version(),
            },
        }
