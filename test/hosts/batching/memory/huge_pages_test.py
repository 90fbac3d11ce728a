"""When memory is moved into huge pages, and that it is whole afterwards. Run by huge-pages.test.ts."""

from __future__ import annotations

import ctypes
import mmap
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from host import serve
from memory.huge_pages import AGAIN_SECONDS, FAILURES, GROWTH_BYTES, QUIET_SECONDS, HugePages
from memory.own_memory import OwnMemory, find_own_memory


class Pages:
    """Memory with such pages to find; None: a moment of searching."""

    def __init__(self, *found: int | None) -> None:
        self.found = found
        self.moved: list[int] = []
        self.searches = 0
        self.size = 8 * GROWTH_BYTES
        self.has_room = True

    def find(self) -> Iterator[int | None]:
        self.searches += 1
        yield from self.found

    def move(self, address: int) -> bool:
        self.moved.append(address)
        return self.has_room


class Hidden(Pages):
    def find(self) -> Iterator[int | None]:
        raise OSError("no such file")
        yield None


class When(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 0.0

    def start(self, memory: Pages) -> HugePages:
        pages = HugePages(memory, lambda: self.now)
        self.now += QUIET_SECONDS
        return pages

    def move_all(self, pages: HugePages) -> None:
        while pages.pause == 0:
            pages.move_some()

    def test_a_page_at_a_time(self) -> None:
        memory = Pages(None, 1, 2)
        pages = self.start(memory)
        moved = []
        while pages.pause == 0:
            pages.move_some()
            moved.append(list(memory.moved))
        self.assertEqual(moved, [[], [1], [1, 2], [1, 2]])

    def test_not_close_to_work(self) -> None:
        memory = Pages(1)
        pages = self.start(memory)
        pages.rest()
        self.assertEqual(pages.pause, QUIET_SECONDS)
        self.now += 0.75 * QUIET_SECONDS
        self.assertAlmostEqual(pages.pause or 0, 0.25 * QUIET_SECONDS)
        pages.rest()
        self.now += QUIET_SECONDS
        self.move_all(pages)
        self.assertEqual(memory.moved, [1])

    def test_again_after_a_while(self) -> None:
        memory = Pages(1)
        pages = self.start(memory)
        self.move_all(pages)
        self.assertIsNone(pages.pause)
        self.now += AGAIN_SECONDS
        self.assertEqual(pages.pause, 0)
        pages.move_some()
        self.assertEqual((memory.searches, memory.moved), (2, [1, 1]))

    def test_again_where_much_was_added(self) -> None:
        memory = Pages(1)
        pages = self.start(memory)
        self.move_all(pages)
        memory.size += GROWTH_BYTES - 1
        self.assertIsNone(pages.pause)
        memory.size += 1
        self.move_all(pages)
        self.assertEqual((memory.searches, memory.moved), (2, [1, 1]))

    def test_until_there_is_no_room(self) -> None:
        memory = Pages(*range(1000))
        memory.has_room = False
        pages = self.start(memory)
        self.move_all(pages)
        self.assertEqual(len(memory.moved), FAILURES)

    def test_past_pages_that_cannot_be_moved(self) -> None:
        memory = Pages(*range(3 * FAILURES))
        pages = self.start(memory)
        while pages.pause == 0:
            memory.has_room = len(memory.moved) % FAILURES == 0
            pages.move_some()
        self.assertEqual(len(memory.moved), 3 * FAILURES)

    def test_never_where_memory_is_not_shown(self) -> None:
        pages = self.start(Hidden())
        pages.move_some()
        self.now += AGAIN_SECONDS
        self.assertIsNone(pages.pause)

    def test_never_without_huge_pages(self) -> None:
        self.assertIsNone(HugePages(None).pause)


class Ended(Exception):
    """The pipe's other end is gone."""


class Serving(unittest.TestCase):
    """An engine with one step to go, which takes long; the host's loop runs until it waits for something to come."""

    now = 0.0
    busy = True
    cache_usage = None
    patience = 0.0
    waited: float | None = None

    def step(self) -> list[dict[str, str]]:
        self.now += 5
        self.busy = False
        return []

    def read(self, seconds: float | None) -> list[dict[str, str]]:
        if seconds == 0:
            return []
        self.waited = seconds
        raise Ended

    def write(self, messages: list[dict[str, str]]) -> None:
        pass

    def test_moves_nothing_right_after_a_step_that_took_long(self) -> None:
        memory = Pages(1)
        with self.assertRaises(Ended):
            serve(self, self, HugePages(memory, lambda: self.now))
        self.assertEqual(memory.moved, [])
        self.assertAlmostEqual(self.waited or 0, QUIET_SECONDS)


class System(unittest.TestCase):
    def settings(self, enabled: str, size: str) -> OwnMemory | None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "enabled").write_text(enabled)
            (Path(folder) / "hpage_pmd_size").write_text(size)
            return find_own_memory(Path(folder))

    def test_whose_owner_wants_none(self) -> None:
        self.assertIsNone(self.settings("always madvise [never]\n", "2097152\n"))

    def test_that_has_some(self) -> None:
        self.assertIsNotNone(self.settings("always [madvise] never\n", "2097152\n"))

    def test_whose_huge_pages_would_take_long_to_move(self) -> None:
        self.assertIsNotNone(self.settings("always [madvise] never\n", "33554432\n"))
        self.assertIsNone(self.settings("always [madvise] never\n", "536870912\n"))

    def test_without_settings(self) -> None:
        self.assertIsNone(find_own_memory(Path("/nonexistent")))

    def test_with_settings_that_mean_nothing(self) -> None:
        self.assertIsNone(self.settings("always [madvise] never\n", "?"))


HUGE = 2 << 20


class Maps(unittest.TestCase):
    def test_name_files_that_are_no_text(self) -> None:
        line = "7f0000000000-7f0000400000 {} 00000000 {}"
        mapped = line.format("r--s", "08:01 12 /models/a").encode() + b"\xff\xc2\x85b\n"
        with tempfile.TemporaryDirectory() as folder:
            for name in ("statm", "pagemap"):
                (Path(folder) / name).write_bytes(b"")
            (Path(folder) / "maps").write_bytes(mapped + line.format("rw-p", "00:00 0\n").encode())
            self.assertEqual([*OwnMemory(HUGE, Path(folder)).find()], [None])


class Memory(unittest.TestCase):
    def setUp(self) -> None:
        self.memory = OwnMemory(HUGE, Path("/proc/self"))
        self.map = mmap.mmap(-1, 8 * HUGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        self.first = -(-start // HUGE) * HUGE
        self.numbers = np.frombuffer(self.map, np.uint32)[(self.first - start) // 4 :][: 6 * HUGE // 4]

    def found(self) -> set[int]:
        return {one for one in self.memory.find() if one is not None}

    def pages(self, *which: int) -> set[int]:
        return {self.first + index * HUGE for index in which}

    def test_is_found_where_all_of_a_page_is_there(self) -> None:
        each = HUGE // 4
        self.numbers[each : 3 * each] = 1
        self.numbers[4 * each : 5 * each - 1024] = 1
        self.assertEqual(self.found() & self.pages(*range(6)), self.pages(1, 2))

    def test_is_not_found_once_a_part_of_it_was_freed(self) -> None:
        self.numbers[:] = 1
        pages = self.pages(*range(6))
        search = self.memory.find()
        first = next(one for one in search if one in pages)
        self.map.madvise(mmap.MADV_DONTNEED, 0, len(self.map) // HUGE * HUGE)
        self.numbers[:: HUGE // 4] = 1
        self.assertEqual([first, *(one for one in search if one in pages)], [first])

    def test_is_the_same_after_it_was_moved(self) -> None:
        self.numbers[:] = np.arange(len(self.numbers))
        for address in sorted(self.pages(0, 1, 2)):
            self.memory.move(address)
        self.assertTrue((self.numbers == np.arange(len(self.numbers))).all())
        self.assertEqual(self.found() & self.pages(0, 1, 2), self.pages(0, 1, 2))

    def test_size_grows_with_what_is_written(self) -> None:
        before = self.memory.size
        self.numbers[:] = 1
        self.assertGreaterEqual(self.memory.size - before, 5 * HUGE)

    def test_that_is_not_there_is_not_moved(self) -> None:
        self.assertFalse(self.memory.move(1 << 60))


if __name__ == "__main__":
    unittest.main()
