"""This process's memory through Linux's interfaces."""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# madvise(2), since Linux 6.1: makes a huge page of small ones at once. Older systems refuse it.
MADV_COLLAPSE = 25
# proc_pid_pagemap(5): of each page 64 bits; the highest one is set where it is in memory.
ENTRY_BYTES = 8
PRESENT = np.uint64(1 << 63)
# Bytes that are examined at once, which takes a few milliseconds.
LOOK_BYTES = 512 << 20
# Larger huge pages take too long to move while a request waits: with small pages of 64 KB they have 512 MB.
MOST_BYTES = 32 << 20


def find_own_memory(
    settings: Path = Path("/sys/kernel/mm/transparent_hugepage"), process: Path = Path("/proc/self")
) -> OwnMemory | None:
    """None: this system has no huge pages of a suitable size, or they are turned off."""
    try:
        if "[never]" in (settings / "enabled").read_text():
            return None
        size = int((settings / "hpage_pmd_size").read_text())
        return OwnMemory(size, process) if 0 < size <= MOST_BYTES else None
    except (OSError, ValueError):
        return None


class OwnMemory:
    """The private memory that belongs to no file: heap, buffers, and weights in the device's own layout."""

    def __init__(self, huge_page: int, process: Path) -> None:
        self._huge_page = huge_page
        self._process = process
        # Kept open while the process lives, because they are read between requests.
        self._statm = os.open(process / "statm", os.O_RDONLY | os.O_CLOEXEC)
        self._pagemap = os.open(process / "pagemap", os.O_RDONLY | os.O_CLOEXEC)
        self._madvise = ctypes.CDLL(None).madvise
        self._madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

    @property
    def size(self) -> int:
        """Bytes in memory (proc_pid_statm(5))."""
        return int(os.pread(self._statm, 256, 0).split()[1]) * mmap.PAGESIZE

    def find(self) -> Iterator[int | None]:
        for start, end in self._regions():
            for at in range(start, end, LOOK_BYTES):
                yield None
                yield from self._find_whole(at, min(at + LOOK_BYTES, end))

    def move(self, address: int) -> bool:
        return bool(self._madvise(address, self._huge_page, MADV_COLLAPSE) == 0)

    def _regions(self) -> list[tuple[int, int]]:
        """From one multiple of a huge page to another."""
        regions = []
        # The files that are mapped may have names that are not UTF-8.
        for line in (self._process / "maps").read_text("utf-8", "replace").split("\n"):
            if line == "":
                continue
            addresses, permissions, _offset, _device, inode, *path = line.split(maxsplit=5)
            if permissions != "rw-p" or inode != "0" or path not in ([], ["[heap]"]):
                continue
            low, high = (int(address, 16) for address in addresses.split("-"))
            start, end = -(-low // self._huge_page) * self._huge_page, high // self._huge_page * self._huge_page
            if start < end:
                regions.append((start, end))
        return regions

    def _find_whole(self, start: int, end: int) -> Iterator[int]:
        for index in np.flatnonzero(self._are_whole(start, end)):
            address = start + int(index) * self._huge_page
            # Requests may have run since and freed a part of it, which moving would allocate again.
            if self._are_whole(address, address + self._huge_page).all():
                yield address

    def _are_whole(self, start: int, end: int) -> NDArray[np.bool_]:
        """For each huge page whether all its small ones are in memory; shorter if the system shows less."""
        count, at = ((length // mmap.PAGESIZE) * ENTRY_BYTES for length in (end - start, start))
        entries = np.frombuffer(os.pread(self._pagemap, count, at), np.uint64)
        each = self._huge_page // mmap.PAGESIZE
        present: NDArray[np.bool_] = (entries[: len(entries) // each * each].reshape(-1, each) & PRESENT) != 0
        return np.asarray(present.all(axis=1))
