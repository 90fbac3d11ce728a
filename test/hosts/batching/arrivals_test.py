"""When a moment's wait for further requests is worth it. Run by arrivals.test.ts."""

from __future__ import annotations

import unittest
from collections.abc import Iterable

from arrivals import Arrivals, take_company
from messages import Message


def seen(*starts: list[int]) -> Arrivals:
    """After such starts, each with how many steps were done when each request came."""
    arrivals = Arrivals()
    for start in starts:
        steps = 0
        for running, came_at in enumerate(start):
            for _ in range(came_at - steps):
                arrivals.stepped()
            steps = came_at
            arrivals.came(running)
    return arrivals


class Waits(unittest.TestCase):
    def test_not_for_the_first_request_of_all(self) -> None:
        self.assertFalse(seen([0]).expects_more)

    def test_not_after_a_request_that_was_alone(self) -> None:
        self.assertFalse(seen([0], [0]).expects_more)

    def test_after_requests_that_came_together(self) -> None:
        self.assertTrue(seen([0, 0], [0]).expects_more)

    def test_after_a_request_that_missed_the_first_step_of_another(self) -> None:
        self.assertTrue(seen([0, 1], [0]).expects_more)

    def test_not_after_one_that_came_in_the_middle_of_an_answer(self) -> None:
        self.assertFalse(seen([0, 2], [0]).expects_more)

    def test_only_before_the_first_step(self) -> None:
        arrivals = seen([0, 0], [0])
        arrivals.stepped()
        self.assertFalse(arrivals.expects_more)

    def test_not_any_more_once_a_request_was_alone_again(self) -> None:
        self.assertFalse(seen([0, 0], [0], [0]).expects_more)


class Company(unittest.TestCase):
    """Messages that come every 0.6 s, to one that waits a second for each that joins."""

    def taken(self, types: Iterable[str], patience: float = 1.0) -> int:
        now, count, coming = 0.0, 0, iter(types)

        def read(seconds: float) -> list[Message]:
            nonlocal now
            now += min(seconds, 0.6)
            kind = next(coming, None) if seconds >= 0.6 else None
            return [] if kind is None else [{"type": kind}]

        def take(_message: Message) -> None:
            nonlocal count
            count += 1

        take_company(lambda: patience, read, take, lambda: now)
        return count

    def test_nothing_is_read_without_patience(self) -> None:
        self.assertEqual(self.taken(["embed"], patience=0), 0)

    def test_another_is_waited_for_after_each_that_joined(self) -> None:
        self.assertEqual(self.taken(["embed"] * 5), 5)

    def test_what_joins_nobody_does_not_prolong_the_wait(self) -> None:
        for kind in ("tokenize", "detokenize", "cancel"):
            with self.subTest(kind=kind):
                self.assertEqual(self.taken([kind] * 5), 1)
                self.assertEqual(self.taken(["embed", kind, "embed"]), 2)


if __name__ == "__main__":
    unittest.main()
