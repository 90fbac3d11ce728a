"""Which tokens of a pair are of the query; run by rank.test.ts in the engine's environment."""

from __future__ import annotations

import unittest
from typing import Any

from encoders import rank
from encoders.rank import to_first

START, END = 101, 102


class Pairs(unittest.TestCase):
    def test_a_whole_query_ends_where_it_does_alone(self) -> None:
        self.assertEqual(to_first([START, 1, 2, END, 7, 8, END], 4), 4)

    def test_a_separator_within_a_query_is_not_its_end(self) -> None:
        self.assertEqual(to_first([START, 1, END, 2, END, 7, END], 5), 5)

    def test_a_query_that_was_cut_ends_at_the_separator(self) -> None:
        self.assertEqual(to_first([START, 1, 2, END, 7, 8, END], 6), 4)
        self.assertEqual(to_first([START, 1, END, 7, END], 40), 3)

    def test_a_query_is_tokenized_once_for_all_its_documents(self) -> None:
        asked: list[list[Any]] = []

        class Encoder:
            inputs = ("token_type_ids",)
            limit = 512

            def encode(self, texts: list[Any], _most: int | None, _name: Any) -> list[list[int]]:
                asked.append(texts)
                return [[START, 1, END, 7, END] if isinstance(text, tuple) else [START, 1, END] for text in texts]

        way = rank.Pairs.__new__(rank.Pairs)
        way.encoder = Encoder()
        pairs = [("q", f"document {index}") for index in range(16)] + [("other", "document")]
        encoded = way.encode(pairs, {"max_tokens": None}, lambda _index: ("a pair", None))
        self.assertEqual(asked, [pairs, ["q", "other"]])
        self.assertEqual(encoded, [([START, 1, END, 7, END], 3)] * 17)


if __name__ == "__main__":
    unittest.main()
