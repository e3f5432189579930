"""Memory that a long work no longer uses goes back to the system."""

import ctypes
from pathlib import Path

import pytest

from maillage.kernel import memory


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library of Linux alone")
def test_free_memory_between_blocks_in_use_is_returned():
    blocks = [bytes(2_000) for _ in range(50_000)]
    blocks_in_use = blocks[::50]  # holes on every side: the heap alone would not shrink
    before = resident()
    del blocks
    memory.give_back()
    assert before - resident() > 60 * 2**20
    assert len(blocks_in_use) == 1_000
