"""When a moment's wait for further requests is worth it. Run by arrivals.test.ts."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "src" / "hosts" / "batching"))

from arrivals import Arrivals


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


if __name__ == "__main__":
    unittest.main()
