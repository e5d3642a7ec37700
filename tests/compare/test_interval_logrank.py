"""The log-rank test of interval-censored times: scores, information, permutations, and what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import dataset

OPEN = np.inf
LOWER = np.array([0, 0, 1, 2, 3, 4, 5, 6, 2, 7.0])
UPPER = np.array([1, 2, 2, 4, 4, 6, OPEN, OPEN, 2, 9.0])
GROUP = np.array(list("aaababbbab"))


def compared(group=GROUP, **options):
    return hs.interval_logrank(hs.Surv.interval(LOWER, UPPER), group, **options)


def moved(survival, eta, kind):
    """The curve of a patient with covariate eta, from the definition of each model."""
    if kind == "finkelstein":
        return survival ** np.exp(eta)
    if kind == "wilcoxon":
        return survival / (survival + (1 - survival) * np.exp(eta))
    odds = (survival[:-1] - survival[1:]) / np.where(survival[1:] > 0, survival[1:], 1) * np.exp(eta)
    steps = np.where(survival[1:] > 0, 1 / (1 + odds), 0.0)
    return np.concatenate([[1.0], np.cumprod(steps)])


def log_likelihood(inner, etas, places, kind):
    survival = np.concatenate([[1.0], inner, [0.0]])
    return sum(
        np.log(moved(survival, eta, kind)[a] - moved(survival, eta, kind)[b])
        for eta, (a, b) in zip(etas, places, strict=True)
    )


@pytest.mark.parametrize("kind", ["sun", "finkelstein", "wilcoxon"])
def test_scores_and_information_are_derivatives_of_the_likelihood(kind):
    found = hs.turnbull(hs.Surv.interval(LOWER, UPPER), seed=1)
    inner = found.estimate[:-1]
    places = []
    for lower, upper in zip(LOWER, UPPER, strict=True):
        inside = [
            k
            for k in range(found.mass.size)
            if (found.left[k] >= lower and found.right[k] <= upper)
            and not (lower < upper and found.left[k] == found.right[k] == lower)
        ]
        places.append((inside[0], inside[-1] + 1))
    member = (GROUP == "a").astype(float)
    step = 1e-4

    def value(changes):
        return log_likelihood(inner + changes[1:], changes[0] * member, places, kind)

    size = inner.size + 1
    unit = step * np.eye(size)
    score = (value(unit[0]) - value(-unit[0])) / (2 * step)
    hessian = np.array(
        [
            [(value(a + b) - value(a - b) - value(b - a) + value(-a - b)) / (4 * step**2) for b in unit]
            for a in unit
        ]
    )
    variance = -hessian[0, 0] + hessian[0, 1:] @ np.linalg.solve(hessian[1:, 1:], hessian[1:, 0])
    test = compared(scores=kind, variance="information", method="asymptotic")
    assert test.score_sums[0] == pytest.approx(score, abs=1e-6)
    assert test.variance[0, 0] == pytest.approx(variance, rel=1e-5)
    assert test.statistic == pytest.approx(score**2 / variance, rel=1e-5)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_exact_p_value_counts_all_relabellings(alternative):
    test = compared(alternative=alternative)
    sums = np.array([sum(test.scores[list(rows)]) for rows in itertools.combinations(range(10), 5)])
    seen = test.score_sums[0]
    as_far = {
        "two-sided": np.abs(sums) >= abs(seen) - 1e-9,
        "greater": sums >= seen - 1e-9,
        "less": sums <= seen + 1e-9,
    }[alternative]
    assert test.p_value_method == "exact"
    assert test.n_arrangements == 252
    assert test.p_value == pytest.approx(as_far.mean())


def test_one_sided_p_values_speak_of_the_first_group():
    early, late = compared(alternative="greater"), compared(alternative="less")
    assert early.z > 0
    assert early.p_value < 0.5 < late.p_value
    assert early.p_value_asymptotic == pytest.approx(1 - late.p_value_asymptotic)
    assert "events earlier in a" in early.method
    assert "events later in a" in late.method


def test_monte_carlo_comes_near_and_can_be_repeated():
    exact = compared().p_value
    drawn = compared(method="monte-carlo", n_resamples=20_000, seed=3)
    assert abs(drawn.p_value - exact) < 4 * drawn.p_value_std_error
    assert compared(method="monte-carlo", n_resamples=20_000, seed=int(drawn.seed)).p_value == drawn.p_value


def test_auto_counts_draws_or_approximates():
    data = dataset("bcos")
    y = hs.Surv.interval(data["left"], data["right"])
    drawn = hs.interval_logrank(y, data["treatment"], n_resamples=5_000)
    assert (drawn.p_value_method, drawn.seed) == ("monte-carlo", "0")
    assert drawn.p_value == pytest.approx(0.0076, abs=0.005)
    four = np.tile(np.arange(len(data)), 4)
    many = hs.interval_logrank(y.take(four), data["treatment"].to_numpy()[four])
    assert many.p_value_method == "asymptotic"
    assert "more than 300 patients" in many.method


def test_three_groups_and_their_trend():
    group = np.array(list("abcabcabcc"))
    test, trend = compared(group), compared(group, trend=[0, 1, 2])
    assert (test.df, trend.df) == (2, 1)
    assert np.isnan(test.z)
    sums, variance = test.score_sums[:2], test.variance[:2, :2]
    assert test.statistic == pytest.approx(sums @ np.linalg.solve(variance, sums))
    contrast = np.array([0, 1, 2]) @ trend.score_sums
    assert trend.z == pytest.approx(
        contrast / np.sqrt(np.array([0, 1, 2]) @ trend.variance @ np.array([0, 1, 2]))
    )
    assert compared(group, trend=[5, 7, 9]).p_value == trend.p_value
    assert compared(group, trend=[2, 1, 0], alternative="less").p_value == pytest.approx(
        compared(group, trend=[0, 1, 2], alternative="greater").p_value
    )
    assert "for trend" in trend.method


def test_several_groups_have_an_information_of_lower_rank():
    test = compared(np.array(list("abcabcabcc")), variance="information", method="asymptotic")
    np.testing.assert_allclose(test.variance.sum(axis=1), 0, atol=1e-9)
    assert test.df == 2


def test_equal_scores_compare_nothing():
    y = hs.Surv.interval([0, 0, 0], [2, 2, 2])
    test = hs.interval_logrank(y, ["a", "b", "b"])
    assert test.status == "not_estimable"
    assert np.isnan(test.p_value)
    assert "equal" in test.reason


def test_the_result_tells_what_was_done():
    y = hs.Surv.interval(LOWER, UPPER, id=list("abcdefghij"))
    test = hs.interval_logrank(y, GROUP)
    assert test.patients() == tuple("abcdefghij")
    assert test.to_frame().columns.tolist() == ["group", "n", "score_sum"]
    assert test.title().startswith("Log-rank test of interval-censored times: chi-squared")
    assert test.as_dict()["p_value"] == pytest.approx(test.p_value)
    assert any("looked at" in text for text in test.conventions)


def test_what_cannot_be_compared_is_refused():
    y = hs.Surv.interval(LOWER, UPPER)
    with pytest.raises(hs.DesignError, match="only one label"):
        compared(["a"] * 10)
    with pytest.raises(hs.DesignError, match="nothing to compare"):
        hs.interval_logrank(hs.Surv.interval([1, 2], [OPEN, OPEN]), ["a", "b"])
    with pytest.raises(hs.DesignError, match="needs two groups or a trend"):
        compared(np.array(list("abcabcabcc")), alternative="greater")
    with pytest.raises(hs.DesignError, match="trend needs one number"):
        compared(trend=[1, 1])
    for option in ({"scores": "gehan"}, {"method": "x"}, {"variance": "x"}, {"alternative": "x"}):
        with pytest.raises(hs.UnsupportedError, match="is not known"):
            hs.interval_logrank(y, GROUP, **option)
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        hs.interval_logrank(hs.Surv.right([2, 3], [1, 1], entry=[0, 1]), ["a", "b"])
    with pytest.raises(hs.DataError, match="10 rows"):
        compared(["a", "b"])


def test_too_many_regions_are_refused(monkeypatch):
    from hpcstats.compare.interval_log_rank import comparison

    monkeypatch.setattr(comparison, "MOST_REGIONS", 1)
    with pytest.raises(hs.UnsupportedError, match="innermost regions"):
        compared()
