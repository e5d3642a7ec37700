"""Cumulative incidences against closed forms, fractions counted out by hand, and numeric derivatives."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.core.competing.curves import WeightedIncidence, incidence_at
from hpcstats.core.competing.incidence import count_causes, cumulative_incidence
from hpcstats.core.risk_sets import place

TIME = [1, 2, 2, 3, 4, 5, 5, 6, 7, 8]
CAUSE = [1, 2, 1, 0, 1, 2, 2, 0, 1, 0]
NAMES = ["relapse", "death"]


def response(**more: object) -> hs.Surv:
    return hs.Surv.competing(TIME, CAUSE, causes=NAMES, id=list("abcdefghij"), **more)


def counted_out(time: list[float], cause: list[int], entry: list[float] | None, k: int, t: float) -> Fraction:
    """F_k(t) as an exact fraction, from the definition."""
    late = entry or [-1.0] * len(time)
    free, total = Fraction(1), Fraction(0)
    for u in sorted({x for x, c in zip(time, cause, strict=True) if c and x <= t}):
        risk = [c if x == u else 0 for x, c, e in zip(time, cause, late, strict=True) if e < u <= x]
        if not risk:
            continue
        total += free * Fraction(risk.count(k), len(risk))
        free *= 1 - Fraction(sum(c > 0 for c in risk), len(risk))
    return total


def test_the_frame_has_a_row_for_each_cause_and_time():
    frame = hs.aalen_johansen(response()).to_frame()
    columns = ["group", "cause", "time", "at_risk", "events", "estimate", "std_error", "low", "high"]
    assert frame.columns.tolist() == columns
    assert frame["cause"].tolist() == ["relapse"] * 8 + ["death"] * 8
    assert frame["time"].tolist() == [*range(1, 9)] * 2
    assert frame["at_risk"].dtype == frame["events"].dtype == np.int64
    assert frame["at_risk"].tolist()[:8] == [10, 9, 7, 6, 5, 3, 2, 1]


@pytest.mark.parametrize("entry", [None, [0, 0, 1, 2, 1, 0, 4, 3, 0, 5]])
def test_estimates_equal_exact_fractions(entry: list[float] | None):
    frame = hs.aalen_johansen(response(entry=entry)).to_frame()
    for row in frame.itertuples():
        exact = counted_out(TIME, CAUSE, entry, NAMES.index(row.cause) + 1, row.time)
        assert row.estimate == pytest.approx(float(exact), abs=1e-14)


def test_ties_give_one_answer_and_always_the_same():
    """Another package moves tied times apart at random: .56, .671 or .683 by its seed."""
    time, cause = [1, 1, 2, 2, 2, 3, 3, 4, 5, 5], [1, 2, 1, 2, 0, 1, 1, 2, 0, 1]
    found = set()
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(10)
        y = hs.Surv.competing(np.array(time)[order], np.array(cause)[order], causes=["a", "b"])
        frame = hs.aalen_johansen(y).to_frame()
        assert frame["time"].tolist() == [1, 2, 3, 4, 5] * 2
        found.add(tuple(frame["estimate"].round(14)))
    [estimates] = found
    assert estimates[4] == pytest.approx(0.56)


@pytest.mark.parametrize("unit", [1e-5, 1e8])
def test_the_unit_of_time_does_not_matter(unit: float):
    entry = [0, 0, 1, 0, 2, 0, 4, 0, 0, 3]
    ours = hs.aalen_johansen(response(entry=entry)).to_frame()
    y = hs.Surv.competing(np.array(TIME) * unit, CAUSE, causes=NAMES, entry=np.array(entry) * unit)
    theirs = hs.aalen_johansen(y).to_frame()
    assert theirs["time"].to_numpy() == pytest.approx(ours["time"].to_numpy() * unit)
    pd.testing.assert_frame_equal(ours.drop(columns="time"), theirs.drop(columns="time"))


def test_without_censoring_they_are_multinomial_proportions():
    cause = [1, 2, 3, 1, 1, 2]
    curves = hs.aalen_johansen(hs.Surv.competing([1, 2, 3, 4, 5, 6], cause, causes=["x", "y", "z"]))
    last = curves.at(6)
    shares = np.array([3, 2, 1]) / 6
    assert last["estimate"].to_numpy() == pytest.approx(shares)
    assert last["std_error"].to_numpy() == pytest.approx(np.sqrt(shares * (1 - shares) / 6))


def test_one_cause_is_one_minus_kaplan_meier():
    event = [c > 0 for c in CAUSE]
    for scale in ("plain", "logit", "arcsin"):
        one = hs.aalen_johansen(hs.Surv.competing(TIME, np.array(event, int), causes=["any"]), interval=scale)
        km = hs.kaplan_meier(hs.Surv.right(TIME, event), interval=scale).to_frame()
        frame = one.to_frame()
        assert frame["estimate"].to_numpy() == pytest.approx(1 - km["estimate"].to_numpy())
        assert frame["std_error"].to_numpy() == pytest.approx(km["std_error"].to_numpy())
        assert frame["low"].to_numpy() == pytest.approx(1 - km["high"].to_numpy())
        assert frame["high"].to_numpy() == pytest.approx(1 - km["low"].to_numpy())


def test_the_complementary_scale_is_that_of_the_survival():
    event = [c > 0 for c in CAUSE]
    y = hs.Surv.competing(TIME, np.array(event, int), causes=["any"])
    one = hs.aalen_johansen(y, interval="complementary-log-log").to_frame()
    km = hs.kaplan_meier(hs.Surv.right(TIME, event), interval="log-log").to_frame()
    assert one["high"].to_numpy() == pytest.approx(1 - km["low"].to_numpy())


def test_nothing_is_one_minus_kaplan_meier_of_a_cause():
    relapse = hs.aalen_johansen(response()).at(8).query("cause == 'relapse'")["estimate"].item()
    naive = 1 - hs.kaplan_meier(hs.Surv.right(TIME, [c == 1 for c in CAUSE])).at(8)["estimate"].item()
    assert relapse < naive - 0.1


def test_the_curves_and_the_event_free_proportion_add_up():
    curves = hs.aalen_johansen(response(), [0, 1] * 5)
    for times in ([0, 2.5], [5, 7]):
        sums = curves.at(times).groupby(["group", "time"])["estimate"].sum()
        free = curves.event_free().at(times).set_index(["group", "time"])["estimate"]
        assert (sums + free).to_numpy() == pytest.approx(1)


def test_the_risk_table_adds_up_just_after_each_time():
    table = hs.aalen_johansen(response()).risk_table([0, 1, 2, 4.5, 5, 8])
    events = table.groupby("time")["events"].sum()
    first = table.groupby("time").first()
    assert (first["at_risk"] + events + first["censored"]).tolist() == [10] * 6
    five = table[table["time"] == 5]
    assert five["events"].tolist() == [3, 3]
    assert five[["at_risk", "censored"]].to_numpy().tolist() == [[3, 1], [3, 1]]


def test_at_risk_at_a_time_counts_those_who_leave_then():
    at = hs.aalen_johansen(response(entry=[0, 0, 1, 2, 1, 0, 4, 3, 0, 5])).at([2, 4.5])
    assert at.query("cause == 'death'")["at_risk"].tolist() == [5, 4]


@pytest.mark.parametrize("variance", ["infinitesimal-jackknife", "greenwood", "aalen"])
def test_whole_weights_are_repeated_rows(variance: str):
    weights = [1, 2, 0, 3, 1, 1, 2, 1, 0, 2]
    rows = np.repeat(np.arange(10), weights)
    repeated = hs.Surv.competing(np.array(TIME)[rows], np.array(CAUSE)[rows], causes=NAMES)
    weighted = hs.aalen_johansen(response(), weights=weights, variance=variance)
    plain = hs.aalen_johansen(repeated, variance=variance)
    pd.testing.assert_frame_equal(weighted.to_frame(), plain.to_frame())
    assert (weighted.n, weighted.n_events) == (plain.n, plain.n_events) == (13, 7)


def test_the_jackknife_with_delayed_entry_counts_each_patient_once():
    entry, ones = [0, 0, 1, 2, 1, 0, 4, 3, 0, 5], np.ones(10)
    whole = hs.aalen_johansen(response(entry=entry)).to_frame()["std_error"]
    sampling = hs.aalen_johansen(response(entry=entry), weights=1.5 * ones).to_frame()["std_error"]
    assert whole.to_numpy() == pytest.approx(sampling.to_numpy())
    greenwood = hs.aalen_johansen(response(entry=entry), variance="greenwood").to_frame()["std_error"]
    assert np.abs(whole - greenwood).max() > 1e-3


@pytest.mark.parametrize("entry", [None, [0, 0, 1, 2, 1, 0, 4, 3, 0, 5]])
def test_the_jackknife_of_fractional_weights_is_the_sum_of_squared_derivatives(entry: list[float] | None):
    weights = np.array([0.5, 1.5, 1.0, 0.7, 2.2, 1.1, 0.4, 1.3, 0.9, 1.6])
    y, step = response(entry=entry), 1e-6

    def estimates(case: np.ndarray) -> np.ndarray:
        return hs.aalen_johansen(y, weights=case).to_frame()["estimate"].to_numpy()

    slopes = [
        (estimates(weights + step * unit) - estimates(weights - step * unit)) / (2 * step)
        for unit in np.eye(10)
    ]
    expected = np.sqrt(((weights[:, None] * np.array(slopes)) ** 2).sum(axis=0))
    found = hs.aalen_johansen(y, weights=weights).to_frame()["std_error"].to_numpy()
    assert found == pytest.approx(expected, abs=1e-7)


def test_greenwoods_variance_by_hand():
    # F(2) of relapse: 1/10 + 9/10 * 1/9; as a proportion of ten patients .2 * .8 / 10.
    row = hs.aalen_johansen(response(), variance="greenwood").at(2).iloc[0]
    assert row["std_error"] ** 2 == pytest.approx(0.2 * 0.8 / 10)


def test_aalens_variance_by_hand():
    frame = hs.aalen_johansen(response(), variance="aalen").at(2)
    death = (0.1 / 0.9) ** 2 / 100 + 0.81 / 81
    assert frame["std_error"].to_numpy()[1] ** 2 == pytest.approx(death)


def test_conditional_incidences_are_ratios():
    curves = hs.aalen_johansen(response())
    later = curves.conditional([5, 7], given=[2, 3])
    assert later.columns.tolist()[:4] == ["group", "cause", "given", "time"]
    for row in later.itertuples():
        at = curves.at([row.given, row.time]).query(f"cause == '{row.cause}'")["estimate"].to_numpy()
        free = curves.event_free().at(row.given)["estimate"].item()
        assert row.estimate == pytest.approx((at[1] - at[0]) / free)


def test_a_curve_at_zero_has_no_width_and_one_at_one_no_limits():
    y = hs.Surv.competing([1, 2, 3], [1, 1, 1], causes=["a", "b"])
    frame = hs.aalen_johansen(y).to_frame()
    assert frame.query("cause == 'b'")[["low", "high"]].to_numpy().tolist() == [[0, 0]] * 3
    assert np.isnan(frame.query("cause == 'a'")[["low", "high"]].to_numpy()[-1]).all()


def test_no_events_is_said():
    curves = hs.aalen_johansen(hs.Surv.competing([1, 2], [0, 0], causes=["a"]))
    assert curves.status == "boundary"
    assert "no events" in curves.reason


def test_an_emptied_risk_set_is_warned_of():
    y = hs.Surv.competing([1, 3, 4], [1, 2, 0], causes=["a", "b"], entry=[0, 2, 2])
    with pytest.warns(hs.NonIdentifiableWarning, match="everybody then at risk had an event"):
        curves = hs.aalen_johansen(y)
    assert curves.at(3)["estimate"].tolist() == [1, 0]


def test_patients_of_a_group():
    curves = hs.aalen_johansen(response(), [0] * 4 + [1] * 6)
    assert curves.patients(0) == tuple("abcd")
    assert len(curves.patients()) == 10


def test_times_tied_but_for_rounding_are_one_time():
    y = hs.Surv.competing([0.3, 3 * 0.1, 1], [1, 2, 0], causes=["a", "b"])
    assert hs.aalen_johansen(y).to_frame()["time"].nunique() == 2


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"interval": "bpcp"}, hs.UnsupportedError, "interval='bpcp'"),
        ({"variance": "cmprsk"}, hs.UnsupportedError, "variance='cmprsk'"),
        ({"level": 95}, hs.DataError, "level"),
        ({"weights": [1, 2]}, hs.DataError, "weights has 2 values"),
        ({"group": [1] * 9}, hs.DataError, "group has 9 values"),
    ],
)
def test_what_is_refused(change: dict[str, object], error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        hs.aalen_johansen(response(), **change)


def test_other_responses_and_times_beyond_follow_up_are_refused():
    with pytest.raises(hs.UnsupportedError, match="Surv.right"):
        hs.aalen_johansen(hs.Surv.right([1, 2], [1, 0]))
    curves = hs.aalen_johansen(response())
    with pytest.raises(hs.DesignError, match="beyond the end of follow-up"):
        curves.at(9)
    with pytest.raises(hs.DataError, match="no cause 'x'"):
        curves.cause_number("x")
    with pytest.raises(hs.DesignError, match="Nobody is under observation"):
        curves.conditional(10, given=9)


def test_many_weight_rows_at_once_equal_one_at_a_time():
    generator = np.random.default_rng(5)
    cause = np.array(CAUSE)
    risk = place(np.array(TIME, float), cause > 0)
    weights = generator.multinomial(10, np.full(10, 0.1), size=40).astype(float)
    times = np.array([1.0, 4.5, 7.0])
    batch = WeightedIncidence.of(risk, cause, 2, weights)
    found, errors = batch.at(times), batch.errors_at(times)
    assert found == pytest.approx(incidence_at(risk, cause, 2, weights, times), nan_ok=True)
    for row, case in enumerate(weights):
        rows = np.repeat(np.arange(10), case.astype(int))
        alone = hs.aalen_johansen(hs.Surv.competing(np.array(TIME)[rows], cause[rows], causes=NAMES))
        reached = times <= alone.follow_up["all"]
        one = alone.at(times[reached])
        shape = (2, int(reached.sum()))
        assert found[row][:, reached] == pytest.approx(one["estimate"].to_numpy().reshape(shape))
        assert errors[row][:, reached] == pytest.approx(one["std_error"].to_numpy().reshape(shape))
        ended = alone.curves[0].survival[-1] == 0
        assert np.isnan(found[row][:, ~reached]).all() or ended


def test_the_order_of_the_rows_does_not_matter():
    order = [3, 1, 9, 0, 2, 8, 4, 7, 5, 6]
    shuffled = hs.aalen_johansen(response().take(order)).to_frame()
    pd.testing.assert_frame_equal(shuffled, hs.aalen_johansen(response()).to_frame())


def test_tied_causes_share_one_risk_set():
    for first, second in itertools.permutations([1, 2]):
        y = hs.Surv.competing([1, 1, 2], [first, second, 0], causes=["a", "b"])
        assert hs.aalen_johansen(y).at(1)["estimate"].tolist() == pytest.approx([1 / 3, 1 / 3])


def test_counts_of_causes_add_up_to_those_of_any():
    cause = np.array(CAUSE)
    counts = count_causes(place(np.array(TIME, float), cause > 0), cause, 2, np.ones((1, 10)))
    assert (counts.events.sum(axis=1) == counts.total.events).all()
    assert cumulative_incidence(counts).estimate.shape == (1, 2, 8)


def test_an_incidence_of_one_up_to_rounding_has_no_limits():
    """Shares of these weights add up to 1 - 1e-16, where log(1 - F) is a number, and no limit one."""
    times = hs.Surv.competing([1, 2, 3, 4], [1, 1, 1, 1], causes=["e"])
    last = hs.aalen_johansen(times, weights=[3.0, 3, 10, 10]).to_frame().iloc[-1]
    assert last["estimate"] == pytest.approx(1, abs=1e-15)
    assert last[["low", "high"]].isna().all()
