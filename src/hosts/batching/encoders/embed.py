"""Models that make embeddings: the operation `embed`."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np

from device import Device
from encoders.encoder import Encoder, Name, read_network
from encoders.jobs import Encoded, Job, Jobs, OfJobs
from encoders.layers import load_layers
from encoders.pooling import pool, to_length_one
from kind import Handler
from messages import Message, RequestFailed

# The name that optimum-intel gives the vector of a whole text, computed by the model's own modules.
WHOLE = "sentence_embedding"


def name_input(job: Job, places: list[int]) -> Name:
    def name(index: int) -> tuple[str, str]:
        param = "input" if len(job.texts) == 1 else f"input[{places[index]}]"
        return f'"{param}"', param

    return name


class Embed(OfJobs):
    """One vector for each text."""

    def __init__(self, load: Message, device: Device) -> None:
        self.encoder = Encoder(load, device, read_network(load, device))
        self.way: Message = load["embedding"]
        self.layers = load_layers(Path(load["path"]), self.way.get("layers", []))
        self.jobs = Jobs(("vectors", "vectors"), self._encode, self._run, self.encoder.look_ahead)
        self.operations: dict[str, Handler] = {"embed": self.start, **self.encoder.operations()}
        self.size = self._warm_up()

    def _warm_up(self) -> int:
        """Embeds a short text; returns how many numbers its vector has."""
        job = Job({"id": 0}, ["Hello"])
        (ids,) = self.encoder.encode(job.texts, self.encoder.limit, name_input(job, [0]))
        return int(self._vectors([Encoded(job, 0, ids, len(ids))]).shape[1])

    def ready(self) -> Message:
        return {**self.encoder.ready(), "embedding_size": self.size}

    def start(self, message: Message) -> list[Message]:
        if (message["dimensions"] or 0) > self.size:
            raise RequestFailed(
                "invalid_request",
                f"The model's vectors have {self.size} numbers, so they cannot be cut to {message['dimensions']}.",
                "dimensions",
            )
        self.jobs.add(message, message["inputs"])
        return []

    def _encode(self, job: Job, start: int, end: int) -> list[Encoded]:
        inputs = job.texts[start:end]
        places = [index for index in range(start, end) if isinstance(job.texts[index], str)]
        texts = [job.texts[index] for index in places]
        of_texts = iter(self.encoder.encode(texts, job.message["max_tokens"], name_input(job, places)) if texts else [])
        rows = [
            next(of_texts) if isinstance(one, str) else self._given(one, job, start + index)
            for index, one in enumerate(inputs)
        ]
        return [Encoded(job, start + index, ids, len(ids)) for index, ids in enumerate(rows)]

    def _given(self, ids: list[int], job: Job, index: int) -> list[int]:
        if not self.encoder.has_detokenizer:
            raise RequestFailed(
                "invalid_request", "The model's folder has no detokenizer, which would list its tokens: send texts."
            )
        name = name_input(job, [index])(0)
        return self.encoder.fit(self.encoder.prompts.known(ids), job.message["max_tokens"], name)

    def _run(self, batch: list[Encoded]) -> list[Message]:
        vectors = self._vectors(batch)
        return [
            {
                "input": one.index,
                "vector": b64encode(self._cut(vector, one.job.message["dimensions"])).decode(),
                "tokens": len(one.ids),
            }
            for one, vector in zip(batch, vectors, strict=True)
        ]

    def _vectors(self, batch: list[Encoded]) -> Any:
        outputs, mask = self.encoder.compute(batch)
        if WHOLE in outputs:
            return outputs[WHOLE]
        states = next(iter(outputs.values()))
        vectors = pool(self.way["pooling"], states, mask)
        for layer in self.layers:
            vectors = layer(vectors)
        return to_length_one(vectors) if self.way["normalize"] else vectors

    def _cut(self, vector: Any, dimensions: int | None) -> bytes:
        if dimensions is not None:
            vector = vector[:dimensions]
            if self.way["normalize"]:
                (vector,) = to_length_one(vector[None, :])
        little: bytes = np.ascontiguousarray(vector, dtype="<f4").tobytes()
        return little
