"""What is carried through the set: bands, medians, any function; samples that are uniform."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DesignError, UnsupportedError
from hpcstats.literature.reconstruct import (
    Contains,
    Mean,
    Range,
    StandardDeviation,
    Stated,
    from_summary,
    summary_grid,
)
from tests.literature.reconstruct.brute_force import all_sets


@pytest.fixture(scope="module")
def nine():
    return from_summary(9, mean=5, minimum=0, maximum=16)


@pytest.fixture(scope="module")
def months():
    return from_summary(9, mean=5, minimum=0, maximum=16, grid="1/12", n_samples=20_000, seed=1)


def test_the_band_is_that_of_all_curves(nine):
    frame = nine.survival_band().to_frame()
    curves = np.mean(nine.data_sets()[:, :, None] > frame["time"].to_numpy(), axis=1)
    assert frame["minimum"].to_numpy() == pytest.approx(curves.min(axis=0))
    assert frame["maximum"].to_numpy() == pytest.approx(curves.max(axis=0))
    for column, share in (("low", 0.025), ("median", 0.5), ("high", 0.975)):
        expected = np.quantile(curves, share, axis=0, method="inverted_cdf")
        assert frame[column].to_numpy() == pytest.approx(expected)


def test_the_band_agrees_with_kaplan_meier(nine):
    band = nine.survival_band([0, 2.5, 5, 15.9])
    some = nine.data_sets()[:: nine.count // 20]
    for row in some:
        km = hs.kaplan_meier(hs.Surv.right(row, np.ones(9)))
        estimate = km.at(band.time)["estimate"].to_numpy()
        assert (band.minimum - 1e-12 <= estimate).all()
        assert (estimate <= band.maximum + 1e-12).all()


def test_the_band_of_a_sample_is_still_exact(months):
    band = months.survival_band()
    assert not months.complete
    assert band.complete
    rows = months.data_sets()
    curves = np.mean(rows[:, :, None] > band.time[None, None, ::12], axis=1)
    assert (curves.min(axis=0) >= band.minimum[::12] - 1e-12).all()
    assert (curves.max(axis=0) <= band.maximum[::12] + 1e-12).all()
    sampled = np.quantile(curves, [0.025, 0.5, 0.975], axis=0, method="inverted_cdf")
    assert np.mean(np.abs(sampled - [band.low[::12], band.median[::12], band.high[::12]]) < 1e-9) > 0.95


def test_the_median_is_exact_with_odd_and_even_numbers(months):
    for n in (4, 5):
        found = from_summary(n, mean=2, maximum=5)
        medians = np.median(found.data_sets(), axis=1)
        row = found.median().to_frame().iloc[0]
        assert (row["minimum"], row["maximum"]) == (medians.min(), medians.max())
        assert row["median"] == np.quantile(medians, 0.5, method="inverted_cdf")
    exact, sampled = months.median(), months.apply(lambda rows: np.median(rows, axis=1))
    assert exact.complete
    assert not sampled.complete
    assert "may be wider" in sampled.method
    assert "over all compatible data sets by counting" in exact.method
    one, other = (found.to_frame().iloc[0] for found in (exact, sampled))
    assert one["median"] == pytest.approx(other["median"], abs=2 / 12)
    assert one["minimum"] <= other["minimum"]


def test_known_values_and_range_hold_in_every_data_set(months):
    known = from_summary(
        9, constraints=Mean(5) & Range(0, 16) & Contains(5) & Contains(8), grid=0.5, n_samples=3_000, seed=2
    )
    rows = known.data_sets()
    assert (np.abs(rows.mean(axis=1) - 5) <= 0.5 + 1e-12).all()
    assert (np.abs(rows[:, :, None] - [5, 8]).min(axis=1) <= 0.5).all()
    assert (np.abs(rows[:, -1] - 16) <= 0.5).all()
    assert (np.diff(rows, axis=1) >= 0).all()
    assert np.array_equal(rows * 2, np.round(rows * 2))
    assert known.count < from_summary(9, constraints=Mean(5) & Range(0, 16), grid=0.5).count / 5


def test_a_sample_is_uniform_over_the_multisets():
    found = from_summary(6, mean=3, maximum=6, sd=2, method="sample", n_samples=60_000, seed=3)
    every = from_summary(6, mean=3, maximum=6, sd=2, method="enumerate")
    _, counts = np.unique(found.data_sets(), axis=0, return_counts=True)
    assert counts.size == every.count == found.count
    expected = 60_000 / counts.size
    chi_squared = np.sum((counts - expected) ** 2 / expected)
    assert abs(chi_squared - (counts.size - 1)) < 4 * math.sqrt(2 * counts.size)


@pytest.mark.parametrize("sd", [1, 2, 3])
def test_without_room_for_squares_the_sample_is_uniform_too(monkeypatch, sd):
    monkeypatch.setattr(summary_grid, "LARGEST_TABLE", 2_500)
    found = from_summary(6, mean=3, maximum=6, sd=sd, method="sample", n_samples=30_000, seed=4)
    monkeypatch.undo()
    every = from_summary(6, mean=3, maximum=6, sd=sd, method="enumerate")
    assert found.rows.plan.spread is not None
    assert not found.count_is_exact
    assert found.count == pytest.approx(every.count, rel=0.05)
    rows, counts = np.unique(found.data_sets(), axis=0, return_counts=True)
    assert np.array_equal(rows, every.data_sets())
    expected = 30_000 / counts.size
    chi_squared = np.sum((counts - expected) ** 2 / expected)
    assert abs(chi_squared - (counts.size - 1)) < 4 * math.sqrt(2 * counts.size)


def test_without_room_for_squares_all_can_still_be_listed(monkeypatch):
    every = from_summary(6, mean=3, maximum=6, sd=2)
    monkeypatch.setattr(summary_grid, "LARGEST_TABLE", 2_500)
    found = from_summary(6, mean=3, maximum=6, sd=2)
    assert found.rows.kept is not None
    assert found.count == every.count
    assert found.complete
    assert np.array_equal(found.data_sets(), every.data_sets())
    assert found.median().to_frame().equals(every.median().to_frame())
    assert found.survival_band().to_frame().equals(every.survival_band().to_frame())


def test_a_spread_that_no_draw_meets_is_proved_impossible(monkeypatch):
    monkeypatch.setattr(summary_grid, "LARGEST_TABLE", 2_500)
    summary = {"mean": Stated(3, rounding=0), "maximum": 6, "sd": "2.22"}
    impossible = from_summary(6, **summary, method="sample", seed=1)
    assert not impossible.possible
    assert impossible.contradiction == (StandardDeviation("2.22"),)
    monkeypatch.setattr(summary_grid, "_LARGEST_PLACE", 10)
    with pytest.raises(UnsupportedError, match="too large a question"):
        from_summary(6, **summary, method="sample", seed=1)


def test_more_data_sets_than_whole_numbers_hold():
    found = from_summary(40, mean=5, maximum=16, grid=0.5, n_samples=2_000, seed=5)
    assert isinstance(found.count, float)
    assert not found.count_is_exact
    rows = found.data_sets()
    assert rows.shape == (2_000, 40)
    assert (np.abs(rows.mean(axis=1) - 5) <= 0.5 + 1e-12).all()
    middle = np.median(rows, axis=1).mean()
    exact = found.median().distribution()
    assert middle == pytest.approx((exact["value"] * exact["share"]).sum(), abs=0.1)


def test_a_seed_repeats_a_sample(months):
    again = from_summary(9, mean=5, minimum=0, maximum=16, grid="1/12", n_samples=20_000, seed=1)
    assert np.array_equal(months.data_sets(), again.data_sets())
    assert np.array_equal(months.data_sets(), months.data_sets())
    fresh = from_summary(9, mean=5, maximum=16, grid="1/12", n_samples=50)
    repeated = from_summary(9, mean=5, maximum=16, grid="1/12", n_samples=50, seed=int(fresh.seed))
    assert np.array_equal(fresh.data_sets(), repeated.data_sets())


def test_any_function_is_carried_through(nine):
    both = nine.apply(
        lambda rows: np.column_stack([rows.mean(axis=1), (rows > 5).mean(axis=1)]), ("mean", "S(5)")
    )
    frame = both.to_frame().set_index("name")
    assert frame.loc["mean", "minimum"] == pytest.approx(41 / 9)
    assert frame.loc["mean", "maximum"] == pytest.approx(49 / 9)
    band = nine.survival_band([5]).to_frame().iloc[0]
    assert frame.loc["S(5)", "maximum"] == pytest.approx(band["maximum"])
    assert both.distribution("S(5)")["data_sets"].sum() == nine.count
    lost = nine.apply(lambda rows: np.where(rows[:, 1] > 0, rows[:, 1], np.nan)).to_frame().iloc[0]
    assert lost["minimum"] == 1
    assert 0 < lost["not_estimable"] < 1
    with pytest.raises(DesignError, match="an estimate a row"):
        nine.apply(np.mean)
    with pytest.raises(DesignError, match="not between 0 and 1"):
        nine.survival_band(share=95)


def test_results_speak(nine, months):
    assert nine.as_dict()["count"] == 12_552
    assert "12,552 data sets (multisets) of 9 values in whole years" in nine.method
    assert "drawn uniformly by their rank (seed 1)" in months.method
    assert "no probabilities" in " ".join(nine.conventions)
    assert "minimum" in str(nine)
    assert str(nine.survival_band()).startswith("Compatible survival curves of 9 values")


def test_negative_values_on_a_scale():
    found = from_summary(4, mean=0, scale=(-3, 3))
    expected = all_sets(4, np.arange(-3.0, 4), [Mean(0)])
    assert np.array_equal(found.data_sets(), expected)
    assert found.survival_band().time[0] == -3
