"""When the pipeline that guesses is opened, and its steps are timed; started by guesser.test.ts."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from pipeline.batch import Batch
from speculation.guesser import MOST_PATIENCE, QUIET_SECONDS, WAIT_SECONDS, Guesser
from speculation.odds import Running
from speculation.speculation import Speculation
from speculation.timing import AGAIN_SECONDS

LOOKUP: dict[str, Any] = {"kind": "prompt-lookup", "num_assistant_tokens": 5, "max_ngram_size": 3}
DRAFT: dict[str, Any] = {"kind": "draft", "path": "/nowhere", "num_assistant_tokens": 5}


class Clock:
    """Stands still but for what waits and steps; a step takes as long as it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class GuesserTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.plain = FakeBatch(self.clock)
        self.batch = FakeBatch(self.clock, 0.0105)

    def create(self, speculation: Speculation, open_batch: Callable[[], Any] | None = None) -> Guesser:
        return Guesser(speculation, self.plain, open_batch or (lambda: self.batch), hello, self.clock)

    def wait(self) -> None:
        self.clock.now += QUIET_SECONDS

    def prepare(self, guesser: Guesser) -> list[Any]:
        """All that it does in an idle moment."""
        self.wait()
        reports: list[Any] = []
        while guesser.wanted:
            reports += guesser.prepare()
        return reports

    def ask(self, guesser: Guesser) -> int:
        """How many tokens are guessed for a request that runs now."""
        guesser.make_way()
        guesses = guesser.choose(Running(0), [1, 2], 100)
        guesser.rest()
        return guesses

    def test_is_opened_only_once_nothing_has_run_for_a_while(self) -> None:
        opened: list[bool] = []
        guesser = self.create(Speculation(DRAFT), lambda: opened.append(True) or self.batch)
        self.assertEqual(guesser.choose(Running(0), [1, 2], 100), 0)
        self.assertTrue(guesser.wanted)
        self.assertEqual((guesser.prepare(), opened), ([], []))
        reports = self.prepare(guesser)
        self.assertEqual(([report["active"] for report in reports], opened), ([True], [True]))
        self.assertGreater(guesser.choose(Running(0), [1, 2], 100), 0)

    def test_leaves_the_host_to_wait_for_requests_until_there_is_something_to_do(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        self.assertEqual(guesser.patience, 0)
        guesser.choose(Running(0), [1, 2], 100)
        guesser.rest()
        self.assertEqual(guesser.patience, MOST_PATIENCE)
        self.wait()
        self.assertEqual(guesser.patience, 0)
        guesser.opening = True
        self.assertEqual(guesser.patience, WAIT_SECONDS)

    def test_is_opened_at_once_where_that_is_asked_for(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        guesser.prepare_now()
        self.assertFalse(guesser.wanted)
        self.assertGreater(guesser.choose(Running(0), [1, 2], 100), 0)

    def test_what_cannot_be_opened_is_reported_and_not_tried_again(self) -> None:
        def fail() -> Any:
            raise RuntimeError("no such draft")

        guesser = self.create(Speculation(DRAFT), fail)
        guesser.choose(Running(0), [1, 2], 100)
        reports = self.prepare(guesser)
        self.assertEqual([report["problem"] for report in reports], ["no such draft"])
        self.assertEqual(guesser.choose(Running(0), [1, 2], 100), 0)

    def test_an_engine_that_fails_in_a_step_is_given_up(self) -> None:
        guesser, batch = self.create(Speculation(LOOKUP)), self.batch
        guesser.prepare_now()
        self.assertIsNone(guesser.step())
        batch.left = 3
        self.assertIsNone(guesser.step())
        batch.fails = True
        (report,) = guesser.step() or []
        self.assertEqual(report["problem"], "broken")
        self.assertFalse(guesser.wanted)
        self.assertEqual(guesser.choose(Running(0), [1, 2], 100), 0)

    def test_steps_are_timed_again_where_those_of_a_request_ended_what_was_timed(self) -> None:
        guesser, plain, batch = self.create(Speculation(DRAFT)), self.plain, self.batch
        self.wait()
        while not plain.busy:
            guesser.prepare()
        self.ask(guesser)
        # Its first step ends what was cancelled.
        self.assertEqual(plain.cancelled, True)
        while plain.busy:
            plain.step()
        self.prepare(guesser)
        self.assertEqual((plain.empty_steps, batch.empty_steps), (0, 0))

    def test_a_bad_moment_turns_guesses_off_only_until_steps_are_timed_again(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        self.ask(guesser)
        self.batch.seconds = 0.040
        self.assertEqual(self.prepare(guesser), [])
        self.assertEqual(self.ask(guesser), 0)
        self.batch.seconds = 0.0105
        self.clock.now += 2 * AGAIN_SECONDS
        self.assertEqual([report["active"] for report in self.prepare(guesser)], [True])
        self.assertGreater(self.ask(guesser), 0)

    def test_a_bad_moment_of_plain_steps_turns_guesses_on_only_until_steps_are_timed_again(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        self.ask(guesser)
        self.plain.seconds, self.batch.seconds = 0.040, 0.020
        self.assertEqual([report["active"] for report in self.prepare(guesser)], [True])
        self.assertGreater(self.ask(guesser), 0)
        self.plain.seconds = 0.010
        self.clock.now += 2 * AGAIN_SECONDS
        self.assertEqual([report["active"] for report in self.prepare(guesser)], [False])
        self.assertEqual(self.ask(guesser), 0)

    def test_a_bad_moment_later_changes_nothing(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        self.ask(guesser)
        self.prepare(guesser)
        before = self.ask(guesser)
        self.batch.seconds = 0.040
        self.clock.now += AGAIN_SECONDS
        self.assertEqual(self.prepare(guesser), [])
        self.assertEqual(self.ask(guesser), before)

    def test_steps_are_timed_again_only_after_requests_and_seldom(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        self.ask(guesser)
        self.prepare(guesser)
        self.clock.now += 2 * AGAIN_SECONDS
        self.assertEqual((guesser.wanted, guesser.patience), (False, 0))
        self.ask(guesser)
        self.assertTrue(guesser.wanted)
        self.prepare(guesser)
        self.ask(guesser)
        self.assertFalse(guesser.wanted)
        self.clock.now += AGAIN_SECONDS
        self.assertTrue(guesser.wanted)

    def test_slow_steps_are_timed_less_often(self) -> None:
        self.plain.seconds, self.batch.seconds = 1.0, 1.05
        guesser = self.create(Speculation(DRAFT))
        self.ask(guesser)
        self.prepare(guesser)
        self.ask(guesser)
        self.clock.now += 20 * AGAIN_SECONDS
        self.assertFalse(guesser.wanted)

    def test_steps_are_not_timed_again_where_guesses_are_wrong_whatever_they_cost(self) -> None:
        speculation = Speculation(LOOKUP)
        speculation.saw_guessed([0, 95], 190)
        guesser = self.create(speculation)
        self.ask(guesser)
        self.prepare(guesser)
        for _ in range(4):
            speculation.saw_guessed([190, 0], 190)
        self.ask(guesser)
        self.clock.now += AGAIN_SECONDS
        self.assertFalse(guesser.wanted)

    def test_a_request_ends_those_that_are_timed_and_waits_for_one_step(self) -> None:
        guesser = self.create(Speculation(DRAFT))
        self.ask(guesser)
        self.prepare(guesser)
        for batch in (self.plain, self.batch):
            self.ask(guesser)
            self.clock.now += AGAIN_SECONDS + QUIET_SECONDS
            while not batch.busy:
                steps = self.plain.steps + self.batch.steps
                guesser.prepare()
                self.assertLessEqual(self.plain.steps + self.batch.steps, steps + 1)
            batch.cancelled = False
            self.ask(guesser)
            self.assertEqual((batch.cancelled, batch.left), (True, 1))
            self.prepare(guesser)
            self.assertFalse(guesser.works)

    def test_a_draft_guesses_for_no_request_that_samples(self) -> None:
        for wish, guesses in ((DRAFT, False), (LOOKUP, True)):
            speculation = Speculation(wish)
            speculation.saw_guessed([0, 95], 190)
            guesser = self.create(speculation)
            guesser.prepare_now()
            self.assertGreater(guesser.choose(Running(0), [1, 2], 100), 0)
            self.assertEqual(guesser.choose(Running(0), [1, 2], 100, samples=True) > 0, guesses)

    def test_is_not_opened_before_a_request_that_it_could_serve(self) -> None:
        for wish, wanted in ((DRAFT, False), (LOOKUP, True)):
            speculation = Speculation(wish)
            speculation.saw_guessed([0, 95], 190)
            guesser = self.create(speculation)
            # One token is no answer: a prompt is only computed in advance.
            guesser.choose(Running(0), [1, 2], 1)
            self.assertFalse(guesser.wanted)
            guesser.choose(Running(0), [1, 2], 100, samples=True)
            self.assertEqual(guesser.wanted, wanted)
            guesser.choose(Running(0), [1, 2], 100)
            self.assertTrue(guesser.wanted)

    def test_a_conversation_that_samples_is_copied_only_where_its_next_request_can_be_guessed(self) -> None:
        for wish, copied in ((DRAFT, False), (LOOKUP, True)):
            speculation = Speculation(wish)
            speculation.saw_guessed([0, 95], 190)
            guesser = self.create(speculation)
            guesser.prepare_now()
            guesser.saw_plain([1, 2], samples=True)
            self.assertEqual(guesser.wanted, copied)
            guesser.saw_plain([1, 2])
            self.assertTrue(guesser.wanted)

    def test_a_conversation_is_copied_while_nothing_runs_until_a_request_comes(self) -> None:
        guesser, batch = self.create(Speculation(DRAFT)), self.batch
        guesser.choose(Running(0), [1, 2], 100)
        self.prepare(guesser)
        for interrupted in (True, False):
            guesser.saw_plain(list(range(1000)))
            self.assertTrue(guesser.wanted)
            guesser.prepare()
            if interrupted:
                guesser.make_way()
            while guesser.wanted:
                guesser.prepare()
            self.assertEqual((batch.cancelled, batch.kept), (True, 0 if interrupted else 1000))


class FakeBatch(Batch):
    """Steps that take as long as it is told, with so much more for each token."""

    def __init__(self, clock: Clock, seconds: float = 0.010) -> None:
        self.clock = clock
        self.seconds = seconds
        self.left = 0
        self.tokens = 1
        self.steps = 0
        self.empty_steps = 0
        self.fails = False
        self.cancelled = False
        self.kept = 0

    def add(self, *request: Any) -> Any:
        return self.start(3, 1)

    def start(self, steps: int, tokens: int) -> Any:
        self.left = steps
        self.tokens = tokens
        return SimpleNamespace(cancel=self.cancel)

    def cancel(self) -> None:
        self.cancelled = True
        self.left = min(self.left, 1)

    def keep(self, ids: list[int]) -> None:
        self.kept = len(ids)

    def step(self) -> None:
        if self.fails:
            raise RuntimeError("broken")
        self.steps += 1
        self.clock.now += self.seconds * (1 + 0.04 * self.tokens)
        self.empty_steps += self.left == 0
        self.left = max(0, self.left - 1)

    @property
    def busy(self) -> bool:
        return self.left > 0

    def cached_tokens(self, prompt: list[int]) -> int:
        return 0


def hello(batch: Any, config: Any) -> Any:
    return batch.start(config.max_new_tokens, 1 + (config.num_assistant_tokens or 0))


if __name__ == "__main__":
    unittest.main()
