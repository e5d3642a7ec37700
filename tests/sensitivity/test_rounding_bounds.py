"""Bounds over all compatible data, against all of them one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.rounding.compatible_times import ranges_of
from hpcstats.core.rounding.weak_orders import all_orders
from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.sensitivity.rounding import rounding_bounds
from tests.sensitivity import rounding_oracle as oracle
from tests.sensitivity.rounding_oracle import Limits, from_witness, some


def bounded(data: Limits, of: object, **options: object) -> hs.Result:
    return rounding_bounds(data.reported, of=of, **data.options(), **options)


def both(data: Limits) -> bool:
    return any(data.event) and len(set(data.group)) == 2


@pytest.mark.parametrize("data", some(15, patients=4, seed=1))
def test_the_curve_lies_between_its_extremes_and_attains_them(data):
    middle = 0.5 / data.fineness
    times = [k + part for k in range(6) for part in (0.0, middle, 0.5, 1 - middle)]
    found = bounded(data, ("survival", times))
    values = np.array([[oracle.survival(t, data.event, at) for at in times] for t in data.times()])
    frame = found.to_frame()
    np.testing.assert_allclose(frame["estimate"].dropna(), values[-1][frame["estimate"].notna()], atol=1e-12)
    # Wherever in a gap one asks, all patients there may come before or after: the extremes over the gap.
    place = [2 * int(t) + (t % 1 > 0) for t in times]
    for at, row in enumerate(frame.itertuples()):
        alike = [k for k in range(len(times)) if place[k] == place[at]]
        assert row.low == pytest.approx(values[:, alike].min(), abs=1e-12)
        assert row.high == pytest.approx(values[:, alike].max(), abs=1e-12)
    assert found.exactness == "exact"


@pytest.mark.parametrize("data", some(15, patients=4, seed=2))
@pytest.mark.parametrize("probability", [0.5, 0.25, 1 / 3])
def test_quantiles_lie_between_their_bounds_and_come_near(data, probability):
    found = bounded(data, ("quantile", probability)).quantities[0]
    values = [oracle.quantile(t, data.event, 1 - probability) for t in data.times()]
    assert found.low.value <= min(values)
    assert found.high.value >= max(values)
    assert math.isinf(found.high.value) == math.isinf(max(values))
    result = bounded(data, ("quantile", probability))
    for end, bound in (("low", found.low), ("high", found.high)):
        time, event = from_witness(result, end)
        reached = oracle.quantile(time, event, 1 - probability)
        assert reached == bound.value or abs(reached - bound.value) < 0.03


@pytest.mark.parametrize("data", some(20, patients=4, seed=3, widths=(0, 1, 2, 3)))
def test_restricted_means_lie_between_their_bounds_and_come_near(data):
    horizon = float(max(data.lower)) or 1.0
    try:
        result = bounded(data, ("rmst", horizon))
    except DesignError:
        assert max(data.lower) < horizon
        return
    values = [oracle.area(t, data.event, horizon) for t in data.times()]
    found = result.quantities[0]
    assert found.low.value <= min(values) + 1e-9
    assert found.high.value >= max(values) - 1e-9
    for end, bound in (("low", found.low), ("high", found.high)):
        assert abs(oracle.area(*from_witness(result, end), horizon) - bound.value) < 0.08
    assert result.exactness == "exact"
    searched = bounded(data, ("rmst", horizon), limit=1, seed=1).quantities[0]
    assert searched.low.value >= found.low.value - 1e-9
    assert searched.high.value <= found.high.value + 1e-9


@pytest.mark.parametrize("data", [d for d in some(40, patients=4, seed=4, widths=(0, 1, 2, 3)) if both(d)])
def test_hazard_ratios_of_two_groups_are_those_of_all_orders(data):
    orders = {oracle.ranks(t): t for t in data.times()}
    other = [1 - x for x in data.group]
    high = max(oracle.largest_log_ratio(t, data.event, data.group) for t in orders.values())
    low = -max(oracle.largest_log_ratio(t, data.event, other) for t in orders.values())
    result = bounded(data, "hazard-ratio", group=data.group)
    found = result.quantities[0]
    assert (found.low.value, found.high.value) == pytest.approx((math.exp(low), math.exp(high)), rel=1e-7)
    assert result.to_frame()["term"].tolist() == ["1 / 0"]
    if math.isfinite(high):
        attained = oracle.largest_log_ratio(*from_witness(result, "high"), data.group)
        assert math.exp(attained) == pytest.approx(found.high.value, rel=1e-7)


@pytest.mark.parametrize("data", [d for d in some(24, patients=4, seed=5) if both(d)])
def test_the_logrank_test_is_bounded_by_all_orders(data):
    orders = {oracle.ranks(t): t for t in data.times()}
    values = [
        hs.logrank(hs.Surv.right(t, data.event), data.group, method="asymptotic") for t in orders.values()
    ]
    statistics = [0.0 if math.isnan(one.statistic) else one.statistic for one in values]
    p_values = [1.0 if math.isnan(one.p_value) else one.p_value for one in values]
    result = bounded(data, "logrank", group=data.group)
    frame = result.to_frame().set_index("quantity")
    assert frame.loc["statistic", ["low", "high"]].tolist() == pytest.approx(
        [min(statistics), max(statistics)], abs=1e-10
    )
    assert frame.loc["p_value", ["low", "high"]].tolist() == pytest.approx(
        [min(p_values), max(p_values)], abs=1e-10
    )
    assert frame["exact"].all()


@pytest.mark.parametrize("data", some(15, patients=4, seed=6))
def test_the_orders_tried_are_all_that_the_limits_allow_each_once(data):
    lower, upper = np.array(data.lower, float), np.array(data.upper, float)
    ranges = ranges_of(lower, upper, np.array(data.event), left=False, right=True)
    found = all_orders(ranges, np.array(data.group), 10**6)

    def told(time: tuple[float, ...]) -> tuple[object, ...]:
        """Between which events each is, whoever of several alike it is."""
        events = sorted({t for t, happened in zip(time, data.event, strict=True) if happened})
        places = [
            events.index(t) if happened else sum(u <= t for u in events)
            for t, happened in zip(time, data.event, strict=True)
        ]
        return tuple(sorted(zip(data.lower, data.upper, data.event, data.group, places, strict=True)))

    mine = [told(tuple(keys)) for keys in found.tolist()]
    assert len(mine) == len(set(mine))
    assert set(mine) == {told(t) for t in data.times()}


@pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_covariate_is_bounded_by_fits_of_all_orders(ties):
    data = Limits([1, 1, 2, 3, 3, 4], [2, 2, 3, 4, 4, 4], [True, False, True, True, True, True], [0] * 6)
    x = {"age": [40, 50, 61, 45, 70, 52], "old": [0, 1, 1, 0, 1, 0]}
    for formula in ("age", "age + old"):
        result = rounding_bounds(
            data.reported,
            of=("hazard-ratio", "age"),
            data=x,
            formula=formula,
            ties=ties,
            **data.options(),
        )
        ratios = {}
        for time in data.times():
            if oracle.ranks(time) not in ratios:
                fit = hs.cox(hs.Surv.right(time, data.event), x, formula, ties=ties, interval="wald")
                ratios[oracle.ranks(time)] = fit.to_frame()["hazard_ratio"].iloc[0]
        values = [value for value in ratios.values() if math.isfinite(value)]
        found = result.quantities[0]
        if len(values) == len(ratios):
            assert (found.low.value, found.high.value) == pytest.approx((min(values), max(values)), rel=1e-6)
        else:
            assert found.low.value == 0 or found.high.value == math.inf
        assert found.exact
        reported = hs.cox(data.reported, x, formula, ties=ties, interval="wald").to_frame()
        assert found.estimate == pytest.approx(reported["hazard_ratio"].iloc[0], rel=1e-6)


def test_a_search_finds_what_all_orders_hold():
    time = [1, 1, 2, 2, 3, 3, 4]
    y = hs.Surv.right(time, [1, 0, 1, 1, 0, 1, 1])
    options = {"group": list("abababb"), "rounded_to": 1}
    exact = rounding_bounds(y, of="logrank", limit=10**6, **options)
    searched = rounding_bounds(y, of="logrank", limit=1, seed=1, **options)
    assert (exact.exactness, searched.exactness) == ("exact", "search")
    assert searched.to_frame()[["low", "high"]].to_numpy() == pytest.approx(
        exact.to_frame()[["low", "high"]].to_numpy()
    )
    assert "(seed 1)" in searched.method
    assert searched.seed == "1"
    again = rounding_bounds(y, of="logrank", limit=1, seed=1, **options)
    assert again.as_dict() == searched.as_dict()


OFS = ["survival", "median", ("rmst", 3), "logrank", "hazard-ratio"]


@pytest.mark.parametrize("of", OFS, ids=str)
def test_exact_times_leave_nothing_open(of):
    time, event = [1, 2, 2, 3, 5, 7], [1, 1, 0, 1, 1, 1]
    y = hs.Surv.right(time, event, id=list("abcdef"))
    options = {} if of in ("survival", "median") or of == ("rmst", 3) else {"group": list("xyxyxy")}
    frame = rounding_bounds(y, of=of, rounded_to=0, **options).to_frame()
    assert frame["low"].to_numpy() == pytest.approx(frame["estimate"].to_numpy(), rel=1e-8)
    assert frame["high"].to_numpy() == pytest.approx(frame["estimate"].to_numpy(), rel=1e-8)
    assert frame["exact"].all()


def test_without_censoring_the_extremes_are_those_of_the_limits():
    lower, upper = [0, 1, 1, 4, 6, 7.5], [1, 2, 3, 5, 8, 9]
    y = hs.Surv.right(upper, [1] * 6)
    limits = {"lower": lower, "upper": upper}
    median = rounding_bounds(y, of="median", **limits).to_frame().iloc[0]
    assert (median["low"], median["estimate"], median["high"]) == (2.5, 4, 4)
    mean = rounding_bounds(y, of=("rmst", 20), **limits).to_frame().iloc[0]
    assert (mean["low"], mean["high"]) == pytest.approx((np.mean(lower), np.mean(upper)))


def test_groups_are_bounded_each_by_itself():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 1, 0], id=list("abcdef"))
    together = rounding_bounds(y, list("xxyyyx"), of="survival", rounded_to=1)
    frame = together.to_frame()
    for label in "xy":
        rows = np.flatnonzero(np.array(list("xxyyyx")) == label)
        alone = rounding_bounds(y.take(rows), of="survival", rounded_to=1).to_frame()
        own = frame[frame["group"] == label].reset_index(drop=True)
        assert own.drop(columns="group").equals(alone.drop(columns="group"))
    last = len(frame) - 1
    assert together.patients(last) == ("c", "d", "e")
    assert together.witness("low", last)["id"].tolist() == ["c", "d", "e"]


def test_the_rows_tell_the_bounds_at_a_time_just_after_it_and_whether_all_are_followed():
    y = hs.Surv.right([2, 4, 5], [1, 1, 0])
    frame = rounding_bounds(y, of="survival", rounded_to=1).to_frame().set_index("time")
    # An event in (1.5, 2.5] can have happened just after 1.5, and must have by 2.5.
    assert frame.loc[1.5, ["low", "low_after", "high_after"]].tolist() == pytest.approx([1, 2 / 3, 1])
    assert frame.loc[2.5, ["high", "high_after"]].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert frame["followed"].tolist() == [time <= 4.5 for time in frame.index]


def test_closed_ends_are_part_of_the_question():
    # The event at 1 to 2, the other censored at exactly 2: a tie at 2 leaves both at risk.
    y = hs.Surv.right([1.5, 2], [1, 0])
    limits = {"lower": [1, 2], "upper": [2, 2]}
    closed = rounding_bounds(y, of=("survival", 2), **limits).to_frame()["high"].tolist()
    left = rounding_bounds(y, of=("survival", 2), closed="left", **limits).to_frame()["high"].tolist()
    assert closed == left == [0.5]
    y = hs.Surv.right([1.5, 1], [1, 0])
    limits = {"lower": [1, 1], "upper": [2, 1]}
    both_ends = rounding_bounds(y, of=("survival", 2), closed="both", **limits).to_frame()["high"]
    right = rounding_bounds(y, of=("survival", 2), **limits).to_frame()["high"]
    assert (both_ends[0], right[0]) == (0.5, 0.0)


def test_intervals_are_taken_as_they_are():
    y = hs.Surv.interval([0, 1, 2, 3], [1, 2, 4, None], id=list("abcd"))
    frame = rounding_bounds(y, of="median").to_frame()
    assert frame["estimate"].isna().all()
    assert frame[["low", "high"]].to_numpy().tolist() == [[1.5, 3.0]]


def test_an_unknown_end_of_observation_reaches_as_far_as_it_can():
    y = hs.Surv.right([2, 3, 4], [1, 0, 1])
    frame = rounding_bounds(y, of=("survival", 4), lower=[1, 3, 4], upper=[2, None, 4], closed="both")
    assert frame.to_frame()[["low", "high"]].to_numpy().tolist() == [pytest.approx([0, 1 / 3])]


def test_reported_cases_of_the_study():
    spine = hs.literature.endpoint(hs.literature.load(), "spinal_metastasis")
    seen = spine.interval.response
    limits = {"lower": seen.lower, "upper": seen.time}
    median = rounding_bounds(spine.point.response, of="median", **limits)
    assert median.to_frame()[["estimate", "low", "high"]].to_numpy().tolist() == [[5, 4.5, 5.5]]
    assert median.patients() == spine.point.response.patients()
    alone = rounding_bounds(seen, of="survival").to_frame()
    beside = rounding_bounds(spine.point.response, of="survival", **limits).to_frame()
    shared = beside[beside["time"].isin(alone["time"])].reset_index(drop=True)
    assert shared[["low", "high"]].equals(alone[["low", "high"]])


Y = hs.Surv.right([1, 2, 3], [1, 0, 1], id=list("abc"))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({}, DataError, "needs the limits"),
        ({"lower": [0, 1, 2]}, DataError, "needs the limits"),
        ({"rounded_to": 1, "lower": [0, 1, 2]}, DataError, "not both"),
        ({"rounded_to": -1}, DataError, "0 or more"),
        ({"lower": [0, 1, 2], "upper": [1, 2]}, DataError, "upper has 2 values"),
        ({"lower": [0, 1, None], "upper": [1, 2, 3]}, DataError, "lower must be finite"),
        ({"lower": [0, 1, 4], "upper": [1, 2, 3]}, DataError, "must not lie below"),
        ({"lower": [0, 1, 2], "upper": [1, 2, None]}, DataError, r"finite upper limit \(c: inf\)"),
        ({"lower": [1, 1, 2], "upper": [2, 2, 3]}, DataError, r"a: 1 not in \(1, 2\]"),
        ({"rounded_to": 1, "of": "mean"}, UnsupportedError, "of='mean'"),
        ({"rounded_to": 1, "of": "rmst"}, UnsupportedError, "'rmst', horizon"),
        ({"rounded_to": 1, "of": ("rmst", [1, 2])}, DataError, "one horizon"),
        ({"rounded_to": 1, "of": "logrank"}, DesignError, "two groups"),
        ({"rounded_to": 1, "of": "hazard-ratio"}, DesignError, "two groups"),
        ({"rounded_to": 1, "data": {"x": [1, 2, 3]}}, UnsupportedError, "hazard-ratio"),
        (
            {"rounded_to": 1, "of": ("hazard-ratio", "y"), "data": {"x": [1, 2, 3]}},
            DataError,
            "no term 'y'",
        ),
        ({"rounded_to": 1, "closed": "open"}, UnsupportedError, "closed='open'"),
        (
            {"rounded_to": 1, "of": "hazard-ratio", "group": list("aab"), "ties": "exact"},
            UnsupportedError,
            "ties='exact'",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(options, error, words):
    with pytest.raises(error, match=words):
        rounding_bounds(Y, **options)


def test_a_horizon_that_not_all_data_reach_is_refused():
    y = hs.Surv.right([1, 2, 3], [1, 1, 0])
    with pytest.raises(DesignError, match=r"\(group all: 2.5\). Ask for an earlier horizon"):
        rounding_bounds(y, of=("rmst", 2.6), rounded_to=1)
    # Where the last time is an event, the curve is 0 from there on in all data.
    mean = rounding_bounds(Y, of=("rmst", 9), rounded_to=1).to_frame()
    assert mean["exact"].tolist() == [True]


def test_other_responses_are_refused():
    late = hs.Surv.right([2, 3], [1, 1], entry=[0, 1])
    with pytest.raises(DataError, match="no delayed entry"):
        rounding_bounds(late, rounded_to=1)
    with pytest.raises(UnsupportedError, match="competing"):
        rounding_bounds(hs.Surv.competing([1, 2], [1, 2], causes=["x", "y"]), rounded_to=1)
    with pytest.raises(DataError, match="holds the limits itself"):
        rounding_bounds(hs.Surv.interval([1], [2]), rounded_to=1)
    with pytest.raises(DataError, match="no row 3"):
        rounding_bounds(Y, of="median", rounded_to=1).witness("low", 3)
