"""What must hold of every cumulative incidence, Gray test and subdistribution risk set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.core.competing.gray import Placed, scores
from hpcstats.core.competing.subdistribution_weights import RULES, risk_sets
from hpcstats.core.risk_sets import place
from tests.properties.strategies import Cases, cases, checked

# With delayed entry a risk set may empty by chance; that this is said is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")

INTERVALS = ("plain", "log", "log-log", "logit", "arcsin", "complementary-log-log")
CAUSES = ("a", "b", "c")


def competing(data: Cases) -> hs.Surv:
    """Events become causes in turn: 1, 2, 3, 1, ..."""
    seen = np.cumsum(data.event)
    cause = np.where(data.event, (seen - 1) % 3 + 1, 0)
    return hs.Surv.competing(data.time, cause, causes=CAUSES, entry=data.entry)


@checked
@given(st.one_of(cases(groups=2), cases(groups=2, entry=True)))
def test_incidences_and_the_event_free_proportion_add_up_to_one(data: Cases) -> None:
    curves = hs.aalen_johansen(competing(data), data.group)
    for _, curve in curves:
        assert curve.estimate.sum(axis=0) + curve.survival == pytest.approx(1, abs=1e-12)
        assert (np.diff(curve.estimate, axis=1) >= 0).all()
        assert (curve.events_by_cause.sum(axis=0) == curve.events).all()
    free = curves.event_free().to_frame()["estimate"]
    assert free.to_numpy() == pytest.approx(
        np.concatenate([curve.survival for _, curve in curves]), abs=1e-12
    )


@checked
@given(st.one_of(cases(), cases(entry=True)), st.sampled_from(INTERVALS))
def test_limits_enclose_the_estimate_within_zero_and_one(data: Cases, interval: str) -> None:
    frame = hs.aalen_johansen(competing(data), interval=interval).to_frame()
    known = frame[frame["low"].notna()]
    assert (known["low"] <= known["estimate"] + 1e-12).all()
    assert (known["estimate"] <= known["high"] + 1e-12).all()
    assert ((known["low"] >= 0) & (known["high"] <= 1)).all()
    assert (frame["std_error"] >= 0).all()


@checked
@given(st.one_of(cases(), cases(entry=True)))
def test_one_cause_is_one_minus_kaplan_meier(data: Cases) -> None:
    y = hs.Surv.competing(data.time, np.array(data.event, int), causes=["a"], entry=data.entry)
    ours = hs.aalen_johansen(y, variance="greenwood").to_frame()
    km = hs.kaplan_meier(data.response, interval="plain").to_frame()
    assert ours["estimate"].to_numpy() == pytest.approx(1 - km["estimate"].to_numpy(), abs=1e-12)
    alive = km["estimate"].to_numpy() > 1e-12
    errors = km["std_error"].to_numpy()[alive]
    assert ours["std_error"].to_numpy()[alive] == pytest.approx(errors, abs=1e-9)


@checked
@given(st.one_of(cases(), cases(entry=True)))
def test_weights_are_repeated_rows_for_every_variance(data: Cases) -> None:
    kept = [row for row, times in enumerate(data.frequency or []) if times]
    rows = np.repeat(kept, [data.frequency[row] for row in kept])
    y = competing(data)
    for variance in ("greenwood", "aalen", "infinitesimal-jackknife"):
        weighted = hs.aalen_johansen(y, weights=data.frequency, variance=variance).to_frame()
        repeated = hs.aalen_johansen(y.take(rows), variance=variance).to_frame()
        assert weighted.to_numpy()[:, 2:].astype(float) == pytest.approx(
            repeated.to_numpy()[:, 2:].astype(float), abs=1e-9, nan_ok=True
        )


@checked
@given(st.one_of(cases(), cases(entry=True)), st.lists(st.floats(0.1, 3), min_size=12, max_size=12))
def test_the_jackknife_of_equal_fractional_weights_ignores_their_size(
    data: Cases, sizes: list[float]
) -> None:
    y = competing(data)
    plain = hs.aalen_johansen(y).to_frame()["std_error"].to_numpy()
    halves = hs.aalen_johansen(y, weights=[0.5] * len(data)).to_frame()["std_error"].to_numpy()
    assert halves == pytest.approx(plain, abs=1e-7)
    some = hs.aalen_johansen(y, weights=sizes[: len(data)]).to_frame()
    assert np.isfinite(some["std_error"]).all()


@checked
@given(cases(), st.integers(0, 7))
def test_risk_tables_count_everybody_once(data: Cases, time: int) -> None:
    table = hs.aalen_johansen(competing(data)).risk_table(time)
    assert table["at_risk"].iloc[0] + table["events"].sum() + table["censored"].iloc[0] == len(data)


@checked
@given(cases(smallest=3, groups=3))
def test_gray_scores_cancel_and_do_not_depend_on_the_order_of_the_groups(data: Cases) -> None:
    labels = np.array(["abc".index(label) for label in data.group])
    y = competing(data)
    placed = place(y.time, y.event)
    kind = np.where(y.status == 1, 1, np.where(y.event, 2, 0))
    assume((kind == 1).any())
    grid = Placed(placed.last, kind, placed.times.size)
    both = np.stack([labels, (labels + 1) % 3])
    score, variance = scores(grid, both, 3, 0.5)
    assert score.sum(axis=1) == pytest.approx(0, abs=1e-10)
    assert score[0] == pytest.approx(np.roll(score[1], -1), abs=1e-10)
    assert variance[0] == pytest.approx(np.roll(variance[1], (-1, -1), axis=(0, 1)), abs=1e-9)
    assert np.isfinite(variance).all()


@checked
@given(cases(smallest=2, largest=8, groups=2))
def test_exact_p_values_of_gray_are_shares(data: Cases) -> None:
    assume(len(set(data.group)) == 2 and any(data.event))
    test = hs.gray_test(competing(data), data.group, method="exact")
    for cause, one in test:
        if one.df:
            assert one.p_value * test.n_arrangements == pytest.approx(
                round(one.p_value * test.n_arrangements)
            )
            assert 1 / test.n_arrangements - 1e-12 <= one.p_value <= 1
        else:
            assert cause in one.reason


@checked
@given(cases(), st.sampled_from(RULES))
def test_subdistribution_weights_fall_from_one(data: Cases, rule: str) -> None:
    y = competing(data)
    assume((y.status == 1).any())
    kind = np.where(y.status == 1, 1, np.where(y.event, 2, 0))
    risk = risk_sets(y.time, kind, np.zeros(len(y), dtype=np.int64), rule)
    assert (risk.own > 0).all()
    assert (np.diff(risk.kept[0]) <= 0).all()
    for row in risk.competing:
        weights = risk.kept[0, risk.last[row] + 1 :] / risk.own[row]
        assert ((weights > 0) & (weights <= 1)).all()
    assert risk.events.sum() == (y.status == 1).sum()
