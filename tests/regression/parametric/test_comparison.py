"""Distributions side by side."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
REMISSION = hs.Surv.right(WEEKS, RELAPSE, unit="weeks")


def test_the_smallest_aic_comes_first_and_lost_ones_last() -> None:
    found = hs.compare_distributions(REMISSION, engine="own")
    frame = found.to_frame()
    assert frame["aic"].dropna().is_monotonic_increasing
    assert found.best.distribution_name == frame["distribution"].iloc[0]
    assert frame["aic_weight"].sum() == pytest.approx(1)
    assert frame["aic_difference"].iloc[0] == 0
    lost = frame["status"] == "not_estimable"
    assert frame.loc[lost, "aic"].isna().all()
    assert (frame.loc[lost, "reason"].str.len() > 10).all()
    assert not lost.iloc[: (~lost).sum()].any()


def test_each_fit_is_that_of_parametric() -> None:
    found = hs.compare_distributions(REMISSION, distributions=["weibull", "log-normal"], engine="own")
    alone = hs.parametric(REMISSION, distribution="log-normal", engine="own")
    assert found["log-normal"].coef == pytest.approx(alone.coef)
    with pytest.raises(hs.DataError, match="'gamma' was not fitted"):
        found["gamma"]


def test_a_spline_without_enough_event_times_is_listed_not_raised() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="2 events"):
        found = hs.compare_distributions(
            hs.Surv.right([1, 2, 3, 4], [1, 0, 1, 0]),
            distributions=["exponential", "spline", "weibull"],
            engine="own",
        )
    row = found.to_frame().set_index("distribution").loc["spline"]
    assert row["status"] == "not_estimable"
    assert "distinct event times" in row["reason"]


def test_nobody_with_the_event_leaves_no_distribution() -> None:
    y = hs.Surv.right([4, 5], [0, 0])
    with pytest.warns(hs.SmallSampleWarning, match="0 events"):
        found = hs.compare_distributions(y, distributions=["weibull", "gamma"], engine="own")
    assert found.status == "not_estimable"
    assert np.isnan(found.to_frame()["aic"]).all()


@pytest.mark.parametrize("names", ["weibull", [], ["normal"]])
def test_unusable_names(names: object) -> None:
    with pytest.raises(hs.HpcstatsError, match="distributions"):
        hs.compare_distributions(REMISSION, distributions=names)
