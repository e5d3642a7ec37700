"""Data sets behind a summary: a million of them with their medians, and all of them against a recursion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from hpcstats.literature.reconstruct import from_summary
from tests.benchmarks.timing import OURS, Scoreboard, medians, quiet

pytestmark = pytest.mark.benchmark

MILLION = 1_000_000
SUMMARY = {"mean": 5, "minimum": 0, "maximum": 16}


@pytest.mark.parametrize("grid", ["1", "1/12"])
def test_a_million_data_sets_with_their_medians(scoreboard: Scoreboard, grid: str):
    def ours() -> None:
        found = from_summary(9, **SUMMARY, grid=grid, method="sample", n_samples=MILLION, seed=1)
        found.apply(lambda rows: rows[:, 4], "median")

    with quiet():
        seconds = medians({OURS: ours}, rounds=1)
    scoreboard.record(f"{MILLION:,} compatible data sets and medians, steps of {grid}", seconds)
    assert seconds[OURS] < 60


def test_all_data_sets_against_plain_recursion(scoreboard: Scoreboard):
    def ours() -> int:
        return len(from_summary(9, **SUMMARY, method="enumerate").data_sets())

    def recursion() -> int:
        return sum(1 for _ in plain(7, 0, 41 - 16, 49 - 16))

    assert ours() == recursion() == 12_552
    ratios = scoreboard.compare(
        "all data sets of the nine patients", {OURS: ours, "plain recursion": recursion}
    )
    assert ratios["plain recursion"] > 1


def plain(left: int, least: int, low: int, high: int) -> Iterator[tuple[int, ...]]:
    """Sorted numbers up to 16 with a sum from `low` to `high`, with the obvious bounds."""
    if left == 0:
        yield ()
        return
    for value in range(least, min(16, high // left) + 1):
        if value + (left - 1) * 16 < low:
            continue
        for rest in plain(left - 1, value, max(0, low - value), high - value):
            yield (value, *rest)


def test_the_band_of_millions_of_millions(scoreboard: Scoreboard):
    def ours() -> np.ndarray:
        return from_summary(9, **SUMMARY, grid="1/12", n_samples=1, seed=1).survival_band().maximum

    seconds = medians({OURS: ours}, rounds=3)
    scoreboard.record("exact band over 4.4 million million data sets (months)", seconds)
    assert seconds[OURS] < 2
