"""Whether guessing pays, judged from what was seen; started by speculation.test.ts."""

from __future__ import annotations

import sys
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "src/hosts/batching"))

from lookup import try_lookup
from odds import Costs, Odds
from speculation import WATCHED_STEPS, Speculation
from text import QUIET_SECONDS, Text

LOOKUP: dict[str, Any] = {"kind": "prompt-lookup", "num_assistant_tokens": 5, "max_ngram_size": 3}


class LookupTest(unittest.TestCase):
    def test_a_copy_is_guessed_whole(self) -> None:
        hits, tries, steps = try_lookup([*range(40), 0], list(range(1, 19)), 5, 3)
        self.assertEqual((hits, tries, steps), (15, 15, 3))

    def test_new_text_is_never_guessed(self) -> None:
        self.assertEqual(try_lookup([1, 2, 3], [4, 5, 6], 5, 3), (0, 3, 3))

    def test_guesses_stop_at_the_first_wrong_one(self) -> None:
        # Behind 1, 2 stood 3, 4, 9; then 3, 4, 5 comes.
        hits, _, steps = try_lookup([1, 2, 3, 4, 9, 7, 1, 2], [3, 4, 5], 5, 3)
        self.assertEqual((hits, steps), (2, 1))

    def test_the_answer_itself_is_looked_through(self) -> None:
        _, _, steps = try_lookup([9], [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6], 5, 3)
        self.assertLess(steps, 9)


class OddsTest(unittest.TestCase):
    def test_follow_what_was_seen_lately(self) -> None:
        odds = Odds()
        for _ in range(300):
            odds.add(0, 1)
        self.assertLess(odds.share, 0.02)
        for _ in range(40):
            odds.add(5, 5)
        self.assertGreater(odds.share, 0.8)

    def test_costs_are_measured_as_shares_of_a_plain_step(self) -> None:
        costs = Costs(True)
        costs.measure((1, 0.0105), (5, 0.0125))
        self.assertAlmostEqual(costs.guess, 0.05)
        self.assertAlmostEqual(costs.gain(2.0, 1, 1), 2 / 1.05)

    def test_many_guesses_are_for_good_odds_and_few_requests(self) -> None:
        costs = Costs(True)
        costs.guess = 0.05
        self.assertEqual(costs.choose(0.95, 1, 8), 8)
        self.assertEqual(costs.choose(0.1, 1, 8), 1)
        self.assertLess(costs.choose(0.95, 32, 8), costs.choose(0.95, 1, 8))

    def test_wrong_guesses_cost_little_unless_nearly_all_were_right(self) -> None:
        costs = Costs(True)
        costs.guess = 0.04
        self.assertEqual(costs.choose(0.7, 1, 8), 2)
        self.assertGreater(costs.gain(1, costs.choose(0.7, 1, 8), 1), 0.9)


class SpeculationTest(unittest.TestCase):
    def watch(self, speculation: Speculation, moved: list[tuple[int, int]], steps: int = 4 * WATCHED_STEPS) -> None:
        for _ in range(steps):
            speculation.saw_step(moved)

    def test_stays_on_where_guesses_are_right(self) -> None:
        speculation = Speculation(LOOKUP)
        self.watch(speculation, [(3, 3)])
        self.assertFalse(speculation.is_due)
        self.assertEqual(speculation.choose(1), 2)

    def test_is_turned_off_where_they_cost_more_than_they_give(self) -> None:
        speculation = Speculation(LOOKUP)
        self.watch(speculation, [(1, 1)] * 8, WATCHED_STEPS - 1)
        self.assertFalse(speculation.is_due)
        self.watch(speculation, [(1, 1)] * 8, 1)
        self.assertTrue(speculation.is_due)
        report = speculation.turn()
        self.assertEqual((report["active"], report["drafts"]), (False, 8 * WATCHED_STEPS))
        self.assertEqual((speculation.choose(1), speculation.guesses), (0, 0))
        self.assertFalse(speculation.is_due)

    def test_is_turned_on_again_once_answers_could_be_guessed(self) -> None:
        speculation = Speculation(LOOKUP)
        self.watch(speculation, [(1, 1)] * 8)
        speculation.turn()
        for _ in range(20):
            speculation.saw_answer([0], [1, 2, 3, 4, 5, 6, 7, 8, 9], 1)
        self.assertFalse(speculation.is_due)
        for _ in range(80):
            speculation.saw_answer([*range(100), 0], list(range(1, 90)), 1)
        self.assertTrue(speculation.is_due)
        self.assertTrue(speculation.turn()["active"])

    def test_is_turned_only_once_nothing_has_run_for_a_while(self) -> None:
        speculation = Speculation(LOOKUP)
        self.watch(speculation, [(1, 1)] * 8)
        opened: list[bool] = []
        host = Text.__new__(Text)
        host.running = {}
        host._opened_with = ({}, None)
        host._worked_at = time.monotonic()
        host.model = SimpleNamespace(
            speculation=speculation, busy=False, block=32, blocks=8, open_again=lambda *_: opened.append(True)
        )
        self.assertTrue(host.busy)
        self.assertEqual((host.step(), opened), ([], []))
        host._worked_at -= QUIET_SECONDS
        (report,) = host.step()
        self.assertEqual((report["active"], opened, host.busy), (False, [True], False))

    def test_counts_are_reported_once(self) -> None:
        speculation = Speculation(LOOKUP)
        speculation.saw_step([(3, 2), (1, 1)])
        self.assertEqual(
            speculation.report(idle=True),
            [{"type": "speculation", "drafts": 2, "draft_tokens": 4, "accepted_tokens": 1}],
        )
        self.assertEqual(speculation.report(idle=True), [])


if __name__ == "__main__":
    unittest.main()
