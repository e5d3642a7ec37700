"""Comparisons at a time: published numbers, Fisher's test, other integrals, and what happens at the edges."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

import hpcstats as hs
from hpcstats.compare.fixed_time.difference import compare_at
from hpcstats.core.limits.beta_product import parameters
from hpcstats.core.risk_sets import count, place

SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
LEUKAEMIA = hs.Surv.right(SIX_MP + PLACEBO, RELAPSE + [1] * 21, unit="weeks")
DRUG = ["6-MP"] * 21 + ["placebo"] * 21
CONTRASTS = ("difference", "ratio", "event-ratio", "odds-ratio", "cumulative-hazard-ratio")

OF: dict[str, tuple[object, int]] = {
    "difference": (lambda s1, s2: s2 - s1, 1),
    "ratio": (lambda s1, s2: s2 / s1, 1),
    "event-ratio": (lambda s1, s2: (1 - s2) / (1 - s1), -1),
    "odds-ratio": (lambda s1, s2: s2 * (1 - s1) / (s1 * (1 - s2)), 1),
    "cumulative-hazard-ratio": (lambda s1, s2: np.log(s2) / np.log(s1), -1),
}


def binomial(alive: tuple[int, int], size: tuple[int, int]) -> tuple[hs.Surv, list[str]]:
    """Groups in which some patients have the event at 1 and the others at 3."""
    times = [t for x, n in zip(alive, size, strict=True) for t in [1] * (n - x) + [3] * x]
    return hs.Surv.right(times, [1] * sum(size)), ["a"] * size[0] + ["b"] * size[1]


def betas(data: hs.Surv, group: list[str], at: float) -> list[tuple[object, object]]:
    """Frozen scipy distributions of W- and W+ of both groups."""
    found = []
    for label in sorted(set(group)):
        rows = np.array(group) == label
        risk = place(data.time[rows], data.event[rows])
        p, k = (
            parameters(count(risk, np.ones((1, rows.sum())))),
            np.searchsorted(risk.times, at, side="right"),
        )
        found.append((stats.beta(p.a_low[0, k], p.b_low[0, k]), stats.beta(p.a_high[0, k], p.b_high[0, k])))
    return found


def test_the_published_example() -> None:
    result = compare_at(LEUKAEMIA, DRUG, 20)
    # bpcp stops the search for a limit at 1e-4 of the scale, so its last digits are not the limit's.
    assert result.estimate[0] == pytest.approx(-0.532213, abs=5e-7)
    assert result.low[0] == pytest.approx(-0.775098, abs=1e-6)
    assert result.high[0] == pytest.approx(-0.148722, abs=2e-6)
    assert result.p_value[0] == pytest.approx(0.003142, abs=5e-7)
    odds = compare_at(LEUKAEMIA, DRUG, 20, contrast="odds-ratio")
    assert odds.estimate[0] == pytest.approx(0.0625)
    assert (odds.low[0], odds.high[0]) == (
        pytest.approx(0.005074, abs=5e-5),
        pytest.approx(0.48469, abs=1e-5),
    )
    assert "melded 95% interval" in result.method
    assert result.method.startswith("Kaplan-Meier proportions at 20 weeks")
    assert "placebo minus 6-MP" in result.title()


def test_without_censoring_the_one_sided_p_value_is_fishers() -> None:
    for n1, n2 in ((1, 1), (2, 3), (5, 4)):
        for x1, x2 in itertools.product(range(n1 + 1), range(n2 + 1)):
            y, group = binomial((x1, x2), (n1, n2))
            for side in ("greater", "less"):
                p = compare_at(y, group, 2, alternative=side).p_value[0]
                exact = stats.fisher_exact([[x2, n2 - x2], [x1, n1 - x1]], side)[1]
                assert p == pytest.approx(exact, abs=1e-11), (x1, x2)
    y, group = binomial((7, 3), (9, 11))
    for contrast, turned in (("odds-ratio", "less"), ("event-ratio", "greater")):
        p = compare_at(y, group, 2, contrast=contrast, alternative=turned).p_value[0]
        assert p == pytest.approx(stats.fisher_exact([[3, 8], [7, 2]], "less")[1], rel=1e-10)


def test_small_p_values_keep_their_digits() -> None:
    y, group = binomial((0, 100), (100, 100))
    p = compare_at(y, group, 2, alternative="greater").p_value[0]
    assert p == pytest.approx(1 / math.comb(200, 100), rel=1e-9)


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("at", [7, 10, 20])
def test_limits_leave_out_the_tail_by_adaptive_integration(contrast: str, at: float) -> None:
    result = compare_at(LEUKAEMIA, DRUG, at, contrast=contrast)
    (low1, high1), (low2, high2) = betas(LEUKAEMIA, DRUG, at)
    value, turn = OF[contrast]
    ends = (result.low[0], result.high[0])[::turn]
    for limit, first, second in ((ends[0], high1, low2), (ends[1], low1, high2)):
        below = integrate.quad(
            lambda s, limit=limit, first=first, second=second: (
                first.pdf(s) * second.cdf(_second_at(contrast, s, limit))
            ),
            0,
            1,
            points=[_kink(contrast, limit)],
            epsabs=1e-13,
            epsrel=1e-12,
            limit=500,
        )[0]
        tail = below if second is low2 else 1 - below
        assert tail == pytest.approx(0.025, abs=1e-9)
    assert result.estimate[0] == pytest.approx(value(*result.survival[:, 0]))


def _second_at(contrast: str, s1: float, value: float) -> float:
    """S2 at which the contrast with S1 has this value."""
    s2 = {
        "difference": lambda: s1 + value,
        "ratio": lambda: s1 * value,
        "event-ratio": lambda: 1 - value * (1 - s1),
        "odds-ratio": lambda: s1 * value / (1 - s1 + s1 * value),
        "cumulative-hazard-ratio": lambda: s1**value,
    }[contrast]()
    return min(max(s2, 0.0), 1.0)


def _kink(contrast: str, value: float) -> float:
    """S1 at which S2 reaches 0 or 1."""
    place = {
        "difference": -value if value < 0 else 1 - value,
        "ratio": 1 / value,
        "event-ratio": 1 - 1 / value,
    }
    found = place.get(contrast, 0.5)
    return found if 0 < found < 1 else 0.5


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("mid_p", [False, True])
def test_draws_from_the_confidence_distributions_give_the_same(contrast: str, mid_p: bool) -> None:
    generator, size = np.random.default_rng(8), 400_000
    (low1, high1), (low2, high2) = betas(LEUKAEMIA, DRUG, 10)

    def drawn(low: object, high: object, chance_of_high: float) -> np.ndarray:
        upper = generator.random(size) < (0.5 if mid_p else chance_of_high)
        return np.where(upper, high.rvs(size, random_state=generator), low.rvs(size, random_state=generator))

    value, turn = OF[contrast]
    below = value(drawn(low1, high1, 1), drawn(low2, high2, 0))
    above = value(drawn(low1, high1, 0), drawn(low2, high2, 1))
    result = compare_at(LEUKAEMIA, DRUG, 10, contrast=contrast, mid_p=mid_p)
    ends = (
        np.quantile(below, 0.025 if turn > 0 else 0.975),
        np.quantile(above, 0.975 if turn > 0 else 0.025),
    )
    np.testing.assert_allclose((result.low[0], result.high[0]), ends[::turn], rtol=0.02, atol=0.003)
    null = 0 if contrast == "difference" else 1
    sides = [np.mean(below * turn <= null * turn), np.mean(above * turn >= null * turn)]
    assert result.p_value[0] == pytest.approx(min(1, 2 * min(sides)), abs=0.002)


def test_mid_p_is_shorter_and_has_its_own_group_limits() -> None:
    whole, half = (compare_at(LEUKAEMIA, DRUG, 20, mid_p=mid_p) for mid_p in (False, True))
    assert half.high[0] - half.low[0] < whole.high[0] - whole.low[0]
    assert half.p_value[0] < whole.p_value[0]
    assert (half.group_low >= whole.group_low).all()
    assert (half.group_high <= whole.group_high).all()
    assert "mid-p" in half.method


def test_normal_limits_are_written_out() -> None:
    y, group = binomial((20, 30), (50, 40))
    s1, s2 = 20 / 50, 30 / 40
    z, v1, v2 = stats.norm.ppf(0.975), s1 * (1 - s1) / 50, s2 * (1 - s2) / 40
    ways = {
        "difference": (s2 - s1, v1 + v2, lambda v: v),
        "ratio": (np.log(s2 / s1), v1 / s1**2 + v2 / s2**2, np.exp),
        "event-ratio": (np.log((1 - s2) / (1 - s1)), v1 / (1 - s1) ** 2 + v2 / (1 - s2) ** 2, np.exp),
        "odds-ratio": (
            np.log(s2 * (1 - s1) / (s1 * (1 - s2))),
            v1 / (s1 * (1 - s1)) ** 2 + v2 / (s2 * (1 - s2)) ** 2,
            np.exp,
        ),
        "cumulative-hazard-ratio": (
            np.log(np.log(s2) / np.log(s1)),
            v1 / (s1 * np.log(s1)) ** 2 + v2 / (s2 * np.log(s2)) ** 2,
            np.exp,
        ),
    }
    for contrast, (centre, variance, back) in ways.items():
        result = compare_at(y, group, 2, contrast=contrast, method="asymptotic")
        margin = z * np.sqrt(variance)
        expected = [
            back(centre - margin),
            back(centre + margin),
            2 * stats.norm.sf(abs(centre) / variance**0.5),
        ]
        assert [result.low[0], result.high[0], result.p_value[0]] == pytest.approx(expected), contrast
    arcsin = compare_at(y, group, 2, method="asymptotic", scale="arcsin")
    statistic = (np.arcsin(np.sqrt(s2)) - np.arcsin(np.sqrt(s1))) / np.sqrt(1 / 200 + 1 / 160)
    assert arcsin.p_value[0] == pytest.approx(2 * stats.norm.sf(abs(statistic)))
    assert np.isnan(arcsin.low[0])
    assert any("exist on the plain scale" in text for text in arcsin.conventions)


def test_the_pooled_variance_is_that_of_the_classic_test_of_two_proportions() -> None:
    y, group = binomial((20, 30), (50, 40))
    result = compare_at(y, group, 2, method="asymptotic", variance="pooled", alternative="greater")
    common = 50 / 90
    z = (30 / 40 - 20 / 50) / np.sqrt(common * (1 - common) * (1 / 50 + 1 / 40))
    assert result.p_value[0] == pytest.approx(stats.norm.sf(z))


def test_normal_approximations_say_where_they_do_not_hold() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="At 20 weeks only 2 are at risk in group 'placebo'"):
        result = compare_at(LEUKAEMIA, DRUG, 20, method="asymptotic")
    assert len(result.warnings) == 1
    y, group = binomial((0, 9), (9, 9))
    with pytest.warns(hs.SmallSampleWarning):
        edge = compare_at(y, group, 2, contrast="ratio", method="asymptotic")
    assert np.isnan([edge.p_value[0], edge.low[0], edge.high[0]]).all()
    assert edge.status == "boundary"
    assert "0 or 1" in edge.reason
