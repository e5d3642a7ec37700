"""Completed data sets over a grid of deltas, each tested, and the tests of one cell pooled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray
from hpcstats.core.missing import rubin
from hpcstats.core.tipping import two_group_cox
from hpcstats.core.tipping.two_group_tables import AT_ONCE, score_and_variance, tabulate
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.sensitivity.tipping.curves import Imputed
from hpcstats.sensitivity.tipping.design import Gaps

TESTS = {
    "logrank": "log-rank test (hazard ratio by one step, exp((O - E) / V))",
    "cox": "Cox model",
}
_COMPLETE = 1e9
"""Degrees of freedom of a test of complete data: as good as infinite, as both tests are normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTest:
    """What is done with a data set: log-rank test or Cox model, the latter plain or with Firth's penalty."""

    name: str
    firth: bool

    @classmethod
    def checked(cls, name: Any, penalty: Any) -> GroupTest:
        """Refuse unknown tests, and a penalty where there is none."""
        check_option("test", name, tuple(TESTS))
        if penalty not in (None, "firth"):
            raise UnsupportedError(f"penalty={penalty!r} is not known. Write None or 'firth'.")
        if penalty and name == "logrank":
            raise UnsupportedError(
                "The log-rank test has no penalty. Write test='cox', or leave penalty out."
            )
        return cls(name=name, firth=penalty == "firth")

    @property
    def words(self) -> str:
        """The test for a Methods section."""
        return f"{TESTS[self.name]}{' with Firth penalty' if self.firth else ''}"

    def of(
        self, times: FloatArray, events: BoolArray, second: BoolArray, entry: FloatArray | None
    ) -> tuple[FloatArray, FloatArray]:
        """Return an estimate and its variance for each data set, (B,); NaN where there is none.

        Of the log-rank test that is observed less expected events of the second group.
        """
        tables = tabulate(times, events, second, entry)
        if self.name == "logrank":
            return score_and_variance(tables)
        fit = two_group_cox.fit(tables, firth=self.firth)
        return fit.coefficient, fit.variance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Answers on the scale of the log hazard ratio, second group against first; arrays of one shape."""

    estimate: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    df: FloatArray
    missing_information: FloatArray
    monte_carlo_error: FloatArray
    failed: IntArray


def each_data_set(gaps: Gaps, imputed: tuple[Imputed, Imputed]) -> Iterator[tuple[FloatArray, BoolArray]]:
    """Yield times and events of the completed data sets, (B, n), first delta slowest, imputation fastest."""
    (first, first_event), (second, second_event) = imputed
    shape = (first.shape[0], second.shape[0], first.shape[1])
    size = gaps.time.size + first.shape[2] + second.shape[2]
    length = max(1, AT_ONCE // size)
    for begin in range(0, int(np.prod(shape)), length):
        flat = np.arange(begin, min(begin + length, int(np.prod(shape))))
        a, b, number = np.unravel_index(flat, shape)
        known = np.broadcast_to(gaps.time, (flat.size, gaps.time.size))
        happened = np.broadcast_to(gaps.event, known.shape)
        yield (
            np.concatenate([known, first[a, number], second[b, number]], axis=1),
            np.concatenate([happened, first_event[a, number], second_event[b, number]], axis=1),
        )


def over_the_grid(gaps: Gaps, test: GroupTest, imputed: tuple[Imputed, Imputed], level: float) -> Pooled:
    """Test every completed data set, and pool the imputations of each pair of deltas: arrays (D1, D2)."""
    members, entries = gaps.members, gaps.entries
    found = [test.of(*completed, members, entries) for completed in each_data_set(gaps, imputed)]
    shape = (imputed[0][0].shape[0], imputed[1][0].shape[0])
    estimates, variances = (np.concatenate([part[k] for part in found]).reshape(*shape, -1) for k in (0, 1))
    return pooled(test, estimates, variances, level)


def pooled(test: GroupTest, estimates: FloatArray, variances: FloatArray, level: float) -> Pooled:
    """Pool imputations, the last axis; a cell is empty where one of its imputations has no estimate."""
    shape, m = estimates.shape[:-1], estimates.shape[-1]
    flat, spread = estimates.reshape(-1, m).T, variances.reshape(-1, m).T
    failed = m - (np.isfinite(flat) & (spread >= 0)).sum(axis=0)
    failed[spread.sum(axis=0) == 0] = m
    cells = np.flatnonzero(failed == 0)
    answers = rubin.pool(flat[:, cells], spread[:, cells], _COMPLETE, level)
    # Of the log-rank test estimates are scores: divided by their information they are log hazard ratios.
    unit = 1 / answers.within if test.name == "logrank" else np.ones(cells.size)

    def placed(values: FloatArray) -> FloatArray:
        whole = np.full(flat.shape[1], np.nan)
        whole[cells] = values
        return whole.reshape(shape)

    return Pooled(
        estimate=placed(answers.estimate * unit),
        std_error=placed(answers.std_error * unit),
        low=placed(answers.low * unit),
        high=placed(answers.high * unit),
        p_value=placed(answers.p_value),
        df=placed(answers.df),
        missing_information=placed(answers.missing_information),
        monte_carlo_error=placed(np.sqrt(answers.between / m) * unit),
        failed=failed.reshape(shape).astype(np.int64),
    )


def alone(
    test: GroupTest,
    times: FloatArray,
    events: BoolArray,
    second: BoolArray,
    entry: FloatArray | None,
    level: float,
) -> Pooled:
    """Test data sets (B, n) as they are: arrays (B,)."""
    estimate, variance = test.of(times, events, second, entry)
    return pooled(
        test, np.stack([estimate, estimate], axis=-1), np.stack([variance, variance], axis=-1), level
    )
