from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.benchmarks.timing import Scoreboard


@pytest.fixture(scope="session")
def scoreboard() -> Iterator[Scoreboard]:
    """Collects what is measured and prints it at the end."""
    board = Scoreboard()
    yield board
    print(f"\n\nCPU time, one thread, medians; ratios above 1 mean that we are faster\n\n{board}\n")
