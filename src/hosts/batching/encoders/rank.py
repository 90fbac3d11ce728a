"""Models that score how well a document answers a query: the operation `rank`."""

from __future__ import annotations

from typing import Any

from device import Device
from encoders.encoder import Encoder, Name, read_network
from encoders.jobs import Encoded, Job, Jobs, OfJobs
from encoders.layers import to_sigmoid
from encoders.yes_no import YesNo
from kind import Handler
from messages import Message, RequestFailed


class Pairs:
    """A cross-encoder: query and document in one text, one number out of it."""

    def __init__(self, load: Message, device: Device, network: Any) -> None:
        self.encoder = Encoder(load, device, network, pairs=True)
        labels = count_labels(network)
        if labels is not None and labels != 1:
            raise RequestFailed(
                "model_load_failed",
                f"The model has {labels} labels, so it is a classifier: a model that ranks has one. "
                "Set its task to text-classification.",
            )

    def look_ahead(self, pairs: list[Any]) -> None:
        self.encoder.look_ahead(pairs)

    def encode(self, pairs: list[tuple[str, str]], message: Message, name: Name) -> list[tuple[list[int], int]]:
        rows = self.encoder.encode(pairs, message["max_tokens"], name)
        if "token_type_ids" not in self.encoder.inputs:
            return [(ids, len(ids)) for ids in rows]
        # A query alone has exactly the tokens that precede the document.
        queries = list(dict.fromkeys(query for query, _ in pairs))
        alone = self.encoder.encode(queries, self.encoder.limit, name)
        firsts = {query: len(ids) for query, ids in zip(queries, alone, strict=True)}
        return [(ids, to_first(ids, firsts[query])) for ids, (query, _) in zip(rows, pairs, strict=True)]

    def score(self, batch: list[Encoded]) -> Any:
        """The sigmoid of the only label, as in sentence-transformers."""
        outputs, _ = self.encoder.compute(batch)
        return to_sigmoid(next(iter(outputs.values())).reshape(len(batch)))


class Rank(OfJobs):
    """One score for each document."""

    def __init__(self, load: Message, device: Device, network: Any) -> None:
        writes = any("beam_idx" in port.names for port in network.inputs)
        self.way: Pairs | YesNo = YesNo(load, device, network) if writes else Pairs(load, device, network)
        self.encoder = self.way.encoder
        self.jobs = Jobs(("scores", "scores"), self._encode, self._run, self.way.look_ahead)
        self.operations: dict[str, Handler] = {"rank": self.start, **self.encoder.operations()}

    def ready(self) -> Message:
        return self.encoder.ready()

    def start(self, message: Message) -> list[Message]:
        queries, documents = message["queries"], message["documents"]
        if len(queries) not in (1, len(documents)):
            raise RequestFailed("invalid_request", f"{len(queries)} queries do not fit {len(documents)} documents.")
        each = queries * len(documents) if len(queries) == 1 else queries
        self.jobs.add(message, list(zip(each, documents, strict=True)))
        return []

    def _encode(self, job: Job, start: int, end: int) -> list[Encoded]:
        def name(index: int) -> tuple[str, None]:
            return f"document {start + index} with its query", None

        rows = self.way.encode(job.texts[start:end], job.message, name)
        return [Encoded(job, start + index, ids, first) for index, (ids, first) in enumerate(rows)]

    def _run(self, batch: list[Encoded]) -> list[Message]:
        return [
            {"document": one.index, "score": float(score), "tokens": len(one.ids)}
            for one, score in zip(batch, self.way.score(batch), strict=True)
        ]


def load_ranker(load: Message, device: Device) -> Rank:
    return Rank(load, device, read_network(load, device))


def count_labels(network: Any) -> int | None:
    """None: the network does not state it."""
    labels = network.outputs[0].partial_shape[-1]
    return labels.get_length() if labels.is_static else None


def to_first(ids: list[int], alone: int) -> int:
    """How many tokens of a pair are the query's, which has `alone` by itself: a long one is cut like the document."""
    separator = ids[-1]
    return alone if ids[alone - 1 : alone] == [separator] else ids.index(separator) + 1
