"""How texts of several requests share their work; run by jobs.test.ts."""

from __future__ import annotations

import unittest
from typing import Any

from encoders.jobs import BATCH_TEXTS, COMPANY_SECONDS, ENCODE_CHARS, Encoded, Job, Jobs
from messages import Message, RequestFailed


class SharedWork(unittest.TestCase):
    def setUp(self) -> None:
        self.ahead: list[list[Any]] = []
        self.batches: list[list[str]] = []
        self.now = 0.0
        self.batch_seconds = 0.0
        self.jobs = Jobs(("vectors", "vectors"), self.encode, self.run_batch, self.ahead.append, lambda: self.now)

    def encode(self, job: Job, start: int, end: int) -> list[Encoded]:
        texts = job.texts[start:end]
        if "bad" in texts:
            raise RequestFailed("invalid_request", "A bad text.", "input")
        return [Encoded(job, start + at, [1] * len(text), len(text)) for at, text in enumerate(texts)]

    def run_batch(self, batch: list[Encoded]) -> list[Message]:
        self.batches.append([one.job.texts[one.index] for one in batch])
        self.now += self.batch_seconds
        return [{"input": one.index} for one in batch]

    def answers(self) -> list[Message]:
        found: list[Message] = []
        while self.jobs.busy:
            found += self.jobs.step()
        return found

    def test_one_request_is_encoded_by_itself(self) -> None:
        self.jobs.add({"id": 1}, ["a", "b"])
        self.answers()
        self.assertEqual((self.ahead, self.batches), ([], [["b", "a"]]))

    def test_several_are_announced_together_and_computed_together(self) -> None:
        self.jobs.add({"id": 1}, ["a", "b"])
        self.jobs.add({"id": 2}, ["c"])
        ended = [one["id"] for one in self.answers() if one["type"] == "finished"]
        self.assertEqual((self.ahead, sorted(ended)), ([["a", "b", "c"]], [1, 2]))
        self.assertEqual([sorted(one) for one in self.batches], [["a", "b", "c"]])

    def test_a_bad_text_fails_its_request_alone_and_names_its_field(self) -> None:
        self.jobs.add({"id": 1}, ["a", "bad"])
        self.jobs.add({"id": 2}, ["c"])
        answers = self.answers()
        failed = {"type": "failed", "id": 1, "code": "invalid_request", "message": "A bad text.", "param": "input"}
        self.assertIn(failed, answers)
        self.assertIn({"type": "finished", "id": 2, "reason": "stop"}, answers)

    def test_what_is_announced_has_a_bound(self) -> None:
        long = "x" * (ENCODE_CHARS - 1)
        self.jobs.add({"id": 1}, [long])
        self.jobs.add({"id": 2}, ["yy"])
        self.jobs.step()
        self.assertEqual(self.ahead, [[long]])

    def patience_after(self, requests: int, seconds: float, later: float = 0.0) -> float:
        """Of a request that comes so much later than so many had a batch together, which took so long."""
        self.batch_seconds = seconds
        for request_id in range(requests):
            self.jobs.add({"id": request_id}, ["a"])
        self.answers()
        self.now += later
        self.jobs.add({"id": requests}, ["a"])
        return self.jobs.patience

    def test_nobody_is_waited_for_after_a_request_that_was_alone(self) -> None:
        self.assertEqual(self.patience_after(1, 0.1), 0)

    def test_nobody_is_waited_for_once_the_others_would_have_asked_again(self) -> None:
        self.assertGreater(self.patience_after(2, 0.1, COMPANY_SECONDS / 2), 0)
        self.setUp()
        self.assertEqual(self.patience_after(2, 0.1, COMPANY_SECONDS * 2), 0)

    def test_others_are_waited_for_by_what_a_batch_takes(self) -> None:
        for seconds, patience in ((0.002, 0.001), (0.1, 0.005), (3.0, 0.01)):
            with self.subTest(seconds=seconds):
                self.setUp()
                self.assertAlmostEqual(self.patience_after(2, seconds), patience)

    def test_a_request_of_many_texts_waits_once_and_not_before_each_step_that_tokenizes(self) -> None:
        for request_id in (1, 2):
            self.jobs.add({"id": request_id}, ["a"])
        self.answers()
        self.jobs.add({"id": 3}, ["a"] * 3 * BATCH_TEXTS)
        waits = 0
        while self.jobs.busy:
            waits += self.jobs.patience > 0
            self.jobs.step()
        self.assertEqual(waits, 1)

    def test_nobody_is_waited_for_once_all_are_there_or_gone(self) -> None:
        self.patience_after(2, 0.1)
        self.jobs.add({"id": 3}, ["a"])
        self.assertEqual(self.jobs.patience, 0)
        self.jobs.cancel(2)
        self.assertGreater(self.jobs.patience, 0)
        self.jobs.cancel(3)
        self.assertEqual(self.jobs.patience, 0)


if __name__ == "__main__":
    unittest.main()
