"""What must hold of the intervals that count patients, at every time and for every small data set."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

import hpcstats as hs
from tests.properties.strategies import Cases, cases, checked

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

NESTED = ("thomas-grunkemeier", "rothman", "borkowf", "borkowf-plain", "borkowf-shifted-plain")
SHIFTED_LOG = "borkowf-shifted-log"
ALL = (*NESTED, SHIFTED_LOG, "strawderman-wells")
LEVELS = st.sampled_from([0.6, 0.8, 0.9, 0.95, 0.99])


def pieces(data: Cases, interval: str, **options: object) -> np.ndarray:
    """Lower and upper limits at and just after the beginning of each piece, stacked."""
    frame = hs.kaplan_meier(data.response, interval=interval, **options).pieces()
    after = [name for name in ("low_after", "high_after") if name in frame]
    return np.vstack([frame[["low", "high"]], frame[after or ["low", "high"]].to_numpy()])


def oracle(data: Cases, t: float, z: float) -> tuple[float, float]:
    """The two roots of the likelihood ratio at one time, by bisection, the sums over plain Python numbers."""
    times = sorted({u for u, e in zip(data.time, data.event, strict=True) if e and u <= t})
    at_risk = [sum(u >= s for u in data.time) for s in times]
    events = [sum(e and u == s for u, e in zip(data.time, data.event, strict=True)) for s in times]

    def ratio(a: float) -> float:
        total = -(z**2)
        for n, d in zip(at_risk, events, strict=True):
            total += 2 * n * math.log1p(a / n)
            total -= 2 * (n - d) * math.log1p(a / (n - d)) if n > d else 0
        return total

    def limit(a: float) -> float:
        return math.prod(1 - d / (n + a) for n, d in zip(at_risk, events, strict=True))

    least = min(n - d for n, d in zip(at_risk, events, strict=True))
    low = limit(optimize.brentq(ratio, -least * (1 - 1e-15), 0, xtol=1e-15)) if least else 0.0
    return low, limit(optimize.brentq(ratio, 0, 1e9, xtol=1e-14, rtol=1e-15))


@checked
@given(cases(), LEVELS)
def test_likelihood_ratio_limits_equal_a_root_search_at_each_time(data: Cases, level: float) -> None:
    z = float(np.sqrt(2) * optimize.brentq(lambda x: math.erf(x) - level, 0, 5, xtol=1e-15))
    frame = hs.kaplan_meier(data.response, interval="thomas-grunkemeier", level=level).to_frame()
    for row in frame[frame["estimate"] < 1].itertuples():
        assert (row.low, row.high) == pytest.approx(oracle(data, row.time, z), abs=1e-11)


@checked
@given(cases(), st.sampled_from(ALL), LEVELS)
def test_limits_are_ordered_proportions(data: Cases, interval: str, level: float) -> None:
    low, high = pieces(data, interval, level=level).T
    defined = ~np.isnan(low)
    assert (np.isnan(high) == ~defined).all()
    assert (low[defined] >= 0).all()
    assert (high[defined] <= 1).all()
    assert (low[defined] <= high[defined]).all()


@checked
@given(cases(), st.sampled_from(NESTED), LEVELS)
def test_limits_hold_the_estimate(data: Cases, interval: str, level: float) -> None:
    frame = hs.kaplan_meier(data.response, interval=interval, level=level).to_frame()
    defined = frame[frame["low"].notna()]
    assert (defined["low"] <= defined["estimate"] + 1e-12).all()
    assert (defined["high"] >= defined["estimate"] - 1e-12).all()


@checked
@given(cases(), st.sampled_from((*NESTED, SHIFTED_LOG)))
def test_a_higher_level_is_never_shorter(data: Cases, interval: str) -> None:
    narrow, wide = (pieces(data, interval, level=level) for level in (0.8, 0.95))
    both = ~np.isnan(narrow[:, 0])
    assert (wide[both, 0] <= narrow[both, 0] + 1e-12).all()
    assert (wide[both, 1] >= narrow[both, 1] - 1e-12).all()


@checked
@given(cases(), st.sampled_from(ALL))
def test_a_one_sided_limit_is_the_end_of_the_wider_two_sided_interval(data: Cases, interval: str) -> None:
    both = pieces(data, interval, level=0.9)
    lower = pieces(data, interval, level=0.95, sided="lower")
    upper = pieces(data, interval, level=0.95, sided="upper")
    np.testing.assert_allclose(lower[:, 0], both[:, 0], atol=1e-12)
    np.testing.assert_allclose(upper[:, 1], both[:, 1], atol=1e-12)
    assert set(lower[~np.isnan(lower[:, 1]), 1]) <= {1.0}
    assert set(upper[~np.isnan(upper[:, 0]), 0]) <= {0.0}


@checked
@given(cases(), st.sampled_from(ALL))
def test_whole_weights_stand_for_repeated_rows(data: Cases, interval: str) -> None:
    weighted = hs.kaplan_meier(data.response, interval=interval, weights=data.frequency).to_frame()
    repeated = hs.kaplan_meier(data.repeated().response, interval=interval).to_frame()
    columns = ["time", "low", "high"]
    np.testing.assert_allclose(weighted[columns], repeated[columns], atol=1e-12)


@checked
@given(st.one_of(cases(), cases(entry=True)), st.sampled_from(["plain", "log", "log-log", "logit", "arcsin"]))
@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
def test_dorey_and_korns_lower_limit_is_the_usual_one_at_events(data: Cases, interval: str) -> None:
    usual = hs.kaplan_meier(data.response, interval=interval).to_frame()
    modified = hs.kaplan_meier(data.response, interval=interval, lower_limit="dorey-korn").to_frame()
    np.testing.assert_array_equal(modified["high"], usual["high"])
    at_events = usual["events"] > 0
    np.testing.assert_allclose(modified["low"][at_events], usual["low"][at_events], atol=1e-12)
    if data.entry is None:
        assert not (modified["low"] > usual["low"] + 1e-12).any()
