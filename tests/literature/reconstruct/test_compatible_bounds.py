"""Without a grid: limits of real values, against formulas, a fine grid and random data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hpcstats.errors import DataError, UnsupportedError
from hpcstats.literature.reconstruct import (
    Contains,
    Count,
    Maximum,
    Mean,
    Median,
    Minimum,
    Stated,
    from_summary,
)

EXACT = {"mean": Stated(5, rounding=0), "minimum": Stated(0, rounding=0), "maximum": Stated(16, rounding=0)}


def test_mean_and_range_give_the_limits_in_closed_form():
    """The place k is greatest when all below are 0 and all from k to n - 1 are equal."""
    found = from_summary(9, **EXACT, grid=None)
    places = np.arange(2, 9)
    assert found.greatest[1:8] == pytest.approx(np.minimum(16, (45 - 16) / (9 - places)))
    # Least: the places up to k are equal, the others as great as can be.
    assert found.least[1:8] == pytest.approx(np.maximum(0, (45 - 16 * (9 - places)) / (places - 1)))
    assert found.median() == pytest.approx((0, 29 / 4))


def test_limits_hold_all_data_sets_of_a_fine_grid_and_are_near_them():
    grid = from_summary(9, mean=5, minimum=0, maximum=16, known=[5, 8], grid="1/12", n_samples=10, seed=1)
    real = from_summary(9, mean=5, minimum=0, maximum=16, known=[5, 8], grid=None)
    frame = grid.to_frame()
    assert (frame["minimum"] >= real.least - 1e-9).all()
    assert (frame["maximum"] <= real.greatest + 1e-9).all()
    assert np.abs(frame["minimum"] - real.least).max() < 1 / 12 + 1e-9
    assert np.abs(frame["maximum"] - real.greatest).max() < 1 / 12 + 1e-9
    low, high = real.median()
    assert low <= grid.median().to_frame()["minimum"].iloc[0] + 1e-9
    assert high >= grid.median().to_frame()["maximum"].iloc[0] - 1e-9


def test_the_band_holds_random_data():
    generator = np.random.default_rng(6)
    for _ in range(20):
        x = np.sort(np.round(generator.exponential(5, 6), 3))
        found = from_summary(
            6,
            mean=Stated(round(x.mean(), 1), rounding="0.06"),
            median=Stated(round(float(np.median(x)), 1), rounding="0.06"),
            minimum=Stated(x[0], rounding=0),
            maximum=Stated(x[-1], rounding=0),
            grid=None,
        )
        band = found.survival_band()
        curve = np.mean(x[:, None] > band.time, axis=0)
        assert (band.minimum <= curve).all()
        assert (curve <= band.maximum).all()
        assert np.isnan(band.low).all()
        low, high = found.median()
        assert low - 1e-9 <= np.median(x) <= high + 1e-9


def test_what_nothing_limits_is_infinite():
    found = from_summary(5, median=3, grid=None)
    assert found.greatest.tolist() == [3.5, 3.5, 3.5, np.inf, np.inf]
    assert found.least.tolist() == [0, 0, 2.5, 2.5, 2.5]
    assert from_summary(3, maximum=4, scale=(None, None), grid=None).least[0] == -np.inf
    counted = from_summary(4, counts=[Count(3, at_most=5)], grid=None)
    assert counted.greatest.tolist() == [5, 5, 5, np.inf]


def test_contradictions_are_named():
    found = from_summary(9, mean=5, maximum=3, median=2, grid=None)
    assert set(found.contradiction) == {Mean(5), Maximum(3)}
    assert not found.possible
    assert "mean 5" in found.reason
    assert found.to_frame().empty
    with pytest.raises(DataError, match="no data set"):
        found.median()
    twice = from_summary(1, known=[5, 8], grid=None)
    assert set(twice.contradiction) == {Contains(5), Contains(8)}


def test_what_is_not_linear_is_refused():
    with pytest.raises(UnsupportedError, match="grid="):
        from_summary(5, mean=3, sd=1, grid=None)
    with pytest.raises(UnsupportedError, match="grid="):
        from_summary(5, maximum=9, counts=[Count(2, at_least=1, at_most=3)], grid=None)


number, half = st.integers(0, 12).map(lambda k: k / 2), st.sampled_from([0, 0.25, 0.5, 1])
LINEAR = st.one_of(
    st.builds(Mean, number, half),
    st.builds(Median, number, half),
    st.builds(Minimum, number, half),
    st.builds(Count, st.integers(0, 6), at_most=number),
    st.builds(Contains, number, half),
)


@settings(max_examples=40, deadline=None)
@example(n=3, statements=[Mean(0.5, 0), Median(0.5, 0.25), Contains(0.5, 0)])
@given(n=st.integers(1, 4), statements=st.lists(LINEAR, min_size=1, max_size=4))
def test_the_limits_hold_every_data_set_of_a_grid(n, statements):
    grid = from_summary(n, constraints=statements, grid=0.25, scale=(0, 6), method="enumerate")
    real = from_summary(n, constraints=statements, grid=None, scale=(0, 6))
    assert real.possible or not grid.possible
    if grid.possible:
        frame = grid.to_frame()
        assert (frame["minimum"] >= real.least - 1e-7).all()
        assert (frame["maximum"] <= real.greatest + 1e-7).all()
