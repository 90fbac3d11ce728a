"""Whether guessing pays, judged from what was seen; started by speculation.test.ts."""

from __future__ import annotations

import unittest
from typing import Any

from speculation.lookup import try_lookup
from speculation.odds import Costs, Odds, Running, to_steps
from speculation.speculation import REST_AFTER_TRIAL, RETRY_ANSWERS, WORTH, Speculation

LOOKUP: dict[str, Any] = {"kind": "prompt-lookup", "num_assistant_tokens": 5, "max_ngram_size": 3}
DRAFT: dict[str, Any] = {"kind": "draft", "path": "/nowhere", "num_assistant_tokens": 5}


class LookupTest(unittest.TestCase):
    def test_a_copy_is_guessed_whole(self) -> None:
        self.assertEqual(try_lookup([*range(40), 0], list(range(1, 19)), 5, 3), [0, 0, 0, 0, 0, 3])

    def test_new_text_is_never_guessed(self) -> None:
        self.assertEqual(try_lookup([1, 2, 3], [4, 5, 6], 5, 3), [3, 0, 0, 0, 0, 0])

    def test_guesses_stop_at_the_first_wrong_one(self) -> None:
        # Behind 1, 2 stood 3, 4, 9; then 3, 4, 5 comes.
        self.assertEqual(try_lookup([1, 2, 3, 4, 9, 7, 1, 2], [3, 4, 5], 5, 3), [0, 0, 1, 0, 0, 0])

    def test_the_answer_itself_is_looked_through(self) -> None:
        self.assertLess(sum(try_lookup([9], [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6], 5, 3)), 9)


class OddsTest(unittest.TestCase):
    def test_follow_what_was_seen_lately(self) -> None:
        odds = Odds(0.6, 5)
        for _ in range(10):
            odds.add([60, 0, 0, 0, 0, 0])
        self.assertLess(odds.tokens(5), 1.02)
        odds.add([2, 0, 0, 0, 0, 38])
        self.assertGreater(odds.tokens(5), 5)

    def test_are_sure_after_three_answers_of_right_guesses(self) -> None:
        odds = Odds(0.6, 1)
        answers = [(1, 9), (5, 95), (0, 0), (1, 4)]
        self.assertEqual([odds.add(answer) or odds.sure for answer in answers], [False, False, False, True])
        odds.add([3, 7])
        self.assertFalse(odds.sure)

    def test_right_guesses_that_come_in_runs_do_not_promise_that_a_first_one_is_right(self) -> None:
        odds = Odds(0.1, 5)
        # 94 new tokens, and one passage of 30 that repeats another: a quarter of all guesses are right.
        for _ in range(10):
            odds.add([94, 0, 0, 0, 0, 5])
        self.assertAlmostEqual(odds.tokens(1), 124 / (94 + 15), 1)
        self.assertAlmostEqual(odds.tokens(5), 124 / (94 + 5), 1)

    def test_know_the_steps_of_fewer_guesses(self) -> None:
        prompt, answer = [*range(100), 0], [*range(1, 20), *range(200, 230), *range(50, 77)]
        with_five = to_steps(try_lookup(prompt, answer, 5, 3), 0.0, 5)
        stepped = [sum(try_lookup(prompt, answer, most, 3)) for most in range(6)]
        for known, found in zip(with_five, stepped, strict=True):
            self.assertAlmostEqual(known, found, delta=2)

    def test_expect_further_right_guesses_as_often_as_those_before(self) -> None:
        self.assertEqual(to_steps([0, 10], 1.0, 3), [20, 10, 20 / 3, 5])
        self.assertEqual(to_steps([10, 0], 0.0, 3), [10, 10, 10, 10])

    def test_all_answers_of_a_crowd_count(self) -> None:
        orders = [[[128, 0]] * 7 + [[0, 64]], [[0, 64]] + [[128, 0]] * 7]
        found = []
        for answers in orders:
            odds = Odds(0.1, 1)
            for answer in answers:
                odds.add(answer, 8)
            found.append(odds.tokens(1))
        self.assertAlmostEqual(*found, delta=0.05)
        self.assertLess(max(found), 1.1)


class CostsTest(unittest.TestCase):
    costs: Costs

    def setUp(self) -> None:
        self.costs = Costs()
        # A step of 10 ms, of 13 with four requests, of 11 with one guess, of 12.5 with five.
        self.costs.measure((0.010, 0.013), 4, (0.011, 0.013), 5)

    def odds(self, share: float, sure: bool = False) -> Odds:
        odds = Odds(share, 8)
        for _ in range(3 if sure else 0):
            right = round(share * 100)
            odds.add([100 - right, *[0] * 7, right])
        return odds

    def test_are_shares_of_a_plain_step(self) -> None:
        self.assertAlmostEqual(self.costs.time(Running(1)), 1)
        self.assertAlmostEqual(self.costs.time(Running(4)), 1.3)
        self.assertAlmostEqual(self.costs.time(Running(0, (1,))), 1.1)
        self.assertAlmostEqual(self.costs.time(Running(0, (5,))), 1.3)
        # Both pipelines step.
        self.assertAlmostEqual(self.costs.time(Running(1, (5, 5))), 1 + 1.3 + 0.1 + 0.25)

    def test_disturbed_measurements_do_not_make_steps_free(self) -> None:
        self.costs.measure((0.010, 0.009), 4, (0.009, 0.008), 5)
        self.assertGreater(self.costs.time(Running(0, (5,))), self.costs.time(Running(0, (1,))))
        self.assertGreater(self.costs.time(Running(2)), 1)

    def test_many_guesses_are_for_answers_that_were_right_throughout(self) -> None:
        self.assertEqual(self.costs.choose(Running(0), self.odds(0.95, sure=True), 8)[0], 8)
        self.assertEqual(self.costs.choose(Running(0), self.odds(0.95), 8)[0], 3)

    def test_wrong_guesses_cost_little_unless_nearly_all_were_right(self) -> None:
        guesses, _ = self.costs.choose(Running(0), self.odds(0.7), 8)
        self.assertGreater(1 / self.costs.time(Running(0, (guesses,))), 0.8)

    def test_nothing_is_gained_where_guesses_are_wrong(self) -> None:
        for running in (Running(0), Running(7)):
            self.assertLess(self.costs.choose(running, self.odds(0.02), 5)[1], 1)

    def test_a_request_joins_a_guessed_one_rather_than_have_both_pipelines_step(self) -> None:
        guesses, gain = self.costs.choose(Running(0, (2,)), self.odds(0.02), 5)
        self.assertEqual(guesses, 1)
        self.assertGreater(gain, 1.5)

    def test_a_single_guessed_request_slows_many_plain_ones_down(self) -> None:
        self.assertLess(self.costs.choose(Running(7), self.odds(0.7), 5)[1], 1)

    def test_many_requests_are_guessed_together(self) -> None:
        self.assertGreater(self.costs.choose(Running(0, (5,) * 3), self.odds(0.95, sure=True), 5)[1], 1.5)


class SpeculationTest(unittest.TestCase):
    copied = ([*range(100), 0], list(range(1, 90)))

    def saw_plain(self, speculation: Speculation, prompt: list[int], answer: list[int]) -> None:
        speculation._rests_until = 0.0
        speculation.saw_plain(prompt, answer)

    def test_plain_answers_show_whether_their_tokens_could_have_been_looked_up(self) -> None:
        speculation = Speculation(LOOKUP)
        self.assertFalse(speculation.pays)
        self.saw_plain(speculation, [1, 2, 3], list(range(10, 90)))
        self.assertFalse(speculation.pays)
        self.saw_plain(speculation, *self.copied)
        self.saw_plain(speculation, *self.copied)
        self.assertTrue(speculation.pays)
        self.assertGreater(speculation.choose(Running(0), (10, 10), 100), 0)

    def test_trying_what_would_have_been_looked_up_rests_in_between(self) -> None:
        now = 1000.0

        def clock() -> float:
            """A trial takes 5 ms; nothing else takes time."""
            nonlocal now
            now += 0.005
            return now

        def tried() -> bool:
            before = speculation.odds.tokens(5)
            speculation.saw_plain(*self.copied)
            return speculation.odds.tokens(5) > before

        speculation = Speculation(LOOKUP, clock)
        # Answers that end together.
        self.assertEqual([tried() for _ in range(8)], [True] * 4 + [False] * 4)
        now += REST_AFTER_TRIAL * 0.005
        self.assertEqual([tried() for _ in range(2)], [True, False])

    def test_a_prompt_that_is_cached_is_not_computed_again_for_a_short_answer(self) -> None:
        speculation = Speculation(LOOKUP)
        for _ in range(3):
            self.saw_plain(speculation, *self.copied)
        self.assertEqual(speculation.choose(Running(0), (10, 4000), 100), 0)
        self.assertGreater(speculation.choose(Running(0), (4000, 10), 100), 0)

    def test_the_first_of_many_requests_is_plain_where_guesses_slow_many_down(self) -> None:
        speculation = Speculation(DRAFT)
        speculation.costs.first, speculation.costs.guess = 1.2, 0.2
        self.assertGreater(speculation.choose(Running(0), (9, 9), 100), 0)
        for plain in range(8):
            speculation.choose(Running(plain), (9, 9), 100)
        self.assertEqual(speculation.choose(Running(0), (9, 9), 100), 0)
        chosen = [speculation.choose(Running(0), (9, 9), 100) for _ in range(20)]
        self.assertGreater(chosen[-1], 0)

    def test_the_first_of_many_requests_is_plain_where_all_would_gain_little(self) -> None:
        speculation = Speculation(DRAFT)
        speculation.costs.first, speculation.costs.guess = 1.1, 0.08
        for plain in range(8):
            speculation.choose(Running(plain), (9, 9), 100)
        guesses, _ = speculation.costs.choose(Running(0), speculation.odds, speculation.most)
        gain = speculation.costs.gain(7, guesses, speculation.odds)
        self.assertTrue(1 < gain < 1.1, gain)
        self.assertEqual(speculation.choose(Running(0), (9, 9), 100), 0)

    def test_a_draft_is_hoped_for_and_tried_again_now_and_then(self) -> None:
        speculation = Speculation(DRAFT)
        self.assertTrue(speculation.pays)
        for _ in range(4):
            speculation.saw_guessed([60, 0], 60)
        self.assertEqual(speculation.choose(Running(0), (9, 9), 100), 0)
        for _ in range(RETRY_ANSWERS):
            speculation.saw_plain([1], [2, 3])
        self.assertGreater(speculation.choose(Running(0), (9, 9), 100), 0)

    def test_reports_when_it_starts_and_ceases_to_pay(self) -> None:
        speculation = Speculation(DRAFT)
        self.assertEqual([report["active"] for report in speculation.start()], [True])
        self.assertEqual(speculation.report(idle=True), [])
        for _ in range(4):
            speculation.saw_guessed([60, 0], 60)
        (report,) = speculation.report(idle=False)
        self.assertFalse(report["active"])
        self.assertLess(report["worth"], WORTH)

    def test_counts_are_reported_once(self) -> None:
        speculation = Speculation(LOOKUP)
        speculation.saw_step(3, 2)
        speculation.saw_step(1, 1)
        self.assertEqual(
            speculation.report(idle=True),
            [{"type": "speculation", "drafts": 2, "draft_tokens": 4, "accepted_tokens": 1}],
        )
        self.assertEqual(speculation.report(idle=True), [])


if __name__ == "__main__":
    unittest.main()
