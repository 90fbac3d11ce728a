"""How requests of text share steps with what is prepared for guessing; started by text.test.ts."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any

from generation.text import Text


class FakeGuesser:
    """In the middle of its own work, which waits for a quiet moment."""

    wanted = True
    works = True
    opening = False
    patience = 0.25
    batch = None
    speculation = SimpleNamespace(report=lambda idle: [])

    def __init__(self) -> None:
        self.prepared = 0

    def prepare(self) -> list[Any]:
        self.prepared += 1
        return []

    def rest(self) -> None: ...

    def make_way(self) -> None: ...

    def step(self) -> None: ...

    def choose(self, *_: Any) -> int:
        return 0


class FakeBatch:
    """Cancelled requests leave in its steps."""

    def __init__(self) -> None:
        self.handles: list[Any] = []
        self.grown_bytes = 0
        self.pipeline = SimpleNamespace(get_config=SimpleNamespace)

    @property
    def busy(self) -> bool:
        return len(self.handles) > 0

    def add(self, *_: Any) -> Any:
        handle = SimpleNamespace(cancelled=False)
        handle.cancel = lambda: setattr(handle, "cancelled", True)
        self.handles.append(handle)
        return handle

    def step(self) -> None:
        self.handles = [handle for handle in self.handles if not handle.cancelled]

    def cached_tokens(self, _prompt: list[int]) -> int:
        return 0


def create(batch: FakeBatch, guesser: FakeGuesser) -> Text:
    model = SimpleNamespace(
        batch=batch,
        batches=[batch],
        guesser=guesser,
        tokenizer=None,
        pieces=SimpleNamespace(vocabulary_size=100),
        prompts=SimpleNamespace(context_length=100),
        ends=set(),
        step_tokens=256,
    )

    class Faked(Text):
        def load_model(self, *_: Any) -> Any:
            return model

        def config_of(self, *_: Any) -> Any:
            return None

    return Faked({}, SimpleNamespace(name="GPU"))  # type: ignore[arg-type]


class TextTest(unittest.TestCase):
    def test_a_cancelled_request_leaves_in_the_next_step_whatever_is_prepared(self) -> None:
        batch, guesser = FakeBatch(), FakeGuesser()
        text = create(batch, guesser)
        message = {
            "id": 1,
            "max_tokens": 5,
            "sampling": {"temperature": 0},
            "logprobs": False,
            "special_tokens": False,
            "grammar": None,
        }
        text.take(message, [1, 2], lambda batch, _config: batch.add())
        self.assertTrue(text.cancel(1))
        self.assertEqual(text.patience, 0)
        text.step()
        self.assertEqual((batch.busy, guesser.prepared), (False, 0))
        text.step()
        self.assertEqual(guesser.prepared, 1)


if __name__ == "__main__":
    unittest.main()
