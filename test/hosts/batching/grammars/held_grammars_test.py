"""How the host measures what the engine keeps of grammars."""

from __future__ import annotations

import unittest

from grammars.held_grammars import BYTES_PER_TOKEN, HeldGrammars, find_allocated


class Held(unittest.TestCase):
    def setUp(self) -> None:
        self.heap = 1000
        self.held = HeldGrammars(vocabulary_size=10)
        self.held._allocated = lambda: self.heap

    def step(self, tokens: int = 1, grows: int = 0, waiting: tuple[int, ...] = (), kv: int = 0) -> None:
        self.held.before_step(tokens, 0)
        self.heap += grows
        self.held.after_step(set(waiting), kv)

    def add(self, request: int, pattern: str) -> None:
        self.held.add(request, {"type": "regex", "pattern": pattern})

    def last(self) -> object:
        return self.held.report()

    def test_nothing_is_reported_until_there_is_a_grammar(self) -> None:
        self.step(grows=500)
        self.assertEqual(self.last(), [])

    def test_the_growth_of_their_steps_is_theirs_and_repeats_count_once(self) -> None:
        self.step(tokens=8)
        self.add(1, "a")
        self.step(tokens=8, grows=300)
        self.step(grows=9000)
        self.add(2, "a")
        self.step(grows=9000)
        self.assertEqual(self.last(), [{"type": "grammars", "held": 1, "bytes": 300}])
        self.assertEqual(self.last(), [])

    def test_all_steps_until_its_first_token_count(self) -> None:
        self.step(tokens=8)
        self.add(1, "a")
        self.step(tokens=8, grows=100, waiting=(1,))
        self.step(tokens=8, grows=200)
        self.assertEqual(self.last(), [{"type": "grammars", "held": 1, "bytes": 300}])

    def test_a_step_larger_than_any_before_is_not_believed(self) -> None:
        self.add(1, "a")
        self.step(tokens=8, grows=10**9)
        self.assertEqual(self.last(), [{"type": "grammars", "held": 1, "bytes": 10 * BYTES_PER_TOKEN}])
        self.add(2, "b")
        self.step(tokens=8, grows=50)
        self.assertEqual(self.last(), [{"type": "grammars", "held": 2, "bytes": 100}])

    def test_a_growing_cache_is_not_theirs(self) -> None:
        self.step(tokens=8)
        self.add(1, "a")
        self.step(tokens=8, grows=700, kv=400)
        self.assertEqual(self.last(), [{"type": "grammars", "held": 1, "bytes": 300}])

    def test_without_the_heap_s_numbers_each_is_assumed(self) -> None:
        self.held._allocated = None
        for number in range(3):
            self.add(number, str(number))
            self.step()
        self.assertEqual(self.last(), [{"type": "grammars", "held": 3, "bytes": 30 * BYTES_PER_TOKEN}])

    def test_the_heap_of_this_process_can_be_read(self) -> None:
        allocated = find_allocated()
        if allocated is None:
            self.skipTest("this C library has no mallinfo2")
        self.assertGreater(allocated(), 0)


if __name__ == "__main__":
    unittest.main()
