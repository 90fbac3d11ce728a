"""What becomes of a classifier's logits; run by classify.test.ts in the engine's environment."""

from __future__ import annotations

import unittest

import numpy as np

from encoders.classify import choose_probabilities, name_label

LOGITS = np.array([[0.0, 0.0], [1000.0, -1000.0]], dtype=np.float32)


class Labels(unittest.TestCase):
    def test_probabilities_sum_to_one(self) -> None:
        for config in ({}, {"problem_type": None}, {"problem_type": "single_label_classification"}):
            self.assertEqual(choose_probabilities(config)(LOGITS).tolist(), [[0.5, 0.5], [1, 0]])

    def test_labels_that_may_hold_together_do_not_share_theirs(self) -> None:
        each = choose_probabilities({"problem_type": "multi_label_classification"})
        self.assertEqual(each(np.array([[0.0, 500.0]])).tolist(), [[0.5, 1]])

    def test_labels_are_named_as_the_model_does_and_as_transformers_does_without(self) -> None:
        config = {"id2label": {"0": "joy", "1": 5}}
        self.assertEqual([name_label(config, index) for index in range(3)], ["joy", "5", "LABEL_2"])
        self.assertEqual(name_label({"id2label": None}, 0), "LABEL_0")


if __name__ == "__main__":
    unittest.main()
