"""Models that give a text labels: the operation `classify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from device import Device
from encoders.embed import name_input
from encoders.encoder import Encoder, read_network
from encoders.jobs import Encoded, Job, Jobs, OfJobs
from encoders.layers import to_sigmoid
from encoders.rank import Rank, count_labels
from kind import Handler, Kind
from messages import Message

# `problem_type` of config.json (transformers, PretrainedConfig): each label is independent of the others.
EACH_FOR_ITSELF = "multi_label_classification"


def load_labelled(load: Message, device: Device) -> Kind:
    """A cross-encoder has one label, a classifier several."""
    network = read_network(load, device)
    labels = count_labels(network)
    return Rank(load, device, network) if labels in (None, 1) else Classify(load, device, network, labels)


class Classify(OfJobs):
    """How likely each label is, for each text."""

    def __init__(self, load: Message, device: Device, network: Any, labels: int) -> None:
        self.encoder = Encoder(load, device, network)
        config = json.loads((Path(load["path"]) / "config.json").read_text())
        self.labels = [name_label(config, index) for index in range(labels)]
        self.to_probabilities = choose_probabilities(config)
        self.jobs = Jobs(("classes", "classes"), self._encode, self._run, self.encoder.look_ahead)
        self.operations: dict[str, Handler] = {"classify": self.start, **self.encoder.operations()}

    def ready(self) -> Message:
        return {**self.encoder.ready(), "labels": self.labels}

    def start(self, message: Message) -> list[Message]:
        self.jobs.add(message, message["inputs"])
        return []

    def _encode(self, job: Job, start: int, end: int) -> list[Encoded]:
        name = name_input(job, list(range(start, end)))
        rows = self.encoder.encode(job.texts[start:end], job.message["max_tokens"], name)
        return [Encoded(job, start + index, ids, len(ids)) for index, ids in enumerate(rows)]

    def _run(self, batch: list[Encoded]) -> list[Message]:
        outputs, _ = self.encoder.compute(batch)
        logits = next(iter(outputs.values())).reshape(len(batch), len(self.labels))
        return [
            {"input": one.index, "probabilities": row.tolist(), "tokens": len(one.ids)}
            for one, row in zip(batch, self.to_probabilities(logits), strict=True)
        ]


def choose_probabilities(config: Message) -> Callable[[Any], Any]:
    return to_sigmoid if config.get("problem_type") == EACH_FOR_ITSELF else to_softmax


def name_label(config: Message, index: int) -> str:
    """The name that transformers gives a label without one."""
    return str((config.get("id2label") or {}).get(str(index), f"LABEL_{index}"))


def to_softmax(logits: Any) -> Any:
    values = logits.astype(np.float64)
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
