"""Pseudo-observations: closed forms, refits without each patient, derivatives, and identities."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given

import hpcstats as hs
from hpcstats.nonparametric.pseudo_values import PseudoObservations, pseudo_observations
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

FOUR = hs.Surv.right([2, 4, 6, 8], [1, 0, 1, 1], id=["p", "q", "r", "s"])
BOTH = pytest.mark.parametrize("method", ["infinitesimal", "jackknife"])


def made(c: Cases, of: str, method: str) -> PseudoObservations:
    return pseudo_observations(c.response, asked_of(c), of=of, method=method)


def asked_of(c: Cases) -> list[float]:
    """Every time at which something happens, times between, and 0."""
    grid = sorted({0.0, *c.time})
    return sorted({*grid, *((a + b) / 2 for a, b in itertools.pairwise(grid))})


def continued(time, event, t, of):
    """S(t), or its area up to t, of a curve that goes on at its last height."""
    if of == "survival":
        return float(oracles.kaplan_meier(time, event, t))
    knots = sorted({0.0, t, *(u for u in time if u < t)})
    pairs = itertools.pairwise(knots)
    return sum(float(oracles.kaplan_meier(time, event, a)) * (b - a) for a, b in pairs)


@BOTH
def test_without_censoring_they_are_what_was_seen(method):
    time = np.array([2.0, 4.0, 4.0, 6.0, 8.0])
    y = hs.Surv.right(time, [1] * 5)
    asked = np.array([0.0, 2.0, 5.0, 8.0])
    lived = pseudo_observations(y, asked, method=method)
    assert lived.values == pytest.approx((time[:, None] > asked).astype(float), abs=1e-12)
    spent = pseudo_observations(y, [*asked, 20.0], of="rmst", method=method)
    assert spent.values == pytest.approx(np.minimum(time[:, None], [*asked, 20.0]), abs=1e-12)


def test_by_hand():
    # S = 3/4, 3/8, 0 at 2, 6, 8; without the censored patient 2/3 and 1/3.
    found = pseudo_observations(FOUR, [3, 7], method="jackknife").values
    assert found[1] == pytest.approx([4 * 3 / 4 - 3 * 2 / 3, 4 * 3 / 8 - 3 * 1 / 3])
    assert found[0] == pytest.approx([0, 4 * 3 / 8 - 3 * 1 / 2])


@pytest.mark.parametrize("of", ["survival", "rmst"])
@checked
@given(c=cases())
def test_the_jackknife_is_n_estimates_less_those_refitted_without_each_patient(of, c):
    n, asked, found = len(c), asked_of(c), made(c, of, "jackknife").values
    for i in range(n):
        rest = [row for row in range(n) if row != i]
        time, event = [c.time[row] for row in rest], [c.event[row] for row in rest]
        for k, t in enumerate(asked):
            whole = continued(c.time, c.event, t, of)
            assert found[i, k] == pytest.approx(n * whole - (n - 1) * continued(time, event, t, of), abs=1e-9)


@pytest.mark.parametrize("of", ["survival", "rmst"])
@checked
@given(c=cases(smallest=2, largest=7))
def test_the_infinitesimal_jackknife_is_the_derivative_in_the_weight_of_each_patient(of, c):
    found, asked, step = made(c, of, "infinitesimal"), asked_of(c), 1e-5

    def estimate(weights):
        km = hs.kaplan_meier(c.response, weights=weights, interval="log-log")
        if of == "survival":
            return km.at(asked)["estimate"].to_numpy()
        return np.array([0.0 if t == 0 else km.rmst(t)["estimate"].iloc[0] for t in asked])

    for i in range(len(c)):
        weights = [1 + step * (row == i) for row in range(len(c))]
        less = [1 - step * (row == i) for row in range(len(c))]
        slope = (estimate(weights) - estimate(less)) / (2 * step)
        assert found.values[i] == pytest.approx(found.estimate[0] + len(c) * slope, abs=1e-5)


@pytest.mark.parametrize("of", ["survival", "rmst"])
@checked
@given(c=cases())
def test_infinitesimal_ones_average_to_the_estimate_and_spread_as_greenwood_says(of, c):
    found, n, asked = made(c, of, "infinitesimal"), len(c), asked_of(c)
    assert found.values.mean(axis=0) == pytest.approx(found.estimate[0], abs=1e-10)
    spread = ((found.values - found.estimate) ** 2).sum(axis=0) / n**2
    for k, t in enumerate(asked):
        if of == "rmst":
            assert spread[k] == pytest.approx(
                oracles.restricted_mean_error(c.time, c.event, t) ** 2, abs=1e-8
            )
        elif found.estimate[0, k] > 0:
            assert spread[k] == pytest.approx(oracles.greenwood(c.time, c.event, t) ** 2, abs=1e-10)


def test_jackknife_and_derivative_approach_each_other():
    generator = np.random.default_rng(4)
    event_time, censoring = generator.exponential(1, 400), generator.exponential(2, 400)
    y = hs.Surv.right(np.minimum(event_time, censoring), event_time <= censoring)
    gaps = []
    for n in (50, 400):
        few = y.take(slice(0, n))
        two = [
            pseudo_observations(few, 0.7, of="rmst", method=name).values
            for name in ("infinitesimal", "jackknife")
        ]
        gaps.append(np.abs(two[0] - two[1]).max())
    assert gaps[1] < gaps[0] / 4


@BOTH
def test_groups_are_treated_each_for_itself(method):
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 1, 1, 1, 0, 1])
    group = ["b", "a"] * 4
    together = pseudo_observations(y, [2, 4], method=method, group=group)
    for number, label in enumerate(together.labels):
        rows = [row for row in range(8) if group[row] == label]
        alone = pseudo_observations(y.take(rows), [2, 4], method=method)
        assert together.values[rows].tolist() == alone.values.tolist()
        assert together.estimate[number].tolist() == alone.estimate[0].tolist()
    assert "within groups" in together.method


@BOTH
def test_ten_thousand_patients_need_no_square_matrix(method):
    time = np.arange(10_000) % 4_999 + 1.0
    y = hs.Surv.right(time, np.arange(10_000) % 3 > 0)
    found = pseudo_observations(y, [100, 2_500], of="rmst", method=method)
    assert found.values.shape == (10_000, 2)
    assert found.values.mean(axis=0) == pytest.approx(found.estimate[0], rel=1e-3)


def test_times_beyond_follow_up_are_refused_unless_the_curve_has_ended():
    y = hs.Surv.right([1, 2, 3], [1, 1, 0])
    for of in ("survival", "rmst"):
        with pytest.raises(hs.DesignError, match="beyond the end of follow-up \\(all: 3\\)"):
            pseudo_observations(y, [1, 3.5], of=of)
    ended = hs.Surv.right([1, 2, 3], [1, 0, 1])
    with pytest.raises(hs.DesignError, match="beyond"):
        pseudo_observations(ended, 4)
    beyond = pseudo_observations(ended, [3, 9], of="rmst").values
    assert beyond[:, 0] == pytest.approx(beyond[:, 1])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"times": [-1]}, hs.DataError),
        ({"times": []}, hs.DataError),
        ({"times": [np.inf]}, hs.DataError),
        ({"of": "hazard"}, hs.UnsupportedError),
        ({"method": "bootstrap"}, hs.UnsupportedError),
        ({"group": ["a"]}, hs.DataError),
    ],
)
def test_unusable_options_are_refused(options, error):
    with pytest.raises(error):
        pseudo_observations(FOUR, **({"times": [3]} | options))


def test_delayed_entry_and_other_responses_are_refused():
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        pseudo_observations(hs.Surv.right([2, 3], [1, 1], entry=[0, 1]), 2)
    with pytest.raises(hs.UnsupportedError, match="Surv.right"):
        pseudo_observations(hs.Surv.interval([1, 2], [2, 3]), 1)


def test_frame_dictionary_and_patients():
    found = pseudo_observations(FOUR, [3, 7])
    frame = found.to_frame()
    assert list(frame) == ["id", "time", "value"]
    assert frame["id"].tolist() == ["p", "p", "q", "q", "r", "r", "s", "s"]
    assert frame["value"].to_numpy() == pytest.approx(found.values.ravel())
    grouped = pseudo_observations(FOUR, 3, group=["u", "v", "v", "u"]).to_frame()
    assert list(grouped) == ["id", "group", "time", "value"]
    assert grouped["group"].tolist() == ["u", "v", "v", "u"]
    assert found.patients() == ("p", "q", "r", "s")
    assert found.as_dict()["of"] == "survival"
    assert found.title() == "Pseudo-observations of survival, n = 4, time in years"
    assert not found.values.flags.writeable
