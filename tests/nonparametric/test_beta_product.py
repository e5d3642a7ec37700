"""The beta product confidence procedure: published limits, and the ends of its range."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.nonparametric import BetaProduct
from tests.reference.loader import dataset, response


def six_mp() -> hs.Surv:
    return response(dataset("leuk"))


def limits(km: hs.SurvivalCurves, *times: float) -> list[float]:
    return km.at(times)[["low", "high"]].to_numpy().ravel().tolist()


def test_published_limits_of_the_6_mp_arm() -> None:
    km = hs.kaplan_meier(six_mp())
    assert limits(km, 10, 20) == pytest.approx([0.5008, 0.9150, 0.3308, 0.8384], abs=5e-5)
    assert limits(km, 30) == pytest.approx([0.1570, 0.7261], abs=5e-5)
    assert km.quantile(0.5)[["estimate", "low", "high"]].iloc[0].tolist() == [23, 11, math.inf]


def test_published_mid_p_limits_of_the_6_mp_arm() -> None:
    km = hs.kaplan_meier(six_mp(), interval="bpcp-midp")
    assert limits(km, 10, 20) == pytest.approx([0.5249, 0.9034, 0.3607, 0.8214], abs=5e-5)


def test_published_limits_of_the_scleroderma_trial() -> None:
    data = dataset("sclerosis2")
    km = hs.kaplan_meier(hs.Surv.right(data["time"] / 365.25, data["status"]))
    assert limits(km, 1, 2) == pytest.approx([0.6210, 0.9130, 0.5883, 0.8925], abs=5e-5)
    assert limits(km, 5) == pytest.approx([0.4111, 0.8091], abs=5e-5)
    assert km.at(1)["estimate"].item() == pytest.approx(0.7941, abs=5e-5)


def test_it_is_the_default_and_is_said() -> None:
    km = hs.kaplan_meier(six_mp())
    assert km.interval == "bpcp"
    assert km.procedure == BetaProduct()
    assert "95% bpcp interval (beta product confidence procedure, method of moments)" in km.method
    assert any("the limits never" in text for text in km.conventions)
    named = hs.kaplan_meier(six_mp(), interval="bpcp")
    assert named.pieces().equals(km.pieces())


def test_the_data_of_the_vignette_on_ties() -> None:
    # Failures at 3, 7, 8 and 14: lower limits .397635, .194120, .067586, .006309 and 0.
    frame = hs.kaplan_meier(hs.Surv.right([3, 7, 8, 14], [1, 1, 1, 1])).pieces()
    assert frame["start"].tolist() == [0, 3, 7, 8, 14]
    assert frame["low"].tolist() == pytest.approx([0.397635364, 0.194120450, 0.067585986, 0.006309463, 0])
    assert frame["high"].tolist() == pytest.approx([1, 0.9936905, 0.9324140, 0.8058796, 0.6023646])


# Where other intervals end


@pytest.mark.parametrize(
    ("times", "events"),
    [
        ([3], [1]),
        ([3], [0]),
        ([0], [1]),
        ([0], [0]),
        ([3, 3, 3], [1, 1, 1]),
        ([3, 3, 3], [1, 0, 1]),
        ([1, 2, 3, 4], [0, 0, 0, 0]),
        ([1, 2, 3, 4], [1, 1, 1, 1]),
        ([0, 0, 2], [1, 0, 1]),
    ],
)
@pytest.mark.parametrize("procedure", ["bpcp", "bpcp-midp", BetaProduct(method="monte-carlo", seed=2)])
@pytest.mark.parametrize("sided", ["two-sided", "lower", "upper"])
def test_every_limit_is_defined(times, events, procedure, sided) -> None:
    km = hs.kaplan_meier(hs.Surv.right(times, events), interval=procedure, sided=sided)
    for frame in (km.pieces(), km.to_frame(), km.at([0, *times, 9], beyond="limits")):
        assert frame[["low", "high"]].notna().all(axis=None)
        assert ((frame["low"] >= 0) & (frame["low"] <= frame["high"]) & (frame["high"] <= 1)).all()
    assert km.quantile([0.1, 0.5, 0.9])[["low", "high"]].notna().all(axis=None)
    assert (km.pieces()["start"] < km.pieces()["end"]).all()


def test_one_patient() -> None:
    frame = hs.kaplan_meier(hs.Surv.right([3], [True])).pieces()
    assert frame[["low", "high"]].to_numpy().ravel().tolist() == pytest.approx([0.025, 1, 0, 0.975])
    frame = hs.kaplan_meier(hs.Surv.right([3], [False])).pieces()
    assert frame[["low", "high"]].to_numpy().ravel().tolist() == pytest.approx([0.025, 1, 0, 1])


def test_nobody_with_the_event() -> None:
    frame = hs.kaplan_meier(hs.Surv.right([2, 4, 6], [0, 0, 0])).pieces()
    assert frame["low"].tolist() == pytest.approx([0.025 ** (1 / 3), 0.025**0.5, 0.025, 0])
    assert (frame["high"] == 1).all()
    median = hs.kaplan_meier(hs.Surv.right([2, 4, 6], [0, 0, 0])).quantile(0.5).iloc[0]
    assert (median["low"], median["high"]) == (0, math.inf)


def test_an_event_at_time_zero_leaves_no_empty_piece() -> None:
    frame = hs.kaplan_meier(hs.Surv.right([0, 2, 4], [1, 1, 0])).pieces()
    assert frame["start"].tolist() == [0, 2, 4]
    assert frame["end"].tolist() == [2, 4, math.inf]
    assert frame["estimate"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])


# After the last observation


def test_limits_go_on_after_the_last_observation_and_the_estimate_does_not() -> None:
    km = hs.kaplan_meier(hs.Surv.right([2, 4, 7], [1, 0, 0]))
    with pytest.raises(hs.DesignError, match="7"):
        km.at(8)
    frame = km.at([7, 8], beyond="limits")
    assert frame["estimate"].tolist() == pytest.approx([2 / 3, math.nan], nan_ok=True)
    assert frame["at_risk"].tolist() == [1, 0]
    assert frame["low"].tolist() == [0, 0]
    assert frame["high"].nunique() == 1


def test_each_group_has_its_own_end() -> None:
    km = hs.kaplan_meier(hs.Surv.right([2, 4, 9, 9], [1, 0, 1, 0]), ["short", "short", "long", "long"])
    frame = km.at(6, beyond="limits").set_index("group")
    assert np.isnan(frame.loc["short", "estimate"])
    assert frame.loc["long", "estimate"] == 1


def test_other_limits_end_with_follow_up() -> None:
    km = hs.kaplan_meier(hs.Surv.right([2, 4, 7], [1, 0, 0]), interval="log-log")
    after = km.at(8, beyond="limits").iloc[0]
    assert np.isnan([after["estimate"], after["low"], after["high"]]).all()
    with pytest.raises(hs.UnsupportedError, match="refuse"):
        km.at(8, beyond="extrapolate")


def test_the_pieces_of_other_limits() -> None:
    km = hs.kaplan_meier(hs.Surv.right([2, 4, 7], [1, 0, 1]), interval="log-log")
    frame = km.pieces()
    assert " ".join(frame) == "group start end estimate low high"
    assert frame["low"].tolist()[1:] == pytest.approx(km.to_frame()["low"].tolist(), nan_ok=True)
    assert frame.iloc[0][["estimate", "low", "high"]].tolist() == [1, 1, 1]


# One side


def test_one_sided_quantiles_and_means_are_open_on_the_other_side() -> None:
    for interval in ("bpcp", "log-log"):
        lower = hs.kaplan_meier(six_mp(), interval=interval, sided="lower")
        upper = hs.kaplan_meier(six_mp(), interval=interval, sided="upper")
        assert lower.quantile(0.25)["high"].item() == math.inf
        assert upper.quantile(0.25)["low"].item() == 0
        assert lower.quantile(0.25)["low"].item() > 0
        assert upper.quantile(0.25)["high"].item() < math.inf
        two = hs.kaplan_meier(six_mp(), interval=interval, level=0.9).rmst(20).iloc[0]
        assert lower.rmst(20)[["low", "high"]].iloc[0].tolist() == pytest.approx([two["low"], 20])
        assert upper.rmst(20)[["low", "high"]].iloc[0].tolist() == pytest.approx([0, two["high"]])
    assert "one-sided 95% log-log upper limit" in upper.method


# Where it is not defined


def test_late_entry_and_sampling_weights_get_another_interval_that_says_why() -> None:
    late = hs.Surv.right([3, 5, 8], [1, 0, 1], entry=[0, 1, 0])
    km = hs.kaplan_meier(late)
    assert km.interval == "log-log"
    assert "no definition with delayed entry" in km.method
    assert km.procedure is None
    with pytest.raises(hs.UnsupportedError, match=r"delayed entry.*interval='log-log'"):
        hs.kaplan_meier(late, interval="bpcp")
    y = hs.Surv.right([3, 5, 8], [1, 0, 1])
    weighted = hs.kaplan_meier(y, ["a", "a", "b"], weights=[1, 0.5, 2])
    assert weighted.interval == "log-log"
    assert "not whole numbers" in weighted.method
    with pytest.raises(hs.UnsupportedError, match="not whole numbers"):
        hs.kaplan_meier(y, weights=[1, 0.5, 2], interval=BetaProduct(mid_p=True))


def test_everybody_observed_from_time_zero_is_no_late_entry() -> None:
    y = hs.Surv.right([3, 5, 8], [1, 0, 1], entry=[0, 0, 0])
    assert hs.kaplan_meier(y).pieces().equals(hs.kaplan_meier(hs.Surv.right([3, 5, 8], [1, 0, 1])).pieces())


def test_a_modified_lower_limit_is_one_of_greenwoods_variance() -> None:
    with pytest.raises(hs.UnsupportedError, match="modified lower limit"):
        hs.kaplan_meier(six_mp(), interval="bpcp", lower_limit="peto")
    assert hs.kaplan_meier(six_mp(), lower_limit="peto").interval == "log-log"
