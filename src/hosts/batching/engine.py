"""A loaded model and the operations that it offers."""

from __future__ import annotations

from collections.abc import Callable

from base import Model
from messages import Message, RequestFailed, failed, last_line
from text import Text
from tokens import Tokens

PROTOCOL = 3

Handler = Callable[[Message], list[Message]]
"""Takes a request and returns its first answers; raises RequestFailed."""


class Engine:
    """Hands each request to its operation, and steps those that run."""

    def __init__(self, load: Message) -> None:
        # The daemon sends only tasks of text models here (src/engine/kinds/support.ts).
        self.model = Model(load)
        self.text = Text(self.model)
        tokens = Tokens(self.model.tokenizer, self.model.pieces, self.model.prompts)
        self.operations: dict[str, Handler] = {
            "generate": self.text.start,
            "tokenize": tokens.tokenize,
            "detokenize": tokens.detokenize,
        }

    def ready(self) -> Message:
        return {
            "type": "ready",
            "protocol": PROTOCOL,
            "engine": "batching",
            "operations": list(self.operations),
            "capabilities": self.text.capabilities,
            **self.model.ready(),
        }

    def take(self, message: Message) -> list[Message]:
        """The answers to a request so far; a failure is one of them."""
        try:
            return self.operations[message["type"]](message)
        except RequestFailed as error:
            return [failed(message["id"], error.code, str(error))]
        except Exception as error:
            # The tokenizer's; the requests beside it are in the pipeline and go on.
            return [failed(message["id"], "engine_failed", last_line(error))]

    def cancel(self, request_id: int) -> list[Message]:
        """Nothing where the request has ended already."""
        if not self.text.cancel(request_id):
            return []
        return [{"type": "finished", "id": request_id, "reason": "cancelled"}]

    @property
    def busy(self) -> bool:
        return self.model.busy

    @property
    def cache_usage(self) -> float:
        return self.model.cache_usage

    def step(self) -> list[Message]:
        return self.text.step()
