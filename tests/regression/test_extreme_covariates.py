"""One covariate value far from the others must not drown the rest in rounding or overflow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import optimize

import hpcstats as hs
from tests import oracles

# Few patients, some of them separated; that this is said is tested elsewhere. Numeric warnings stay errors.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

HALF_QUANTILE = 3.841458820694124 / 2


@dataclass(frozen=True, eq=False)
class Extreme:
    """Patients of whom one has a covariate hundreds of times as large as the others'."""

    time: list[float]
    event: list[int]
    marked: list[int]
    size: list[float]
    entry: list[float] | None
    ties: str
    status: str

    def literal(self) -> oracles.PartialLikelihood:
        x = np.column_stack([self.marked, self.size])
        return oracles.PartialLikelihood(self.time, self.event, x, self.ties, self.entry)


LEAVES_LAST = Extreme(
    time=[2, 5, 5, 3, 5, 7, 1, 6, 1, 5, 6, 6, 6, 2, 5],
    event=[1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    marked=[1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1],
    size=[0.59, 3.14, 0.55, 0, 0.25, 0.06, 0.95, 0.63, 0.01, 3.72, 0.13, 1895.08, 8.62, 0.14, 0.29],
    entry=[1, 0, 0, 1, 4, 5, 0, 5, 0, 4, 5, 0, 5, 0, 4],
    ties="efron",
    status="ok",
)
LEAVES_FIRST = Extreme(
    time=[7, 2, 2, 2, 5, 6],
    event=[1, 1, 1, 0, 1, 1],
    marked=[1, 1, 1, 0, 1, 0],
    size=[0.44, 0.07, 0.03, 107.6, 0.43, 0.88],
    entry=[2, 1, 1, 0, 1, 5],
    ties="breslow",
    status="",  # A maximum exists, on a plateau hundreds of units wide that is flat to the last bit.
)
FAILS_LAST = Extreme(
    time=[5, 6, 3, 3, 4],
    event=[0, 1, 1, 0, 0],
    marked=[0, 0, 0, 1, 0],
    size=[0.15, 310.16, 0.3, 8.09, 0.24],
    entry=None,
    ties="efron",
    status="not_estimable",
)
SEPARATES = Extreme(
    time=[7, 3, 4, 7, 5, 6, 5],
    event=[1, 1, 1, 0, 0, 0, 1],
    marked=[1, 1, 1, 1, 0, 1, 0],
    size=[1.16, 2.03, 1.64, 0.12, 0.06, 1.21, 18.73],
    entry=None,
    ties="efron",
    status="not_estimable",
)
each = pytest.mark.parametrize(
    "data",
    [LEAVES_LAST, LEAVES_FIRST, FAILS_LAST, SEPARATES],
    ids=["leaves last", "leaves first", "fails last", "separates"],
)


@cache
def fitted(data: Extreme) -> hs.CoxFit:
    y = hs.Surv.right(data.time, data.event, entry=data.entry)
    return hs.cox(y, {"marked": data.marked, "size": data.size}, ["marked", "size"], ties=data.ties)


def profile(data: Extreme, term: int, value: float) -> float:
    """Maximise the literal likelihood over the other coefficient, found on a wide grid (it is concave)."""
    literal = data.literal()

    def other(moved: float) -> float:
        return -literal([value, moved] if term == 0 else [moved, value])

    outwards = np.geomspace(1e-3, 1e5, 60)
    grid = np.concatenate([-outwards[::-1], [0], outwards])
    best = int(np.argmin([other(moved) for moved in grid]))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)])
    found = optimize.minimize_scalar(other, bounds=around, method="bounded", options={"xatol": 1e-12})
    return -min(found.fun, other(grid[best]))


@each
def test_what_is_called_ok_is_a_number(data: Extreme) -> None:
    fit = fitted(data)
    finite = [status == "ok" for status in fit.statuses]
    assert np.isfinite(fit.coef[finite]).all()
    assert np.isfinite(fit.log_likelihood)
    if data.status:
        assert fit.status == data.status


@each
def test_the_maximum_is_that_of_the_literal_likelihood(data: Extreme) -> None:
    fit = fitted(data)
    _, top = data.literal().maximise()
    assert fit.log_likelihood >= top - 1e-7
    if fit.status == "ok":
        assert fit.log_likelihood == pytest.approx(data.literal()(fit.coef), abs=1e-9)


@pytest.mark.parametrize("data", [LEAVES_LAST, FAILS_LAST, SEPARATES], ids=["leaves", "fails", "separates"])
@pytest.mark.parametrize("term", [0, 1])
def test_profile_limits_are_where_the_literal_profile_has_dropped(data: Extreme, term: int) -> None:
    fit = fitted(data)
    for limit, far in ((fit.low[term], -60.0), (fit.high[term], 60.0)):
        if np.isfinite(limit):
            assert fit.log_likelihood - profile(data, term, limit) == pytest.approx(HALF_QUANTILE, abs=1e-4)
        else:
            # An open side: not even far out has the profile fallen so low.
            assert fit.log_likelihood - profile(data, term, far) < HALF_QUANTILE
