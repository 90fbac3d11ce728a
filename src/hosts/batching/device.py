"""The device that a model runs on, as OpenVINO offers it, and the versions of what computes there."""

from __future__ import annotations

import platform
from typing import Any

import openvino as ov
import openvino_genai as genai

from device_choice import choose_device
from messages import Message
from stages import Stages


class Device:
    """The device that a model runs on."""

    def __init__(self, load: Message, stages: Stages) -> None:
        self.stages = stages
        self.core = ov.Core()
        self.name = choose_device(load["device"], self.core.available_devices)
        self.full_name = str(self.core.get_property(self.name, "FULL_DEVICE_NAME")).strip()
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
